"""One change, sent safely: what is repeated, what is settled by reading, and what an error makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sharedbox_cli.core.errors import (
    Ambiguous,
    AuthError,
    CloudError,
    Conflict,
    NotFound,
    ObserveError,
    PermissionDenied,
    Refused,
    SharedboxError,
    Throttled,
)
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.responses import CERTIFICATE, DAILY, PORTAL, Unreachable, Unready
from sharedbox_cli.providers.safe_write import Sending, done, outcome_of, send_safely
from sharedbox_cli.providers.transport import SETTLE_SECONDS
from tests.emulated import VirtualClock

Told = Outcome | SharedboxError
Seen = bool | SharedboxError
DOUBT = Ambiguous("the service failed", request_id="r-1")
BLIND = ObserveError(where="support")


def sent(answers: list[Told], readings: list[Seen]) -> tuple[Outcome, int, int]:
    """Return the outcome, and how often it was sent and looked for; the last reading goes on."""
    tries: Iterator[Told] = iter(answers)
    looks: Iterator[Seen] = iter(readings)
    counts = [0, 0]

    async def send() -> Outcome:
        counts[0] += 1
        answer = next(tries)
        if isinstance(answer, SharedboxError):
            raise answer
        return answer

    async def is_there() -> bool:
        counts[1] += 1
        seen = next(looks, readings[-1])
        if isinstance(seen, SharedboxError):
            raise seen
        return seen

    async def found(error: Ambiguous) -> Outcome:
        return Outcome(Status.DONE, "found", error.request_id)

    outcome = asyncio.run(send_safely(Sending(send, is_there, found, VirtualClock())))
    return outcome, counts[0], counts[1]


def test_change_when_answered_then_it_is_sent_once_and_not_looked_for() -> None:
    assert sent([done()], [True]) == (Outcome(Status.DONE), 1, 0)


def test_doubt_when_the_effect_shows_then_it_is_not_sent_again() -> None:
    outcome, tries, looks = sent([DOUBT], [False, BLIND, True])
    assert (outcome.status, outcome.request_id, tries, looks) == (Status.DONE, "r-1", 1, 3)


def test_doubt_when_two_readings_at_the_end_agree_on_nothing_then_it_is_sent_once_more() -> None:
    outcome, tries, looks = sent([DOUBT, done()], [False])
    assert (outcome.status, tries, looks) == (Status.DONE, 2, len(SETTLE_SECONDS) - 1)


def test_doubt_when_nothing_can_be_read_then_it_is_never_sent_again() -> None:
    outcome, tries, _ = sent([DOUBT], [BLIND])
    assert (outcome.status, tries) == (Status.UNKNOWN, 1)


@pytest.mark.parametrize("last", [[False, BLIND], [BLIND, False]])
def test_one_look_at_the_end_is_no_proof_of_absence(last: list[Seen]) -> None:
    blind: list[Seen] = [BLIND] * (len(SETTLE_SECONDS) - 2)
    outcome, tries, _ = sent([DOUBT, done()], blind + last)
    assert (outcome.status, tries) == (Status.UNKNOWN, 1)


@pytest.mark.parametrize(("late", "status"), [(True, Status.DONE), (False, Status.UNKNOWN)])
def test_doubt_when_it_comes_twice_then_it_is_looked_for_and_never_sent_a_third_time(
    late: bool, status: Status
) -> None:
    first = [False] * (len(SETTLE_SECONDS) - 1)
    outcome, tries, _ = sent([DOUBT, DOUBT], [*first, late])
    assert (outcome.status, tries) == (status, 2)


def test_second_try_when_refused_then_the_refusal_is_told() -> None:
    outcome, _, _ = sent([DOUBT, Refused("the service refused the request", why="No.")], [False])
    assert (outcome.status, outcome.reason) == (Status.FAILED, "the service refused the request. No.")


def test_portal_when_it_answers_in_the_service_s_place_then_the_run_stops() -> None:
    outcome, _, _ = sent([Ambiguous("not a response of the service", code=PORTAL)], [BLIND])
    assert (outcome.status, outcome.stops_run) == (Status.UNKNOWN, True)


def _private() -> PermissionDenied:
    error = PermissionDenied("not allowed")
    error.is_whole_route = False
    return error


@pytest.mark.parametrize(
    ("error", "status", "stops", "is_denial"),
    [
        (NotFound("not found"), Status.FAILED, False, False),
        (Conflict("in conflict"), Status.FAILED, False, False),
        (Refused("refused"), Status.FAILED, False, False),
        (Refused("refused", code=CERTIFICATE), Status.FAILED, True, False),
        (Refused("refused", code=DAILY), Status.FAILED, True, False),
        (Throttled("patience"), Status.FAILED, True, False),
        (Unreachable(), Status.FAILED, True, False),
        (_private(), Status.FAILED, False, False),
        (PermissionDenied("not allowed"), Status.FAILED, True, True),
        (AuthError("the service refused the token"), Status.FAILED, True, True),
        (Unready(why="it is new"), Status.SKIPPED, False, False),
        (ObserveError(where="support"), Status.FAILED, False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, CloudError) else "",
)
def test_error_when_told_then_it_says_what_it_makes_of_the_change(
    error: SharedboxError, status: Status, stops: bool, is_denial: bool
) -> None:
    outcome = outcome_of(error)
    assert (outcome.status, outcome.stops_run, outcome.is_denial) == (status, stops, is_denial)
    assert error.summary in outcome.reason

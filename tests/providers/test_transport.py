"""What is repeated, how long it waits, and what is never sent twice."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime

import httpx
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
    Throttled,
)
from sharedbox_cli.providers.responses import (
    PORTAL,
    Answer,
    Fields,
    Pages,
    Renewed,
    Unreachable,
    body_of,
    first_concern,
    items_of,
    judge,
    retry_after,
    transport_error,
)
from sharedbox_cli.providers.transport import Budget, Gate, GaveUp, Policy
from tests.asked import every
from tests.emulated import VirtualClock

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Script = list[CloudError | str]


class Rig:
    """A policy on virtual time, and a send that follows a script."""

    def __init__(self, script: Script, *, budget: float = 10.0) -> None:
        self.clock = VirtualClock()
        self.script = list(script)
        self.sent = 0
        self.renewals = 0
        self.budget = Budget(budget)

    def run(self, *, is_write: bool = False) -> str:
        async def all_of_it() -> str:
            policy = Policy(self.clock, random.Random(3), Gate(16, 32), self._renew, budget=self.budget)  # noqa: S311
            return await policy.call(self._send, is_write=is_write)

        return asyncio.run(all_of_it())

    def _renew(self, claims: str) -> None:
        self.renewals += 1

    async def _send(self) -> str:
        self.sent += 1
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, str):
            return step
        raise step


def throttled(seconds: float | None = None) -> Throttled:
    return Throttled("patience", retry_after=seconds)


@pytest.mark.parametrize("error", [Ambiguous("x"), Unreachable(), throttled(), throttled(3.0)])
def test_read_is_repeated_until_it_answers(error: CloudError) -> None:
    rig = Rig([error, error, "data"])
    assert rig.run() == "data" and rig.sent == 3


@pytest.mark.parametrize("error", [Ambiguous("x"), Unreachable(), throttled(3.0)])
def test_read_is_given_up_after_five_tries_and_says_so(error: CloudError) -> None:
    rig = Rig([error])
    with pytest.raises(type(error), match="5 tries"):
        rig.run()
    assert rig.sent == 5


@pytest.mark.parametrize("error", [Unreachable(), throttled(3.0), throttled()])
def test_write_that_was_not_carried_out_is_tried_three_times(error: CloudError) -> None:
    rig = Rig([error])
    with pytest.raises(type(error)):
        rig.run(is_write=True)
    assert rig.sent == 3


def test_ambiguous_write_is_never_repeated_here() -> None:
    rig = Rig([Ambiguous("x")])
    with pytest.raises(Ambiguous):
        rig.run(is_write=True)
    assert rig.sent == 1


@pytest.mark.parametrize("error", [Refused("x"), NotFound("x"), Conflict("x"), PermissionDenied("x"), ObserveError()])
@pytest.mark.parametrize("is_write", [True, False])
def test_last_word_of_the_service_is_not_argued_with(error: CloudError, is_write: bool) -> None:
    rig = Rig([error])
    with pytest.raises(type(error)):
        rig.run(is_write=is_write)
    assert rig.sent == 1 and not rig.clock.slept


@pytest.mark.parametrize("is_write", [True, False])
def test_refused_token_is_renewed_once(is_write: bool) -> None:
    rig = Rig([Renewed(), "data"])
    assert rig.run(is_write=is_write) == "data" and rig.renewals == 1 and not rig.clock.slept
    again = Rig([Renewed()])
    with pytest.raises(AuthError):
        again.run(is_write=is_write)
    assert again.sent == 2 and again.renewals == 1


def test_told_wait_is_kept_and_a_little_longer() -> None:
    rig = Rig([throttled(20.0), "data"])
    rig.run()
    assert 20.0 <= sum(rig.clock.slept) <= 22.0


@pytest.mark.parametrize("told", [3601.0, None])
def test_wait_without_sense_is_replaced_by_jitter(told: float | None) -> None:
    rig = Rig([throttled(told), "data"])
    rig.run()
    assert sum(rig.clock.slept) <= 4.0


class Late(Rig):
    """A rig whose run ends after so many seconds."""

    def __init__(self, script: Script, ends_after: float) -> None:
        super().__init__(script)
        self.ends_after = ends_after

    def run(self, *, is_write: bool = False) -> str:
        async def all_of_it() -> str:
            policy = Policy(self.clock, random.Random(3), Gate(16, 32), self._renew, budget=self.budget)  # noqa: S311
            policy.deadline = self.ends_after
            return await policy.call(self._send, is_write=is_write)

        return asyncio.run(all_of_it())


@pytest.mark.parametrize("told", [61.0, 3000.0, 7200.0])
@pytest.mark.parametrize("is_write", [True, False])
def test_wait_longer_than_the_run_ends_it_at_once(told: float, is_write: bool) -> None:
    rig = Late([throttled(told), "data"], 60.0)
    with pytest.raises(GaveUp, match="The run ends before 1970-01-01") as caught:
        rig.run(is_write=is_write)
    assert rig.sent == 1 and rig.clock.slept == []
    assert "Continue after 1970-01-01 0" in caught.value.hint and caught.value.retry_after is not None
    assert caught.value.retry_after >= told


def test_told_wait_that_the_run_lasts_for_is_kept() -> None:
    rig = Late([throttled(20.0), "data"], 60.0)
    assert rig.run() == "data" and 20.0 <= sum(rig.clock.slept) <= 22.0


@pytest.mark.parametrize("error", [Ambiguous("x"), Unreachable(), throttled()])
def test_nothing_is_waited_for_beyond_the_end_of_the_run(error: CloudError) -> None:
    rig = Late([error], 1.0)
    with pytest.raises(CloudError):
        rig.run()
    assert sum(rig.clock.slept) <= 1.0


def test_pause_of_the_host_that_outlasts_the_run_ends_other_calls_too() -> None:
    clock = VirtualClock()

    async def never() -> str:
        raise AssertionError

    async def work() -> None:
        policy = Policy(clock, random.Random(3), Gate(1, 1), lambda _: None)  # noqa: S311
        policy.paused_until, policy.deadline = 90.0, 60.0
        await policy.call(never, is_write=True)

    with pytest.raises(GaveUp):
        asyncio.run(work())


def test_back_off_grows_and_never_exceeds_thirty_seconds() -> None:
    rig = Rig([Ambiguous("x")])
    with pytest.raises(Ambiguous):
        rig.run()
    assert len(rig.clock.slept) == 4
    assert every(wait <= min(30.0, 0.5 * 2 ** (n + 1)) for n, wait in enumerate(rig.clock.slept))


def test_empty_budget_makes_the_first_failure_final() -> None:
    rig = Rig([Ambiguous("x"), "data"], budget=0.0)
    with pytest.raises(Ambiguous):
        rig.run()
    assert rig.sent == 1


def test_budget_earns_a_tenth_and_stops_at_its_cap() -> None:
    budget = Budget(0.0, cap=1.0)
    for _ in range(30):
        budget.first()
    assert budget.tokens == 1.0 and budget.spend() and not budget.spend()


def test_answer_that_drips_too_slowly_is_ambiguous() -> None:
    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    async def work() -> None:
        clock = VirtualClock()
        policy = Policy(clock, random.Random(3), Gate(1, 1), lambda _: None, request_seconds=0.01)  # noqa: S311
        await policy.call(never, is_write=True)

    with pytest.raises(Ambiguous, match="No complete response"):
        asyncio.run(work())


def _together(gate: Gate, count: int) -> int:
    """Return how many of so many calls were in flight at once."""
    most = flying = 0

    async def one() -> None:
        nonlocal most, flying
        async with gate:
            flying += 1
            most = max(most, flying)
            await asyncio.sleep(0)
            flying -= 1

    async def work() -> None:
        await asyncio.gather(*(one() for _ in range(count)))

    asyncio.run(work())
    return most


def _after(refusals: int = 0, clean: int = 0) -> Gate:
    gate = Gate(4, 5)
    for _ in range(refusals):
        gate.throttled()
    for _ in range(clean):
        gate.clean()
    return gate


@pytest.mark.parametrize(
    ("refusals", "clean", "most"), [(0, 0, 4), (1, 0, 2), (9, 0, 1), (0, 49, 4), (0, 50, 5), (0, 500, 5)]
)
def test_gate_halves_after_a_refusal_and_opens_slowly(refusals: int, clean: int, most: int) -> None:
    assert _together(_after(refusals, clean), 20) == most


@pytest.mark.parametrize(
    ("text", "date", "seconds"),
    [
        ("7", "", 7.0),
        ("0", "", 0.0),
        ("2.5", "", 2.5),
        ("0.25", "", 0.25),
        ("1e3", "", None),
        ("1.", "", None),
        ("\u0663", "", None),
        ("", "", None),
        ("-3", "", None),
        ("soon", "", None),
        ("Tue, 24 Nov 2026 12:00:30 GMT", "Tue, 24 Nov 2026 12:00:10 GMT", 20.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", "", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_against_the_answers_own(text: str, date: str, seconds: float | None) -> None:
    headers = {name: value for name, value in (("retry-after", text), ("date", date)) if value}
    assert retry_after(headers, NOW) == seconds


STATUSES: dict[int, type[Exception]] = {
    400: Refused,
    401: Renewed,
    403: PermissionDenied,
    404: NotFound,
    405: Refused,
    408: Ambiguous,
    409: Conflict,
    412: Conflict,
    413: Refused,
    422: Refused,
    423: Throttled,
    429: Throttled,
    500: Ambiguous,
    501: Refused,
    502: Ambiguous,
    503: Ambiguous,
    504: Ambiguous,
    505: Refused,
    301: Refused,
}


@pytest.mark.parametrize(("status", "error"), STATUSES.items())
def test_each_status_has_its_class(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        judge(Answer(status, {}, b""), "call")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), Unreachable),
        (httpx.ConnectTimeout("slow"), Unreachable),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), Refused),
        (httpx.ReadTimeout("silence"), Ambiguous),
        (httpx.ReadError("reset"), Ambiguous),
        (httpx.RemoteProtocolError("cut"), Ambiguous),
        (httpx.WriteError("broken pipe"), Ambiguous),
    ],
)
def test_failure_below_http_is_not_sent_or_ambiguous(error: Exception, kind: type[CloudError]) -> None:
    assert type(transport_error(error, "call")) is kind


JSON = {"content-type": "application/json; charset=utf-8"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "text/html"}, b"<html>"),
        ({}, b""),
        (JSON, b'{"value": ['),
        (JSON, b""),
        (JSON, b"[]"),
        (JSON, b"null"),
        (JSON, b'{"value":' * 9_000),
    ],
)
def test_success_without_a_whole_json_object_is_ambiguous(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Ambiguous):
        body_of(Answer(200, headers, body), "call")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b'{"value": []}'])
@pytest.mark.parametrize("kind", ["text/html", "text/plain; charset=utf-8", ""])
def test_success_of_another_type_is_a_portal_whatever_its_body(kind: str, body: bytes) -> None:
    with pytest.raises(Ambiguous) as caught:
        body_of(Answer(200, {"content-type": kind}, body), "call")
    assert caught.value.code == PORTAL


@pytest.mark.parametrize("data", [{}, {"value": None}, {"value": {}}])
def test_missing_collection_is_an_error_and_not_an_empty_list(data: dict[str, object]) -> None:
    with pytest.raises(ObserveError):
        items_of(data, "users")


def test_field_left_out_is_an_error_that_names_object_call_and_field() -> None:
    row = Fields({"id": "u1"}, "users")
    assert row.get("mail") is None
    with pytest.raises(ObserveError) as caught:
        row["mail"]
    assert caught.value.where == "u1 · users · mail"


def test_batch_is_asked_again_for_a_token_before_all_waits() -> None:
    assert isinstance(first_concern([throttled(90.0), Renewed(), Ambiguous("x")]), Renewed)
    assert first_concern([throttled(3.0), throttled(9.0), Ambiguous("x")]).retry_after == 9.0


ROOT = "https://graph.example/v1.0"


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.example.evil.example/v1.0/users?$skiptoken=s3cret",
        "http://graph.example/v1.0/users?$skiptoken=s3cret",
        "https://graph.example:8443/v1.0/users?$skiptoken=s3cret",
        "https://user@graph.example/v1.0/users?$skiptoken=s3cret",
        "https://graph.example/beta/users?$skiptoken=s3cret",
        "https://graph.example/v1.0/../beta/users?$skiptoken=s3cret",
        "//graph.example/v1.0/users?$skiptoken=s3cret",
        "/v1.0/users?$skiptoken=s3cret",
    ],
)
def test_link_out_of_the_api_is_an_error_that_shows_no_query(link: str) -> None:
    with pytest.raises(ObserveError) as caught:
        Pages(ROOT, "users").next({"@odata.nextLink": link})
    assert "s3cret" not in str(caught.value)


def test_links_are_followed_once_and_end() -> None:
    pages = Pages(ROOT, "users")
    link = f"{ROOT}/users?$skiptoken=1"
    assert pages.next({"@odata.nextLink": link}) == link
    assert pages.next({}) == ""
    with pytest.raises(ObserveError, match="loop"):
        pages.next({"@odata.nextLink": link})


@pytest.mark.parametrize(
    ("challenge", "claims"),
    [
        ('Bearer realm="", error="insufficient_claims", claims="eyJhIjogMX0="', '{"a": 1}'),
        ('Bearer claims="eyJhIjogMX0"', '{"a": 1}'),
        ('Bearer error="invalid_token"', ""),
        ('Bearer claims="WzFd"', ""),
        ('Bearer claims="%%%"', ""),
        ('Bearer claims="/w=="', ""),
        ('Bearer claims="a"', ""),
        ("", ""),
    ],
)
def test_claims_of_a_challenge_are_read_or_left_out(challenge: str, claims: str) -> None:
    with pytest.raises(Renewed) as refused:
        judge(Answer(401, {"www-authenticate": challenge}, b""), "users")
    assert refused.value.claims == claims

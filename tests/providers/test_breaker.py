"""A host that keeps failing is left alone, tried by one call at a time, and given up after three minutes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from sharedbox_cli.core.errors import (
    Ambiguous,
    CloudError,
    Conflict,
    NotFound,
    PermissionDenied,
    Refused,
    Throttled,
    Unreachable,
)
from sharedbox_cli.providers.breaker import IN_A_ROW, ServiceDown
from sharedbox_cli.providers.transport import Budget, Gate, GaveUp, Policy
from tests.asked import every
from tests.emulated import VirtualClock
from tests.providers.setting import Ear


class Host:
    """A service that fails until a moment, and a policy that calls it."""

    def __init__(self, works_at: float = 0.0, error: CloudError | None = None) -> None:
        self.clock = VirtualClock()
        rng = random.Random(3)  # noqa: S311
        self.policy = Policy(self.clock, rng, Gate(16, 32), lambda _: None, budget=Budget(1000.0, 1000.0))
        self.ear = Ear()
        self.policy.listener = self.ear
        self.error = error or Ambiguous("the service failed")
        self.works_at = works_at
        self.asked: list[tuple[float, str]] = []

    async def send(self, what: str = "read") -> str:
        self.asked.append((self.clock.monotonic(), what))
        await asyncio.sleep(0)
        if self.clock.monotonic() < self.works_at:
            raise self.error
        return "data"

    async def call(self, what: str = "read") -> str | CloudError:
        try:
            return await self.policy.call(lambda: self.send(what), is_write=what == "write")
        except CloudError as error:
            return error

    def open(self) -> None:
        for _ in range(IN_A_ROW):
            self.policy.breaker.failed()


def run(work: Callable[[], Awaitable[object]]) -> object:
    async def all_of_it() -> object:
        return await work()

    return asyncio.run(all_of_it())


@pytest.mark.parametrize(
    ("error", "opens"),
    [
        (Ambiguous("x"), True),
        (Unreachable(), True),
        (Throttled("x"), False),
        (Refused("x"), False),
        (NotFound("x"), False),
        (Conflict("x"), False),
        (PermissionDenied("x"), False),
    ],
)
def test_breaker_opens_only_for_a_service_that_fails(error: CloudError, opens: bool) -> None:
    host = Host(1e9, error)

    async def five() -> None:
        for _ in range(5):
            await host.call("write")

    run(five)
    assert host.policy.breaker.holds_back() is opens


def test_breaker_when_an_answer_comes_in_between_then_it_stays_shut() -> None:
    host = Host()
    for _ in range(4):
        host.policy.breaker.failed()
    host.policy.breaker.clean()
    for _ in range(4):
        host.policy.breaker.failed()
    assert not host.policy.breaker.holds_back()


@pytest.mark.parametrize(("bad", "opens"), [(10, False), (11, True)])
def test_breaker_when_more_than_half_of_the_last_twenty_fail_then_open(bad: int, opens: bool) -> None:
    breaker = Host().policy.breaker
    answers = [True, False] * min(bad, 20 - bad) + [True] * (20 - 2 * bad) + [False] * (2 * bad - 20)
    for answer in answers:
        (breaker.clean if answer else breaker.failed)()
    assert len(answers) == 20 and breaker.holds_back() is opens


def test_one_read_tries_an_open_breaker_and_the_others_follow() -> None:
    host = Host(20.0)
    host.open()
    answers = run(lambda: asyncio.gather(*(host.call() for _ in range(8))))
    assert answers == ["data"] * 8 and not host.policy.breaker.holds_back()
    assert [at for at, _ in host.asked] == [30.0] * 8
    assert host.ear.waits == [30.0]


def test_open_breaker_tries_every_thirty_seconds_for_three_minutes() -> None:
    host = Host(1e9)
    host.open()
    answers = run(lambda: asyncio.gather(*(host.call() for _ in range(8))))
    assert isinstance(answers, list) and every(isinstance(answer, CloudError) for answer in answers)
    assert any(isinstance(answer, ServiceDown) for answer in answers)
    times = [at for at, _ in host.asked]
    assert times[0] == 30.0 and len(times) <= 7 and 150.0 <= times[-1] <= 215.0
    assert every(later - earlier >= 30.0 for earlier, later in pairwise(times))


def test_write_when_it_is_open_then_a_read_tries_first() -> None:
    host = Host(70.0)
    host.open()
    host.policy.breaker.probe = lambda: host.send("probe")
    assert run(lambda: host.call("write")) == "data"
    assert host.asked == [(30.0, "probe"), (60.0, "probe"), (90.0, "probe"), (90.0, "write")]


def test_write_when_the_service_stays_away_then_it_is_never_sent() -> None:
    host = Host(1e9)
    host.open()
    host.policy.breaker.probe = lambda: host.send("probe")
    answer = run(lambda: host.call("write"))
    assert isinstance(answer, ServiceDown) and "3 minutes" in answer.why
    assert {what for _, what in host.asked} == {"probe"} and len(host.asked) == 5


def test_write_when_the_probe_is_refused_then_the_service_works() -> None:
    host = Host()
    host.open()

    async def refused() -> None:
        raise PermissionDenied("x")

    host.policy.breaker.probe = refused
    assert run(lambda: host.call("write")) == "data"


def test_call_when_it_begins_after_the_end_then_it_waits_for_a_try_of_its_own() -> None:
    host = Host(1e9)
    host.open()
    assert isinstance(run(lambda: host.call()), CloudError)
    host.works_at = 0.0
    assert run(lambda: host.call()) == "data"


def test_call_when_the_run_ends_before_the_next_try_then_it_gives_up_at_once() -> None:
    host = Host()
    host.policy.deadline = 20.0
    host.open()
    answer = run(lambda: host.call())
    assert isinstance(answer, GaveUp) and host.asked == [] and host.clock.slept == []


@pytest.mark.parametrize(("error", "most"), [(Unreachable("x"), 60.0), (Ambiguous("x"), 400.0)])
def test_host_that_was_never_reached_is_given_up_soon(error: CloudError, most: float) -> None:
    host = Host(works_at=1e9, error=error)
    answers = run(lambda: asyncio.gather(*(host.call() for _ in range(20))))
    assert isinstance(answers, list)
    every(isinstance(answer, CloudError) for answer in answers)
    assert host.clock.monotonic() < most
    assert (host.clock.monotonic() > 100) == isinstance(error, Ambiguous)


def test_host_that_answered_once_has_three_minutes_to_come_back() -> None:
    host = Host(works_at=150.0, error=Unreachable("x"))
    host.policy.breaker.clean()
    assert run(lambda: asyncio.gather(*(host.call() for _ in range(20)))) == ["data"] * 20

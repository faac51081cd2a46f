"""A cloud in memory: applies by `simulate`, keeps every state it was ever in, and dies where it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.model import MICROSOFT365, Desired
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.core.plan import Plan
from sharedbox_cli.core.simulate import simulate
from sharedbox_cli.engine.journal import Journal
from sharedbox_cli.providers.base import Scope

Hook = Callable[[str, Change], Outcome | None]
"""Called with `sent` before an effect and with `effect` after it; may raise, or answer in place of the cloud."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """Kills at the n-th boundary; from then on nothing of the process does anything."""

    at: int = 0
    """0: never."""
    passed: int = 0
    is_dead: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def boundary(self) -> None:
        """Pass a point at which a process can die."""
        with self.lock:
            self.passed += 1
            self.is_dead = self.is_dead or self.passed == self.at
            if self.is_dead:
                raise Killed

    def check(self) -> None:
        """Do nothing if dead."""
        if self.is_dead:
            raise Killed


class Cloud:
    """The service: outlives any process of ours."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        self.history = [observed]
        self.effects: list[tuple[str, Change]] = []
        """Request id and change of each write that had an effect."""
        self._lock = threading.Lock()

    def carry_out(self, change: Change, request_id: str) -> bool:
        """Return whether the change had an effect: it has none where it is so already."""
        with self._lock:
            after = simulate(self.observed, change)
            if _state(after) == _state(self.observed):
                return False
            self.observed = after
            self.history.append(after)
            self.effects.append((request_id, change))
            return True


def _state(observed: Observed) -> object:
    return {
        key: (dict(mailbox.settings), {(g, g.automapping, g.delivery, g.until) for g in mailbox.grants or ()})
        for key, mailbox in observed.mailboxes.items()
    }


class FakeProvider:
    """Implements the Provider protocol over a Cloud."""

    def __init__(self, cloud: Cloud, hook: Hook = lambda _point, _change: None, fate: Fate | None = None) -> None:
        self.cloud = cloud
        self.hook = hook
        self.fate = fate or Fate()
        self.requests: list[tuple[str, Change]] = []

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return the world as it is."""
        return self.cloud.observed

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Carry out one change."""
        self.fate.check()
        self.requests.append((request_id, change))
        answer = self.hook("sent", change)
        if answer is not None:
            return answer
        self.fate.boundary()
        is_new = self.cloud.carry_out(change, request_id)
        self.fate.boundary()
        answer = self.hook("effect", change)
        if answer is not None:
            return answer
        made = self.cloud.observed.mailboxes[change.mailbox].id if change.kind is Kind.CREATE else ""
        return Outcome(Status.DONE if is_new else Status.ALREADY_SO, request_id="v-" + request_id[:4], mailbox_id=made)

    def settle(self, change: Change) -> Effect:
        """Return whether the effect is there."""
        is_there = _state(simulate(self.cloud.observed, change)) == _state(self.cloud.observed)
        return Effect.PRESENT if is_there else Effect.ABSENT

    def close(self) -> None:
        """Do nothing."""


class DyingJournal(Journal):
    """A journal of a process that can die before and after each of its commits."""

    fate: Fate = Fate()

    def intend(self, run: str, seq: int, change: Change) -> str:
        """Die before, between, or not at all."""
        self.fate.boundary()
        request = super().intend(run, seq, change)
        self.fate.boundary()
        return request

    def conclude(self, run: str, seq: int, outcome: Outcome) -> None:
        """Die before, between, or not at all."""
        self.fate.boundary()
        super().conclude(run, seq, outcome)
        self.fate.boundary()


def plan_with(*changes: Change, desired: Desired | None = None) -> Plan:
    """Return a plan that holds just these changes."""
    from tests.strategies import NOW

    return Plan(NOW, "1.0", {MICROSOFT365: "tenant-1"}, desired or Desired(total=len(changes)), changes)

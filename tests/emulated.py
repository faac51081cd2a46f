"""An emulated tenant with what every test asks of it, and a clock on which nobody waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.seed import Seeded
from sharedbox_cli.emulator.server import Emulator
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.providers import transport


class VirtualClock:
    """The provider's time: it passes only by sleeping, and takes the emulator's clock along."""

    def __init__(self, emulated: Clock | None = None) -> None:
        self.emulated = emulated or Clock(frozen_at=0.0)
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the emulator's time."""
        return self.emulated.moment()

    def monotonic(self) -> float:
        """Return the seconds slept."""
        return sum(self.slept)

    def pass_time(self, seconds: float) -> None:
        """Let the emulator's time go on without a sleep."""
        self.emulated.advance(seconds)

    async def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.slept.append(seconds)
        self.emulated.advance(seconds)
        await asyncio.sleep(0)


@dataclass
class Emulated:
    """A running emulator. Set its tenant up as you like; assert by what the log has, or by reading through the SDKs."""

    emulator: Emulator
    seeded: Seeded

    @property
    def tenant(self) -> Tenant:
        """Return the tenant: to set it up, never to assert on."""
        return self.emulator.tenant

    def advance(self, seconds: float) -> None:
        """Let the emulator's time go on."""
        self.emulator.clock.advance(seconds)

    def faults(self, *schedule: dict[str, Any]) -> None:
        """Order failures; counting starts now."""
        self.emulator.faults.set(list(schedule))

    def lag(self, **seconds: float) -> None:
        """Let Google's writes be seen late: `user`, `mailbox`, `group`, `member` …"""
        for name, value in seconds.items():
            self.tenant.set_meta(f"lag:google.{name}", str(value))

    def lines(self, start: int = 0, *, with_parts: bool = True) -> list[dict[str, Any]]:
        """Return the log from a line on; the parts of a batch have lines of their own."""
        return [line for line in self.emulator.log.lines[start:] if with_parts or not line["parent"]]

    def routes(self, *, with_parts: bool = True) -> Counter[str]:
        """Return how often each route was asked."""
        return Counter(str(line["route"]) for line in self.lines(with_parts=with_parts))

    def effects(self) -> list[str]:
        """Return what changed in the tenant."""
        return [item["effect"] for item in self.emulator.log.effects]

    def forget(self) -> None:
        """Empty the log."""
        self.emulator.log.lines.clear()
        self.emulator.log.effects.clear()


Serve = Callable[[Tenant], tuple[Emulator, VirtualClock]]


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Give what serves a tenant: the environment points to it, sleeping moves its clock, and it stops in the end."""
    running: list[Emulator] = []

    def serve(tenant: Tenant) -> tuple[Emulator, VirtualClock]:
        emulator = Emulator(tenant).start()
        running.append(emulator)
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        clock = VirtualClock(tenant.clock)
        monkeypatch.setattr(transport.SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds))
        monkeypatch.setattr("time.sleep", tenant.clock.advance)  # the vendors' sign-in libraries wait on their own
        return emulator, clock

    yield serve
    for emulator in running:
        emulator.stop()
        emulator.tenant.close()

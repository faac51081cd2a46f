"""How many requests an audit makes per mailbox, and its memory and CPU time on a large tenant."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measured import Cost, on_emulator, requests_of

MEMBERS = 10
SIZES = (100, 1_000)
LARGE = 10_000
MOST_REQUESTS = 0.15
MOST_MEMORY = 250
"""MB."""
MOST_CPU = 1.0
"""Milliseconds per mailbox."""


def audit(mailboxes: int, folder: Path) -> tuple[Cost, int, float]:
    """Return the cost of one audit on an emulated tenant, its requests, and the seconds with start and seeding."""
    started = time.perf_counter()
    cost = on_emulator(folder, mailboxes, MEMBERS, ("audit", "-o", "json"))
    wall = time.perf_counter() - started
    return cost, requests_of(folder), wall


def report_requests() -> Iterator[str]:
    """Return one line per size."""
    with tempfile.TemporaryDirectory() as name:
        before = 0.0
        for size in SIZES:
            cost, requests, wall = audit(size, Path(name))
            growth = f", {cost.peak / before:.2f} times the memory of the size before" if before else ""
            yield (
                f"audit of {size:,} mailboxes: {requests / size:.3f} requests per mailbox (limit {MOST_REQUESTS} at "
                f"{SIZES[-1]:,}), {wall:.1f} s with start and seeding{growth}"
            )
            before = cost.peak


def report_large() -> Iterator[str]:
    """Return the memory and the CPU time of an audit of a large tenant; the emulator's are not in it."""
    with tempfile.TemporaryDirectory() as name:
        cost, _, wall = audit(LARGE, Path(name))
        yield (
            f"audit -o json of {LARGE:,} mailboxes with {MEMBERS} members each: peak memory {cost.peak:.0f} MB "
            f"(limit {MOST_MEMORY}), {cost.cpu * 1000 / LARGE:.2f} ms of CPU per mailbox (limit {MOST_CPU:g}); "
            f"{wall:.0f} s with start and seeding"
        )

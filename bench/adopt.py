"""How many requests, how much memory and CPU time an import takes, and whether the plan after it is empty."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measured import on_emulator, requests_of

MAILBOXES, MEMBERS = 1_000, 10
PLATFORMS = ("microsoft365", "google-delegated", "google-collaborative")
MANAGED = ("common", "all")


def report() -> Iterator[str]:
    """Return one line per platform, and per what the specs manage."""
    for platform in PLATFORMS:
        for managed in MANAGED:
            with tempfile.TemporaryDirectory() as name:
                yield _adopted(Path(name), platform, managed)


def _adopted(folder: Path, platform: str, managed: str) -> str:
    specs = folder / "specs"
    adopt = ("import", str(specs), "--manage", managed)
    cost = on_emulator(folder, MAILBOXES, MEMBERS, adopt, platform)
    if cost.exit_code:
        return f"{platform}, --manage {managed}: the import ended with {cost.exit_code}"
    requests = requests_of(folder)
    again = on_emulator(folder, MAILBOXES, MEMBERS, ("plan", str(specs), "--detailed-exitcode"), platform)
    plan = {0: "empty", 2: "NOT empty"}.get(again.exit_code, f"no plan, exit code {again.exit_code}")
    return (
        f"{platform}, {MAILBOXES:,} mailboxes with {MEMBERS} members each, --manage {managed}: "
        f"{requests / MAILBOXES:.3f} requests per mailbox, {cost.peak:.0f} MB, "
        f"{cost.cpu * 1000 / MAILBOXES:.1f} ms of CPU per mailbox; the plan after it is {plan}"
    )

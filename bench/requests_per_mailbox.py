"""How many requests an audit takes a mailbox, wall time against a floor, and memory against size."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SIZES = (100, 1000)
LIMIT = 0.15


def audit(mailboxes: int, folder: Path) -> tuple[int, float]:
    """Return the requests and the seconds of one audit on an emulated tenant."""
    log = folder / f"{mailboxes}.jsonl"
    started = time.perf_counter()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "sharedbox_cli",
            "emulator",
            "run",
            "--mailboxes",
            str(mailboxes),
            "--members",
            "10",
            "--log",
            str(log),
            "--",
            sys.executable,
            "-m",
            "sharedbox_cli",
            "audit",
            "-o",
            "json",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall = time.perf_counter() - started
    lines = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
    return sum(not line["parent"] for line in lines), wall


def report() -> Iterator[str]:
    """Return one line a size."""
    with tempfile.TemporaryDirectory() as name:
        before = 0
        for size in SIZES:
            requests, wall = audit(size, Path(name))
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            growth = f", {peak / before:.2f} times the memory of the size before" if before else ""
            yield (
                f"audit of {size} mailboxes: {requests / size:.3f} requests a mailbox (limit {LIMIT} at 1000), "
                f"{wall:.1f} s with start and seeding{growth}"
            )
            before = peak

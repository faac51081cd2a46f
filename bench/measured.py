"""Run a command and measure it alone: CPU time and peak memory of that one process.

`python -m bench.measured FILE COMMAND…` writes the result to FILE and ends with the command's exit code. It exists
so that `sharedbox emulator run -- …` can start a command whose costs do not include the emulator's.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_KIB_PER_MB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    cpu: float
    """Seconds, in user and in system mode."""
    peak: float
    """Peak resident memory in MB (Linux counts it in KiB)."""
    exit_code: int = 0


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command without output and return its cost."""
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawnp(command[0], list(command), environment or os.environ, file_actions=silent)
    _, status, usage = os.wait4(child, 0)
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KIB_PER_MB, os.waitstatus_to_exitcode(status))


def sharedbox(*arguments: str) -> list[str]:
    """Return the command line of this checkout's `sharedbox`."""
    return [sys.executable, "-m", "sharedbox_cli", *arguments]


def on_emulator(
    folder: Path, mailboxes: int, members: int, arguments: Sequence[str], platform: str = "microsoft365"
) -> Cost:
    """Run `sharedbox` on an emulated tenant in another process, and return the cost of `sharedbox` alone.

    The log of requests is in `requests.jsonl` of the folder afterwards.
    """
    result = folder / "cost.json"
    size = ("--mailboxes", str(mailboxes), "--members", str(members))
    emulator = ("emulator", "run", "--platform", platform, *size)
    log = folder / "requests.jsonl"
    log.unlink(missing_ok=True)
    inner = [sys.executable, "-m", "bench.measured", str(result), *sharedbox(*arguments)]
    run(sharedbox(*emulator, "--log", str(log), "--", *inner))
    return Cost(**json.loads(result.read_text("utf-8")))


def requests_of(folder: Path) -> int:
    """Return the HTTP requests of the last command on the emulator; a batch is one."""
    with (folder / "requests.jsonl").open(encoding="utf-8") as lines:
        return sum(not json.loads(line)["parent"] for line in lines)


def main() -> int:
    """Measure the command that follows the name of the result file."""
    result, *command = sys.argv[1:]
    cost = run(command)
    Path(result).write_text(json.dumps(asdict(cost)), "utf-8")
    return cost.exit_code


if __name__ == "__main__":
    sys.exit(main())

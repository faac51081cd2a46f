"""How long `sharedbox validate` takes, compared with a bare load of the same files by PyYAML's C parser.

Two ratios of CPU time. *In one process*: the command against the bare load, both warm, so that neither counts the
start of Python or an import. This is the ratio with the limit. *As processes*: the command as people start it against
a script that loads the files, both with their start-up.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from bench.bare_load import bare_load
from bench.measured import Cost, on_emulator, run, sharedbox
from bench.specs import TENANT_SIZE, write_specs

COUNT = 1_000
MANY = 5_000
RUNS = 5
LIMIT = 3.0


def validate(folder: Path) -> None:
    """Run the command in this process."""
    from sharedbox_cli.cli.main import run as run_in_process

    with redirect_stdout(StringIO()):
        exit_code = run_in_process(["validate", str(folder)])
    if exit_code:
        message = f"validate ended with {exit_code}"
        raise RuntimeError(message)


def cpu(work: Callable[[Path], None], folder: Path) -> float:
    """Return the CPU seconds of one call."""
    started = time.process_time()
    work(folder)
    return time.process_time() - started


def pairs(folder: Path) -> list[tuple[float, float]]:
    """Return the CPU seconds of both, taken in turns after a warm-up, as the command's process is set up."""
    from sharedbox_cli.cli.main import collect_rarely

    collect_rarely()
    cpu(validate, folder), cpu(bare_load, folder)
    return [(cpu(validate, folder), cpu(bare_load, folder)) for _ in range(RUNS)]


def report() -> Iterator[str]:
    """Return one line per ratio, and the peak memory of many specs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_specs(folder, COUNT)
        command = [sys.executable, "-m", "bench.validate", str(folder)]
        answer = subprocess.run(command, check=True, capture_output=True).stdout
        yield f"validate of {COUNT:,} specs, in one process: {_words(json.loads(answer))} (limit {LIMIT:g})"
        processes = [(_command(folder).cpu, _bare(folder).cpu) for _ in range(RUNS)]
        yield f"validate of {COUNT:,} specs, as processes with start-up: {_words(processes)}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "specs"
        folder.mkdir()
        write_specs(folder, MANY)
        yield f"validate of {MANY:,} specs: peak memory {_command(folder).peak:.0f} MB"
        cost = on_emulator(Path(name), TENANT_SIZE, 0, ("plan", str(folder), "-o", "json"))
        yield f"plan of {MANY:,} specs: peak memory {cost.peak:.0f} MB, {cost.cpu:.1f} s of CPU{_failed(cost)}"


def _command(folder: Path) -> Cost:
    return run(sharedbox("validate", str(folder)))


def _failed(cost: Cost) -> str:
    return f" (it failed with exit code {cost.exit_code})" if cost.exit_code else ""


def _bare(folder: Path) -> Cost:
    return run([sys.executable, "-m", "bench.bare_load", str(folder)])


def _words(measured: list[tuple[float, float]]) -> str:
    ratio = statistics.median(mine / bare for mine, bare in measured)
    mine, bare = (statistics.median(times) for times in zip(*measured, strict=True))
    return f"{ratio:.2f} times a bare C load of the files; {mine:.2f} s of CPU against {bare:.2f} s"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(pairs(Path(sys.argv[1]))))

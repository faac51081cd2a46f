"""How long `sharedbox --help` takes, against a Typer program that says hello."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HELLO = '''
import typer

app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def hello(name: str = "world") -> None:
    """Say hello."""
    typer.echo(f"hello {name}")


app()
'''
RUNS = 15
LIMIT = 1.5


def seconds(command: list[str]) -> float:
    """Return the wall time of one process, in seconds."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def paired_ratio(first: list[str], second: list[str], runs: int = RUNS) -> tuple[float, float, float]:
    """Return the median of the ratios of pairs, and both medians, after one warm-up each."""
    seconds(first), seconds(second)
    pairs = [(seconds(first), seconds(second)) for _ in range(runs)]
    ratio = statistics.median(a / b for a, b in pairs)
    return ratio, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def report() -> Iterator[str]:
    """Return one line per command."""
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO, encoding="utf-8")
        base = [sys.executable, str(hello), "--help"]
        for name, arguments in (("--help", ["--help"]), ("plan --help", ["plan", "--help"])):
            command = [sys.executable, "-m", "sharedbox_cli", *arguments]
            ratio, mine, bare = paired_ratio(command, base)
            limit = f" (limit {LIMIT})" if name == "--help" else ""
            yield f"sharedbox {name}: {ratio:.2f} times a Typer hello-world{limit}; {mine:.3f} s against {bare:.3f} s"

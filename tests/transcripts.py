"""Transcripts of the demo for the README and docs/demo.md, as `make generated` writes them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from sharedbox_cli.cli.demo.workflow import Step, show_demo
from sharedbox_cli.emulator.company import SPECS
from tests.forked import python

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "demo.md"
_BLOCK = re.compile(r"(<!-- demo -->\n```text\n)(.*?)(```\n<!-- /demo -->)", re.DOTALL)
_READ_AT = re.compile(r"Read at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_PLAN = re.compile(r"^\$ sharedbox plan .*\n((?:.*\n)+?Read at .*\n)", re.MULTILINE)
"""The first plan, with the line below it that says when it was read."""
_ONE = ("--mailbox", "sales@contoso.example")
SHORT: tuple[Step, ...] = (
    ("What would change?", ("plan", *SPECS, *_ONE)),
    ("Apply the changes.", ("apply", *SPECS, *_ONE, "--yes")),
    ("Is anything left to do?", ("plan", *SPECS, *_ONE)),
    ("Limits, licences and risks:", ("check", *SPECS, *_ONE)),
    ("Who may send as it?", ("audit", *_ONE, "--platform", "microsoft365", "--right", "send_as")),
)
"""The README's transcript: one mailbox of the demo from drift to an empty plan, its findings, its audit."""


def transcript(*, is_short: bool) -> str:
    """Return what the demo prints, run as a process of its own."""
    command = ["-m", "tests.transcripts"] if is_short else ["-m", "sharedbox_cli", "demo"]
    environment = {
        **os.environ,
        "SHAREDBOX_LANG": "en",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "116" if is_short else "100",
    }
    done = subprocess.run([python(), *command], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    shown = _READ_AT.sub("Read at 2026-11-02 08:15:00 UTC", done.stdout)
    return without_repetition(shown) if is_short else shown


def without_repetition(shown: str) -> str:
    """Return a transcript in which a plan that `apply` prints again is one line."""
    first = _PLAN.search(shown)
    if first is None:
        raise ValueError("the transcript has no plan")
    before, plan, after = shown[: first.end()], first[1], shown[first.end() :]
    return before + after.replace(plan, "(the plan above)\n")


def shown_on(page: Path) -> str:
    """Return the transcript that a page shows now."""
    block = _BLOCK.search(page.read_text(encoding="utf-8"))
    if block is None:
        raise ValueError(f"{page} has no block between `<!-- demo -->` and `<!-- /demo -->`")
    return block[2]


def write_transcripts() -> None:
    """Write both pages."""
    for page, is_short in ((README, True), (PAGE, False)):
        text = page.read_text(encoding="utf-8")
        shown = transcript(is_short=is_short)
        page.write_text(_BLOCK.sub(lambda block, shown=shown: block[1] + shown + block[3], text), encoding="utf-8")  # type: ignore[misc]


if __name__ == "__main__":
    sys.exit(show_demo(SHORT))

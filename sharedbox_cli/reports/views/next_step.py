"""The commands that follow a change of specs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sharedbox_cli.reports.document import Line
from sharedbox_cli.reports.safe import pasteable

_PATTERN = re.compile(r"[*?]")
"""What `--mailbox` reads as a pattern; an address can contain it."""


def apply_command(folder: Path, mailboxes: Iterable[str]) -> str:
    """Return the command that applies the specs of some mailboxes, however many, and of no other."""
    chosen = sorted({mailbox.lower(): mailbox for mailbox in mailboxes}.items())
    named = [word for _, mailbox in chosen for word in ("--mailbox", _PATTERN.sub(r"[\g<0>]", mailbox))]
    return pasteable("apply", folder, *named)


def next_lines(command: str) -> tuple[Line, ...]:
    """Return what to do next; nothing without a command."""
    if not command:
        return ()
    return Line("To apply it, after plan, guards and a question:"), Line(f"    {command}", is_command=True)

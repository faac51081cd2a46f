"""The commands that follow a change of specs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sharedbox_cli.reports.document import Line
from sharedbox_cli.reports.safe import pasteable

_PATTERN = re.compile(r"[*?]")
"""What `--mailbox` reads as a pattern; an address can contain it."""


def apply_command(folder: Path, mailboxes: Iterable[str], options: Iterable[str] = ()) -> str:
    """Return the command that applies the specs of some mailboxes, however many, and of no other."""
    chosen = sorted({mailbox.lower(): mailbox for mailbox in mailboxes}.items())
    named = [word for _, mailbox in chosen for word in ("--mailbox", _PATTERN.sub(r"[\g<0>]", mailbox))]
    return pasteable("apply", folder, *options, *named)


def next_lines(command: str, *, is_applied: bool = False) -> tuple[Line, ...]:
    """Return what to do next. `is_applied`: the command that shows this applies the changes, too."""
    if is_applied and not command:
        return (Line("No spec was changed, so nothing is applied. To apply earlier changes, run `sharedbox apply`."),)
    if not command:
        return ()
    said = (
        "Applying starts now. To continue after a stop:"
        if is_applied
        else "To apply it, after plan, guards and a question:"
    )
    return Line(said), Line(f"    {command}", is_command=True)

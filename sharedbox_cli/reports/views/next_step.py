"""The commands that follow a change of specs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sharedbox_cli.reports.document import Line
from sharedbox_cli.reports.safe import pasteable

_MOST = 20
"""With more mailboxes, a command has none: a line would be too long for some shells."""


def apply_command(folder: Path, mailboxes: Iterable[str]) -> str:
    """Return the command that applies the specs of some mailboxes, and of no other."""
    chosen = sorted(set(mailboxes), key=str.lower)
    named = [word for mailbox in chosen for word in ("--mailbox", mailbox)] if len(chosen) <= _MOST else []
    return pasteable("apply", folder, *named)


def next_lines(command: str) -> tuple[Line, ...]:
    """Return what to do next; nothing without a command."""
    return (Line("To apply it, after plan, guards and a question:"), Line(f"    {command}")) if command else ()

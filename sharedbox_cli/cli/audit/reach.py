"""How far an audit looks into mailboxes."""

from __future__ import annotations

from sharedbox_cli.core.reach import Reach


def reach_of(*, inside: bool, every: bool) -> Reach:
    """Return the folders that two options ask for; the second one includes the first."""
    return Reach.EVERY if every else Reach.MAIN if inside else Reach.NONE

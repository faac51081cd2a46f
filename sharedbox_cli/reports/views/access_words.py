"""The rows of an audit in words, and what is arranged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.change_words import RIGHT_WORDS, right_words
from sharedbox_cli.core.model import ObservedMailbox
from sharedbox_cli.core.open_access import IN_FORCE, WAYS
from sharedbox_cli.core.why import InSpec, Why


@dataclass(frozen=True, slots=True)
class Audit:
    """The rows and mailboxes to arrange. If there are several platforms, a mailbox is shown with its platform."""

    rows: Sequence[AccessRow]
    mailboxes: Sequence[ObservedMailbox]

    @property
    def is_mixed(self) -> bool:
        """Return whether there are several platforms."""
        return len({mailbox.platform for mailbox in self.mailboxes}) > 1

    def name(self, mailbox: str, platform: str) -> str:
        """Return a mailbox, with its platform if there are several."""
        return f"{mailbox} ({platform})" if self.is_mixed else mailbox

    def ids(self) -> dict[str, str]:
        """Return the IDs of holders who look like another one: a name can be any text, also an address."""
        holders = defaultdict(set)
        for row in self.rows:
            holders[row.person].add(row.holder)
        return {
            row.holder: f" [{row.trustee_id}]"
            for row in self.rows
            if len(holders[row.person]) > 1 and not row.holder.startswith("user:")
        }


def mailbox_key(mailbox: ObservedMailbox) -> tuple[str, str]:
    """Return what identifies a mailbox."""
    return mailbox.address.key, str(mailbox.platform)


def marks_of(row: AccessRow) -> str:
    """Return what is special about a holder or an entry."""
    marks = [
        "deleted account" if row.kind == "orphan" else "",
        row.entry if row.entry not in IN_FORCE else "",
        "guest" if row.is_guest else "outside the organisation" if row.is_external and row.address else "",
        "disabled" if not row.is_enabled and row.kind != "orphan" else "",
        str(row.kind) if row.kind in ("group", "application") else "",
        "not resolved" if row.kind == "other" and row.entry == "grant" else "",
        "" if row.can_hold else "cannot hold rights",
        "" if row.is_resolved else "members not read",
        f"as {row.address}" if row.address and row.address != row.person else "",
    ]
    return ", ".join(mark for mark in marks if mark)


def may_words(row: AccessRow) -> str:
    """Return the words of a right, or the text of an entry that is none."""
    if row.entry in WAYS:
        return RIGHT_WORDS[row.right]
    return right_words(row.right, row.detail) if row.entry == "grant" else row.detail


def through_words(row: AccessRow) -> str:
    """Return the groups that give a right, or the setting that does."""
    return row.detail if row.entry in WAYS else " > ".join(row.via)


def who_words(row: AccessRow) -> str:
    """Return the name and the address of a holder."""
    return f"{row.name} <{row.person}>" if row.name and row.name != row.person else row.person


def why_words(why: Why) -> str:
    """Return why a right is there, and since when."""
    granted = f"granted {why.granted_at:%Y-%m-%d %H:%M} by {why.granted_by or 'somebody'}" if why.granted_at else ""
    seen = ""
    if why.first_seen:
        seen = f"first seen {why.first_seen:%Y-%m-%d %H:%M}" if why.is_start_known else "there at the first reading"
    words = (
        "not in the spec" if why.in_spec is InSpec.NO else "unmanaged" if why.in_spec is InSpec.UNMANAGED else "",
        granted or seen,
        f"run {why.granted_run[:8]}" if why.granted_run else "",
        f"until {why.until:%Y-%m-%d}" if why.until else "",
        f"reason: {why.reason}" if why.reason else "",
        f"owner: {why.owner}" if why.owner else "",
        why.spec,
    )
    return ", ".join(filter(None, words))

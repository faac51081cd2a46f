"""What could not be read. It is neither absent nor without members: nothing is known about it."""

from __future__ import annotations

from dataclasses import dataclass

from sharedbox_cli.core.errors import CloudError, SharedboxError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.texts import mark, mark_in, tr_in

_KINDS = {
    "mailbox": mark_in("unread", "mailbox"),
    "group": mark_in("unread", "group"),
    "account": mark_in("unread", "account"),
    "application": mark_in("unread", "application"),
    "product": mark_in("unread", "product"),
    "policy": mark_in("unread", "policy"),
    "report": mark_in("unread", "report"),
    "row": mark_in("unread", "row"),
}


def unread_kind_words(kind: str) -> str:
    """Return what could not be read, in one word. A plug-in may have other kinds."""
    return tr_in("unread", _KINDS[kind]) if kind in _KINDS else kind


@dataclass(frozen=True, slots=True)
class Unread:
    """An object that could not be read completely, and why."""

    kind: str
    """In plain words: `mailbox`, `group`, `account` and others. A `check` is one of a plug-in that failed."""
    name: str
    """Its address, or its ID if that is all that is known."""
    summary: str = ""
    where: str = ""
    """The request, its status and its ID."""
    why: str = ""
    hint: str = ""
    mailbox: Address | None = None
    """The shared mailbox that it is. None: it is something else, or not known to be one."""

    @classmethod
    def of(cls, kind: str, name: str, error: SharedboxError, mailbox: Address | None = None) -> Unread:
        """Return an object that could not be read because of an error."""
        summary = INCOMPLETE if error.summary == type(error).summary else error.summary
        hint = "" if "{command}" in error.hint else error.hint  # how to leave it out, which is done already
        identity = error.mailbox if isinstance(error, CloudError) else ""
        is_id = bool(identity) and "@" not in identity  # an address says what was asked for, an ID nothing
        where = error.where.replace(identity, name) if is_id else error.where
        return cls(kind, name, summary, where, error.why, hint, mailbox)

    @property
    def words(self) -> str:
        """Return what happened in one line: the object first."""
        reasons = ". ".join(part.rstrip(".") for part in (self.summary, self.where, self.why) if part)
        return f"{self.kind} {self.name}: {reasons}."


INCOMPLETE = mark("it could not be read completely")
"""The summary where the error itself speaks about a whole reading."""

"""The heads of columns, in the language of the command."""

from __future__ import annotations

from sharedbox_cli.core.texts import mark_in, tr_in

_COLUMNS = frozenset(
    {
        mark_in("column", "who"),
        mark_in("column", "mailbox"),
        mark_in("column", "may"),
        mark_in("column", "through"),
        mark_in("column", "note"),
        mark_in("column", "why and since when"),
        mark_in("column", "spec"),
        mark_in("column", "change"),
        mark_in("column", "now"),
        mark_in("column", "before"),
        mark_in("column", "rights"),
        mark_in("column", "key"),
        mark_in("column", "meaning"),
        mark_in("column", "why, and what to do"),
        mark_in("column", "since"),
        mark_in("column", "granted by"),
        mark_in("column", "in specs"),
        mark_in("column", "reason"),
        mark_in("column", "until"),
        mark_in("column", "group"),
        mark_in("column", "people"),
        mark_in("column", "mailboxes"),
        mark_in("column", "groups inside"),
        mark_in("column", "people who can open it"),
        mark_in("column", "licence"),
        mark_in("column", "why"),
        mark_in("column", "about"),
        mark_in("column", "severity"),
        mark_in("column", "findings"),
        mark_in("column", "kind"),
        mark_in("column", "lines"),
        mark_in("column", "holders"),
        mark_in("column", "used"),
        mark_in("column", "quota"),
        mark_in("column", "share"),
        mark_in("column", "state"),
        mark_in("column", "what"),
        mark_in("column", "share of the pool"),
        mark_in("column", "product"),
        mark_in("column", "seats"),
        mark_in("column", "in use"),
        mark_in("column", "free"),
        mark_in("column", "held by these mailboxes"),
        mark_in("column", "of these not needed"),
        mark_in("column", "to read"),
        mark_in("column", "to write"),
    }
)


def head(name: str) -> str:
    """Return the head of a column. Raises KeyError for one that is not listed here: it would have no translation."""
    if name not in _COLUMNS:
        raise KeyError(name)
    return tr_in("column", name)


def heads(*names: str) -> tuple[str, ...]:
    """Return the heads of several columns."""
    return tuple(map(head, names))

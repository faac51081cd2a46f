"""Small words of the report for a browser."""

from __future__ import annotations

from sharedbox_cli.core.texts import tr_count, tr_count_in


def mailboxes_words(count: int) -> str:
    """Return a number of mailboxes."""
    return tr_count("{count} mailbox", "{count} mailboxes", count)


def on_words(count: int) -> str:
    """Return a number of mailboxes on which something is."""
    return tr_count_in("on", "{count} mailbox", "{count} mailboxes", count)


def people_words(count: int) -> str:
    """Return a number of people."""
    return tr_count("{count} person", "{count} people", count)

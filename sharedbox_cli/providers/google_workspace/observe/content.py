"""What Gmail holds for one mailbox, read by one call per resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.errors import NotFound, ObserveError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Columns, Row, read_row
from sharedbox_cli.providers.forms import all_understood, list_of, number_of, text_of
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR
from sharedbox_cli.providers.google_workspace.gmail_columns import (
    AUTO_REPLY,
    FILTERS,
    FORWARDING,
    GMAIL,
    IMAP,
    LABELS,
    LANGUAGE,
    POP,
    SENDERS,
    SIGNATURE,
)
from sharedbox_cli.providers.google_workspace.scopes import GMAIL as GMAIL_API
from sharedbox_cli.providers.responses import Fields

_BASE = "gmail.users.settings"
_MOST_COUNTED = 100
"""Of a mailbox with more labels, the messages are not counted."""
WAITING = "pending"
"""The state of an address whose owner has not confirmed it."""
EMPTY = {name: setting.new for name, setting in SETTINGS.items() if name in {**GMAIL, **CALENDAR}}
"""What a mailbox holds that is not set up yet."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One object of a mailbox that is read as a whole, with its settings."""

    columns: Columns
    call: str
    ask: Callable[[Any], Any]
    """Makes the request from the client library's `users()`."""

    async def read(self, google: Google, subject: str) -> Fields:
        """Return the object."""
        return await ask(google, subject, self.ask, self.call)


AUTO_REPLY_SETTINGS = Resource(
    AUTO_REPLY, f"{_BASE}.getVacation", lambda users: users.settings().getVacation(userId="me")
)
FORWARDING_SETTINGS = Resource(
    FORWARDING, f"{_BASE}.getAutoForwarding", lambda users: users.settings().getAutoForwarding(userId="me")
)
IMAP_SETTINGS = Resource(IMAP, f"{_BASE}.getImap", lambda users: users.settings().getImap(userId="me"))
POP_SETTINGS = Resource(POP, f"{_BASE}.getPop", lambda users: users.settings().getPop(userId="me"))
LANGUAGE_SETTINGS = Resource(LANGUAGE, f"{_BASE}.getLanguage", lambda users: users.settings().getLanguage(userId="me"))
_RESOURCES = (AUTO_REPLY_SETTINGS, FORWARDING_SETTINGS, IMAP_SETTINGS, POP_SETTINGS, LANGUAGE_SETTINGS)


async def ask(google: Google, subject: str, make: Callable[[Any], Any], call: str) -> Fields:
    """Return the answer to one read of a mailbox."""
    return await google.read(GMAIL_API, lambda service: make(service.users()), call, subject=subject, mailbox=subject)


async def read_content(
    google: Google, subject: str, wanted: frozenset[Field], *, with_counts: bool = False
) -> tuple[dict[Field, Value], dict[Fact, Value]]:
    """Return the wanted settings of a mailbox, by one call per resource that holds some of them, and facts.

    `with_counts`: how many messages each label has, too, by one more call for each, fifty per request.
    """
    facts: dict[Fact, Value] = {}
    where = f"{subject} · {_BASE}"
    rows: list[tuple[Columns, Row]] = []
    if wanted & {*LABELS, *FILTERS}:
        filters = await read_filters(google, subject) if wanted & FILTERS.keys() else []
        has_labels = bool(filters or wanted & LABELS.keys())  # filters alone need only the names of labels
        labels = {"labels": await read_labels(google, subject) if has_labels else []}
        rows += [(LABELS, labels), (FILTERS, {**labels, "filter": filters})]
        if with_counts and Field.FOLDERS in wanted and len(labels["labels"]) <= _MOST_COUNTED:
            facts[Fact.FOLDER_ITEMS] = await _counts(google, subject, labels["labels"])
    if wanted & {*SENDERS, *SIGNATURE}:
        senders = await read_senders(google, subject)
        rows.append(({**SENDERS, **SIGNATURE}, {"sendAs": senders}))
        if wanted & SENDERS.keys():
            facts[Fact.UNCONFIRMED_SENDERS] = unconfirmed_senders(senders, subject)
    needed = [resource for resource in _RESOURCES if wanted & resource.columns.keys()]
    rows += [(resource.columns, await resource.read(google, subject)) for resource in needed]
    found = {name: value for columns, row in rows for name, value in read_row(columns, row, wanted, where).items()}
    return found, facts


def unconfirmed_senders(senders: Iterable[Row], owner: str) -> tuple[str, ...]:
    """Return the additional addresses that nobody confirmed. Raises ObserveError for one that has no state."""
    extra = [item for item in senders if not item.get("isPrimary")]
    states = all_understood(
        extra,
        f"{_BASE}.sendAs.list",
        lambda item: (text_of(item, "sendAsEmail").lower(), status_of(item, owner)),
        owner,
    )
    return tuple(sorted(address for address, state in states if state == WAITING))


def status_of(item: Mapping[str, Any], owner: str) -> str:
    """Return whether a send-as address is confirmed. Raises ObserveError if Google does not say so."""
    if "verificationStatus" not in item:
        raise ObserveError(
            where=f"{owner} · gmail.users.settings.sendAs.list",
            why="An address has no `verificationStatus`, so it is not known whether it is confirmed.",
        )
    return text_of(item, "verificationStatus")


async def read_labels(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return the labels that people created."""
    data = await ask(google, subject, lambda users: users.labels().list(userId="me"), "gmail.users.labels.list")
    labels = _objects(data, "labels", "gmail.users.labels.list", subject)
    return [label for label in labels if label.get("type") == "user"]


async def _counts(google: Google, subject: str, labels: Iterable[Row]) -> Value:
    """Return how many messages have each label. One that is gone, or has no number, is left out."""

    async def one(label: Row) -> tuple[str, int] | None:
        identity = text_of(label, "id")
        call = "gmail.users.labels.get"
        try:
            row = await ask(google, subject, lambda users: users.labels().get(userId="me", id=identity), call)
            return text_of(label, "name"), number_of(row, "messagesTotal")
        except (NotFound, KeyError, ValueError):
            return None

    return tuple(sorted(pair for pair in await together(map(one, labels)) if pair is not None))


async def read_filters(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return all filters."""
    call = f"{_BASE}.filters.list"
    data = await ask(google, subject, lambda users: users.settings().filters().list(userId="me"), call)
    return _objects(data, "filter", call, subject)


async def read_senders(google: Google, subject: str) -> list[dict[str, Any]]:
    """Return all send-as addresses, including the mailbox's own."""
    call = f"{_BASE}.sendAs.list"
    data = await ask(google, subject, lambda users: users.settings().sendAs().list(userId="me"), call)
    return _objects(data, "sendAs", call, subject)


def _objects(data: Fields, key: str, call: str, subject: str) -> list[dict[str, Any]]:
    return all_understood(list_of(data, key, call, subject), call, dict, subject)

"""Reading and writing the file. Imported when a command connects."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_jsonfile.plugin import PLATFORM

KEYS = {Field.DISPLAY_NAME: "name", Field.ALIASES: "aliases"}


class JsonFile:
    """Implements `sharedbox_cli.providers.base.Provider` on one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()  # changes of different mailboxes come from several threads

    def read(self) -> dict[str, Any]:
        """Return the content of the file. Raises ObserveError: an incomplete observation is never planned on."""
        try:
            content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ObserveError(where=str(self._path), why=str(error)) from error
        return content

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return the mailboxes and people of the file. Reading more than the scope asks for is allowed."""
        content = self.read()
        people = {Address.of(text): name for text, name in content["people"].items()}
        return Observed(
            tenant_id=content["organisation"],
            tenant_name=content["organisation"],
            platforms=frozenset({PLATFORM}),
            domains=frozenset(content["domains"]),
            read_at=datetime.now(UTC),
            mailboxes={
                Address.of(text): _mailbox(text, item)
                for text, item in content["mailboxes"].items()
                if scope.mailboxes is None or Address.of(text) in scope.mailboxes
            },
            trustees={_id(one): Trustee(_id(one), TrusteeKind.USER, one, name) for one, name in people.items()},
            directory={one: _id(one) for one in people},
            taken={one: (AddressHolder(_id(one), "person", name, one),) for one, name in people.items()},
        )

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Write one change. A second attempt at the same change has no effect."""
        with self._lock:
            before = self.read()
            if _lacks_mailbox(before, change):
                return Outcome(Status.FAILED, "the mailbox is no longer in the file")
            after = _changed(before, change)
            if after != before:
                self._path.write_text(json.dumps(after, indent=2), encoding="utf-8")
        return Outcome(Status.ALREADY_SO if after == before else Status.DONE, mailbox_id=change.mailbox.key)

    def close(self) -> None:
        """Close connections; there are none."""


def _mailbox(text: str, item: dict[str, Any]) -> ObservedMailbox:
    settings = {Field.DISPLAY_NAME: item["name"], Field.ALIASES: tuple(sorted(item["aliases"]))}
    grants = {Grant(_id(Address.of(who)), Right(one)) for who, rights in item["members"].items() for one in rights}
    return ObservedMailbox(text.lower(), Address.of(text), PLATFORM, settings, frozenset(grants))


def _id(address: Address) -> TrusteeId:
    return TrusteeId(address.key)


def _lacks_mailbox(content: dict[str, Any], change: Change) -> bool:
    return change.kind is not Kind.CREATE and change.mailbox.key not in content["mailboxes"]


def _changed(content: dict[str, Any], change: Change) -> dict[str, Any]:
    """Return the content after a change. A kind or field that is unknown here raises an error."""
    after = deepcopy(content)
    if change.kind is Kind.CREATE:  # settings other than the name follow as changes of their own
        mailbox = {"name": change.after[Field.DISPLAY_NAME], "aliases": [], "members": {}}
        after["mailboxes"].setdefault(change.mailbox.key, mailbox)
        return after
    mailbox = after["mailboxes"][change.mailbox.key]
    if change.party is not None and change.kind in (Kind.GRANT, Kind.REVOKE):
        rights = set(mailbox["members"].pop(change.party.id, ()))
        rights = rights | {change.party.right} if change.kind is Kind.GRANT else rights - {change.party.right}
        mailbox["members"] |= {change.party.id: sorted(rights)} if rights else {}
    elif change.kind is Kind.UPDATE:
        for field, value in change.after.items():
            mailbox[KEYS[field]] = list(value) if isinstance(value, tuple) else value
    else:
        raise NotImplementedError(change.kind)
    return after

"""What every kind of change needs: both APIs, what this run created, and waiting for it to become visible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sharedbox_cli.core.change import RESTORE, Change
from sharedbox_cli.core.errors import CloudError, NotFound
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.columns import property_names
from sharedbox_cli.providers.microsoft365.columns import CREATED, IDENTITY, MAILBOX, ON_BEHALF, created_at
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin, Reply
from sharedbox_cli.providers.microsoft365.folder_rights import Folder, Place
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, says_already
from sharedbox_cli.providers.safe_write import once_released
from sharedbox_cli.providers.transport import SETTLE_SECONDS, Clock

SKEW = timedelta(minutes=5)
"""How far the vendor's clocks and ours may differ."""
VISIBLE_WITHIN_SECONDS = 300.0
"""An object that one request creates can be unknown to the next for seconds to minutes (public records, 2026-09)."""
WAITS = (*SETTLE_SECONDS, *(30.0,) * 8)
"""Seconds between attempts while a new mailbox is not known everywhere: five minutes."""


@dataclass(slots=True)
class Writer:
    """The state of one run of writes."""

    graph: Graph
    exchange: ExchangeAdmin
    clock: Clock
    listener: Listener = SILENT
    created: dict[Address, str] = field(default_factory=dict)
    """Mailboxes that this run created, with their ids: for them a 404 means "not yet"."""
    licensed: set[Address] = field(default_factory=set)
    """Mailboxes that this run assigned a licence to: its plans may be active only later."""
    places: dict[str, dict[Folder, Place]] = field(default_factory=dict)
    """Where the folders of a mailbox are, by the id of the mailbox."""
    started: dict[Address, datetime] = field(default_factory=dict)
    """When the first request to create a mailbox was sent (UTC)."""

    def is_created(self, change: Change, row: Mapping[str, Any] | None) -> bool:
        """Return whether a row is the mailbox of this creation, and not one that existed before."""
        if row is None or Address.of(str(row["PrimarySmtpAddress"])) != change.mailbox:
            return False
        if str(row["RecipientTypeDetails"]) != "SharedMailbox":
            return False
        since = self.started.get(change.mailbox)
        if change.how == RESTORE or since is None:
            return True
        created = created_at(row)
        return created is not None and created >= since - SKEW

    async def cmdlet(self, name: str, parameters: dict[str, Any], mailbox: Address, request_id: str) -> Reply:
        """Run a cmdlet; where this run created the mailbox, wait until every server knows it."""
        waits = iter(WAITS)
        while True:
            try:
                return await self.exchange.write(name, parameters, str(mailbox), request_id)
            except NotFound:
                wait = next(waits, None)
                if mailbox not in self.created or wait is None:
                    raise
                self.listener.waiting(wait, f"{mailbox} is new and not known everywhere yet")
                await self.clock.sleep(wait)

    async def once_released(self, change: Change, act: Callable[[], Awaitable[Reply]]) -> Reply:
        """Return what `act` returns; for an address that was just released, wait until it is free."""
        return await once_released(change, act, self.clock, self.listener)

    async def mailbox_row(
        self, identity: str, fields: Iterable[Field] = (), *, with_grants: bool = False
    ) -> dict[str, Any] | None:
        """Return a mailbox as it is now, with some settings; nothing where it does not exist. Raises CloudError."""
        select = {*IDENTITY, *CREATED, *property_names(MAILBOX, fields), *(ON_BEHALF if with_grants else ())}
        parameters: dict[str, Any] = {"Identity": identity}
        if with_grants:
            parameters["IncludeGrantSendOnBehalfToWithDisplayNames"] = True
        try:
            rows = await self.exchange.read("Get-Mailbox", parameters, select=tuple(sorted(select)))
        except NotFound:
            return None
        except CloudError as error:
            if "@" not in identity or not is_ambiguous(error):
                raise
            # It is also the sign-in name or alias of another object: the mailbox is the one with the address.
            by_address = {**parameters, "Filter": f"PrimarySmtpAddress -eq {odata_quoted(identity)}"}
            del by_address["Identity"]
            rows = await self.exchange.read("Get-Mailbox", by_address, select=tuple(sorted(select)))
        return rows[0] if len(rows) == 1 else None

    async def wait_until_visible(self, address: Address) -> dict[str, Any] | None:
        """Return a new mailbox as soon as it can be read; nothing where that takes more than five minutes."""
        waited = 0.0
        for wait in WAITS:
            row = await self.mailbox_row(address.text)
            if row is not None:
                return row
            if waited >= VISIBLE_WITHIN_SECONDS:
                break
            self.listener.waiting(wait, f"{address} is new and not known everywhere yet")
            await self.clock.sleep(wait)
            waited += wait
        return None


def outcome_of_reply(reply: Reply) -> Outcome:
    """Return done, or already so where the service reports that nothing had to be changed."""
    status = Status.ALREADY_SO if says_already(reply.warnings) else Status.DONE
    return Outcome(status, request_id=reply.request_id)

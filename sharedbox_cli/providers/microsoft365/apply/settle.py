"""Whether the effect of a change is there: by reading only, through the same columns as observing."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff_settings import has_effect
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_targets import recipients_named
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.microsoft365.apply.folder_rights import has_folder_right, read_levels
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.columns import ACCOUNT, MAILBOX
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_OF, FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.observe import content
from sharedbox_cli.providers.microsoft365.observe.content import LISTINGS
from sharedbox_cli.providers.microsoft365.observe.holders import read_holders
from sharedbox_cli.providers.microsoft365.observe.inside import SOURCES, read_one
from sharedbox_cli.providers.microsoft365.observe.mailboxes import reduced_row
from sharedbox_cli.providers.microsoft365.observe.people import read_account
from sharedbox_cli.providers.microsoft365.observe.recipients import find_named, is_failure, resolved
from sharedbox_cli.providers.microsoft365.recipients import names_in
from sharedbox_cli.providers.microsoft365.regional import KEPT_EXACTLY


async def is_there(writer: Writer, change: Change) -> bool:
    """Return whether a reading shows the effect now. Raises SharedboxError where nothing can be read."""
    identity = change.mailbox_id or writer.created.get(change.mailbox, "") or change.mailbox.text
    if change.kind is Kind.CREATE:
        return writer.is_created(change, await writer.mailbox_row(change.mailbox.text))
    if change.kind is Kind.DELETE:
        return await writer.mailbox_row(change.mailbox_id) is None
    if change.party is not None:
        return await _has_right(writer, change, identity) is (change.kind is not Kind.REVOKE)
    # A licence is there or not, whatever product it comes from.
    after: dict[Field, Value] = {name: value for name, value in change.after.items() if name is not Field.PRODUCT}
    settings = await _settings(writer, change, after, identity)
    return all(name in settings and has_effect(name, change, settings[name], KEPT_EXACTLY) for name in after)


async def _settings(writer: Writer, change: Change, after: Mapping[Field, Value], identity: str) -> dict[Field, Value]:
    """Return the settings of a change as they are now; nothing where the mailbox or its account is not there."""
    settings: dict[Field, Value] = {}
    if after.keys() & MAILBOX.keys():
        row = await writer.mailbox_row(identity, after)
        read = read_row(MAILBOX, row, after, f"{change.mailbox} · Get-Mailbox") if row else {}
        settings |= await _with_addresses(writer, read, recipients_named(after))
    if after.keys() & ACCOUNT.keys():
        user = await read_account(writer.graph, identity)
        settings |= read_row(ACCOUNT, user, after, f"{change.mailbox} · users") if user else {}
    if after.keys() & FOLDER_RIGHTS.keys():
        settings |= await read_levels(writer, after, identity, str(change.mailbox))
    for source in SOURCES:
        settings |= await read_one(writer.exchange, source, identity, after, str(change.mailbox))
    for listing in LISTINGS:
        settings |= await content.read_one(writer.graph, writer.exchange, listing, identity, after, str(change.mailbox))
    return settings


async def _with_addresses(writer: Writer, read: dict[Field, Value], spellings: Set[str]) -> dict[Field, Value]:
    """Return settings with the addresses of the recipients that they name. Raises CloudError, ObserveError."""
    found = await find_named(writer.exchange, (name for value in read.values() for name in names_in(value)))
    for result in found.values():
        if is_failure(result):
            raise result
    return {name: resolved(value, found, spellings) for name, value in read.items()}


async def _has_right(writer: Writer, change: Change, identity: str) -> bool:
    party = change.party
    if party is not None and party.right in FOLDER_OF:
        return await has_folder_right(writer, change, identity)
    row = await writer.mailbox_row(identity, with_grants=True)
    if party is None or row is None:
        return False
    rows = {change.mailbox: reduced_row(row, set(), set(), with_grants=True)}
    entries = await read_holders(writer.graph, writer.exchange, rows)
    same = [(raw, who) for raw, who in entries if raw.right is party.right and not (raw.is_deny or raw.is_inherited)]
    if any(who is not None and who.id == party.id for _, who in same):
        return True
    unclear = sorted(raw.who for raw, who in same if who is None)
    if unclear:
        # One of them may be this very trustee under another name: absence is not proved.
        raise ObserveError(where=str(change.mailbox), why=f"Nothing is known about `{unclear[0]}`.")
    return False

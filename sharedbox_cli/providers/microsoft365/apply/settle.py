"""Whether the effect of a change is there: by reading only."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.observe.licences import licence_of
from sharedbox_cli.providers.microsoft365.observe.mailboxes import settings_of
from sharedbox_cli.providers.microsoft365.observe.people import read_account
from sharedbox_cli.providers.microsoft365.observe.tenant import read_holders


async def is_there(writer: Writer, change: Change) -> bool:
    """Return whether a reading shows the effect now. Raises SharedboxError where it cannot be made."""
    identity = change.mailbox_id or writer.made.get(change.mailbox, "") or change.mailbox.text
    if change.kind is Kind.CREATE:
        return writer.is_made(change, await writer.mailbox_row(change.mailbox.text))
    if change.kind is Kind.DELETE:
        return await writer.mailbox_row(change.mailbox_id) is None
    if change.party is not None:
        return await _holds(writer, change, identity) is (change.kind is not Kind.REVOKE)
    if Field.SIGN_IN in change.after or Field.LICENCE in change.after:
        return await _account(writer, change, identity)
    row = await writer.mailbox_row(identity)
    if row is None:
        return False
    found = settings_of(row, frozenset(change.after) - {Field.KIND})
    return all(found.get(name) == value for name, value in change.after.items())


async def _account(writer: Writer, change: Change, identity: str) -> bool:
    user = await read_account(writer.graph, identity)
    if user is None:
        return False
    if Field.LICENCE in change.after:
        return licence_of(user) == change.after[Field.LICENCE]
    return (change.after[Field.SIGN_IN] == "allowed") is bool(user["accountEnabled"])


async def _holds(writer: Writer, change: Change, identity: str) -> bool:
    party = change.party
    row = await writer.mailbox_row(identity)
    if party is None or row is None:
        return False
    found = await read_holders(writer.graph, writer.exchange, {change.mailbox: row})
    same = [(raw, who) for raw, who in found if raw.right is party.right and not (raw.is_deny or raw.is_inherited)]
    if any(who is not None and who.id == party.id for _, who in same):
        return True
    unclear = sorted(raw.who for raw, who in same if who is None)
    if unclear:
        # One of them may be this very trustee under another name: absence is not proved.
        raise ObserveError(where=str(change.mailbox), why=f"Nobody knows who `{unclear[0]}` is.")
    return False

"""Whether the effect of a change is there: by reading only, with the eyes of observe."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff_settings import is_so
from sharedbox_cli.core.errors import CloudError, SharedboxError
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, Field
from sharedbox_cli.core.outcome import Effect
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.apply.accounts import is_made
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.observe.tenant import observe_tenant
from sharedbox_cli.providers.transport import SETTLE_SECONDS


async def settle(writer: Writer, change: Change) -> Effect:
    """Return what a reading says now; UNCLEAR where it could not be made."""
    try:
        return Effect.PRESENT if await _is_there(writer, change) else Effect.ABSENT
    except (CloudError, SharedboxError):
        return Effect.UNCLEAR


async def settle_patiently(writer: Writer, change: Change) -> Effect:
    """Return PRESENT at the first sight of it; ABSENT only when the last two readings of a window agree."""
    last = Effect.UNCLEAR
    for wait in SETTLE_SECONDS:
        await writer.clock.sleep(wait)
        found = await settle(writer, change)
        if found is Effect.PRESENT:
            return found
        if found is Effect.ABSENT and last is Effect.ABSENT and wait >= SETTLE_SECONDS[-2]:
            return found
        last = found
    return last


async def _is_there(writer: Writer, change: Change) -> bool:
    party = change.party
    address = party.address if party else None
    fields = frozenset() if change.kind is Kind.CREATE else frozenset(change.after)
    scope = Scope(
        frozenset({change.platform}), frozenset({change.mailbox}), fields | {Field.KIND},
        grants_of=frozenset({change.mailbox} if party else ()),
        trustees=frozenset({address} if address else ()), rights=frozenset({party.right} if party else ()),
    )  # fmt: skip
    world = await observe_tenant(writer.google, scope, writer.clock.now())
    box = world.mailboxes.get(change.mailbox)
    if change.kind is Kind.DELETE:
        return box is None
    if box is None:
        return False
    if change.kind is Kind.CREATE:
        if change.platform == GOOGLE_COLLABORATIVE:
            return True
        row = await read_user(writer.google, change.mailbox.text)
        return row is not None and is_made(writer, change, row)
    if party is not None:
        ids = {party.id, world.directory.get(address) if address else None}
        delivery = change.after.get(Field.DELIVERY)
        held = any(
            grant.trustee in ids and grant.right is party.right and delivery in (None, grant.delivery)
            for grant in box.grants or ()
        )
        return held is (change.kind is not Kind.REVOKE)
    return all(is_so(name, value, box.settings.get(name)) for name, value in change.after.items())

"""Whether the effect of a change is there: by reading only, in the same way as observing."""

from __future__ import annotations

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff_settings import has_effect
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, LEVELLED
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.apply.accounts import is_created
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.observe.tenant import observe_tenant


async def is_there(writer: Writer, change: Change) -> bool:
    """Return whether a reading shows the effect now. Raises SharedboxError where nothing can be read."""
    party = change.party
    address = party.address if party else None
    fields = frozenset() if change.kind is Kind.CREATE else frozenset(change.after)
    scope = Scope(
        frozenset({change.platform}),
        frozenset({change.mailbox}),
        fields | {Field.KIND},
        grants_of=frozenset({change.mailbox} if party else ()),
        trustees=frozenset({address} if address else ()),
        rights=frozenset({party.right} if party else ()),
        inside={change.mailbox: frozenset({party.right})} if party and party.right in LEVELLED else {},
    )
    observed = await observe_tenant(writer.google, scope, writer.clock.now())
    mailbox = observed.mailboxes.get(change.mailbox)
    if change.kind is Kind.DELETE:
        return mailbox is None
    if mailbox is None:
        return False
    if change.kind is Kind.CREATE:
        if change.platform == GOOGLE_COLLABORATIVE:
            return True
        row = await read_user(writer.google, change.mailbox.text)
        return row is not None and is_created(writer, change, row)
    if party is not None:
        ids = {party.id, observed.directory.get(address) if address else None}
        delivery, until = change.after.get(Field.DELIVERY), change.after.get(Field.UNTIL)
        held = any(
            grant.trustee in ids
            and (grant.right, grant.detail) == (party.right, party.detail)
            and delivery in (None, grant.delivery)
            and until in (None, grant.until)
            for grant in mailbox.grants or ()
        )
        if change.kind is Kind.REVOKE:
            held = held or any(item.trustee in ids and item.revocable is party.right for item in mailbox.special)
        return held is (change.kind is not Kind.REVOKE)
    return all(has_effect(name, change, mailbox.settings.get(name)) for name in change.after)

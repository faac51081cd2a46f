"""A recipient as a property of a mailbox names it."""

from __future__ import annotations

from sharedbox_cli.emulator.microsoft.exchange_admin.forms import distinguished
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import guid_of
from sharedbox_cli.emulator.tenant import Tenant


def recipient_text(tenant: Tenant, identity: str) -> str:
    """Return a recipient as ForwardingAddress and the lists of senders name it. Assumed: its name.

    No answer with a value is recorded. `recipient_form` of the tenant chooses the other forms: `guid`, `dn`.
    """
    row = tenant.row("select o.name, m.cn from objects o left join mailboxes m on m.id = o.id where o.id = ?", identity)
    name = identity if row is None else str(row["cn"] or row["name"])
    match tenant.meta("recipient_form"):
        case "guid":
            return guid_of(identity)
        case "dn":
            return distinguished(name, tenant.id)
        case _:
            return name

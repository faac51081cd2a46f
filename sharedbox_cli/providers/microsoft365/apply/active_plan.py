"""Whether the plan that an archive and a hold need is active."""

from __future__ import annotations

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.values import PLAN_2
from sharedbox_cli.providers.microsoft365.apply.writer import WAITS, Writer
from sharedbox_cli.providers.microsoft365.observe.people import read_account
from sharedbox_cli.providers.microsoft365.plans import ARCHIVING, mailbox_plans


async def has_plan(writer: Writer, change: Change) -> bool:
    """Return whether a licence includes archive and hold; wait for the plan of a licence that this run assigned."""
    identity = change.mailbox_id or writer.created.get(change.mailbox, "")
    for wait in WAITS:
        user = await read_account(writer.graph, identity)
        if user is not None and {PLAN_2, ARCHIVING} & set(mailbox_plans(user)):
            return True
        if change.mailbox not in writer.licensed:
            return False
        writer.listener.waiting(wait, f"the licence of {change.mailbox} is new and not active yet")
        await writer.clock.sleep(wait)
    return False

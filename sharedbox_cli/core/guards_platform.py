"""The guard for a mailbox whose spec names a different platform from before."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.guards_input import GuardInput


def platform_change(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to change a mailbox on a different platform from before, unless it is allowed by name.

    The journal knows the earlier platform, or, for a mailbox that is to be created, the tenant there has it.
    The mailbox of the earlier platform stays as it is, and no spec manages it any more.
    """
    for address in facts.plan.mailboxes:
        mailbox, managed = facts.plan.desired.mailboxes.get(address), facts.managed_on.get(address)
        before = managed or facts.exists_on.get(address)
        if mailbox is None or before is None or before == mailbox.platform:
            continue
        now = mailbox.platform
        why = (
            f"{address} {'was managed' if managed else 'exists'} on {before}, and its spec says {now}: "
            f"on {before}, the mailbox stays, "
            "with its mail, and its members keep all rights"
        )
        yield Refusal("platform-change", why, 1, "0", f"platform-change={address}", str(address))

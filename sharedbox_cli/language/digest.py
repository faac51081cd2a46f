"""The digest of a set of specs. A saved plan is stale if it changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredGrant, DesiredMailbox


def digest(mailboxes: Mapping[Address, DesiredMailbox]) -> str:
    """Return the SHA-256 of the content of the specs.

    Order, letter case, positions and the date do not affect it: expired grants count, too.
    """
    total = hashlib.sha256()
    for address in sorted(mailboxes):
        total.update(json.dumps(_content(mailboxes[address])).encode())
    return total.hexdigest()


def _content(mailbox: DesiredMailbox) -> list[object]:
    grants = None
    if mailbox.grants is not None:
        grants = sorted(map(_grant, (*mailbox.grants, *mailbox.expired)))
    return [
        mailbox.address.key,
        mailbox.platform,
        mailbox.state,
        sorted(mailbox.settings.items()),
        grants,
        sorted(mailbox.levels),
        mailbox.has_members,
        mailbox.members_mode,
        sorted(mailbox.labels.items()),
        mailbox.warn_at_percent,
        mailbox.suite,
        *(("enforces until",) if mailbox.enforces_until else ()),
    ]


def _grant(grant: DesiredGrant) -> tuple[str, ...]:
    return (
        grant.trustee.key,
        grant.right,
        grant.kind,
        grant.detail,
        "" if grant.automapping is None else str(grant.automapping),
        grant.delivery or "",
        grant.until.isoformat() if grant.until else "",
        grant.reason,
    )

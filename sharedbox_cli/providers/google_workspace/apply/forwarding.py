"""Addresses that mail may be forwarded to: each must be confirmed by its owner first."""

from __future__ import annotations

from sharedbox_cli.core.errors import Conflict
from sharedbox_cli.core.identity import Address
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe import content as reading

_BASE = "gmail.users.settings"
CONFIRMED = "accepted"
"""The state of an address whose owner confirmed it."""


def must_confirm(addresses: str) -> str:
    """Return what has to happen before mail can be forwarded to an address, or sent from it by default."""
    return f"{addresses} must confirm first: it received a mail with a code. Apply again afterwards"


async def forwarding_address(writer: Writer, subject: Address, target: str) -> str:
    """Return the state of an address that mail may be forwarded to; create it where it is missing."""
    call = f"{_BASE}.forwardingAddresses"
    try:
        address = await writer.gmail(
            lambda users: users.settings().forwardingAddresses().create(userId="me", body={"forwardingEmail": target}),
            f"{call}.create",
            subject,
        )
    except Conflict:
        address = await reading.ask(
            writer.google,
            subject.key,
            lambda users: users.settings().forwardingAddresses().get(userId="me", forwardingEmail=target),
            f"{call}.get",
        )
    return str(address.get("verificationStatus", ""))

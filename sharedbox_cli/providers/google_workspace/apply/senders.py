"""Write the addresses that a mailbox may send from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.senders import signature_of
from sharedbox_cli.core.signatures import html_of, same_signature, text_of
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace.apply.forwarding import must_confirm
from sharedbox_cli.providers.google_workspace.apply.presentation import NOT_STORED
from sharedbox_cli.providers.google_workspace.apply.several import Several
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe import content as reading
from sharedbox_cli.providers.safe_write import done

_BASE = "gmail.users.settings.sendAs"


async def write_senders(writer: Writer, change: Change) -> Outcome:
    """Create or patch each sender, let mail come from the mailbox's own address by default, and delete the others.

    A sender whose owner must confirm first is created, and becomes the default only afterwards.
    """
    subject = change.mailbox
    senders = [sender for sender in _items(change.after[Field.SENDERS]) if isinstance(sender, tuple)]
    items = await writer.patiently(lambda: reading.read_senders(writer.google, subject.key), subject)
    existing = {str(item["sendAsEmail"]).lower(): item for item in items if not item.get("isPrimary")}
    several = Several()
    for sender in senders:
        await several.run(_write_one(writer, subject, sender, existing.get(str(sender[0]))))
    if not any(sender[3] for sender in senders) and any(item.get("isDefault") for item in existing.values()):
        await several.run(_send(writer, subject, subject.key, {"isDefault": True}, exists=True))
    for address in sorted(existing.keys() - {str(sender[0]) for sender in senders}):
        await several.run(
            writer.gmail(
                lambda users, one=address: users.settings().sendAs().delete(userId="me", sendAsEmail=one),  # type: ignore[misc]
                f"{_BASE}.delete",
                subject,
            )
        )
    return several.outcome()


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


async def _write_one(
    writer: Writer, subject: Address, sender: tuple[Value, ...], existing: Mapping[str, Any] | None
) -> Outcome:
    """Create or patch a sender. Fails for a new one that must be confirmed, and for one that cannot be the default."""
    address, is_default = str(sender[0]), bool(sender[3])
    body: dict[str, Any] = {"displayName": str(sender[1]), "replyToAddress": str(sender[2])}
    signature = signature_of(sender)
    is_signed = signature is None or same_signature(signature, _signature_in(existing or {}))
    body |= {} if is_signed else {"signature": html_of(str(signature))}
    item = await _send(writer, subject, address, body, exists=existing is not None)
    is_waiting = item.get("verificationStatus") == reading.WAITING
    if is_waiting and (is_default or existing is None):
        return Outcome(Status.FAILED, must_confirm(address))
    if is_default and not item.get("isDefault"):
        await _send(writer, subject, address, {"isDefault": True}, exists=True)
    if not is_signed and not same_signature(str(signature), _signature_in(item)):
        return Outcome(Status.FAILED, f"{address}: {NOT_STORED}")
    return done()


def _signature_in(item: Mapping[str, Any]) -> str:
    return text_of(str(item.get("signature") or ""))


async def _send(
    writer: Writer, subject: Address, address: str, body: dict[str, Any], *, exists: bool
) -> dict[str, Any]:
    """Return a sender after a write."""

    def request(users: Any) -> Any:
        entries = users.settings().sendAs()
        if exists:
            return entries.patch(userId="me", sendAsEmail=address, body=body)
        return entries.create(userId="me", body={"sendAsEmail": address, **body})

    try:
        return await writer.gmail(request, f"{_BASE}.{'patch' if exists else 'create'}", subject)
    except Conflict:
        if exists:
            raise
        return await _send(writer, subject, address, body, exists=True)

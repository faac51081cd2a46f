"""Users and groups of Graph, reduced to who they are and which addresses they have."""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern
from typing import Any, NamedTuple

from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right, Trustee, TrusteeKind
from sharedbox_cli.providers.forms import flag_of, optional_flag, optional_text, optional_texts, text_of
from sharedbox_cli.providers.microsoft365.quirks import smtp_addresses
from sharedbox_cli.providers.responses import Row


class Known(NamedTuple):
    """A user or group reduced to what is needed: who it is, and all its addresses."""

    trustee: Trustee
    addresses: tuple[Address, ...]
    account: Mapping[str, Any] | None = None


def user_of(row: Row) -> Known:
    """Return a row of a user, reduced."""
    primary, _ = smtp_addresses(optional_texts(row, "proxyAddresses"))
    own = primary or optional_text(row, "mail") or optional_text(row, "userPrincipalName")
    is_guest = optional_text(row, "userType").lower() == "guest"
    refusal, refused_rights = _refusal(is_guest=is_guest, has_mail=bool(primary or optional_text(row, "mail")))
    trustee = Trustee(
        TrusteeId(intern(text_of(row, "id"))),
        TrusteeKind.USER,
        Address.of(own) if own else None,
        optional_text(row, "displayName"),
        is_enabled=optional_flag(row, "accountEnabled", default=True),
        is_guest=is_guest,
        refusal=refusal,
        refused_rights=refused_rights,
    )
    return Known(trustee, _addresses(row, trustee.address))


def _refusal(*, is_guest: bool, has_mail: bool) -> tuple[str, tuple[Right, ...]]:
    """Return why Exchange gives an account no right, and which rights that is about; empty: all
    (learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes, …/set-mailbox, read 2026-11)."""
    if is_guest:
        return "is a guest, and a shared mailbox is only for people of the organisation", ()
    if not has_mail:
        return "has no mailbox and no address, so nothing can be sent on behalf by it", (Right.SEND_ON_BEHALF,)
    return "", ()


def group_of(row: Row) -> Known:
    """Return a group of the directory."""
    mail = optional_text(row, "mail")
    trustee = Trustee(
        TrusteeId(intern(text_of(row, "id"))),
        TrusteeKind.GROUP,
        Address.of(mail) if mail else None,
        optional_text(row, "displayName"),
        is_mail_enabled=flag_of(row, "mailEnabled"),
        # A Microsoft 365 group cannot hold a right, even one that is enabled for security.
        is_security=flag_of(row, "securityEnabled") and "Unified" not in optional_texts(row, "groupTypes"),
    )
    return Known(trustee, _addresses(row, trustee.address))


def _addresses(row: Row, own: Address | None) -> tuple[Address, ...]:
    """Return every address of an object, each once; its own one is the same object."""
    texts = [optional_text(row, "mail"), optional_text(row, "userPrincipalName")]
    texts += [text[5:] for text in optional_texts(row, "proxyAddresses") if text[:5].lower() == "smtp:"]
    found = {own: own} if own is not None and own.text in texts else {}
    for text in texts:
        if text and (own is None or text != own.text):
            address = Address.of(text)
            found.setdefault(address, address)
    return tuple(found)

"""Audits, and what the clouds have for one address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict

from sharedbox_cli.reports.shapes.words import Mailbox, Platform, Settings


class AuditedMailboxJson(TypedDict):
    """A mailbox of an audit. The same address can be a mailbox on two platforms."""

    mailbox: Mailbox
    platform: Platform
    is_read: Annotated[bool, "Whether its grants could be read."]


class AccessJson(TypedDict):
    """One right of one holder on one mailbox."""

    mailbox: Mailbox
    platform: Platform
    person: Annotated[str, "The same for all accounts of one person, on all platforms."]
    name: Annotated[str, "The display name of the account."]
    address: Annotated[str, "The address of the account."]
    trustee_id: Annotated[str, "The immutable ID of the account."]
    kind: Annotated[
        str,
        "`user`, `group`, `application`, `orphan` (a deleted account), `organization` (everybody in it), `anyone` "
        "(on the web) or `other`.",
    ]
    right: Annotated[str, "The right, such as `full_access`."]
    detail: Annotated[str, "The platform's own text of an entry, or the setting that gives the access."]
    via: Annotated[list[str], "The groups that give the right, the outer one first; empty if it is direct."]
    entry: Annotated[
        str,
        "`grant`, `deny`, `inherited`, `unknown` or `invitation`; `setting`, `forwarding`, `rule` or `sign-in` for "
        "access that a setting of the mailbox gives.",
    ]
    is_enabled: Annotated[bool, "Whether the account can sign in."]
    is_guest: Annotated[bool, "Whether the account is a guest."]
    is_external: Annotated[bool, "Whether the holder is from outside: a guest, or an address of another domain."]
    is_resolved: Annotated[bool, "False for a group whose members were not read."]
    can_hold: Annotated[bool, "False for a group that cannot hold rights: nobody has this right through it."]
    automapping: Annotated[bool | None, "Null if it is not known."]


class AuditJson(TypedDict):
    """Who can do what."""

    by: Annotated[str, "How the rows are sorted: by `mailbox`, or by person for `person` and `matrix`."]
    selection: Annotated[dict[str, list[str]], "What the options limited the audit to; empty if it is of everything."]
    mailboxes: Sequence[AuditedMailboxJson]
    rows: Annotated[Sequence[AccessJson], "One row per right of a holder."]
    notes: Annotated[list[str], "What the audit does not cover."]


class ObservedMailboxJson(TypedDict):
    """A mailbox as it was read."""

    mailbox: Mailbox
    platform: Platform
    id: Annotated[str, "The immutable ID."]
    settings: Settings
    facts: Annotated[dict[str, Any], "What specs cannot set: sizes, licences, dates."]
    is_read: Annotated[bool, "Whether its grants could be read."]


class HolderJson(TypedDict):
    """An object that has an address."""

    id: str
    kind: Annotated[str, "What it is, in words."]
    name: str
    address: str
    is_soft_deleted: bool
    is_convertible: Annotated[bool, "Whether it can become a shared mailbox."]


class ObservedJson(TypedDict):
    """What the clouds have for one address."""

    address: str
    mailboxes: Annotated[list[ObservedMailboxJson], "The shared mailboxes with this address, one per platform."]
    holders: Annotated[list[HolderJson], "Other objects that have the address."]
    access: list[AccessJson]

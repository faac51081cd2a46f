"""Audits, and what the clouds have for one address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NotRequired, TypedDict

from sharedbox_cli.reports.shapes.words import Mailbox, Platform, Settings


class AuditedMailboxJson(TypedDict):
    """A mailbox of an audit. The same address can be a mailbox on two platforms."""

    mailbox: Mailbox
    platform: Platform
    is_read: Annotated[bool, "Whether its grants could be read."]
    read_at: NotRequired[Annotated[str | None, "With `--as-of`: the reading that its rows come from; null: none yet."]]


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
        "`grant`, `deny`, `inherited`, `unknown` or `invitation`; `folder` for a right in one folder (`--inside`); "
        "`setting`, `forwarding`, `rule` or `sign-in` for access that a setting of the mailbox gives.",
    ]
    is_enabled: Annotated[bool, "Whether the account can sign in."]
    is_guest: Annotated[bool, "Whether the account is a guest."]
    is_external: Annotated[bool, "Whether the holder is from outside: a guest, or an address of another domain."]
    is_resolved: Annotated[bool, "False for a group whose members were not read."]
    can_hold: Annotated[bool, "False for a group that cannot hold rights: nobody has this right through it."]
    automapping: Annotated[bool | None, "Null if it is not known."]
    items: NotRequired[Annotated[int, "Of a right in one folder: how many items are in it, if that is known."]]
    reason: NotRequired[Annotated[str, "The reason in the spec."]]
    owner: NotRequired[Annotated[str, "The label `owner` of the mailbox's spec."]]
    until: NotRequired[Annotated[str | None, "When it ends (UTC); null: never, or nobody says so."]]
    until_source: NotRequired[
        Annotated[str, "Who ends it then: `spec`, with an apply, or `service`, which does so itself; empty: nobody."]
    ]
    spec: NotRequired[Annotated[str, "The file and line of the spec that gives it."]]
    in_spec: NotRequired[
        Annotated[str, "With `--against`: `yes`, `no`, or `unmanaged` if no spec says anything; otherwise empty."]
    ]
    first_seen: NotRequired[Annotated[str | None, "The first saved reading with it (UTC); null: none has it."]]
    is_start_known: NotRequired[
        Annotated[bool, "False if it was there at the first saved reading: it may be much older."]
    ]
    granted_at: NotRequired[Annotated[str | None, "When it was granted (UTC); null if that is not known."]]
    granted_by: NotRequired[Annotated[str, "Who granted it: the user who ran sharedbox, or an account."]]
    granted_run: NotRequired[Annotated[str, "The run of sharedbox that granted it."]]
    granted_source: NotRequired[
        Annotated[str, "Where that is known from: `sharedbox`, its journal, or `google`, the log of administrators."]
    ]


INSTANTS = frozenset({"until", "first_seen", "granted_at"})
"""The keys of a row that are instants in UTC."""


class MissingJson(TypedDict):
    """A right that a spec gives and nobody has."""

    mailbox: Mailbox
    platform: Platform
    address: Annotated[str, "The address of the person or group; empty if the mailbox itself is missing."]
    kind: Annotated[str, "`user` or `group`; empty if the mailbox itself is missing."]
    right: Annotated[str, "The right; empty if the mailbox itself is missing."]
    spec: Annotated[str, "The file and line of the spec."]
    reason: Annotated[str, "The reason in the spec."]
    owner: Annotated[str, "The label `owner` of the mailbox's spec."]
    why: Annotated[str, "Why the platform cannot give it, such as an account that does not exist; otherwise empty."]


class AuditJson(TypedDict):
    """Who can do what."""

    by: Annotated[str, "How the rows are sorted: by `mailbox`, or by person for `person` and `matrix`."]
    selection: Annotated[dict[str, list[str]], "What the options limited the audit to; empty if it is of everything."]
    mailboxes: Sequence[AuditedMailboxJson]
    rows: Annotated[Sequence[AccessJson], "One row per right of a holder."]
    notes: Annotated[list[str], "What the audit does not cover."]
    inside: NotRequired[
        Annotated[str, "With `--inside`: the folders that were read, `main` or `every`. Without it, the key is absent."]
    ]
    since: NotRequired[Annotated[str, "With `--since`: rows that came before are left out (UTC)."]]
    as_of: NotRequired[Annotated[str, "With `--as-of`: the time whose state this is (UTC)."]]
    known_since: NotRequired[Annotated[dict[str, str], "The first saved reading (UTC), by platform."]]
    missing: NotRequired[Annotated[Sequence[MissingJson], "With `--against`: rights of the specs that nobody has."]]


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

"""Collaborative inboxes: groups, their settings, their members."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    KIND_GROUP,
    KIND_SHARED,
    Fact,
    Field,
    Grant,
    ObservedMailbox,
    Right,
    SpecialEntry,
    Trustee,
    TrusteeKind,
    Value,
)
from sharedbox_cli.providers.answers import Fields
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace import group_fields
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SETTINGS

MEMBERS_A_PAGE = 200
_RIGHTS = {"MEMBER": Right.MEMBER, "MANAGER": Right.MANAGER, "OWNER": Right.OWNER}
DELIVERY = {"ALL_MAIL": "all", "DAILY": "daily", "DIGEST": "digest", "NONE": "none", "DISABLED": "disabled"}


@dataclass(slots=True)
class GroupReading:
    """All inboxes of a reading, and holders that the directory does not have."""

    boxes: dict[Address, ObservedMailbox] = field(default_factory=dict)
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)
    directory: dict[Address, TrusteeId] = field(default_factory=dict)


async def read_settings(google: Google, address: str) -> Fields:
    """Return all settings of a group."""
    return await google.read(
        SETTINGS, lambda service: service.groups().get(groupUniqueId=address), "groupsSettings.groups.get",
        mailbox=address,
    )  # fmt: skip


async def read_members(google: Google, group: str) -> list[Fields]:
    """Return the direct members of a group."""
    rows, _ = await google.read_all(
        DIRECTORY, lambda service, token: service.members().list(
            groupKey=group, maxResults=MEMBERS_A_PAGE, pageToken=token,
            fields="nextPageToken,members(id,email,role,type,status)",
        ), "members", "directory.members.list",
    )  # fmt: skip
    return rows


async def read_delivery(google: Google, group: str, member: str) -> str:
    """Return how one member gets messages: lists do not tell it."""
    row = await google.read(
        DIRECTORY, lambda service: service.members().get(groupKey=group, memberKey=member), "directory.members.get"
    )
    return DELIVERY.get(str(row.get("delivery_settings", "ALL_MAIL")), "all")


async def read_inboxes(
    google: Google, directory: Directory, scope: Scope, rows: Mapping[Address, Fields]
) -> GroupReading:  # fmt: skip
    """Return the inboxes among some groups; where all are asked for, plain groups are left out."""
    raw = await asyncio.gather(*(read_settings(google, key.key) for key in rows))
    settings = dict(zip(rows, raw, strict=True))
    chosen = {
        key: row for key, row in rows.items() if scope.mailboxes is not None or group_fields.is_inbox(settings[key])
    }
    granted = [key for key in chosen if scope.grants_of is None or key in scope.grants_of]
    members = dict(zip(
        granted, await asyncio.gather(*(read_members(google, str(chosen[key]["id"])) for key in granted)), strict=True
    ))  # fmt: skip
    deliveries = await _deliveries(google, chosen, members) if Field.DELIVERY in scope.fields else {}
    reading = GroupReading()
    for key, row in chosen.items():
        grants: set[Grant] = set()
        special: list[SpecialEntry] = []
        for member in members.get(key, ()):
            _sort(member, directory, reading, grants, special, deliveries.get((key, str(member.get("id")))))
        reading.boxes[key] = ObservedMailbox(
            str(row["id"]), Address.of(str(row["email"])), GOOGLE_COLLABORATIVE,
            _settings(row, settings[key], scope.fields), frozenset(grants) if key in members else None,
            tuple(sorted(special, key=lambda entry: (entry.trustee, entry.text))), _facts(settings[key]),
        )  # fmt: skip
    return reading


async def _deliveries(
    google: Google, rows: Mapping[Address, Fields], members: Mapping[Address, list[Fields]]
) -> dict[tuple[Address, str], str]:
    asked = [
        (key, str(member["id"])) for key, found in members.items() for member in found
        if member.get("type") != "CUSTOMER"
    ]  # fmt: skip
    told = await asyncio.gather(*(read_delivery(google, str(rows[key]["id"]), who) for key, who in asked))
    return dict(zip(asked, told, strict=True))


def _settings(row: Fields, raw: Fields, wanted: frozenset[Field]) -> dict[Field, Value]:
    found: dict[Field, Value] = {
        Field.KIND: KIND_SHARED if group_fields.is_inbox(raw) else KIND_GROUP,
        Field.DISPLAY_NAME: str(row.get("name", "")),
        Field.ALIASES: tuple(sorted(str(text).lower() for text in row.get("aliases", ()))),
        Field.GROUP_DESCRIPTION: str(row.get("description", "")),
        Field.HIDDEN: str(raw["includeInGlobalAddressList"]) == "false",
        **group_fields.observed(raw, wanted),
    }
    return {name: value for name, value in found.items() if name in wanted or name is Field.KIND}


def _facts(raw: Fields) -> dict[Fact, Value]:
    told = group_fields.observed(raw, frozenset({Field.GROUP_POSTING, Field.GROUP_VIEWING, Field.GROUP_HISTORY}))
    return {
        Fact.POSTING: told[Field.GROUP_POSTING], Fact.VIEWING: told[Field.GROUP_VIEWING],
        Fact.HAS_HISTORY: told[Field.GROUP_HISTORY],
    }  # fmt: skip


def _sort(
    member: Fields, directory: Directory, reading: GroupReading, grants: set[Grant], special: list[SpecialEntry],
    delivery: str | None,
) -> None:  # fmt: skip
    identity = TrusteeId(str(member["id"]))
    if member.get("type") == "CUSTOMER":
        words = f"{member['role']}: everybody in the organisation"
        special.append(SpecialEntry(identity, words, is_everybody=True))
        return
    if identity not in directory.users and identity not in directory.groups:
        trustee = _stranger(identity, member, directory)
        reading.trustees[identity] = trustee
        if trustee.address is not None:
            reading.directory[trustee.address] = identity
    right = _RIGHTS.get(str(member["role"]))
    if right is None:
        special.append(SpecialEntry(identity, f"role {member['role']} of {member.get('email', identity)}"))
        return
    grants.add(Grant(identity, right, delivery=delivery))


def _stranger(identity: TrusteeId, member: Fields, directory: Directory) -> Trustee:
    """Return a member whom the directory did not name: an outsider, somebody not asked for, or a deleted account."""
    text = str(member.get("email") or "")
    if not text:
        return Trustee(identity, TrusteeKind.ORPHAN, is_enabled=False)
    address = Address.of(text)
    kind = TrusteeKind.GROUP if member.get("type") == "GROUP" else TrusteeKind.USER
    status = str(member.get("status", "ACTIVE"))
    return Trustee(
        identity, kind, address, is_enabled=status != "SUSPENDED", is_guest=address.domain not in directory.domains
    )

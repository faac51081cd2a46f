"""Collaborative inboxes: groups, their settings, their members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import ObserveError, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, Fact, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import ObservedMailbox, SpecialEntry
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import understood
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.columns import GROUP
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS, MEMBER, ROLES, is_inbox
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.ends import Ends, can_end, read_ends, without_ends
from sharedbox_cli.providers.google_workspace.observe.members import Member, member_id, member_of
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SETTINGS
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.unread import UnreadLog, attempt

_RESERVED = frozenset({"abuse", "postmaster"})
"""Names that Google reserves: it refuses the settings of these groups, and none of them is an inbox."""
MEMBERS_A_PAGE = 200
_RIGHTS = {role: right for right, role in ROLES.items()}


_FACTS = {Fact.POSTING: Field.GROUP_POSTING, Fact.VIEWING: Field.GROUP_VIEWING, Fact.HAS_HISTORY: Field.GROUP_HISTORY}
"""Facts that are settings, read of each inbox whether a spec manages them or not."""


@dataclass(slots=True)
class GroupReading:
    """All inboxes of a reading, and the trustees that the directory does not have."""

    mailboxes: dict[Address, ObservedMailbox] = field(default_factory=dict)
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)
    directory: dict[Address, TrusteeId] = field(default_factory=dict)


async def read_settings(google: Google, address: str) -> Fields:
    """Return all settings of a group."""
    return await google.read(
        SETTINGS,
        lambda service: service.groups().get(groupUniqueId=address),
        "groupsSettings.groups.get",
        mailbox=address,
    )


async def read_members(google: Google, group: str) -> list[Member]:
    """Return the direct members of a group."""
    members, _ = await google.collect(
        DIRECTORY,
        lambda service, token: service.members().list(
            groupKey=group,
            maxResults=MEMBERS_A_PAGE,
            pageToken=token,
            fields="kind,nextPageToken,members(id,email,role,type,status)",
        ),
        "members",
        "directory.members.list",
        member_of,
        kind="admin#directory#members",
        mailbox=group,
    )
    return members


async def read_delivery(google: Google, group: str, member: str) -> str:
    """Return how one member gets messages, which lists do not include. An unknown way keeps Google's word."""
    row = await google.read(
        DIRECTORY,
        lambda service: service.members().get(groupKey=group, memberKey=member, fields="id,email,delivery_settings"),
        "directory.members.get",
        mailbox=group,
    )
    where = f"{group} · directory.members.get"
    return str(read_row(MEMBER, row, {Field.DELIVERY}, where)[Field.DELIVERY])


async def read_inboxes(
    google: Google, directory: Directory, scope: Scope, rows: Mapping[Address, Fields], unread: UnreadLog
) -> GroupReading:
    """Return the inboxes among some groups; where all are requested, plain groups are left out.

    A group whose settings cannot be read may be an inbox. One whose members cannot be read is one without members.
    """
    for first in list(rows)[:1]:
        scope = await without_ends(google, scope, first.key)
    results = await together(attempt(_inbox(google, key, row, scope, unread)) for key, row in rows.items())
    inboxes: dict[Address, _Inbox] = {}
    for key, inbox in zip(rows, results, strict=True):
        if isinstance(inbox, SharedboxError):
            unread.add("group", key.text, inbox, key)
        elif inbox is not None:
            inboxes[key] = inbox
    if Field.UNTIL not in scope.dispensable:  # a report says when access ends, not whether it could
        await _judge_edition(google, inboxes.values())
    reading = GroupReading()
    for key, inbox in inboxes.items():
        row = rows[key]
        grants: dict[TrusteeId, Grant] = {}
        special: list[SpecialEntry] = []
        try:
            for member in inbox.members or ():
                _sort(member, directory, reading, grants, special, inbox)
        except ObserveError as error:
            unread.add("group", key.text, error, key)
            inbox.members, special = None, []
        reading.mailboxes[key] = ObservedMailbox(
            str(row["id"]),
            Address.of(str(row["email"])),
            GOOGLE_COLLABORATIVE,
            inbox.settings,
            None if inbox.members is None else frozenset(grants.values()),
            tuple(sorted(special, key=lambda entry: (entry.trustee, entry.text))),
            inbox.facts,
        )
    return reading


@dataclass(slots=True)
class _Inbox:
    """What was read of one group, reduced to what is in scope."""

    settings: dict[Field, Value]
    facts: dict[Fact, Value]
    members: list[Member] | None = None
    deliveries: dict[str, str] = field(default_factory=dict)
    ends: Ends | None = None

    def grant_of(self, member: Member, identity: TrusteeId, right: Right) -> Grant:
        """Return what a member has."""
        until = self.ends.of(member) if self.ends is not None else None
        return Grant(identity, right, delivery=self.deliveries.get(member.id), until=until)


async def _inbox(google: Google, key: Address, row: Fields, scope: Scope, unread: UnreadLog) -> _Inbox | None:
    """Return the settings and members of a group; nothing for a plain group where all inboxes are requested."""
    if scope.mailboxes is None and key.local.lower() in _RESERVED:
        return None
    raw = await read_settings(google, key.key)
    where = f"{key} · groupsSettings.groups.get"
    if scope.mailboxes is None and not understood(raw, where, is_inbox, own_name=False):
        return None
    inbox = _Inbox(_settings(key, row, raw, scope.fields), _facts(key, raw))
    if scope.grants_of is None or key in scope.grants_of:
        error = await attempt(_read_members_into(inbox, google, key, str(row["id"]), scope))
        if error is not None:
            inbox.members = None
            unread.add("group", key.text, error, key)
    return inbox


async def _read_members_into(inbox: _Inbox, google: Google, key: Address, group: str, scope: Scope) -> None:
    inbox.members = await read_members(google, group)
    if scope.wants(Field.UNTIL, key):
        inbox.ends = await read_ends(google, key.key, scope.dispensable)
    if Field.DELIVERY in scope.fields:
        who = [member.id for member in inbox.members if member.type != "CUSTOMER"]
        inbox.deliveries = dict(zip(who, await together(read_delivery(google, group, one) for one in who), strict=True))


async def _judge_edition(google: Google, inboxes: Iterable[_Inbox]) -> None:
    """Note whether Google ends memberships itself. Where it does not, no end is known: there is none to compare."""
    asked = [inbox for inbox in inboxes if inbox.ends is not None]
    can = await can_end(google, (inbox.ends for inbox in asked if inbox.ends is not None))
    for inbox in asked if can is not None else ():
        inbox.facts[Fact.ENDS_ACCESS] = can
        if not can:
            inbox.ends = None


def _settings(address: Address, row: Fields, raw: Fields, wanted: frozenset[Field]) -> dict[Field, Value]:
    of_group = read_row(GROUP, row, wanted, f"{address} · directory.groups")
    return of_group | read_row(GROUP_SETTINGS, raw, {*wanted, Field.KIND}, f"{address} · groupsSettings.groups.get")


def _facts(address: Address, raw: Fields) -> dict[Fact, Value]:
    settings = read_row(GROUP_SETTINGS, raw, _FACTS.values(), f"{address} · groupsSettings.groups.get")
    return {fact: settings[name] for fact, name in _FACTS.items()}


def _sort(
    member: Member,
    directory: Directory,
    reading: GroupReading,
    grants: dict[TrusteeId, Grant],
    special: list[SpecialEntry],
    inbox: _Inbox,
) -> None:
    """Keep one member as a grant or a special entry. Raises ObserveError for one that was read in two roles."""
    identity = member_id(member, directory)
    if member.type == "CUSTOMER":
        words = mark("{role}: everybody in the organisation", role=member.role)
        special.append(SpecialEntry(identity, words, is_everybody=True))
        return
    if identity not in directory.users and identity not in directory.groups:
        trustee = _unlisted(identity, member, directory)
        reading.trustees[identity] = trustee
        if trustee.address is not None:
            reading.directory[trustee.address] = identity
    right = _RIGHTS.get(member.role)
    if right is None:
        special.append(SpecialEntry(identity, mark("role {role} of {name}", role=member.role, name=member.name)))
        return
    if grants.setdefault(identity, grant := inbox.grant_of(member, identity, right)) != grant:
        raise ObserveError(
            where=f"{member.name} · directory.members.list",
            why="It was read in two roles.",
            hint="The members changed while they were read. Run the command again.",
        )


def _unlisted(identity: TrusteeId, member: Member, directory: Directory) -> Trustee:
    """Return a member that the directory lists do not have: an outsider, or a deleted account."""
    if not member.email:
        return Trustee(identity, TrusteeKind.ORPHAN, is_enabled=False)
    address = Address.of(member.email)
    kind = TrusteeKind.GROUP if member.type == "GROUP" else TrusteeKind.USER
    is_guest = address.domain not in directory.domains
    return Trustee(identity, kind, address, is_enabled=member.status != "SUSPENDED", is_guest=is_guest)

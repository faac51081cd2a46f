"""Who is behind a group that is a member of an inbox, and who can add people to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.values import UNKNOWN
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.groups import read_members, read_settings
from sharedbox_cli.providers.google_workspace.observe.members import Member, member_id, read_derived
from sharedbox_cli.providers.unread import UnreadLog, attempt

_ENTRANCES = (Field.GROUP_MANAGING_MEMBERS, Field.GROUP_JOINING)
"""The settings by which people become members without an owner or manager."""
_WIDER = (*SETTINGS[Field.GROUP_MANAGING_MEMBERS].opens, *SETTINGS[Field.GROUP_JOINING].opens, UNKNOWN)
"""Who can add people to a group, or join it: from the fewest on."""


@dataclass(slots=True)
class Effective:
    """What is behind the groups that are members of inboxes."""

    people: dict[TrusteeId, frozenset[TrusteeId]] = field(default_factory=dict)
    """The effective members of each group whose members could be read."""
    nested: dict[TrusteeId, tuple[str, ...]] = field(default_factory=dict)
    """The addresses of the organisation's own groups inside each group, at any depth."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Who can add people to a group, or to a group inside it."""

    who: str
    through: str = ""
    """The address of the group inside it; empty: the group itself."""


async def read_effective(
    google: Google,
    directory: Directory,
    scope: Scope,
    mailboxes: Mapping[Address, ObservedMailbox],
    outsiders: dict[TrusteeId, Trustee],
    unread: UnreadLog,
) -> Effective:
    """Return what is behind each group that is a member of an inbox, unless it cannot be read."""
    found = Effective()
    if not scope.with_members:
        return found
    held = {grant.trustee for mailbox in mailboxes.values() for grant in mailbox.grants or ()}
    held |= {TrusteeId(directory.owner[one]) for one in scope.trustees if one in directory.owner}
    groups = sorted(
        one
        for one in held
        if one in directory.groups
        or (one in outsiders and outsiders[one].kind is TrusteeKind.GROUP and not outsiders[one].is_guest)
    )
    named = {directory.owner.get(address, "") for address in scope.trustees}
    lists = await together(attempt(_read_behind(google, one, directory, with_groups=one in named)) for one in groups)
    unread.require_one(lists)
    for group, below in zip(groups, lists, strict=True):
        if isinstance(below, SharedboxError):
            unread.add("group", _shown(group, directory, outsiders), below)
            continue
        if any(member.type == "CUSTOMER" for member in below):
            continue  # everybody in the organisation: the members are not listed
        inside = [member for member in below if member.type == "GROUP" and not _is_outside(member, directory)]
        found.nested[group] = tuple(sorted({member.name for member in inside}))
        people = [member for member in below if member.type in ("USER", "EXTERNAL") or _is_outside(member, directory)]
        for member in people:
            _add_unlisted(member, directory, outsiders)
        found.people[group] = frozenset(member_id(member, directory) for member in people)
    return found


async def _read_behind(google: Google, group: str, directory: Directory, *, with_groups: bool) -> list[Member]:
    """Return all members of a group at any depth, and the groups in it.

    Google does not say whether a list of derived members includes the groups between: they are looked for in the lists
    of direct members.
    """
    found = {member.id: member for member in await read_derived(google, group)}
    groups, seen = [group] if with_groups else [], {group}
    while groups:
        for members in await together(read_members(google, one) for one in groups):
            found |= {member.id: member for member in members if member.type == "GROUP"}
        groups = [
            one.id
            for one in found.values()
            if one.type == "GROUP" and one.id not in seen and not _is_outside(one, directory)
        ]
        seen.update(groups)
    return list(found.values())


def _is_outside(member: Member, directory: Directory) -> bool:
    """Return whether a member is of another organisation: nobody can list who is behind a group there."""
    return bool(member.email) and Address.of(member.email).domain not in directory.domains


def _add_unlisted(member: Member, directory: Directory, outsiders: dict[TrusteeId, Trustee]) -> None:
    identity = member_id(member, directory)
    if identity in directory.users or not member.email:
        return
    outsider = Trustee(
        identity,
        TrusteeKind.GROUP if member.type == "GROUP" else TrusteeKind.USER,
        Address.of(member.email),
        is_enabled=member.status != "SUSPENDED",
        is_guest=_is_outside(member, directory),
    )
    outsiders.setdefault(identity, outsider)


def _shown(group: TrusteeId, directory: Directory, outsiders: Mapping[TrusteeId, Trustee]) -> str:
    """Return the address of a group, or its id where that is all that is known."""
    if group in directory.groups:
        return str(directory.groups[group]["email"])
    return str(outsiders[group].address or group) if group in outsiders else group


async def read_joining(
    google: Google, directory: Directory, scope: Scope, nested: Mapping[TrusteeId, tuple[str, ...]], unread: UnreadLog
) -> dict[TrusteeId, Joining]:
    """Return who can add people to each group that a spec names as a member: whoever is in it gets its rights.

    A group inside it counts as well, at any depth.
    """
    if not scope.with_members:
        return {}
    owners = (directory.owner.get(address, "") for address in sorted(scope.trustees))
    named = {TrusteeId(one): str(directory.groups[one]["email"]) for one in owners if one in directory.groups}
    emails = sorted({*named.values(), *(email for one in named for email in nested.get(one, ()))})
    results = await together(attempt(_joining(google, email)) for email in emails)
    words: dict[str, str] = {}
    for email, result in zip(emails, results, strict=True):
        if isinstance(result, SharedboxError):
            unread.add("group", email, result)
            result = UNKNOWN
        words[email] = result
    return {
        one: _widest([Joining(words[email]), *(Joining(words[inner], inner) for inner in nested.get(one, ()))])
        for one, email in named.items()
    }


def _widest(found: Iterable[Joining]) -> Joining:
    """Return the entrance that most people have; of equals, the first."""
    return max(found, key=lambda one: _width(one.who))


def _width(who: str) -> int:
    return _WIDER.index(who) if who in _WIDER else -1


async def _joining(google: Google, email: str) -> str:
    """Return the widest of a group's entrances, as a word of a setting."""
    raw = await read_settings(google, email)
    values = read_row(GROUP_SETTINGS, raw, set(_ENTRANCES), f"{email} · groupsSettings.groups.get")
    words = [str(values[name]) for name in _ENTRANCES if values[name] in SETTINGS[name].opens]
    return max(words, key=_width, default=str(values[Field.GROUP_JOINING]))

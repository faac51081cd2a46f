"""The members of a mailbox for another platform: the closest rights, and what cannot be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.convert_notes import Moved, Note
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import LEVELLED, READING, ROLES, DesiredGrant, DesiredMailbox, MembersMode, Right
from sharedbox_cli.core.needs import ENFORCE_UNTIL

_SENDING = frozenset({Right.SEND_AS, Right.SEND_ON_BEHALF})


def move_members(mailbox: DesiredMailbox, source: Capabilities, target: Capabilities, moved: Moved) -> None:
    """Convert the members and people of a mailbox, and note all differences."""
    if mailbox.enforces_until:
        moved.mailbox = replace(moved.mailbox, enforces_until=_can_enforce(target, moved))
    if mailbox.grants is not None:
        every = (*mailbox.grants, *mailbox.expired)
        members = [grant for grant in every if grant.right not in LEVELLED]
        levels, of_people = _levels(mailbox, target, moved)
        grants = [*_grants(members, source, target, moved), *of_people]
        now = {(grant.trustee, grant.until) for grant in mailbox.expired}
        moved.mailbox = replace(
            moved.mailbox,
            levels=levels,
            grants=tuple(item for item in grants if (item.trustee, item.until) not in now),
            expired=tuple(item for item in grants if (item.trustee, item.until) in now),
        )
        if not mailbox.has_members and not levels:
            moved.mailbox = replace(moved.mailbox, grants=None, has_members=True)
        _miss_an_owner(moved, target)
    if (row := target.refusal("members_mode")) and mailbox.members_mode is not MembersMode.EXACT:
        moved.notes.append(Note("members_mode", str(mailbox.members_mode), row.meaning, is_lost=True))
        moved.mailbox = replace(moved.mailbox, members_mode=MembersMode.EXACT)


def _can_enforce(target: Capabilities, moved: Moved) -> bool:
    row = target.refusal(ENFORCE_UNTIL)
    if row is not None:
        moved.notes.append(Note(ENFORCE_UNTIL, "true", row.meaning, is_lost=True))
    return row is None


def _levels(mailbox: DesiredMailbox, target: Capabilities, moved: Moved) -> tuple[frozenset[Right], list[DesiredGrant]]:
    """Return the rights with levels that the other platform has too, and their grants."""
    levels, kept = set(), []
    for right in sorted(mailbox.levels):
        row, possible = target.refusal(f"{right}.people"), target.values.get(f"{right}.members")
        if row is not None:
            moved.notes.append(Note(str(right), "levels of people", row.meaning, is_lost=True))
            continue
        levels.add(right)
        for grant in (one for one in (*(mailbox.grants or ()), *mailbox.expired) if one.right is right):
            if possible is None or grant.detail in possible:
                kept.append(grant)
            else:
                what, why = f"{grant.detail} of {grant.trustee}", f"it can be {', '.join(possible)} there."
                moved.notes.append(Note(str(right), what, why, is_lost=True))
    return frozenset(levels), kept


def _grants(
    grants: Iterable[DesiredGrant], source: Capabilities, target: Capabilities, moved: Moved
) -> list[DesiredGrant]:
    """Return the grants of all members, in the order of a spec."""
    lines: dict[tuple[Address, object], list[DesiredGrant]] = {}
    for grant in grants:
        lines.setdefault((grant.trustee, grant.until), []).append(grant)
    found: dict[tuple[Address, Right], DesiredGrant] = {}
    for same in lines.values():
        for grant in _line(same, source, target, moved):
            twin = found.setdefault((grant.trustee, grant.right), grant)
            if twin.until is not None and (grant.until is None or grant.until > twin.until):
                found[grant.trustee, grant.right] = grant  # two lines became one right: the later end counts
    best = {who: right for right in ROLES for who, held in found if held is right}
    kept = [grant for (who, right), grant in found.items() if right not in ROLES or best[who] is right]
    return sorted(kept, key=lambda grant: (grant.trustee.key, str(grant.right)))


def _line(same: list[DesiredGrant], source: Capabilities, target: Capabilities, moved: Moved) -> Iterator[DesiredGrant]:
    """Yield the grants that one line of `members` becomes."""
    first, had = same[0], {grant.right for grant in same}
    row = target.refusal(f"members[].{first.kind}")
    if row is not None:
        words = _names(had)
        moved.notes.append(Note("members", f"{words} of {first.trustee}", row.meaning, is_lost=True))
        return
    gets = _rights(had, source, target, moved, first.trustee)
    for name in ("automapping", "delivery"):
        row = target.refusal(f"members[].{name}")
        if row is not None and any(getattr(grant, name) is not None for grant in same):
            same = [
                replace(grant, automapping=None) if name == "automapping" else replace(grant, delivery=None)
                for grant in same
            ]
            moved.notes.append(Note("members", f"{name} of {first.trustee}", row.meaning, is_lost=True))
    old = {grant.right: grant for grant in same}
    for right in gets:
        yield old.get(right) or replace(same[0], right=right, automapping=None, delivery=None)


def _rights(
    had: set[Right], source: Capabilities, target: Capabilities, moved: Moved, who: Address
) -> tuple[Right, ...]:
    """Return the closest rights; the default rights of one platform become those of the other."""
    usual = set(source.default_rights), set(target.default_rights)
    if had == usual[0]:
        gets = usual[1]
    else:
        gets = set()
        for right in sorted(had):
            gets |= _nearest(right, target)
            if not _nearest(right, target):
                row = target.refusal(f"members[].rights.{right}")
                why = row.meaning if row else "the platform has no similar right."
                moved.notes.append(Note("members", f"{right_words(right)} of {who}", why, is_lost=True))
    roles = [role for role in reversed(ROLES) if role in gets]
    gets -= set(roles[1:])
    if had == usual[0] != usual[1]:
        note = Note("members", f"had {_names(had)}", f"gets {_names(gets)}, the default of that platform.")
        moved.notes += [note] if note not in moved.notes else []
    elif gets and (gets != had or (gets >= usual[1] and had < usual[0])):
        moved.notes.append(Note("members", str(who), f"had {_names(had)}; gets {_names(gets)}{_wider(had)}.", who.key))
    return tuple(sorted(gets))


def _names(rights: Iterable[Right]) -> str:
    return ", ".join(right_words(right) for right in sorted(rights))


def _nearest(right: Right, target: Capabilities) -> set[Right]:
    if target.refusal(f"members[].rights.{right}") is None:
        return {right}
    default = target.default_rights
    if right in ROLES:
        return set(default) if default[0] not in ROLES else set()
    if right is Right.FULL_ACCESS or right in _SENDING:
        return {default[0]}
    return set()


def _wider(had: set[Right]) -> str:
    """Return what a member can do in addition: the smallest right of a platform may be more than before."""
    more = "" if had & READING else ", and can read incoming messages"
    return more if had & {*_SENDING, *ROLES} else f"{more}, and can send"


def _miss_an_owner(moved: Moved, target: Capabilities) -> None:
    rights = {grant.right for grant in moved.mailbox.grants or ()}
    if target.default_rights[0] in ROLES and rights and Right.OWNER not in rights:
        moved.notes.append(Note("members", "there is no owner", "give one member `rights: [owner]`."))

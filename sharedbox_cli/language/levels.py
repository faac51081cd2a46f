"""Levels of calendar and contacts become desired grants: of members, and of other people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.levels import EDITOR, NO_LEVEL
from sharedbox_cli.core.model import CALENDAR_ONLY, LEVELLED, DesiredGrant, Right, TrusteeKind
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.models.calendar import Calendar, Contacts
from sharedbox_cli.language.models.mailbox import Mailbox

_Grants = tuple[DesiredGrant, ...]
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Levels:
    """The rights with levels that a document manages, and their grants."""

    rights: frozenset[Right]
    grants: _Grants
    problems: tuple[Problem, ...]


def levels_of(spec: Mailbox, document: Document, members: _Grants | None) -> Levels:
    """Return who has which level, given the grants of all members; a person's own entry replaces that of a member."""
    rights: set[Right] = set()
    grants: list[DesiredGrant] = []
    problems: list[Problem] = []
    ones = [one_grant(same) for same in by_trustee(members or ())]
    for right in LEVELLED:
        section = spec.calendar if right is Right.CALENDAR else spec.contacts
        only = right is Right.CALENDAR and any(grant.right is right for grant in ones)
        if not only and (section is None or (section.members is None and section.people is None)):
            continue
        rights.add(right)
        people, found = _people(section, right, document)
        problems += [*found, *_without_effect(section, right, document, members, ones)]
        level = section.members if section is not None else None
        named = {grant.trustee for grant in people}
        grants += [*people, *(one for one in _of_members(ones, right, level) if one.trustee not in named)]
    return Levels(frozenset(rights), tuple(one for one in grants if one.detail != NO_LEVEL), tuple(problems))


def by_trustee(members: Iterable[DesiredGrant]) -> Iterable[list[DesiredGrant]]:
    """Return grants together that somebody has."""
    found: dict[Address, list[DesiredGrant]] = {}
    for grant in members:
        found.setdefault(grant.trustee, []).append(grant)
    return found.values()


def one_grant(same: list[DesiredGrant]) -> DesiredGrant:
    """Return one grant of a member: the one that lasts longest. Its right is the calendar if it is the only one."""
    longest = max(same, key=lambda grant: (grant.until or _NEVER, grant.reason))
    mail = [grant for grant in same if grant.right is not Right.CALENDAR]
    return replace(longest, right=mail[0].right if mail else Right.CALENDAR, automapping=None, delivery=None)


def _of_members(ones: Iterable[DesiredGrant], right: Right, level: str | None) -> Iterator[DesiredGrant]:
    for one in ones:
        is_only_calendar = one.right is Right.CALENDAR
        if is_only_calendar and right is Right.CALENDAR:
            yield replace(one, detail=level or EDITOR)
        elif level is not None and not is_only_calendar:
            yield replace(one, right=right, detail=level)


def _people(
    section: Calendar | Contacts | None, right: Right, document: Document
) -> tuple[list[DesiredGrant], list[Problem]]:
    grants: dict[Address, DesiredGrant] = {}
    problems = []
    for number, person in enumerate((section.people if section is not None else None) or ()):
        place = document.place_of((str(right), "people", number))
        kind = TrusteeKind.USER if person.user else TrusteeKind.GROUP
        trustee = Address.of(person.user or person.group or "")
        grant = DesiredGrant(
            trustee, kind, right, person.level, until=person.until, reason=person.reason or "", place=place
        )
        twin = grants.setdefault(trustee, grant)
        if twin is not grant:
            why = f"{trustee} has two levels in `{right}.people`."
            problems.append(Problem(place, "listed twice", why, "Keep one of the lines.", twin.place))
    return list(grants.values()), problems


def _without_effect(
    section: Calendar | Contacts | None,
    right: Right,
    document: Document,
    members: _Grants | None,
    ones: Iterable[DesiredGrant],
) -> Iterator[Problem]:
    summary = "nothing to apply it to"
    if section is None or section.members is None:
        return
    place = document.place_of((str(right), "members"))
    if members is None:
        why = f"`{right}.members` is the level of every entry of `members`, and this mailbox has no `members`."
        yield Problem(place, summary, why, f"Write `members`, or name people in `{right}.people`.")
    elif section.members == NO_LEVEL and right is Right.CALENDAR:
        for one in ones:
            if one.right is Right.CALENDAR:
                why = f"{one.trustee} has `{CALENDAR_ONLY}`, and `calendar.members` is `{NO_LEVEL}`."
                yield Problem(one.place, summary, why, "Give the members a level, or leave the line out.", place)

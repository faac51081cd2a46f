"""Who shares the mail of a mailbox, by the `members` of its workflow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import READING, DesiredGrant, TrusteeKind
from sharedbox_cli.core.owners import Owner, name_of
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.load import LoadedTeam
from sharedbox_cli.language.models.workflow import Workflow
from sharedbox_cli.language.problems import nearest

_WHERE = ("workflow", "members")


def owners_of(
    workflow: Workflow,
    document: Document,
    teams: Mapping[str, LoadedTeam],
    grants: Sequence[DesiredGrant] | None,
    now: datetime,
) -> tuple[list[Owner], list[Problem]]:
    """Return the people who take messages now, in the order of the workflow, and the problems.

    Whoever's access has ended takes none. A person must be able to open the mailbox.
    """
    problems: list[Problem] = []
    people: dict[Address, tuple[str, Place]] = {}
    for number, entry in enumerate(workflow.members or ()):
        place = document.place_of((*_WHERE, number))
        for address, until in _named(entry, place, teams, problems):
            if until is None or until > now:
                people.setdefault(address, (entry, place))
    given = {address.lower(): name for address, name in (workflow.names or {}).items()}
    problems += _access_problems(people, grants, now)
    ended = _ended(grants, now)
    owners = [Owner(address, given.get(address.key) or name_of(address)) for address in people if address not in ended]
    problems += _name_problems(owners, people, given, document)
    if workflow.members and not owners and not problems:
        why = "The access of all its members has ended."
        problems.append(Problem(document.place_of(_WHERE), "nobody takes messages", why, "Name somebody else."))
    return owners, problems


def _named(
    entry: str, place: Place, teams: Mapping[str, LoadedTeam], problems: list[Problem]
) -> Iterator[tuple[Address, datetime | None]]:
    """Yield the people that an entry names, and when their line in a team ends."""
    if "@" in entry:
        yield Address.of(entry), None
        return
    if (team := teams.get(entry)) is None:
        hint = nearest(entry, teams) or "Define it in teams.yaml, or write the address of a person."
        problems.append(Problem(place, "unknown team", f"There is no team `{entry}`.", hint))
        return
    for member in team.team.members:
        if member.user is None:
            why = f"`{entry}` contains the group {member.group}, and a message is assigned to one person."
            problems.append(Problem(place, "not a person", why, "List the people of the group."))
        else:
            yield Address.of(member.user), member.until


def _ended(grants: Sequence[DesiredGrant] | None, now: datetime) -> set[Address]:
    """Return the people whose access has ended altogether."""
    living = {grant.trustee for grant in grants or () if not grant.is_over(now)}
    return {grant.trustee for grant in grants or ()} - living


def _access_problems(
    people: Mapping[Address, tuple[str, Place]], grants: Sequence[DesiredGrant] | None, now: datetime
) -> Iterator[Problem]:
    """Yield who cannot open the mailbox. Through a group, anybody could."""
    readers = [grant for grant in grants or () if grant.right in READING]
    if grants is None or any(grant.kind is TrusteeKind.GROUP for grant in readers):
        return
    known = {grant.trustee for grant in readers}
    for address, (entry, place) in people.items():
        if address not in known:
            who = address.text if "@" in entry else f"{address.text} of the team `{entry}`"
            hint = "Add the person to `members`, with a right to read."
            yield Problem(place, "no access to the mailbox", f"{who} cannot read what is assigned.", hint)


def _name_problems(
    owners: Sequence[Owner], people: Mapping[Address, tuple[str, Place]], given: Mapping[str, str], document: Document
) -> Iterator[Problem]:
    first: dict[str, Owner] = {}
    for owner in owners:
        place = people[owner.address][1]
        other = first.setdefault(owner.name.casefold(), owner)
        if other is not owner:
            why = f"{other.address} and {owner.address} are both `{owner.name}`."
            hint = f"Write `names: {{{owner.address}: …}}` below `workflow`, with another name."
            yield Problem(place, "two members with the same name", why, hint, people[other.address][1])
        if "/" in owner.name:
            yield Problem(place, "not a name", f"`{owner.name}` has a slash, which separates folders.", "Remove it.")
    for address in given:
        if Address.of(address) not in people:
            hint = nearest(address, (one.key for one in people)) or "Remove it."
            where = document.place_of_key(("workflow", "names", address))
            yield Problem(where, "unknown member", f"{address} is not among the members of the workflow.", hint)

"""Members and teams become wanted grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Right, TrusteeKind, WantedGrant
from sharedbox_cli.core.place import Place
from sharedbox_cli.spec.load import LoadedTeam
from sharedbox_cli.spec.models.mailbox import Mailbox
from sharedbox_cli.spec.models.members import DEFAULT_RIGHTS, Member, RightName, TeamMember
from sharedbox_cli.spec.positions import Document
from sharedbox_cli.spec.problems import nearest

Key = tuple[Address, Right]


def wanted_grants(
    spec: Mailbox, document: Document, teams: Mapping[str, LoadedTeam]
) -> tuple[tuple[WantedGrant, ...] | None, list[Problem]]:
    """Return what the members get, and what is wrong; no `members` at all means they are not managed.

    A line of its own wins over the same person's line in a team.
    """
    if spec.members is None:
        return None, []
    problems: list[Problem] = []
    direct: dict[Key, WantedGrant] = {}
    through: dict[Key, WantedGrant] = {}
    for index, member in enumerate(spec.members):
        place = document.place_of(("members", index))
        if member.team is None:
            _put(direct, _grants_of(member, member.rights, place), problems)
            continue
        team = teams.get(member.team)
        if team is None:
            place = document.place_of(("members", index, "team"))
            why = f"`{member.team}` is not in a teams.yaml of this folder or above."
            problems.append(Problem(place, "unknown team", why, nearest(member.team, teams)))
            continue
        for number, person in enumerate(team.team.members):
            where = team.document.place_of((*team.path, "members", number))
            rights = member.rights or person.rights or team.team.rights
            found = (_from_line(member, item) for item in _grants_of(person, rights, where))
            _put(through, found, problems)
    named = {grant.trustee for grant in direct.values()}
    kept = {key: grant for key, grant in through.items() if grant.trustee not in named}
    return tuple(sorted((*direct.values(), *kept.values()), key=_order)), problems


def _order(grant: WantedGrant) -> tuple[str, str]:
    return grant.trustee.key, str(grant.right)


def _grants_of(entry: Member | TeamMember, rights: tuple[RightName, ...] | None, place: Place) -> list[WantedGrant]:
    text = entry.user or entry.group or ""
    kind = TrusteeKind.USER if entry.user else TrusteeKind.GROUP
    return [
        WantedGrant(
            trustee=Address.of(text),
            kind=kind,
            right=Right(str(right)),
            automapping=entry.automapping if right is RightName.FULL_ACCESS else None,
            until=entry.until,
            reason=entry.reason or "",
            place=place,
        )
        for right in rights or DEFAULT_RIGHTS
    ]


def _from_line(member: Member, grant: WantedGrant) -> WantedGrant:
    """Return a team's grant with what the line that names the team says; the earlier end counts."""
    ends = [end for end in (member.until, grant.until) if end is not None]
    automapping = grant.automapping
    if automapping is None and grant.right is Right.FULL_ACCESS:
        automapping = member.automapping
    return replace(
        grant,
        until=min(ends, default=None),
        reason=grant.reason or member.reason or "",
        automapping=automapping,
    )


def _put(into: dict[Key, WantedGrant], grants: Iterable[WantedGrant], problems: list[Problem]) -> None:
    for grant in grants:
        key = (grant.trustee, grant.right)
        if key in into:
            why = f"{grant.trustee} gets `{grant.right}` twice."
            problems.append(Problem(grant.place, "listed twice", why, "Keep one of them.", into[key].place))
        into[key] = grant

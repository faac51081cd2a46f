"""Members and teams become wanted grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import ROLES, DesiredGrant, Right, TrusteeKind
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.load import LoadedTeam
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.models.members import Member, TeamMember
from sharedbox_cli.language.problems import nearest

Key = tuple[Address, Right]


def desired_grants(
    spec: Mailbox, document: Document, teams: Mapping[str, LoadedTeam], default: tuple[Right, ...]
) -> tuple[tuple[DesiredGrant, ...] | None, list[Problem]]:
    """Return what the members get, and what is wrong; no `members` at all means they are not managed.

    A line of its own wins over all that teams say of the same person or group, also when it has ended.
    """
    if spec.members is None:
        return None, []
    problems: list[Problem] = []
    direct: dict[Key, DesiredGrant] = {}
    through: dict[Key, DesiredGrant] = {}
    for index, member in enumerate(spec.members):
        if member.team is None:
            line = _grants_of(member, member.rights or default, document.place_of(("members", index)))
            problems += _lost_delivery(member, line, document.place_of(("members", index, "delivery")))
            problems += _lost_automapping(member, line, document.place_of(("members", index, "automapping")))
            problems += _put_lines(direct, line)
            continue
        team = teams.get(member.team)
        if team is None:
            problems.append(_unknown_team(member.team, document.place_of(("members", index, "team")), teams))
            continue
        line = list(_of_team(member, team, default))
        problems += _lost_delivery(member, line, document.place_of(("members", index, "delivery")))
        problems += _lost_automapping(member, line, document.place_of(("members", index, "automapping")))
        problems += _put_team(through, line)
    named = {grant.trustee for grant in direct.values()}
    kept = _highest_roles(grant for grant in through.values() if grant.trustee not in named)
    grants = sorted((*direct.values(), *kept), key=_order)
    return tuple(grants), [*problems, *_two_kinds(grants), *_two_roles(direct.values())]


def _highest_roles(grants: Iterable[DesiredGrant]) -> list[DesiredGrant]:
    """Return grants with one role each: of two that come through teams, the higher."""
    found = list(grants)
    best = {
        grant.trustee: grant.right
        for grant in sorted(found, key=lambda grant: _role_rank(grant.right))
        if grant.right in ROLES
    }
    return [grant for grant in found if grant.right not in ROLES or best[grant.trustee] is grant.right]


def _role_rank(right: Right) -> int:
    return ROLES.index(right) if right in ROLES else -1


def _two_roles(grants: Iterable[DesiredGrant]) -> list[Problem]:
    seen: dict[Address, DesiredGrant] = {}
    problems = []
    for grant in grants:
        if grant.right not in ROLES:
            continue
        first = seen.setdefault(grant.trustee, grant)
        if first is not grant:
            why = f"{grant.trustee} is `{first.right}` and `{grant.right}`."
            problems.append(Problem(grant.place, "one role each", why, "Keep one of the lines.", first.place))
    return problems


def _order(grant: DesiredGrant) -> tuple[str, str]:
    return grant.trustee.key, str(grant.right)


def _unknown_team(name: str, place: Place, teams: Mapping[str, LoadedTeam]) -> Problem:
    if not teams:
        why = f"`{name}` is named here, and there is no teams.yaml in this folder or above."
        return Problem(place, "unknown team", why, "Write one, or list the people here.")
    why = f"`{name}` is not in a teams.yaml of this folder or above."
    return Problem(place, "unknown team", why, nearest(name, teams) or f"There are: {', '.join(sorted(teams))}.")


def _of_team(member: Member, team: LoadedTeam, default: tuple[Right, ...]) -> Iterable[DesiredGrant]:
    for number, person in enumerate(team.team.members):
        where = team.document.place_of((*team.path, "members", number))
        rights = member.rights or person.rights or team.team.rights or default
        for grant in _grants_of(person, rights, where):
            yield _from_line(member, grant)


def _grants_of(entry: Member | TeamMember, rights: tuple[Right, ...], place: Place) -> list[DesiredGrant]:
    text = entry.user or entry.group or ""
    kind = TrusteeKind.USER if entry.user else TrusteeKind.GROUP
    return [
        DesiredGrant(
            trustee=Address.of(text),
            kind=kind,
            right=right,
            automapping=entry.automapping if right is Right.FULL_ACCESS else None,
            delivery=entry.delivery if right in ROLES else None,
            until=entry.until,
            reason=entry.reason or "",
            place=place,
        )
        for right in rights
    ]


def _from_line(member: Member, grant: DesiredGrant) -> DesiredGrant:
    """Return a team's grant with what the line that names the team says; the earlier end counts."""
    ends = [end for end in (member.until, grant.until) if end is not None]
    automapping = grant.automapping
    if grant.right is Right.FULL_ACCESS and member.automapping is not None:
        automapping = member.automapping
    is_role = grant.right in ROLES
    return replace(
        grant,
        delivery=member.delivery if is_role and member.delivery is not None else grant.delivery,
        until=min(ends, default=None),
        reason=grant.reason or member.reason or "",
        automapping=automapping,
    )


def _put_lines(into: dict[Key, DesiredGrant], grants: Iterable[DesiredGrant]) -> list[Problem]:
    problems = []
    for grant in grants:
        twin = into.setdefault((grant.trustee, grant.right), grant)
        if twin is not grant:
            why = f"{grant.trustee} gets `{grant.right}` twice."
            problems.append(Problem(grant.place, "listed twice", why, "Keep one of the lines.", twin.place))
    return problems


def _put_team(into: dict[Key, DesiredGrant], grants: Iterable[DesiredGrant]) -> list[Problem]:
    """Take the grants of a team; whoever is in two teams gets a right once, if both mean the same by it."""
    problems = []
    for grant in grants:
        key = (grant.trustee, grant.right)
        twin = into.get(key)
        if twin is None or (_terms(twin) == _terms(grant) and _rank(grant) < _rank(twin)):
            into[key] = grant
        elif _terms(twin) != _terms(grant):
            why = f"{grant.trustee} gets `{grant.right}` through two teams, with another end or automapping."
            hint = "Write a line for them in the mailbox itself: it wins over teams."
            problems.append(Problem(grant.place, "two teams do not agree", why, hint, twin.place))
    return problems


def _terms(grant: DesiredGrant) -> tuple[object, ...]:
    return grant.kind, grant.automapping, grant.delivery, grant.until


def _rank(grant: DesiredGrant) -> tuple[str, Place]:
    """Return what decides, whatever the order, which of two equal grants gives the reason and the place."""
    return grant.reason, grant.place


def _lost_automapping(member: Member, grants: Iterable[DesiredGrant], place: Place) -> list[Problem]:
    if member.automapping is None or any(grant.right is Right.FULL_ACCESS for grant in grants):
        return []
    why = "Automapping belongs to full access, which this line does not give."
    return [Problem(place, "nothing to apply it to", why, "Leave `automapping` out, or add `full_access`.")]


def _lost_delivery(member: Member, grants: Iterable[DesiredGrant], place: Place) -> list[Problem]:
    if member.delivery is None or any(grant.right in ROLES for grant in grants):
        return []
    why = "Delivery belongs to a role in a group, which this line does not give."
    return [Problem(place, "nothing to apply it to", why, "Leave `delivery` out, or give `member`.")]


def _two_kinds(grants: Iterable[DesiredGrant]) -> list[Problem]:
    seen: dict[Address, DesiredGrant] = {}
    problems = []
    for grant in grants:
        first = seen.setdefault(grant.trustee, grant)
        if first.kind is not grant.kind:
            why = f"{grant.trustee} stands here as a {grant.kind}, and elsewhere as a {first.kind}."
            problems.append(Problem(grant.place, "user or group?", why, "It can be one of them.", first.place))
    return problems

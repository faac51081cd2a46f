"""Members and teams become desired grants."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import CALENDAR_ONLY, LEVELLED, ROLES, DesiredGrant, Right, TrusteeKind
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.levels import levels_of
from sharedbox_cli.language.load import LoadedTeam
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.models.members import Member, TeamMember
from sharedbox_cli.language.problems import nearest

Key = tuple[str, Right]
"""A trustee's address in lower case, and the right."""
_Line = tuple[DesiredGrant, ...]
"""The grants of one entry of `members`."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a document says about rights."""

    grants: _Line | None
    """None: nobody's rights are managed."""
    levels: frozenset[Right] = frozenset()
    """The rights with levels that it manages."""
    has_members: bool = True
    """False: `grants` are levels alone."""
    problems: tuple[Problem, ...] = ()

    @property
    def of_mail(self) -> _Line | None:
        """Return the rights of members without levels; None: the members are not managed."""
        if self.grants is None or not self.has_members:
            return None
        return tuple(grant for grant in self.grants if grant.right not in LEVELLED)


def granted(
    spec: Mailbox,
    document: Document,
    teams: Mapping[str, LoadedTeam],
    default: tuple[Right, ...],
    team_grants: TeamGrants,
) -> Granted:
    """Return the rights of members, and the levels of members and other people."""
    members, problems = desired_grants(spec, document, teams, default, team_grants)
    levels = levels_of(spec, document, members)
    problems += levels.problems
    if members is None and not levels.rights:
        return Granted(None, problems=tuple(problems))
    mail = [grant for grant in members or () if grant.right is not Right.CALENDAR]
    grants = sorted((*mail, *levels.grants), key=_order)
    return Granted(tuple(grants), levels.rights, members is not None, (*problems, *_two_kinds(grants)))


@dataclass(slots=True)
class TeamGrants:
    """The grants of teams; mailboxes that name a team in the same way share them."""

    _known: dict[Hashable, _Line] = field(default_factory=dict)

    def of(self, member: Member, team: LoadedTeam, default: tuple[Right, ...]) -> _Line:
        """Return the grants of all members of a team for a line that names it."""
        terms = (member.rights, member.automapping, member.delivery, member.until, member.reason)
        key = (id(team), terms, default)
        if key not in self._known:
            self._known[key] = tuple(_of_team(member, team, default))
        return self._known[key]


def desired_grants(
    spec: Mailbox,
    document: Document,
    teams: Mapping[str, LoadedTeam],
    default: tuple[Right, ...],
    team_grants: TeamGrants,
) -> tuple[_Line | None, list[Problem]]:
    """Return the grants of all members, and the problems. Without `members`, the grants are None: not managed.

    The line of a person overrides everything that teams say about them, even after it has expired.
    """
    if spec.members is None:
        return None, []
    problems: list[Problem] = []
    direct: dict[Key, DesiredGrant] = {}
    through: dict[Key, DesiredGrant] = {}
    for index, member in enumerate(spec.members):
        if member.team is None:
            line = _grants_of(member, member.rights or default, document.place_of(("members", index)))
            problems += _put_lines(direct, line)
        else:
            team = teams.get(member.team)
            if team is None:
                problems.append(_unknown_team(member.team, document.place_of(("members", index, "team")), teams))
                continue
            line = team_grants.of(member, team, default)
            problems += _put_team(through, line)
        problems += _without_effect(member, line, document, index)
    named = {trustee for trustee, _ in direct}
    kept = _highest_roles([grant for (trustee, _), grant in through.items() if trustee not in named])
    grants = sorted((*direct.values(), *kept), key=_order)
    return tuple(grants), [*problems, *_two_roles(direct.values()), *_not_only_calendar(direct.values())]


def _highest_roles(grants: list[DesiredGrant]) -> list[DesiredGrant]:
    """Return grants with one role per trustee: the higher one if two teams give different roles."""
    roles = [grant for grant in grants if grant.right in ROLES]
    best = {grant.trustee: grant.right for grant in sorted(roles, key=lambda grant: ROLES.index(grant.right))}
    return [grant for grant in grants if grant.right not in ROLES or best[grant.trustee] is grant.right]


def _two_roles(grants: Iterable[DesiredGrant]) -> list[Problem]:
    seen: dict[Address, DesiredGrant] = {}
    problems = []
    for grant in grants:
        if grant.right not in ROLES:
            continue
        first = seen.setdefault(grant.trustee, grant)
        if first is not grant:
            why = f"{grant.trustee} is both `{first.right}` and `{grant.right}`."
            problems.append(Problem(grant.place, "one role each", why, "Keep one of the lines.", first.place))
    return problems


def _not_only_calendar(grants: Iterable[DesiredGrant]) -> Iterator[Problem]:
    others = {grant.trustee: grant for grant in grants if grant.right is not Right.CALENDAR}
    for grant in grants:
        other = others.get(grant.trustee)
        if grant.right is Right.CALENDAR and other is not None:
            why = f"{grant.trustee} has `{CALENDAR_ONLY}`, and `{other.right}` in another line."
            yield Problem(grant.place, "not only the calendar", why, "Keep one of the lines.", other.place)


def _order(grant: DesiredGrant) -> tuple[str, str]:
    return grant.trustee.key, str(grant.right)


def _unknown_team(name: str, place: Place, teams: Mapping[str, LoadedTeam]) -> Problem:
    if not teams:
        why = f"`{name}` is named here, but there is no teams.yaml in this folder or above."
        return Problem(place, "unknown team", why, "Write a teams.yaml, or list the people here.")
    why = f"`{name}` is not in a teams.yaml of this folder or above."
    return Problem(place, "unknown team", why, nearest(name, teams) or f"There are: {', '.join(sorted(teams))}.")


def _of_team(member: Member, team: LoadedTeam, default: tuple[Right, ...]) -> Iterable[DesiredGrant]:
    for number, person in enumerate(team.team.members):
        where = team.document.place_of((*team.path, "members", number))
        rights = member.rights or person.rights or team.team.rights or default
        for grant in _grants_of(person, rights, where):
            yield _from_line(member, grant)


def _grants_of(entry: Member | TeamMember, rights: tuple[Right, ...], place: Place) -> _Line:
    trustee = Address.of(entry.user or entry.group or "")
    kind = TrusteeKind.USER if entry.user else TrusteeKind.GROUP
    return tuple(
        DesiredGrant(
            trustee=trustee,
            kind=kind,
            right=right,
            automapping=entry.automapping if right is Right.FULL_ACCESS else None,
            delivery=entry.delivery if right in ROLES else None,
            until=entry.until,
            reason=entry.reason or "",
            place=place,
        )
        for right in rights
    )


def _from_line(member: Member, grant: DesiredGrant) -> DesiredGrant:
    """Return a grant of a team with the terms of the line that names the team. The earlier end counts."""
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


def _put_lines(into: dict[Key, DesiredGrant], grants: _Line) -> list[Problem]:
    problems = []
    for grant in grants:
        twin = into.setdefault((grant.trustee.key, grant.right), grant)
        if twin is not grant:
            right = CALENDAR_ONLY if grant.right is Right.CALENDAR else grant.right
            why = f"{grant.trustee} gets `{right}` twice."
            problems.append(Problem(grant.place, "listed twice", why, "Keep one of the lines.", twin.place))
    return problems


def _put_team(into: dict[Key, DesiredGrant], grants: _Line) -> list[Problem]:
    """Add the grants of a team. Two teams can give the same right to a person if their terms are the same."""
    problems = []
    for grant in grants:
        key = (grant.trustee.key, grant.right)
        twin = into.get(key)
        if twin is None or (_terms(twin) == _terms(grant) and _rank(grant) < _rank(twin)):
            into[key] = grant
        elif _terms(twin) != _terms(grant):
            why = f"{grant.trustee} gets `{grant.right}` through two teams, with different `until` or `automapping`."
            hint = "Write a line for this person in the mailbox: it overrides the teams."
            problems.append(Problem(grant.place, "two teams do not agree", why, hint, twin.place))
    return problems


def _terms(grant: DesiredGrant) -> tuple[object, ...]:
    return grant.kind, grant.automapping, grant.delivery, grant.until


def _rank(grant: DesiredGrant) -> tuple[str, Place]:
    """Return a sort key that decides, independently of the order, which of two equal grants gives reason and place."""
    return grant.reason, grant.place


def _without_effect(member: Member, grants: _Line, document: Document, index: int) -> Iterator[Problem]:
    """Yield a problem for each key that needs a right that the line does not give."""
    summary = "nothing to apply it to"
    if member.automapping is not None and all(grant.right is not Right.FULL_ACCESS for grant in grants):
        place = document.place_of(("members", index, "automapping"))
        why = "Automapping belongs to full access, which this line does not give."
        yield Problem(place, summary, why, "Leave `automapping` out, or add `full_access`.")
    if member.delivery is not None and all(grant.right not in ROLES for grant in grants):
        place = document.place_of(("members", index, "delivery"))
        why = "Delivery belongs to a role in a group, which this line does not give."
        yield Problem(place, summary, why, "Leave `delivery` out, or give `member`.")


def _two_kinds(grants: Iterable[DesiredGrant]) -> list[Problem]:
    seen: dict[str, DesiredGrant] = {}
    problems = []
    for grant in grants:
        first = seen.setdefault(grant.trustee.key, grant)
        if first.kind is not grant.kind:
            why = f"{grant.trustee} is a {grant.kind} here, and a {first.kind} elsewhere."
            problems.append(Problem(grant.place, "user or group?", why, "Use the same one everywhere.", first.place))
    return problems

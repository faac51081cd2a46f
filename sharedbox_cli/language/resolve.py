"""Applies defaults, teams and expiry: documents become `Desired`. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import Desired, DesiredMailbox, MembersMode, Platform, State
from sharedbox_cli.core.until import until_words
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.addresses import ResolvedMailbox, own_member_problems, owner_problems
from sharedbox_cli.language.consistency import content_problems
from sharedbox_cli.language.digest import digest
from sharedbox_cli.language.document import Document, Places, path_text
from sharedbox_cli.language.grants import Granted, TeamGrants, granted
from sharedbox_cli.language.load import LoadedSpecs, LoadedTeam
from sharedbox_cli.language.merge import Merged, Merger
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.problems import nearest, raise_if_any
from sharedbox_cli.language.settings import settings_of
from sharedbox_cli.language.support import support_problems
from sharedbox_cli.language.workflow import EXPANDED, KEY, added_paths, expanded

AbilityTable = Mapping[Platform, Capabilities]
_NAMEABLE = tuple(name for name, setting in SETTINGS.items() if setting.is_nameable)
_UNKNOWN = Capabilities(Platform(""), "", ())


def resolve(loaded: LoadedSpecs, capabilities: AbilityTable, now: datetime) -> Desired:
    """Return the desired state of all documents. Raises SpecError with all problems of all documents."""
    problems: list[Problem] = []
    resolved: list[ResolvedMailbox] = []
    merger, team_grants = Merger(loaded), TeamGrants()
    for mailbox in loaded.documents:
        one, found = _resolve(merger.merged(mailbox), team_grants, capabilities, now)
        problems += found
        if one is not None:
            resolved.append(one)
    raise_if_any((*problems, *owner_problems(resolved)))
    mailboxes = {one.mailbox.address: one.mailbox for one in resolved}
    return Desired(dict(sorted(mailboxes.items())), digest(mailboxes), len(mailboxes))


def _resolve(
    mailbox: Merged, team_grants: TeamGrants, capabilities: AbilityTable, now: datetime
) -> tuple[ResolvedMailbox | None, list[Problem]]:
    problems = mailbox.problems
    if mailbox.spec is None:
        return None, problems
    table, teams = capabilities.get(Platform(mailbox.spec.platform or ""), _UNKNOWN), mailbox.teams
    rights = granted(mailbox.spec, mailbox.document, teams, table.default_rights, team_grants)
    merged, spec, workflow_problems = expanded(mailbox.document, mailbox.spec, teams, rights.of_mail, table, now)
    problems += workflow_problems
    aliases = enumerate(spec.aliases or ())
    one = ResolvedMailbox(
        _mailbox(spec, merged, rights, now, table),
        tuple((alias.lower(), merged.place_of(("aliases", number))) for number, alias in aliases),
    )
    problems += rights.problems
    problems += support_problems(spec, merged, rights.grants, capabilities)
    problems += _platform_problems(spec, merged, capabilities)
    problems += own_member_problems(one)
    problems += content_problems(spec, merged, table)
    return one, problems


def expiry_warnings(desired: Desired) -> tuple[Problem, ...]:
    """Return one warning for each line whose access has ended, because the line can be deleted."""
    found = {
        Problem(
            grant.place,
            "access that has ended",
            f"{grant.trustee}: until {until_words(grant.until)}.",
            "Delete the line.",
        )
        for mailbox in desired.mailboxes.values()
        for grant in mailbox.expired
        if grant.until
    }
    return tuple(sorted(found))


def _platform_problems(spec: Mailbox, merged: Document, capabilities: AbilityTable) -> list[Problem]:
    if spec.platform is None:
        names = ", ".join(sorted(capabilities))
        why = "`platform` defines where the mailbox is."
        return [Problem(merged.place, "a key is missing", why, f"There are: {names}.")]
    if spec.platform not in capabilities:
        why = f"The platform `{spec.platform}` is not installed."
        hint = nearest(spec.platform, capabilities) or f"There are: {', '.join(sorted(capabilities))}."
        return [Problem(merged.place_of(("platform",)), "unknown platform", why, hint)]
    return []


def _mailbox(spec: Mailbox, merged: Document, rights: Granted, now: datetime, table: Capabilities) -> DesiredMailbox:
    grants = rights.grants
    living = None if grants is None else tuple(item for item in grants if not item.is_over(now))
    settings = {name: table.canonical(name, value) for name, value in settings_of(spec).items()}
    return DesiredMailbox(
        address=Address.of(spec.mailbox),
        platform=Platform(spec.platform or ""),
        state=State(spec.state or "present"),
        settings=settings,
        grants=living,
        levels=rights.levels,
        has_members=rights.has_members,
        unmanaged=_unmanaged(settings, rights, table),
        expired=tuple(item for item in grants or () if item.is_over(now)),
        members_mode=MembersMode(spec.members_mode or "exact"),
        labels=dict(sorted((spec.labels or {}).items())),
        warn_at_percent=spec.storage.warn_at if spec.storage else None,
        suite=(spec.storage.suite or "") if spec.storage else "",
        enforces_until=bool(spec.group and spec.group.enforce_until),
        shared_out=frozenset(map(Field, EXPANDED)) if spec.workflow is not None else frozenset(),
        place=merged.place_of(("mailbox",)),
        places=Places(merged),
    )


def _unmanaged(settings: Mapping[Field, Value], rights: Granted, table: Capabilities) -> tuple[str, ...]:
    """Return the keys that a mailbox on this platform can have, but this one does not have."""
    names = [str(name) for name in _NAMEABLE if name not in settings and table.refusal(str(name)) is None]
    has_members = rights.grants is not None and rights.has_members
    return tuple(names) if has_members else (*names, "members")


@dataclass(frozen=True, slots=True)
class Provenance:
    """One value of a spec and its place."""

    path: str
    value: Any
    place: Place
    through: str = ""
    """The key that expands to it; empty: it is written in the document itself."""


def provenance(
    loaded: LoadedSpecs, address: Address, capabilities: AbilityTable | None = None, now: datetime | None = None
) -> list[Provenance]:
    """Return each value of one mailbox after defaults and teams, with the place that sets it.

    With capabilities and a time, a workflow is expanded too.
    """
    for mailbox in loaded.documents:
        if Address.of(mailbox.spec.mailbox) == address:
            merged = Merger(loaded).merged(mailbox)
            document = merged.document
            if merged.spec is not None and capabilities is not None and now is not None:
                table = capabilities.get(Platform(merged.spec.platform or ""), _UNKNOWN)
                rights = granted(merged.spec, document, merged.teams, table.default_rights, TeamGrants())
                document, _, _ = expanded(document, merged.spec, merged.teams, rights.of_mail, table, now)
            found = _provenance(document, merged.teams)
            added = {path_text(path) for path in added_paths(merged.document, document)}
            added |= {key for key in EXPANDED if key in document.data and key not in merged.document.data}
            return [replace(item, through=KEY) if item.path.startswith(tuple(added)) else item for item in found]
    return []


def _provenance(merged: Document, teams: Mapping[str, LoadedTeam]) -> Iterator[Provenance]:
    for path, value in _leaves(merged.data, ()):
        text = path_text(path)
        yield Provenance(text, value, merged.place_of(path))
        if path[:1] != ("members",) or path[-1] != "team" or value not in teams:
            continue
        team = teams[value]
        for inner, part in _leaves(team.document.data[team.path[0]], ()):
            yield Provenance(f"{text}.{path_text(inner)}", part, team.document.place_of((*team.path, *inner)))


def _leaves(data: Any, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(data, dict) and data:
        return [leaf for key, value in data.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return [leaf for index, value in enumerate(data) for leaf in _leaves(value, (*path, index))]
    return [(path, data.isoformat() if isinstance(data, date) else data)]

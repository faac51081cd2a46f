"""The steps of an import between the reading and the files: what exists, what is new, and the text of each file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change
from sharedbox_cli.core.convert import desired_of
from sharedbox_cli.core.convert_notes import Note
from sharedbox_cli.core.diff import diff_mailbox
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.levels import without_levels
from sharedbox_cli.core.model import LEVELLED, Desired, DesiredMailbox, MembersMode, Platform, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.export.folder import Adopted, Given, Line, folder_of, lines_of
from sharedbox_cli.language.export.schema_files import SCHEMAS
from sharedbox_cli.language.files import spec_files
from sharedbox_cli.language.grants import TeamGrants
from sharedbox_cli.language.load import LoadedSpecs, load_specs
from sharedbox_cli.language.models.members import Member
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.language.settings import settings_of

_KEEPS_INVITATIONS = "keeps pending invitations. Remove the key once they are accepted or withdrawn."
_UNMANAGED_FACTS = (
    (Fact.FORWARDING_TO, "forwarding.to", "to"),
    (Fact.HAS_ARCHIVE, "retention.archive", "an archive"),
    (Fact.ON_HOLD, "retention.litigation_hold", "a hold"),
)
_KEPT_RULES = {
    "broken": "it is broken and stays as it is: its owner has to correct or delete it.",
    "hidden": "no mail program shows it, and it stays as it is: find out who made it.",
    "other": "a spec cannot express all of it, and it stays as it is.",
}
_OF_A_PROGRAM = "only a mail program runs it. A change of other rules deletes it."
READ_FACTS = frozenset(fact for fact, _, _ in _UNMANAGED_FACTS)
"""What is read besides settings: it comes with them, or costs a request only where there is something to name."""
AbilityTable = Mapping[Platform, Capabilities]


@dataclass(frozen=True, slots=True)
class Existing:
    """The specs that a folder has already."""

    loaded: LoadedSpecs = field(default_factory=LoadedSpecs)
    desired: Desired = field(default_factory=Desired)
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class NewFiles:
    """Files that do not exist yet."""

    texts: Mapping[Path, str]
    of_mailboxes: Mapping[Address, Path]
    teams: tuple[str, ...] = ()
    adopted: Sequence[Adopted] = ()
    """The mailboxes as the files say them."""
    without: tuple[str, ...] = ()
    """People without a counterpart in the map of people."""
    skipped: tuple[DesiredMailbox, ...] = ()
    """Specs that the new addresses of mailboxes have already."""


def existing_in(folder: Path, capabilities: AbilityTable, now: datetime) -> Existing:
    """Return the specs of a folder; nothing if it does not exist or is empty. Raises SpecError."""
    if not folder.exists():
        return Existing()
    loaded = load_specs([folder])
    return Existing(loaded, resolve(loaded, capabilities, now), tuple(spec_files(folder)))


def adopted_of(
    observations: Mapping[Platform, Observed],
    chosen: Collection[Address] | None,
    existing: Existing,
    capabilities: AbilityTable,
    *,
    is_members_only: bool,
) -> list[Adopted]:
    """Return the mailboxes without a spec as specs can express them, sorted by address.

    None chosen: all of them. A mailbox that was not read completely has none: half of a list would revoke the rest.
    """
    adopted = []
    for platform, observed in sorted(observations.items()):
        for address, mailbox in sorted(observed.mailboxes.items()):
            is_chosen = chosen is None or address in chosen
            if is_chosen and address not in existing.desired.mailboxes and address not in observed.unread_mailboxes:
                adopted.append(adopt(mailbox, observed, {platform: capabilities[platform]}, is_members_only))
    return adopted


def adopt(mailbox: ObservedMailbox, observed: Observed, capabilities: AbilityTable, is_members_only: bool) -> Adopted:
    """Return one mailbox as a spec can express it, with what is lost."""
    moved = desired_of(mailbox, observed, capabilities[mailbox.platform])
    wanted = replace(moved.mailbox, settings={}) if is_members_only else moved.mailbox
    expressible, left_out = writable(wanted, capabilities, utc_now())
    named = {str(name).partition(".")[0] for name, value in wanted.settings.items() if value != SETTINGS[name].new}
    lost = [
        Note(item.key, item.what, item.why, is_lost=True)
        for item in left_out
        if item.key in named or item.key not in {str(name).partition(".")[0] for name in SETTINGS}
    ]
    invited = [entry for entry in mailbox.special if entry.revocable is not None]
    if invited and expressible.manages_members:  # an exact list would revoke the invitation
        expressible = replace(expressible, members_mode=MembersMode.AT_LEAST)
        lost.append(Note("members_mode", "at-least", _KEEPS_INVITATIONS, is_lost=True))
    return Adopted(expressible, [*moved.notes, *lost, *_without_a_key(mailbox, capabilities[mailbox.platform])])


def _without_a_key(mailbox: ObservedMailbox, table: Capabilities) -> Iterator[Note]:
    """Yield what the mailbox has and its platform has no key for."""
    for fact, key, what in _UNMANAGED_FACTS:
        value = mailbox.facts.get(fact)
        if value and table.refusal(key) is not None:
            words = f"{what} {value}" if isinstance(value, str) else what
            yield Note(key.partition(".")[0], words, "this version does not manage it on this platform.", is_lost=True)
    yield from _kept_rules(mailbox)
    if mailbox.facts.get(Fact.ON_HOLD) and mailbox.settings.get(Field.HOLD) is False:
        yield Note("retention", "a hold", "it comes from a policy or a case, and not from this mailbox.", is_lost=True)


def _kept_rules(mailbox: ObservedMailbox) -> Iterator[Note]:
    """Yield the mail rules that no spec changes, where rules were read."""
    kept, names = mailbox.facts.get(Fact.KEPT_RULES), mailbox.facts.get(Fact.CLIENT_RULES)
    for item in kept if isinstance(kept, tuple) else ():
        if isinstance(item, tuple):
            yield Note("rules", f"`{item[1]}`", _KEPT_RULES[str(item[0])], is_lost=True)
    for name in names if isinstance(names, tuple) else ():
        yield Note("rules", f"`{name}`", _OF_A_PROGRAM, is_lost=True)


def new_files(
    folder: Path,
    adopted: Sequence[Adopted],
    existing: Existing,
    capabilities: AbilityTable,
    observations: Mapping[Platform, Observed],
) -> NewFiles:
    """Return the files for mailboxes without a spec. A plan of them is empty: what would not be is left out."""
    groups = {platform: _group_names(observed) for platform, observed in observations.items()}
    made = files_of(folder, adopted, existing, capabilities, groups)
    unsteady = _unsteady(folder, made, capabilities, observations)
    if not unsteady:
        return made
    fewer = [_without(one, unsteady.get(one.mailbox.address, ())) for one in adopted]
    return files_of(folder, fewer, existing, capabilities, groups)


def files_of(
    folder: Path,
    adopted: Sequence[Adopted],
    existing: Existing,
    capabilities: AbilityTable,
    groups: Mapping[Platform, Mapping[frozenset[str], str]],
    *,
    keeps_new: bool = False,
) -> NewFiles:
    """Return the files for mailboxes without a spec: one folder for one platform, otherwise a folder for each.

    `groups` has the names of groups by the addresses of their people. With `keeps_new`, values that a new mailbox has
    are written, too.
    """
    platforms = sorted({one.mailbox.platform for one in adopted})
    texts: dict[Path, str] = {}
    of_mailboxes: dict[Address, Path] = {}
    teams: list[str] = []
    for platform in platforms:
        own = folder if len(platforms) == 1 and not (folder / platform).is_dir() else folder / platform
        table = capabilities[platform]
        made = folder_of(
            own,
            [one for one in adopted if one.mailbox.platform == platform],
            table,
            _given(own, existing, table),
            groups.get(platform, {}),
            folder / SCHEMAS,
            keeps_new=keeps_new,
        )
        texts |= made.texts
        of_mailboxes |= made.files
        teams += made.split.teams
    return NewFiles(texts, of_mailboxes, tuple(teams), adopted)


def _unsteady(
    folder: Path, files: NewFiles, capabilities: AbilityTable, observations: Mapping[Platform, Observed]
) -> Mapping[Address, Sequence[Change]]:
    """Return the changes that a plan of new files would have, by mailbox: there should be none."""
    if not files.texts:
        return {}
    desired = resolve(load_specs([folder], files.texts), capabilities, utc_now())
    mailboxes = [desired.mailboxes[address] for address in files.of_mailboxes]
    plans = {mailbox.address: diff_mailbox(mailbox, observations[mailbox.platform]) for mailbox in mailboxes}
    return {address: changes for address, changes in plans.items() if changes}


def with_addresses(observed: Observed) -> Observed:
    """Return a reading in which the addresses of all trustees lead to them: a whole tenant is read by ids."""
    addresses = {who.address: key for key, who in observed.trustees.items() if who.address is not None}
    return replace(observed, directory={**addresses, **observed.directory})


def _without(one: Adopted, changes: Sequence[Change]) -> Adopted:
    """Return a mailbox without what a plan would change, with a note: no spec is written that changes anything."""
    if not changes:
        return one
    names = {name for change in changes if change.party is None for name in (*change.before, *change.after)}
    settings = {name: value for name, value in one.mailbox.settings.items() if name not in names}
    parties = {change.party.right for change in changes if change.party is not None}
    has_members = not parties - set(LEVELLED)
    why = "a spec of it would not read back as it is now."
    lost = [Note(str(name), "", why, is_lost=True) for name in sorted(names)]
    lost += [] if has_members else [Note("members", "all members", why, is_lost=True)]
    mailbox = replace(one.mailbox, settings=settings)
    for right in LEVELLED if has_members else ():
        if right in parties:
            mailbox = without_levels(mailbox, right)
            lost.append(Note(str(right), "all people", why, is_lost=True))
    mailbox = mailbox if has_members else replace(mailbox, grants=None, levels=frozenset())
    return Adopted(mailbox, [*one.notes, *lost])


def _given(folder: Path, existing: Existing, table: Capabilities) -> Given:
    """Return what applies to new files in a folder that has specs already."""
    here = Path(folder).absolute()
    folders = (*reversed(here.parents), here)
    above = [level for level in folders if level in existing.loaded.defaults]
    files = [path for path in existing.files if path.parent.absolute() == here]
    has_files = bool(files) or bool(above)
    settings: dict[str, object] = {}
    for level in above:
        settings |= existing.loaded.defaults[level].document.data
    return Given(
        has_files=has_files,
        defaults={
            name: table.canonical(name, value)
            for level in above
            for name, value in settings_of(existing.loaded.defaults[level].settings).items()
        },
        has_platform=settings.get("platform") == table.platform,
        teams=_known_teams(existing, folders, table),
        names=frozenset(path.name for path in files),
    )


def _known_teams(existing: Existing, folders: Sequence[Path], table: Capabilities) -> Mapping[str, frozenset[Line]]:
    teams = {name: team for level in folders for name, team in existing.loaded.teams.get(level, {}).items()}
    grants = TeamGrants()
    known = {name: grants.of(Member(team=name), team, table.default_rights) for name, team in teams.items()}
    return {
        name: frozenset(tuple(replace(grant, reason="") for grant in line) for line in lines_of(team))
        for name, team in known.items()
        if all(grant.right not in LEVELLED for grant in team)
    }


def _group_names(observed: Observed) -> Mapping[frozenset[str], str]:
    """Return the names of groups by the addresses of their people."""
    names: dict[frozenset[str], str] = {}
    for group, people in sorted(observed.members.items()):
        known = [observed.trustees.get(person) for person in people]
        addresses = frozenset(who.address.key for who in known if who is not None and who.address is not None)
        trustee = observed.trustees.get(group)
        if trustee is not None and trustee.kind is TrusteeKind.GROUP and len(addresses) == len(people) > 1:
            names.setdefault(addresses, trustee.address.local if trustee.address else trustee.name)
    return names

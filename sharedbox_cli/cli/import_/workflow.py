"""From a tenant to specs: read, compare with the specs that exist, write what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.import_.adopt import READ_FACTS, adopted_of, existing_in, new_files, with_addresses
from sharedbox_cli.cli.import_.confirm import confirmed
from sharedbox_cli.cli.import_.elsewhere import moved_files, target_of
from sharedbox_cli.cli.import_.maps import map_of
from sharedbox_cli.cli.import_.update import Updates, chosen_of, updates_of
from sharedbox_cli.cli.options import addresses_of
from sharedbox_cli.cli.output import refuse_links_out, show, write_new, write_whole
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of, utc_now
from sharedbox_cli.core.change_words import words
from sharedbox_cli.core.diff import diff_mailbox, observed_addresses
from sharedbox_cli.core.errors import ExitCode, NotFound, SpecError
from sharedbox_cli.core.fields import OBSERVABLE, Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.levels import inside_by_mailbox, plain_readers
from sharedbox_cli.core.mail_targets import recipients_of
from sharedbox_cli.core.model import LEVELLED, DesiredMailbox, Platform, Right, State
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.language.export.folder import lost_lines
from sharedbox_cli.language.export.schema_files import schema_files
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.views.imported import Imported, SpecState, import_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.adopt import Existing, NewFiles
    from sharedbox_cli.cli.import_.options import Choice
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.render import PlainOutput

_WILD = frozenset("*?[")


def import_tenant(
    session: Session, folder: Path, choice: Choice, output: PlainOutput, people_file: Path | None = None
) -> int:
    """Write specs for what a tenant has, and return the exit code. With a map, people get other addresses.

    Raises what `observe` raises, UsageError, SpecError, NotFound.
    """
    people = map_of(people_file) if people_file else None
    target = target_of(choice.target, session.capabilities)
    existing = existing_in(folder, session.capabilities, utc_now())
    chosen = _chosen(session, choice)
    _say_what_is_left_out(session, choice)
    observed = _with_addresses(session.observe(_scopes(session, choice, chosen, existing)), existing)
    adopted = adopted_of(
        observed.observations, chosen, existing, session.capabilities, is_members_only=choice.is_members_only
    )
    files = new_files(folder, adopted, existing, session.capabilities, observed.observations)
    if people or target:
        files = moved_files(folder, files.adopted, existing, session.capabilities, people, target)
    rows = [*_new_rows(files)]
    updates = Updates()
    if choice.updates:
        differing = [mailbox for mailbox, one in _pairs(existing, observed, choice) if _differences(mailbox, one)]
        updates = updates_of(folder, differing, existing, observed.observations, session.capabilities)
    if not choice.only_checks:
        chosen_files = confirmed(session.terminal, updates.edits, is_confirmed=choice.is_confirmed)
        updates = chosen_of(updates, chosen_files, folder, existing, observed.observations, session.capabilities)
    if not people and not target:
        rows += [_comparison(mailbox, one, updates) for mailbox, one in _pairs(existing, observed, choice)]
    if not choice.only_checks:
        write_files(folder, files.texts, updates)
    diff = updates.edits.diff()
    rows.sort(key=lambda row: (row.platform, row.mailbox.lower()))
    written = [str(path) for path in (*files.texts, *updates.texts)]
    report = import_report(rows, written, files.teams, files.without, diff, is_dry=choice.only_checks)
    show(session.terminal, report.based_on(origin_of(session.profile.name, observed)), output)
    differs = any(row.state not in (SpecState.EQUAL, SpecState.EXISTS) for row in rows)
    return exit_code_of(observed, ExitCode.FOUND if choice.only_checks and differs else ExitCode.OK)


def _with_addresses(reading: Reading, existing: Existing) -> Reading:
    known = existing.desired.mailboxes
    observations = {
        platform: with_addresses(plain_readers(observed, known)) for platform, observed in reading.observations.items()
    }
    return replace(reading, observations=observations)


def _new_rows(files: NewFiles) -> Iterator[Imported]:
    for one in files.adopted:
        mailbox, file = one.mailbox, str(files.of_mailboxes[one.mailbox.address])
        lost = lost_lines(one.notes)
        yield Imported(mailbox.address.text, mailbox.platform, SpecState.NEW, file, not_managed=lost)
    for spec in files.skipped:
        yield Imported(spec.address.text, spec.platform, SpecState.EXISTS, str(spec.place.file))


def _chosen(session: Session, choice: Choice) -> frozenset[Address] | None:
    """Return the addresses that the options choose; None: all of them. Raises NotFound for a name without a mailbox."""
    if not choice.mailboxes and not choice.excluded:
        return None
    if not choice.excluded and not any(_WILD & set(pattern) for pattern in choice.mailboxes):
        return addresses_of(choice.mailboxes)
    listed = session.observe({name: _listing(name) for name in session.platforms(choice.platforms)})
    known = {address for one in listed.observations.values() for address in one.mailboxes}
    for pattern in (*choice.mailboxes, *choice.excluded):
        if not any(fnmatchcase(address.key, pattern) for address in known):
            raise _not_found(pattern, listed)
    return frozenset(address for address in known if choice.passes(address))


def _not_found(address: str, observed: Reading) -> NotFound:
    return NotFound(
        "no such mailbox",
        mailbox=address,
        why=f"No shared mailbox in {' and '.join(observed.tenant_names)} has this address.",
        hint="To see all of them:\n    sharedbox audit",
    )


def _listing(platform: Platform) -> Scope:
    return Scope(frozenset({platform}), None, frozenset({Field.KIND}))


def _scopes(
    session: Session, choice: Choice, chosen: frozenset[Address] | None, existing: Existing
) -> Mapping[Platform, Scope]:
    return {
        name: _scope(session.capabilities[name], choice, chosen, existing)
        for name in session.platforms(choice.platforms)
    }


def _say_what_is_left_out(session: Session, choice: Choice) -> None:
    if choice.reads_all or choice.is_members_only or choice.only_checks:
        return
    tables = [session.capabilities[key] for key in session.platforms(choice.platforms)]
    names = {str(name).partition(".")[0] for table in tables for name in (*table.read_singly, *_levels(table))}
    names |= {f"rights: [{right}]" for table in tables for right in table.inside - frozenset(LEVELLED)}
    if names:
        keys = ", ".join(sorted(f"`{name}`" for name in names))
        session.terminal.say(
            f"note: new specs do not have {keys}, which take more requests per mailbox. To read them: --manage all"
        )


def _scope(table: Capabilities, choice: Choice, chosen: frozenset[Address] | None, existing: Existing) -> Scope:
    platform = table.platform
    settings = OBSERVABLE | table.read_singly if choice.reads_all else OBSERVABLE - table.read_singly
    fields = frozenset({Field.KIND}) if choice.is_members_only else settings
    mine = existing.desired.of_platforms(frozenset({platform}))
    managed = {name for mailbox in mine.mailboxes.values() for name in mailbox.settings}
    if any(mailbox.enforces_until for mailbox in mine.mailboxes.values()):
        managed.add(Field.UNTIL)
    rights = {grant.right for mailbox in mine.mailboxes.values() for grant in mailbox.grants or ()}
    return Scope(
        frozenset({platform}),
        chosen,
        fields | managed,
        frozenset() if choice.is_members_only else READ_FACTS,
        grants_of=chosen,
        trustees=observed_addresses(mine),
        with_members=True,
        recipients=recipients_of(mine.mailboxes.values()),
        rights=frozenset(rights),
        inside=inside_by_mailbox(mine),
        inside_all=table.inside | _levels(table) if choice.reads_all and not choice.is_members_only else frozenset(),
        dispensable=(OBSERVABLE | table.read_singly) - managed,
    )


def _levels(table: Capabilities) -> frozenset[Right]:
    """Return the rights with levels that a platform has."""
    return frozenset(right for right in LEVELLED if table.refusal(f"{right}.people") is None)


def _pairs(existing: Existing, observed: Reading, choice: Choice) -> Iterator[tuple[DesiredMailbox, Observed]]:
    """Yield each chosen spec of the platforms that were read, with what was read."""
    for address, mailbox in existing.desired.mailboxes.items():
        one = observed.observations.get(mailbox.platform)
        if one is not None and choice.passes(address) and address not in one.unread_mailboxes:
            yield mailbox, one


def _differences(mailbox: DesiredMailbox, observed: Observed) -> list[str]:
    """Return what differs between a spec and its mailbox, in words; nothing for a mailbox that does not exist."""
    if mailbox.address not in observed.mailboxes:
        return []
    try:
        return [words(change) for change in diff_mailbox(mailbox, observed)]
    except SpecError as error:
        return [f"{problem.summary}: {problem.why}" for problem in error.problems]


def _comparison(mailbox: DesiredMailbox, observed: Observed, updates: Updates) -> Imported:
    address, file = mailbox.address, str(mailbox.place.file)
    differences = _differences(mailbox, observed)
    if address not in observed.mailboxes:
        state = SpecState.EQUAL if mailbox.state is State.ABSENT else SpecState.GONE
    elif address in updates.updated:
        state = SpecState.UPDATED
    elif address in updates.by_hand:
        state = SpecState.BY_HAND
        differences = [*differences, f"not changed here: {updates.by_hand[address]}"]
    else:
        state = SpecState.DIFFERS if differences else SpecState.EQUAL
    return Imported(address.text, mailbox.platform, state, file, differences)


def write_files(folder: Path, texts: Mapping[Path, str], updates: Updates) -> None:
    """Write new files, none over another, and updated ones. The schemas follow the version of sharedbox."""
    updates.edits.refuse_changed_files()
    schemas = schema_files(folder) if texts else {}
    refuse_links_out(folder, (*schemas, *texts, *updates.texts))
    if texts:
        for path, text in schemas.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
    for path, text in texts.items():
        write_new(path, text)
    updates.edits.write(folder)

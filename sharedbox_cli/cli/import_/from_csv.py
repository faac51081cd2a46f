"""From CSV files to specs: how each cell is read is shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.import_.adopt import NewFiles, existing_in, files_of
from sharedbox_cli.cli.import_.maps import map_of
from sharedbox_cli.cli.import_.update import Updates
from sharedbox_cli.cli.import_.workflow import write_files
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, Problem, SharedboxError, SpecError, UsageError
from sharedbox_cli.core.identity import Address, AddressInvalid
from sharedbox_cli.core.model import Platform
from sharedbox_cli.language.csv.columns import Column, columns_of, is_known, mapping_of
from sharedbox_cli.language.csv.decode import decoded, read_csv_bytes
from sharedbox_cli.language.csv.desired import adopted_from
from sharedbox_cli.language.csv.mailboxes import Reader
from sharedbox_cli.language.csv.model import CsvReading, Rules
from sharedbox_cli.language.csv.people_map import PeopleMap
from sharedbox_cli.language.csv.table import NO_HEADER, NO_ROWS, Table, table_of
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.problems import raise_if_any
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.reports.views.csv_import import CsvImported, CsvSpec, csv_import_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.import_.adopt import Existing
    from sharedbox_cli.cli.import_.options import Choice, CsvChoice
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.language.export.folder import Adopted
    from sharedbox_cli.reports.render import PlainOutput


@dataclass(slots=True)
class _Files:
    """What was read from the files."""

    tables: list[Table] = field(default_factory=list)
    columns: dict[str, Sequence[Column]] = field(default_factory=dict)
    reading: CsvReading = field(default_factory=CsvReading)


def import_csv(session: Session, folder: Path, choice: Choice, source: CsvChoice, output: PlainOutput) -> int:
    """Write specs for the mailboxes of CSV files, and return the exit code. Raises UsageError, SpecError."""
    existing = existing_in(folder, session.capabilities, utc_now())
    platform = _platform(session, choice, existing)
    table = session.capabilities[platform]
    people = map_of(source.people) if source.people else None
    files = _read(source, table, people)
    problems = [*files.reading.problems, *(problem for one in files.tables for problem in one.problems)]
    specs: list[CsvSpec] = []
    made = NewFiles({}, {})
    if not problems:
        specs, made, problems = _specs(session, folder, choice, existing, table, files)
    imported = CsvImported(
        files.tables, files.columns, files.reading, specs, [*map(str, made.texts)], made.teams, problems
    )
    report = csv_import_report(imported, table, is_dry=choice.only_checks)
    show(session.terminal, report, output)
    raise_if_any(problems)
    if choice.only_checks:
        return ExitCode.FOUND if made.texts else ExitCode.OK
    write_files(folder, made.texts, Updates())
    session.terminal.say(f"{len(made.texts):,} file{'' if len(made.texts) == 1 else 's'} written to {folder}.")
    return ExitCode.OK


def _platform(session: Session, choice: Choice, existing: Existing) -> Platform:
    """Return the platform of the new specs: the named one, or the only one of the folder or the profile."""
    if len(choice.platforms) == 1:
        return session.platforms(choice.platforms)[0]
    if not choice.platforms:
        here = {mailbox.platform for mailbox in existing.desired.mailboxes.values()}
        platforms = tuple(here) if len(here) == 1 else _configured(session)
        if len(platforms) == 1:
            return platforms[0]
    known = ", ".join(session.capabilities)
    raise UsageError(
        "which platform?",
        where="--platform",
        why="A CSV file does not say for which platform its mailboxes are.",
        hint=f"Name one with `--platform`: {known}.",
    )


def _configured(session: Session) -> tuple[Platform, ...]:
    """Return the platforms of the profile; none if there is no profile, as files need no tenant."""
    try:
        return session.platforms()
    except SharedboxError:
        return ()


def _read(source: CsvChoice, table: Capabilities, people: PeopleMap | None) -> _Files:
    domain = _domain(source.domain)
    mapping = mapping_of(source.columns)
    ignored = _ignored(source)
    files, used = _Files(), set[str]()
    reader = Reader(Rules(domain, table.default_rights, people))
    for path in source.files:
        text, encoding = decoded(read_csv_bytes(path), path)
        one = table_of(text, str(path), encoding, is_known)
        files.tables.append(one)
        if any(problem.summary in (NO_HEADER, NO_ROWS) for problem in one.problems) or not one.rows:
            continue
        columns, problems = columns_of(one, mapping, used)
        files.columns[one.file] = columns
        one.problems += problems
        if not problems:
            reader.read(one, columns, ignored.get(one.file, frozenset()))
        one.problems = [item for item in one.problems if item.place.line not in ignored.get(one.file, frozenset())]
    unused = [name for name in mapping if name not in used]
    if unused and not any(one.problems and not one.rows for one in files.tables):
        names = ", ".join(f"`{column.name}`" for columns in files.columns.values() for column in columns if column.name)
        raise UsageError(
            "no such column", where=f"--column {unused[0]}={mapping[unused[0]]}", why=f"The columns are: {names}."
        )
    files.reading = reader.finish()
    return files


def _domain(text: str | None) -> str:
    if not text:
        return ""
    domain = text.strip().removeprefix("@")
    try:
        return Address.parse(f"x@{domain}").domain
    except AddressInvalid as error:
        hint = "Write it as contoso.example."
        raise UsageError("not a domain", where=f"--domain {text}", why=f"{error}.", hint=hint) from error


def _ignored(source: CsvChoice) -> Mapping[str, frozenset[int]]:
    """Return the lines that the command line names, by file."""
    lines: dict[str, set[int]] = {}
    for item in source.ignored:
        file, _, number = item.rpartition(":")
        matches = [str(path) for path in source.files if not file or file in (str(path), path.name)]
        if not number.isdecimal() or len(matches) != 1:
            hint = "Write the number of a line, or FILE:LINE for several files."
            raise UsageError("not a line", where=f"--ignore {item}", hint=hint)
        lines.setdefault(matches[0], set()).add(int(number))
    return {file: frozenset(numbers) for file, numbers in lines.items()}


def _specs(
    session: Session, folder: Path, choice: Choice, existing: Existing, table: Capabilities, files: _Files
) -> tuple[list[CsvSpec], NewFiles, list[Problem]]:
    """Return the mailboxes and their new files, and what no spec can be written for. Raises SpecError, UsageError."""
    now = utc_now()
    _refuse_unknown(choice, files.reading.mailboxes)
    chosen = [one for address, one in sorted(files.reading.mailboxes.items()) if choice.passes(address)]
    new = [one for one in chosen if one.address not in existing.desired.mailboxes]
    adopted: list[Adopted] = []
    problems: list[Problem] = []
    for one in new:
        try:
            adopted.append(adopted_from(one, table, now, is_members_only=choice.is_members_only))
        except SpecError as error:
            problems += [replace(problem, place=one.place) for problem in error.problems]
    if problems:
        return [], NewFiles({}, {}), problems
    made = files_of(folder, adopted, existing, session.capabilities, {}, keeps_new=True)
    if made.texts:
        resolve(load_specs([folder], made.texts), session.capabilities, now)
    notes = {one.mailbox.address: one.notes for one in adopted}
    specs = [
        CsvSpec(
            one,
            str(table.platform),
            is_new=one.address in made.of_mailboxes,
            file=str(made.of_mailboxes.get(one.address) or existing.desired.mailboxes[one.address].place.file),
            notes=notes.get(one.address, ()),
        )
        for one in chosen
    ]
    return specs, made, []


def _refuse_unknown(choice: Choice, mailboxes: Iterable[Address]) -> None:
    """Raise UsageError for a name that no mailbox of the files has."""
    known = [address.key for address in mailboxes]
    for pattern in (*choice.mailboxes, *choice.excluded):
        if not any(fnmatchcase(key, pattern) for key in known):
            raise UsageError("no such mailbox", where=pattern, why="No row of the files is about it.")

"""An access review: sheets for owners, and what they decided as changes of specs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.apply_changed import apply_changed
from sharedbox_cli.cli.output import refuse_links_out, show, write_new
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of, utc_now
from sharedbox_cli.cli.review.changes import Specs
from sharedbox_cli.cli.review.record import RECORD, recorded
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.diff import observed_addresses
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards import GUARDS
from sharedbox_cli.core.guards_input import Waivers
from sharedbox_cli.core.identity import Address, address_problem
from sharedbox_cli.core.levels import inside_by_mailbox
from sharedbox_cli.core.review import Result, ReviewRow, judged, review_rows
from sharedbox_cli.language.csv.review import read_sheets
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.review_sheet import SHEETS, SheetFormat
from sharedbox_cli.reports.views.access_words import marks_of
from sharedbox_cli.reports.views.next_step import apply_command
from sharedbox_cli.reports.views.review import Outcome, Sheet, decisions_report, sheets_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.access import AccessRow
    from sharedbox_cli.core.model import Desired, DesiredGrant, Platform
    from sharedbox_cli.core.review import Decision
    from sharedbox_cli.reports.render import PlainOutput

_UNSAFE = re.compile(r"[^a-z0-9._@-]+")
_WITHOUT = "no-owner"
_LONGEST = 80


def start_review(
    session: Session,
    folder: Path,
    target: Path,
    label: str,
    platforms: Sequence[str],
    sheet_format: SheetFormat,
    output: PlainOutput,
) -> int:
    """Write a sheet per owner, and return the exit code. Raises what `observe` raises, UsageError, SpecError."""
    desired = session.desired([folder])
    observed = session.observe({name: _scope(name, desired) for name in session.platforms(platforms)})
    rows = review_rows(access_rows(observed.observations), observed.observations, desired, label, _status)
    by_owner = {owner: [*same] for owner, same in groupby(rows, key=lambda row: row.owner.lower())}
    names = _file_names(by_owner, sheet_format.suffix)
    sheets = [Sheet(_owner(same), str(target / names[key]), same) for key, same in by_owner.items()]
    _write(target, sheets, sheet_format)
    report = sheets_report(sheets).based_on(origin_of(session.profile.name, observed))
    show(session.terminal, report, output)
    return exit_code_of(observed, ExitCode.OK)


def _scope(platform: Platform, desired: Desired) -> Scope:
    mine = desired.of_platforms(frozenset({platform}))
    fields = frozenset({Field.KIND})
    addresses = observed_addresses(mine)
    return Scope(
        frozenset({platform}),
        None,
        fields,
        grants_of=None,
        trustees=addresses,
        with_members=True,
        with_paths=True,
        inside=inside_by_mailbox(mine),
        named_by=mine.named_by,
    )


def _status(row: AccessRow) -> str:
    return marks_of(row) or "active"


def _owner(rows: Sequence[ReviewRow]) -> str:
    return rows[0].owner


def _write(target: Path, sheets: Sequence[Sheet], sheet_format: SheetFormat) -> None:
    """Write the sheets, none over another one: an owner may have filled it in. Raises UsageError."""
    for sheet in sheets:
        if Path(sheet.file).exists():
            why = "An owner may have filled it in. Nothing was written."
            hint = "Name another folder with `--to`, or remove the sheets of the last review."
            raise UsageError("a file exists already", where=sheet.file, why=why, hint=hint)
    refuse_links_out(target, (Path(sheet.file) for sheet in sheets))
    for sheet in sheets:
        reviewer = "" if address_problem(sheet.owner) else sheet.owner
        write_new(Path(sheet.file), SHEETS[sheet_format](sheet.rows, reviewer), newline="")


def _file_names(owners: Iterable[str], suffix: str) -> Mapping[str, str]:
    """Return a safe file name per owner; with a short digest where the owner is no plain address."""
    names: dict[str, str] = {}
    for owner in owners:
        safe = _UNSAFE.sub("-", owner).strip("-.")[:_LONGEST] or _WITHOUT
        is_itself = safe == owner and "@" in owner
        digest = "" if is_itself or not owner else f"-{sha256(owner.encode()).hexdigest()[:8]}"
        names[owner] = f"{safe}{digest}{suffix}"
    return names


def read_review(
    session: Session,
    files: Sequence[Path],
    folder: Path,
    by: str,
    output: PlainOutput,
    settings: RunSettings | None = None,
    *,
    writes: bool,
) -> int:
    """Show or write what owners decided, apply it if there are settings, and return the exit code.

    Raises UsageError, SpecError, and with settings what an apply raises.
    """
    waivers = Waivers.parse(settings.allow if settings else (), GUARDS)
    if by and (problem := address_problem(by)):
        raise UsageError("not an address", where=f"--by {by}", why=problem)
    now = utc_now()
    desired = session.desired([folder])
    sheets = read_sheets(files, by.lower(), now)
    outcomes = [Outcome(one, *judged(one, desired)) for one in sheets.decisions]
    wanted: dict[Address, list[tuple[DesiredGrant, Decision]]] = {}
    for one in outcomes:
        if one.grant is not None:
            wanted.setdefault(Address.of(one.decision.grant.mailbox), []).append((one.grant, one.decision))
    specs = Specs(folder, desired, session.capabilities, now)
    changes = specs.changes(wanted)
    outcomes = [_with_reason(one, changes.by_hand) for one in outcomes]
    record = recorded(folder / RECORD, [one for one in outcomes if one.is_accepted], now)
    if writes:
        changes.edits.write(folder)
        record.write(folder)
    diff = changes.edits.diff()
    changed = [one.decision.grant.mailbox for one in outcomes if one.grant is not None]
    command = apply_command(folder, changed, session.profile_options) if writes and diff else ""
    report = decisions_report(
        outcomes, sheets.open, diff, record.added, command, is_written=writes, is_applied=settings is not None
    )
    show(session.terminal, report, output)
    code = ExitCode.PARTLY if any(one.needs_a_person for one in outcomes) else ExitCode.OK
    if settings is None or not command:
        return code
    part = specs.after(changes).part({Address.of(mailbox) for mailbox in changed})
    settings = replace(settings, output=output, again=command)
    return apply_changed(session.basis, part, waivers, settings, session.capabilities) or code


def _with_reason(one: Outcome, by_hand: Mapping[tuple[Address, Address], str]) -> Outcome:
    mailbox = Address.of(one.decision.grant.mailbox)
    why = by_hand.get((mailbox, one.grant.trustee), "") if one.grant is not None else ""
    return Outcome(one.decision, Result.BY_HAND, why) if why else one

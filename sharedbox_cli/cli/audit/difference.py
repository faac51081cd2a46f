"""What changed between two saved audits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.core.access_diff import compare
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.texts import tr
from sharedbox_cli.reports.saved_audit import OF_ROWS, read_audit
from sharedbox_cli.reports.views.access_diff import Compared, access_diff_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.reports.render import TableOutput
    from sharedbox_cli.reports.saved_audit import SavedAudit


def compare_audits(
    terminal: Terminal, old_file: Path, new_file: Path, output: TableOutput, *, is_detailed: bool
) -> int:
    """Write what changed between two saved audits, and return the exit code. Raises UsageError."""
    old, new = read_audit(old_file), read_audit(new_file)
    _refuse_other_tenants(old, new)
    _refuse_other_rows(old, new)
    _refuse_other_folders(old, new)
    diff = compare(old.snapshot, new.snapshot)
    show(terminal, access_diff_report(Compared(old, new, diff, tuple(_notes(old, new)))), output)
    if not (old.is_complete and new.is_complete):
        return ExitCode.PARTLY
    return ExitCode.FOUND if is_detailed and not diff.is_empty else ExitCode.OK


def _refuse_other_tenants(old: SavedAudit, new: SavedAudit) -> None:
    common = old.tenants.keys() & new.tenants.keys()
    for platform in sorted(common):
        if old.tenants[platform].id != new.tenants[platform].id:
            raise UsageError(
                "audits of two tenants",
                where=f"{old.file} and {new.file}",
                why=f"{platform}: one is of {_tenant(old, platform)}, the other of {_tenant(new, platform)}.",
                hint="Compare two audits of the same tenant.",
            )
    if not common:
        raise UsageError(
            "audits of different platforms",
            where=f"{old.file} and {new.file}",
            why=f"One is of {_platforms(old)}, the other of {_platforms(new)}.",
            hint="Compare two audits of the same platforms.",
        )


def _tenant(audit: SavedAudit, platform: str) -> str:
    return f"{audit.tenants[platform].name} ({audit.tenants[platform].id})"


def _platforms(audit: SavedAudit) -> str:
    return " and ".join(sorted(audit.tenants)) or "no platform"


def _refuse_other_rows(old: SavedAudit, new: SavedAudit) -> None:
    """Refuse audits that show other rows of the same mailboxes: each row of one would look like a change."""
    for name in sorted(OF_ROWS):
        if set(old.selection.get(name, ())) != set(new.selection.get(name, ())):
            raise UsageError(
                "audits with different selections",
                where=f"{old.file} and {new.file}",
                why=f"One was made with {_option(old, name)}, the other with {_option(new, name)}.",
                hint="Make both audits with the same --person, --right and --only.",
            )


def _refuse_other_folders(old: SavedAudit, new: SavedAudit) -> None:
    """Refuse audits of which one looked into more folders: what is in them would look like a change."""
    if old.inside != new.inside:
        words = [_REACH.get(one.inside, one.inside) for one in (old, new)]
        raise UsageError(
            "audits of different folders",
            where=f"{old.file} and {new.file}",
            why=f"One was made {words[0]}, the other {words[1]}.",
            hint="Make both audits with the same options.",
        )


_REACH = {"": "without --inside", "main": "with --inside", "every": "with --every-folder"}


def _option(audit: SavedAudit, name: str) -> str:
    return " ".join(f"--{name} {value}" for value in audit.selection.get(name, ())) or f"no --{name}"


def _notes(old: SavedAudit, new: SavedAudit) -> Iterator[str]:
    """Yield what limits the comparison."""
    if old.read_at > new.read_at:
        yield tr("The first audit is newer than the second one. Name the older one first to see what changed since.")
    for one, other in ((old, new), (new, old)):
        for platform in sorted(one.tenants.keys() - other.tenants.keys()):
            yield tr("{platform} is only in {file}: it was not compared.", platform=platform, file=one.file)
    selections = [{name: set(values) for name, values in one.selection.items()} for one in (old, new)]
    if selections[0] != selections[1]:
        yield tr("The audits are of different selections: only the mailboxes that are in both were compared.")
    elif "label" in old.selection:
        yield tr("The mailboxes were chosen by a label: one that is in one audit alone was not compared.")
    if OF_ROWS & old.selection.keys():
        yield tr(
            "The audits show only some rows: a row that came or went may have changed, so that it is shown or not."
        )
    if old.tool_version != new.tool_version:
        yield tr(
            "sharedbox {old} and {new} made the audits: the newer one may report more kinds of access.",
            old=old.tool_version,
            new=new.tool_version,
        )

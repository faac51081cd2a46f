"""`show --as`: the spec of one mailbox for another platform, with notes on what is lost and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of, utc_now
from sharedbox_cli.cli.show.workflow import no_such_mailbox, observe_mailbox
from sharedbox_cli.core.convert import desired_of, moved_to
from sharedbox_cli.core.convert_notes import Moved, Note
from sharedbox_cli.core.errors import ExitCode, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredMailbox, Platform, State
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.export.folder import comments_of, lost_lines
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.reports.safe import pasteable
from sharedbox_cli.reports.views.conversion import conversion_report

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.render import PlainOutput


@dataclass(frozen=True, slots=True)
class _Source:
    """The mailbox that is converted, and the reading that it comes from, if any."""

    mailbox: Moved
    observed: Reading | None = None

    @property
    def words(self) -> str:
        return "what the cloud has" if self.observed else "its spec"


def show_as(
    session: Session,
    address: str,
    paths: Sequence[Path] | None,
    platform: str,
    output: PlainOutput,
    *,
    is_observed: bool,
) -> int:
    """Write the spec of a mailbox for a platform. Raises UsageError, SpecError, NotFound and what `observe` raises."""
    target = _target(session, platform)
    desired = None if is_observed else _in_specs(session, address, paths)
    source = _Source(Moved(desired)) if desired else _in_cloud(session, address, target.platform)
    original = source.mailbox.mailbox
    if original.state is State.ABSENT:
        raise UsageError("nothing to convert", where=address, why="Its spec has `state: absent`.")
    moved = moved_to(original, session.capabilities[original.platform], target)
    mailbox, lost = writable(moved.mailbox, session.capabilities, utc_now())
    notes = [*source.mailbox.notes, *moved.notes]
    notes += [Note(item.key, item.what, item.why, is_lost=True) for item in lost]
    spec = write(mailbox, target, [*_head(mailbox, original.platform, source.words, notes)], comments_of(notes))
    report = conversion_report(address, original.platform, target.platform, source.words, spec, notes)
    if source.observed is None:
        show(session.terminal, report, output)
        return ExitCode.OK
    show(session.terminal, report.based_on(origin_of(session.profile.name, source.observed)), output)
    return exit_code_of(source.observed, ExitCode.OK)


def _target(session: Session, platform: str) -> Capabilities:
    target = session.capabilities.get(Platform(platform))
    if target is None:
        known = ", ".join(session.capabilities)
        hint = nearest(platform, session.capabilities) or f"The platforms are: {known}."
        raise UsageError("no such platform", where=f"--as {platform}", hint=hint)
    return target


def _in_specs(session: Session, address: str, paths: Sequence[Path] | None) -> DesiredMailbox | None:
    """Return what specs say, or None if no path was named and the default folder does not name the mailbox."""
    from sharedbox_cli.cli.profile_search import DEFAULT_SPECS

    if not paths and not DEFAULT_SPECS.exists():
        return None
    desired = session.desired(paths, may_be_empty=not paths)
    mailbox = desired.mailboxes.get(Address.of(address))
    if mailbox is None and paths:
        raise no_such_mailbox(desired, address)
    return mailbox


def _in_cloud(session: Session, address: str, target: Platform) -> _Source:
    """Return the mailbox of the cloud, or of two clouds the one that is not on the target platform."""
    key = Address.of(address)
    observed = observe_mailbox(session, key)
    platforms = sorted(name for name, one in observed.observations.items() if key in one.mailboxes)
    if not platforms:
        raise UsageError(
            "no shared mailbox to convert",
            where=address,
            why="Another object has this address.",
            hint=f"To see which one:\n    {pasteable('show', address, '--observed')}",
        )
    others = [platform for platform in platforms if platform != target]
    if len(others) > 1:
        raise UsageError(
            "which mailbox?",
            where=address,
            why=f"There is one on {' and one on '.join(others)}.",
            hint="Name the folder of its spec.",
        )
    name = others[0] if others else target
    source = observed.observations[name]
    return _Source(desired_of(source.mailboxes[key], source, session.capabilities[name]), observed)


def _head(mailbox: DesiredMailbox, source: Platform, origin: str, notes: Sequence[Note]) -> Iterator[str]:
    way = f"from {source} to {mailbox.platform}" if source != mailbox.platform else f"on {source}"
    yield f"{mailbox.address} {way}, made from {origin}."
    if source != mailbox.platform:
        yield "Settings and members only, no mail. An address has one spec: this one replaces the old one."
    if lost := lost_lines(notes):
        yield "Lost:"
    yield from (f"  {line.removesuffix(' Leave the key out.')}" for line in lost)

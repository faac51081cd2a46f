"""`show --as`: the spec of one mailbox, said for another platform, with what is lost and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.show.workflow import find_observed, no_such_mailbox
from sharedbox_cli.core.convert import Moved, Note, desired_of, moved_to
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import DesiredMailbox, Platform, State
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.reports.document import Report

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session


def show_as(
    session: Session, address: str, paths: Sequence[Path] | None, platform: str, *, is_observed: bool, wants_json: bool
) -> None:
    """Write the spec of a mailbox for a platform. Raises UsageError, SpecError, NotFound and what reading raises."""
    target = session.capabilities.get(Platform(platform))
    if target is None:
        known = ", ".join(session.capabilities)
        hint = nearest(platform, session.capabilities) or f"There are: {known}."
        raise UsageError("no such platform", where=f"--as {platform}", hint=hint)
    found = None if is_observed else _in_specs(session, address, paths)
    origin = "its spec" if found else "what the cloud has"
    first = Moved(found) if found else _in_cloud(session, address, target.platform)
    if first.mailbox.state is State.ABSENT:
        raise UsageError("nothing to move", where=address, why="Its spec says `state: absent`.")
    source = session.capabilities[first.mailbox.platform]
    moved = moved_to(first.mailbox, source, target)
    mailbox, left = writable(moved.mailbox, session.capabilities, session.now())
    notes = [*first.notes, *moved.notes, *(Note(item.key, item.what, item.why, is_lost=True) for item in left)]
    text = write(mailbox, target, [*_head(mailbox, source.platform, origin, notes)], _beside(notes))
    if not wants_json:
        session.terminal.data(text)
        return
    data = {
        "mailbox": address,
        "source": source.platform,
        "platform": target.platform,
        "origin": origin,
        "spec": text,
        "notes": [
            {"key": note.key, "member": note.member, "what": note.what, "why": note.why, "is_lost": note.is_lost}
            for note in notes
        ],
    }
    show(session, Report("moved", data), "json")


def _in_specs(session: Session, address: str, paths: Sequence[Path] | None) -> DesiredMailbox | None:
    """Return what specs say; nothing where no path was named and the usual folder does not name the mailbox."""
    from sharedbox_cli.cli.session import DEFAULT_SPECS

    if not paths and not DEFAULT_SPECS.exists():
        return None
    desired = session.desired(paths)
    mailbox = desired.mailboxes.get(Address.of(address))
    if mailbox is None and paths:
        raise no_such_mailbox(desired, address)
    return mailbox


def _in_cloud(session: Session, address: str, target: Platform) -> Moved:
    """Return the mailbox as it is; of two in two clouds, the one that is not on the platform that is moved to."""
    _, found = find_observed(session, Address.of(address))
    if not found:
        raise UsageError(
            "no shared mailbox to move",
            where=address,
            why="The address is held by something else.",
            hint=f"See by what:\n    sharedbox show {address} --observed",
        )
    others = [platform for platform in sorted(found) if platform != target]
    if len(others) > 1:
        raise UsageError(
            "which mailbox?",
            where=address,
            why=f"There is one on {' and one on '.join(others)}.",
            hint="Name the folder of its spec.",
        )
    observed = found[others[0] if others else target]
    return desired_of(observed.mailboxes[Address.of(address)], observed)


def _head(mailbox: DesiredMailbox, source: Platform, origin: str, notes: Sequence[Note]) -> Iterator[str]:
    way = f"from {source} to {mailbox.platform}" if source != mailbox.platform else f"on {source}"
    yield f"{mailbox.address} {way}, made from {origin}."
    if source != mailbox.platform:
        yield "Settings and members only, no mail. An address has one spec: this takes the place of the old."
    by_reason: dict[str, list[str]] = {}
    for note in notes:
        if note.is_lost:
            words = note.what if note.key == "members" else f"{note.key} {note.what}"
            by_reason.setdefault(note.why.removesuffix(" Leave the key out."), []).append(words)
    if by_reason:
        yield "Left behind:"
    for why, lost in by_reason.items():
        yield f"  {', '.join(lost)}: {why}"


def _beside(notes: Sequence[Note]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for note in notes:
        if not note.is_lost:
            key = f"members:{note.member}" if note.member else note.key.split(".")[0]
            found.setdefault(key, []).append(f"{note.what}: {note.why}")
    return found

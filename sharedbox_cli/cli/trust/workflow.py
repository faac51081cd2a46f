"""A person's decision about one profile file: what it allows, the question, the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.profile import ProfileFile, read_profile_file
from sharedbox_cli.cli.profile_search import FILE, find_config, refuse_link_out
from sharedbox_cli.cli.trust_store import TrustStore
from sharedbox_cli.core.errors import ConfirmationMissing, UsageError
from sharedbox_cli.reports.safe import one_line, pasteable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sharedbox_cli.cli.session import Session


def trust_file(session: Session, named: Path | None, *, is_confirmed: bool) -> None:
    """Record that a person trusts the content of a file. Raises SpecError, UsageError, ConfirmationMissing."""
    terminal = session.terminal
    path = _file_of(named)
    refuse_link_out(path)
    file = read_profile_file(path, terminal.environment, session.plugins)
    store = TrustStore.of(terminal.environment)
    allowed = tuple(_allowed(session, file))
    terminal.data(one_line(f"{path} allows what an untrusted file may not:" if allowed else f"{path}"))
    for line in allowed:
        terminal.data(f"  {one_line(line)}")
    if not allowed:
        terminal.data("  It loosens nothing, so it works without trust. Nothing was recorded.")
        return
    if store.has(path, file.text):
        terminal.data("  You trust this content already.")
        return
    if not is_confirmed:
        _confirm(session, path)
    store.add(path, file.text)
    terminal.say("Trusted. If the content changes, it has to be trusted again.")


def _file_of(named: Path | None) -> Path:
    if named is not None and named.is_file():
        return named
    path = find_config((named,) if named is not None else ())
    if path is None or (named is not None and not named.exists()):
        where = str(named) if named is not None else FILE
        raise UsageError("no such file", where=where, hint="Create it with `sharedbox init`.")
    return path


def _allowed(session: Session, file: ProfileFile) -> Iterator[str]:
    """Yield what each profile of the file would be allowed, with its place."""
    for name in file.model.profiles:
        for need in file.needs(name, session.terminal.environment, session.plugins):
            yield f"{need.place} profile {name}: {need.why}"


def _confirm(session: Session, path: Path) -> None:
    if not session.terminal.is_interactive:
        raise ConfirmationMissing(
            "not trusted: nobody confirmed it",
            why="There is no terminal to ask on.",
            hint=f"Review the file, then confirm it:\n    {pasteable('trust', path, '--yes')}",
        )
    if session.terminal.ask('Trust this content of the file? Only "yes" is accepted: ') != "yes":
        raise ConfirmationMissing("not trusted: nobody confirmed it", why="The answer was not `yes`.")

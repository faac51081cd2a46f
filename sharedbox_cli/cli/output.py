"""Writes reports to stdout, and files: regular ones atomically, devices and pipes as they are."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.render import render

if TYPE_CHECKING:
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.reports.document import Report
    from sharedbox_cli.reports.render import Output


def show(terminal: Terminal, report: Report, output: Output, *, has_bom: bool = False) -> None:
    """Write a report to stdout, in the format that was requested, part by part."""
    parts = render(report, output, width=terminal.width, has_colour=terminal.has_colour(terminal.out))
    terminal.stream(chain(["\ufeff"], parts) if has_bom else parts)


def write_binary(path: Path, write: Callable[[str], None]) -> None:
    """Write a file that only its owner can read, atomically, by a function that takes a path. Raises UsageError."""
    target = Path(os.path.realpath(path))
    if str(path) == "-" or (target.exists() and not target.is_file()):
        raise UsageError("not a file", where=str(path), why="This format is binary.", hint="Name a file with `--out`.")
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        os.close(descriptor)
        try:
            write(name)
            os.replace(name, target)  # noqa: PTH105
        finally:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError("cannot write the file", where=str(path), why=why) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner can read, or to what is there already: a device, a pipe, an open output.

    A regular file is replaced atomically, and a link is followed. Raises UsageError.
    """
    if str(path) == "-":
        raise UsageError(
            "not a file",
            where="-",
            why="Stdout already holds the report.",
            hint="Name a file. For a file with this name, write `./-`.",
        )
    try:
        if _is_written_in_place(path):
            with open(os.open(path, os.O_WRONLY | os.O_APPEND), "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123
                file.write(text)
        else:
            _replace(Path(os.path.realpath(path)), text)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError("cannot write the file", where=str(path), why=why) from error


def refuse_links_out(folder: Path, paths: Iterable[Path]) -> None:
    """Raise UsageError if one of the files to write in a folder is elsewhere, by a link in the repository."""
    root = Path(os.path.realpath(folder))
    for path in paths:
        if not Path(os.path.realpath(path)).is_relative_to(root):
            raise UsageError(
                "a link out of the folder",
                where=str(path),
                why="Whoever changes the repository could make sharedbox replace any file. Nothing was written.",
                hint="Remove the link.",
            )


def write_new(path: Path, text: str, newline: str = "\n") -> None:
    """Write a file that does not exist yet, whole or not at all. Raises UsageError."""
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("x", encoding="utf-8", newline=newline) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, a link never replaces a file
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError("cannot write the file", where=str(path), why=why) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def replace_text(path: Path, text: str) -> None:
    """Replace a file atomically; it keeps its line ends and who can read it. Raises UsageError."""
    target = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        _replace(target, text, newline="")
        target.chmod(mode)
    except OSError as error:
        raise UsageError("cannot write the file", where=str(path), why=error.strerror or str(error)) from error


def _is_written_in_place(path: Path) -> bool:
    """Return whether a file must not be replaced: it is not a regular one, or this process writes to it already."""
    try:
        details = path.stat()
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(details.st_mode) or any(os.path.samestat(details, os.fstat(number)) for number in (1, 2))


def _replace(path: Path, text: str, newline: str = "\n") -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline=newline) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise

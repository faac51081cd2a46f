"""Writes reports to stdout, and files atomically."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.reports.document import Report
    from sharedbox_cli.reports.render import Output


def show(terminal: Terminal, report: Report, output: Output) -> None:
    """Write a report to stdout, in the format that was requested, part by part."""
    terminal.stream(render(report, output, width=terminal.width, has_colour=terminal.has_colour(terminal.out)))


def write_whole(path: Path, text: str) -> None:
    """Write a file atomically. Only its owner can read it. Raises UsageError."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)  # noqa: PTH105
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        raise UsageError("cannot write the file", where=str(path), why=error.strerror or "") from error

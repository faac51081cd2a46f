"""The two streams: data goes to stdout, talk to stderr; colour only where a person looks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

WIDTH = 100
NARROWEST = 60
STREAM_CHARACTERS = 65_536
"""How much of a stream is written at once."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command writes, what it may ask, and whether colours are wanted, per stream."""

    out: TextIO
    err: TextIO
    environment: Mapping[str, str]
    no_color: bool = False

    @classmethod
    def of_process(cls, *, no_color: bool = False) -> Terminal:
        """Return the streams of this process; closed ones are replaced by nothing."""
        out = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        err = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        for stream in (out, err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a name must never break a narrow encoding
        return cls(out, err, os.environ, no_color or "--no-color" in sys.argv)

    @property
    def is_interactive(self) -> bool:
        """Return whether a person can be asked: all three streams are a terminal, and this is not CI."""
        return bool(sys.stdin and sys.stdin.isatty() and _is_terminal(self.err) and not self.environment.get("CI"))

    @property
    def shows_progress(self) -> bool:
        """Return whether a moving display makes sense."""
        return _is_terminal(self.err) and _is_terminal(self.out) and not self.environment.get("CI")

    def has_colour(self, stream: TextIO) -> bool:
        """Return whether a stream may be coloured (no-color.org; TERM=dumb; --no-color)."""
        plain = self.no_color or self.environment.get("NO_COLOR") or self.environment.get("TERM") == "dumb"
        return _is_terminal(stream) and not plain

    @property
    def width(self) -> int:
        """Return how many columns text may use; pipes get a fixed number, so that diffs stay quiet."""
        if not _is_terminal(self.out):
            return WIDTH
        try:
            return max(NARROWEST, os.get_terminal_size(self.out.fileno()).columns)
        except (OSError, ValueError):
            return WIDTH

    def data(self, text: str) -> None:
        """Write what was asked for to stdout."""
        self.out.write(text if text.endswith("\n") or not text else text + "\n")
        self.out.flush()

    def stream(self, parts: Iterable[str]) -> None:
        """Write what was requested to stdout, part by part."""
        waiting: list[str] = []
        size = 0
        for part in parts:
            waiting.append(part)
            size += len(part)
            if size >= STREAM_CHARACTERS:
                self.out.write("".join(waiting))
                waiting, size = [], 0
        self.out.write("".join(waiting))
        self.out.flush()

    def say(self, text: str) -> None:
        """Write talk to stderr."""
        self.err.write(text if text.endswith("\n") or not text else text + "\n")
        self.err.flush()

    def ask(self, question: str) -> str:
        """Return what a person types; an end of input is no answer."""
        self.err.write(question)
        self.err.flush()
        try:
            line = sys.stdin.readline()
        except (OSError, ValueError):
            return ""
        if not line.endswith("\n"):
            self.err.write("\n")
        return line.strip()


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False

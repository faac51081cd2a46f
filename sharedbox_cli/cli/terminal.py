"""The two streams: data goes to stdout, messages go to stderr, and only a terminal gets colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from sharedbox_cli.core.errors import OutputError

WIDTH = 100
NARROWEST = 40
_LONGEST_NUMBER = 5
STREAM_CHARACTERS = 65_536
"""How many characters of a stream are written at once."""


class Colour(StrEnum):
    """When output is coloured. `auto`: at a terminal, unless the environment says otherwise."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command writes, whether it can ask, and whether a stream is coloured."""

    out: TextIO
    err: TextIO
    environment: Mapping[str, str]
    colour: Colour = Colour.AUTO

    @classmethod
    def of_process(cls, colour: Colour = Colour.AUTO) -> Terminal:
        """Return the streams of this process. Closed ones are replaced by the null device."""
        out = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        err = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        for stream in (out, err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a name must not fail on a narrow encoding
        return cls(out, err, os.environ, _asked_for(sys.argv) if colour is Colour.AUTO else colour)

    @property
    def is_interactive(self) -> bool:
        """Return whether a person can be asked: stdin and stderr are a terminal, and this is not CI."""
        return bool(sys.stdin and sys.stdin.isatty() and _is_terminal(self.err) and not self.environment.get("CI"))

    @property
    def shows_progress(self) -> bool:
        """Return whether a progress bar makes sense."""
        return _is_terminal(self.err) and _is_terminal(self.out) and not self.environment.get("CI")

    def has_colour(self, stream: TextIO) -> bool:
        """Return whether a stream may be coloured: `--color`, then no-color.org, force-color.org and TERM=dumb."""
        if self.colour is not Colour.AUTO:
            return self.colour is Colour.ALWAYS
        if self.environment.get("NO_COLOR"):
            return False
        if any(self.environment.get(name) not in (None, "", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
            return True
        return _is_terminal(stream) and self.environment.get("TERM") != "dumb"

    @property
    def width(self) -> int:
        """Return how many columns text can use: COLUMNS, then the terminal's. Pipes get a fixed number otherwise.

        So the same command gives the same output in each pipeline.
        """
        named = self.environment.get("COLUMNS", "")
        if named.isascii() and named.isdecimal() and 0 < len(named.lstrip("0")) <= _LONGEST_NUMBER:
            return max(NARROWEST, int(named))
        if not _is_terminal(self.out):
            return WIDTH
        try:
            return max(NARROWEST, os.get_terminal_size(self.out.fileno()).columns)
        except (OSError, ValueError):
            return WIDTH

    def data(self, text: str) -> None:
        """Write data to stdout."""
        self.stream((text if text.endswith("\n") or not text else text + "\n",))

    def stream(self, parts: Iterable[str]) -> None:
        """Write data to stdout, part by part. If nobody reads it any more, as after `head`, the command continues.

        Raises OutputError where the system refuses it, as on a full disk.
        """
        try:
            self._write(parts)
        except BrokenPipeError:
            drop_output(self.out)
        except OSError as error:
            drop_output(self.out)
            raise output_error(error) from error

    def _write(self, parts: Iterable[str]) -> None:
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
        """Write a message to stderr. If the system does not take it, it is lost, and the command continues."""
        try:
            self.err.write(text if text.endswith("\n") or not text else text + "\n")
            self.err.flush()
        except OSError:
            drop_output(self.err)

    def ask(self, question: str) -> str:
        """Return what a person types. The end of the input is an empty answer."""
        self.err.write(question)
        self.err.flush()
        try:
            line = sys.stdin.readline()
        except (OSError, ValueError):
            return ""
        if not line.endswith("\n"):
            self.err.write("\n")
        return line.strip()


def output_error(error: OSError) -> OutputError:
    """Return the error for output, or a file, that the system refused."""
    why = f"{error.strerror or type(error).__name__}."
    if error.filename is None:
        return OutputError(where="stdout", why=why, hint="Nothing after that was printed. Write to another place.")
    return OutputError("the system refused access", where=str(error.filename), why=why)


def drop_output(stream: TextIO) -> None:
    """Let a stream write to the null device from now on: its reader closed the pipe."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, stream.fileno())
    except (OSError, ValueError):
        return  # not a file of the system
    finally:
        os.close(null)


def _asked_for(arguments: Sequence[str]) -> Colour:
    """Return what a command line says about colours. An error can come before its options are read."""
    values = {str(colour) for colour in Colour}
    for index, argument in enumerate(arguments):
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        value = following if argument == "--color" else argument.removeprefix("--color=")
        if argument == "--no-color":
            return Colour.NEVER
        if argument.startswith("--color") and value in values:
            return Colour(value)
    return Colour.AUTO


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False

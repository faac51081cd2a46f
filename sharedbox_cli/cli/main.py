"""Runs the app. The only place where an error becomes a message and an exit code."""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
from contextvars import copy_context
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import typer

from sharedbox_cli.cli.app import app
from sharedbox_cli.core.errors import ExitCode, SharedboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    _open_streams()
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as for a job in the background
            signal.signal(number, _interrupted)
    collect_rarely()
    sys.exit(run(sys.argv[1:]))


def _interrupted(number: int, _frame: object) -> NoReturn:
    """End a command that reads. A run that writes has its own way of stopping."""
    _signals.append(number)
    raise KeyboardInterrupt


_signals: list[int] = []
"""The signals that ended the command."""


def collect_rarely() -> None:
    """Make the garbage collector run rarely, because nearly all objects live until the command ends."""
    gc.set_threshold(50_000, 20, 50)


def _open_streams() -> None:
    """Open closed standard streams. Otherwise, the next file that is opened would get the number of one of them."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # uses the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def run(arguments: Sequence[str]) -> int:
    """Return the exit code of one command line (docs/reference/exit-codes.md)."""
    try:
        # Each command sets its language in a new context: the next one in this process does not inherit it.
        start = functools.partial(_commands(), args=list(arguments), prog_name="sharedbox", standalone_mode=False)
        code = copy_context().run(start)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _stopped()
    except typer.TyperException as error:
        return _usage_error(error)
    except BrokenPipeError:
        return _closed_pipe()
    except Exception as error:  # noqa: BLE001 - the one place where every error becomes a message
        return _error(error, arguments)
    if _signals:  # Typer makes a silent exit of it
        return _stopped()
    return _flushed(code if isinstance(code, int) else ExitCode.OK)


@functools.cache
def _commands() -> Callable[..., object]:
    """Return the tree of commands. Typer takes 10 ms to make it."""
    return typer.main.get_command(app)


def _stopped() -> int:
    _say("stopped by you; nothing more was sent.")
    return ExitCode.INTERRUPTED


def _usage_error(error: typer.TyperException) -> int:
    # Typer ends these with 2, which a pipeline would read as "changes present".
    show = getattr(error, "show", None)
    if show is not None:
        show(file=sys.stderr)
    else:
        _say(f"error: {error}")
    return ExitCode.ERROR


def _error(error: Exception, arguments: Sequence[str]) -> int:
    from sharedbox_cli.cli.messages import AGAIN, CHANGED, crash_words, error_words, typed

    if isinstance(error, OSError):
        error = _of_system(error)
    if isinstance(error, SharedboxError):
        command = error.again or typed(arguments)
        error.hint = error.hint.replace(AGAIN, command)
        if error.again and _wants_json(arguments):
            error.hint = f"{error.hint}\n{CHANGED}\n    {error.again}".strip()
        _say(_as_json(error) if _wants_json(arguments) else error_words(error, command))
        return error.exit_code

    _say(crash_words(error))
    return ExitCode.ERROR


def _of_system(error: OSError) -> SharedboxError:
    """Return the error for what the system refused: a file, or stdout, on which nothing more is written."""
    from sharedbox_cli.cli.terminal import drop_output, output_error

    if error.filename is None and sys.stdout is not None:
        drop_output(sys.stdout)
    return output_error(error)


def _as_json(error: SharedboxError) -> str:
    from sharedbox_cli.reports.render import PlainOutput, render
    from sharedbox_cli.reports.views.errors import error_report

    return "".join(render(error_report(error), PlainOutput.JSON))


def _wants_json(arguments: Sequence[str]) -> bool:
    return any(item in ("-ojson", "--output=json") for item in arguments) or any(
        flag in ("-o", "--output") and value == "json" for flag, value in pairwise(arguments)
    )


def _say(text: str) -> None:
    from sharedbox_cli.cli.terminal import Terminal

    try:
        Terminal.of_process().say(text)
    except (BrokenPipeError, ValueError, OSError):
        return  # nobody reads stderr any more


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _closed_pipe()
    except OSError as error:
        return _error(error, sys.argv[1:])
    except ValueError:
        return code
    return code


def _closed_pipe() -> int:
    # The reader closed the pipe, as `head` does: end quietly, and keep the interpreter from flushing into it.
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    return ExitCode.OK


if __name__ == "__main__":
    main()

"""The question before existing files are changed: somebody may have edited them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import ConfirmationMissing
from sharedbox_cli.reports.safe import terminal as safe

if TYPE_CHECKING:
    from sharedbox_cli.cli.edits import Edits
    from sharedbox_cli.cli.terminal import Terminal

_NOTHING = "Nothing was written."
_UNCHANGED = "not changed: nobody confirmed it"


def confirmed(terminal: Terminal, edits: Edits, *, is_confirmed: bool) -> Collection[Path]:
    """Show changes of files, and return those that may be changed. Raises ConfirmationMissing."""
    changed = edits.changed
    if is_confirmed or not changed:
        return changed.keys()
    _refuse_without_terminal(terminal, edits)
    answer = _answer(terminal, edits, f'Change {_these(len(changed))}? "yes" changes all, "each" asks for each file: ')
    if answer == "each":
        return [path for path in changed if _asked(terminal, edits, path)]
    if answer != "yes":
        raise ConfirmationMissing(_UNCHANGED, why=f"The answer was not `yes` or `each`. {_NOTHING}")
    return changed.keys()


def confirmed_all(terminal: Terminal, edits: Edits, *, is_confirmed: bool) -> None:
    """Show changes of files that belong together, and ask for all of them. Raises ConfirmationMissing."""
    if is_confirmed or not edits.changed:
        return
    _refuse_without_terminal(terminal, edits)
    if _answer(terminal, edits, f'Change {_these(len(edits.changed))}? Only "yes" is accepted: ') != "yes":
        raise ConfirmationMissing(_UNCHANGED, why=f"The answer was not `yes`. {_NOTHING}")


def _refuse_without_terminal(terminal: Terminal, edits: Edits) -> None:
    if not terminal.is_interactive:
        raise ConfirmationMissing(
            _UNCHANGED,
            why=f"{_count(len(edits.changed))} would change, and there is no terminal to ask on. {_NOTHING}",
            hint="See the changes, then confirm them:\n    {command} --check\n    {command} --yes",
        )


def _answer(terminal: Terminal, edits: Edits, question: str) -> str:
    terminal.say(safe(edits.diff()))
    terminal.say("")
    return terminal.ask(question)


def _asked(terminal: Terminal, edits: Edits, path: Path) -> bool:
    question = f'Change {safe(str(path))}? Only "yes" is accepted: '
    return _answer(terminal, edits.only({path}), question) == "yes"


def _count(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"


def _these(number: int) -> str:
    return "this file" if number == 1 else f"these {number:,} files"

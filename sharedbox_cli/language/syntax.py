"""What the YAML parser refuses, as a problem with a hint."""

from __future__ import annotations

import re
from typing import Any

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place

NO_TEMPLATE = "Write the value itself: specs are applied as they are."

_TEMPLATE = re.compile(r"\{\{|\{%")
_NEEDS_QUOTES = re.compile(r":\s+[@`%]|: .*: ")
_HINTS = {
    "did not find expected key": "Check the indentation: the keys of one mapping start in the same column.",
    "did not find expected '-' indicator": "Check the indentation: the entries of one list start in the same column.",
    "mapping values are not allowed in this context": "Check the indentation, or write the value in quotes.",
}


def syntax_problem(error: Any, name: str, text: str) -> Problem:
    """Return the problem that ended the reading of a file."""
    if getattr(error, "context", None) == "while scanning a quoted scalar":
        why = "The quote that begins here is never closed."
        return Problem(_place(name, error.context_mark), "not valid YAML", why, "Close it on the same line.")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = _place(name, mark)
    why = getattr(error, "problem", None) or str(error)
    lines = text.split("\n")
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if line.lstrip(" ").startswith("\t"):
        return Problem(where, "a tab as indent", "YAML indents with spaces.", "Use two spaces.")
    if _TEMPLATE.search(line):
        return Problem(where, "looks like a template", f"`{line.strip()[:60]}` is a placeholder.", NO_TEMPLATE)
    hint = "Write the value in quotes." if _NEEDS_QUOTES.search(line) else _HINTS.get(why, "")
    return Problem(where, "not valid YAML", f"{why[:1].upper()}{why[1:]}.", hint)


def _place(name: str, mark: Any) -> Place:
    return Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)

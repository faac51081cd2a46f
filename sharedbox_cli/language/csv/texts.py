"""Texts of cells: one clean line, and no formula of a spreadsheet."""

from __future__ import annotations

import re

from sharedbox_cli.language.csv.values import NotReadable
from sharedbox_cli.language.models.base import MAX_NAME
from sharedbox_cli.language.text import one_line_problem, text_problem

_AS_TEXT = re.compile(r'="([^"]*)"$')
"""How spreadsheets keep the zeros of `0049`."""
_MARKED = re.compile(r"'(?=[=+\-@])")
"""How exports keep a spreadsheet from running a text."""


def text_in(text: str) -> str:
    """Return a text of a cell. Raises NotReadable."""
    text = _MARKED.sub("", _AS_TEXT.sub(r"\1", text.strip()), count=1).strip()
    if text.startswith("="):
        raise NotReadable("It is a formula of a spreadsheet.", "Save the table with values.")
    problem = text_problem(text) or one_line_problem(text)
    if problem:
        raise NotReadable(f"{problem[:1].upper()}{problem[1:]}.")
    if len(text) > MAX_NAME:
        raise NotReadable(f"It has {len(text):,} characters; at most {MAX_NAME} are possible.")
    return text

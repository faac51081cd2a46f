"""Tags as Outlook has them: the categories of a mailbox, with colours.

learn.microsoft.com/graph/api/resources/outlookcategory, read 2026-11. A name cannot be changed after creation.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Column, Columns, Row
from sharedbox_cli.providers.forms import optional_text, rows_in, text_of

LIST = "masterCategories"
"""The property under which the list of categories is read."""
NO_COLOUR = "none"
COLOURS: Mapping[str, str] = {
    "red": "preset0",
    "orange": "preset1",
    "yellow": "preset3",
    "green": "preset4",
    "teal": "preset5",
    "blue": "preset7",
    "purple": "preset8",
    "pink": "preset9",
    "brown": "preset2",
    "grey": "preset12",
    "black": "preset14",
}
"""Names of colours. Outlook calls its pink "cranberry"; its steel, olive and dark colours have no name here."""
_NAMES = {preset: name for name, preset in COLOURS.items()}


def colour_of(category: Row) -> str:
    """Return our name for the colour of a category; empty for no colour, or for one without a name.

    The service may write `preset0` with a capital letter.
    """
    return _NAMES.get(optional_text(category, "color").lower(), "")


def _tags(row: Row) -> Value:
    return tuple(sorted((text_of(item, "displayName"), colour_of(item)) for item in rows_in(row, LIST)))


CATEGORIES: Columns = {Field.TAGS: Column((LIST,), _tags)}
"""From one list per mailbox: each category is created, or gets its colour, by a separate request."""

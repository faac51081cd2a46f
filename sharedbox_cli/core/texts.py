"""Texts for people in the language of the command. English is the source text, so English needs no catalogue.

A text is a template with named fields. Only our own texts are templates: what comes from a cloud is the value of a
field, and is neither translated nor read as a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol


class Language(StrEnum):
    """The languages that reports have."""

    ENGLISH = "en"
    GERMAN = "de"


class Catalogue(Protocol):
    """The translations of one language, as `gettext` reads them."""

    def gettext(self, message: str) -> str:
        """Return a text."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return a text about a number."""

    def pgettext(self, context: str, message: str) -> str:
        """Return a text that has another meaning in another context."""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Return the same for a text about a number."""


_language: ContextVar[Language] = ContextVar("language", default=Language.ENGLISH)
_catalogue: ContextVar[Catalogue | None] = ContextVar("catalogue", default=None)
GROUP = "\u202f"
"""Between groups of three digits in German: a narrow space that no line break splits. A point or comma could be read
as the start of decimals."""


class Phrase(str):
    """A text of ours that is kept in English, and translated where a report shows it."""

    template: str
    fields: dict[str, object]

    __slots__ = ("fields", "template")

    def __new__(cls, template: str, fields: dict[str, object]) -> Phrase:
        """Return the text in English with what is needed to translate it."""
        phrase = super().__new__(cls, template.format(**fields) if fields else template)
        phrase.template, phrase.fields = template, fields
        return phrase


def set_language(language: Language, catalogue: Catalogue | None) -> None:
    """Set the language of this command; without a catalogue, texts are English."""
    _language.set(language)
    _catalogue.set(catalogue)


@contextmanager
def in_english() -> Iterator[None]:
    """Keep texts English inside the block: what is stored or compared has one language."""
    token = _catalogue.set(None)
    try:
        yield
    finally:
        _catalogue.reset(token)


def language() -> Language:
    """Return the language of the command."""
    return _language.get() if _catalogue.get() is not None else Language.ENGLISH


def mark(template: str, /, **fields: object) -> str:
    """Return a text in English that `tr` translates later, such as a constant. The extractor finds it here."""
    return Phrase(template, fields)


def mark_in(_context: str, template: str, /) -> str:
    """Return a text in English that `tr_in` translates later."""
    return template


def plural(one: str, many: str, /) -> tuple[str, str]:
    """Return the two forms of a text for `tr_count`, where the call would be too long with them."""
    return one, many


def tr(template: str, /, **fields: object) -> str:
    """Return one of our texts in the language of the command, with its fields filled in."""
    catalogue = _catalogue.get()
    if isinstance(template, Phrase):
        fields = {**template.fields, **fields}
        template = template.template
    if catalogue is not None and template:
        template = catalogue.gettext(template)
    return template.format(**{name: _field(value) for name, value in fields.items()}) if fields else template


def _field(value: object) -> object:
    return tr(value) if isinstance(value, Phrase) else value


def shown(text: str) -> str:
    """Return a text that may be ours or anybody's: only ours is translated."""
    return tr(text) if isinstance(text, Phrase) else text


def tr_in(context: str, template: str, /, **fields: object) -> str:
    """Return the same for a word that means different things in different places."""
    catalogue = _catalogue.get()
    if catalogue is not None:
        template = catalogue.pgettext(context, template)
    return template.format(**fields) if fields else template


def tr_count(one: str, many: str, count: int, /, **fields: object) -> str:
    """Return a text about a number, which is its field `count`."""
    catalogue = _catalogue.get()
    template = (one if count == 1 else many) if catalogue is None else catalogue.ngettext(one, many, count)
    return template.format(**{"count": number(count), **fields})


def tr_count_in(context: str, one: str, many: str, count: int, /, **fields: object) -> str:
    """Return the same for words that have another form in some sentences."""
    catalogue = _catalogue.get()
    template = (one if count == 1 else many) if catalogue is None else catalogue.npgettext(context, one, many, count)
    return template.format(**{"count": number(count), **fields})


def number(value: int) -> str:
    """Return a whole number with its digits in groups."""
    return f"{value:,}" if _catalogue.get() is None else f"{value:,}".replace(",", GROUP)


def decimal(value: float) -> str:
    """Return a number with one decimal."""
    return f"{value:.1f}" if _catalogue.get() is None else f"{value:.1f}".replace(".", ",")


def listed(items: list[str] | tuple[str, ...]) -> str:
    """Return items in one line, with `and` before the last of two."""
    return tr(" and ").join(items)

"""Cells that say one thing about a mailbox or about the people of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sharedbox_cli.language.csv.addresses import address_in
from sharedbox_cli.language.csv.columns import Use
from sharedbox_cli.language.csv.model import Rules
from sharedbox_cli.language.csv.texts import text_in
from sharedbox_cli.language.csv.values import NOBODY, day_of, is_yes


def parts_of(text: str) -> Iterator[str]:
    """Yield the entries of a cell with several addresses."""
    text = text.strip().strip("{}")
    for mark in ";|\n":
        text = text.replace(mark, ",")
    yield from (part.strip() for part in text.split(",") if part.strip() and part.strip().lower() not in NOBODY)


def _copies(text: str, _rules: Rules) -> str | None:
    return {True: "both", False: "sender", None: None}[is_yes(text)]


def _forwarding(text: str, rules: Rules) -> str | None:
    text = text.strip().rpartition(":")[2] if text.strip().lower().startswith("smtp:") else text.strip()
    return None if text.lower() in NOBODY else address_in(text, rules.domain).key


VALUES: Mapping[Use, Callable[[str, Rules], object]] = {
    Use.DISPLAY_NAME: lambda text, _rules: text_in(text),
    Use.HIDDEN: lambda text, _rules: is_yes(text),
    Use.FORWARDING: _forwarding,
    Use.SENT_AS: _copies,
    Use.SENT_ON_BEHALF: _copies,
}
"""Fields of a mailbox, and how a cell is read."""
TERMS: Mapping[Use, Callable[[str], object]] = {Use.AUTOMAPPING: is_yes, Use.UNTIL: day_of, Use.REASON: text_in}

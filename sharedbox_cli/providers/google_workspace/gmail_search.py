"""Texts in the search syntax of Gmail, which its filters use for senders, recipients and subjects.

A leading `-` means not; `OR`, `AND`, `AROUND`, `+`, `|`, braces, parentheses, colons and quotes are syntax. A phrase in
quotes is taken literally, and there is no escape for a quote inside a phrase
(support.google.com/mail/answer/7190, read 2026-11). `alternatives_in` is the exact inverse of `any_of`.
"""

from __future__ import annotations

import re

_DOMAIN = r"[^\W_][\w-]*(?:\.[^\W_][\w-]*)+"
_BARE = re.compile(rf"[^\W_]\w*|(?:(?:[^\W_][\w.-]*)?@)?{_DOMAIN}")
"""A word, a domain, or a plain address: means itself in a search."""
_OPERATORS = frozenset({"AND", "OR", "NOT", "AROUND"})
_PHRASE = re.compile(r'"([^"]*)"')
_OR = " OR "


def text_problem(text: str) -> str:
    """Return why Gmail cannot search for this text as it is, or an empty text."""
    if '"' in text:
        return (
            'Gmail cannot search for a text that contains `"`. Write the search as `has_words`, or leave the `"` out.'
        )
    return ""


def quoted(text: str) -> str:
    """Return the search for one text. Raises ValueError for a text that Gmail cannot search for."""
    if problem := text_problem(text):
        raise ValueError(problem)
    is_bare = _BARE.fullmatch(text) is not None and text.upper() not in _OPERATORS
    return text if is_bare else f'"{text}"'


def any_of(texts: tuple[str, ...]) -> str:
    """Return the search for any of some texts."""
    searches = [quoted(text) for text in texts]
    return searches[0] if len(searches) == 1 else f"({_OR.join(searches)})"


def alternatives_in(search: str) -> tuple[str, ...] | None:
    """Return the texts for which `any_of` returns this search, sorted; nothing for any other search."""
    inner = search[1:-1] if search.startswith("(") and search.endswith(")") else search
    texts = tuple(_texts_in(inner))
    if not texts or any(text_problem(text) for text in texts) or any_of(texts) != search:
        return None
    return tuple(sorted(texts))


def _texts_in(search: str) -> list[str]:
    """Return the texts between `OR`, without quotes. A phrase can contain `OR`."""
    pieces = re.findall(r'"[^"]*"|[^"\s]+', search)
    return [match[1] if (match := _PHRASE.fullmatch(piece)) else piece for piece in pieces[::2]]

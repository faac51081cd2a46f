"""Tags of languages (RFC 5646), and which of them are one language for a mail service.

A service has a list of languages, which changes. It saves a near one for a tag that is not in the list: `de` for
`de-AT` (developers.google.com/workspace/gmail/api/guides/language-settings, read 2026-11).
"""

from __future__ import annotations

import re

from sharedbox_cli.core.values import Value

TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_SAME = {"in": "id", "iw": "he", "nb": "no", "tl": "fil", "en-us": "en", "zh-hans": "zh-cn", "zh-hant": "zh-tw"}
"""Older and longer names of what services call otherwise."""
_VARIANTS = frozenset(
    {"en", "en-gb", "es", "es-419", "fr", "fr-ca", "pt-br", "pt-pt", "zh-cn", "zh-tw", "zh-hk", "sr", "sr-latn"}
)
"""Variants that services offer side by side: each is only itself."""


def language_tag(tag: str) -> str:
    """Return a tag in the usual case: `de-AT`, `zh-Hant`, `es-419`."""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(text: str) -> str:
    if len(text) == 2:
        return text.upper()
    return text.title() if len(text) == 4 and text.isalpha() else text.lower()


def is_tag(text: str) -> bool:
    """Return whether a text has the form of a tag."""
    return re.fullmatch(TAG, text) is not None


def same_language(desired: Value, observed: Value) -> bool:
    """Return whether a service shows the desired language: itself, or a variant of it that is the nearest there is."""
    wanted, has = _known(str(desired)), _known(str(observed))
    return wanted == has or (wanted not in _VARIANTS and _language(wanted) == _language(has))


def _known(tag: str) -> str:
    lower = tag.replace("_", "-").casefold()
    return _SAME.get(lower, lower)


def _language(tag: str) -> str:
    first = tag.partition("-")[0]
    return _SAME.get(first, first)

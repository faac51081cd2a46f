"""Text of PowerShell commands. Names can come from a tenant, so each is one quoted literal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_QUOTES = "'\u2018\u2019\u201a\u201b"
"""PowerShell takes all of these as the end of a text in single quotes, unless they are doubled."""


def quoted(text: str) -> str:
    """Return a literal that PowerShell reads as this text, without characters that cannot be seen."""
    visible = "".join(character for character in text if unicodedata.category(character) not in _INVISIBLE)
    return f"'{''.join(character * 2 if character in _QUOTES else character for character in visible)}'"


def listed(texts: Iterable[str]) -> str:
    """Return a list of literals."""
    return ",".join(map(quoted, texts))


def any_address(addresses: Iterable[str]) -> str:
    """Return the filter of Exchange for recipients with one of these addresses, as a literal."""
    parts = (f"PrimarySmtpAddress -eq '{address.replace(chr(39), chr(39) * 2)}'" for address in addresses)
    return quoted(" -or ".join(parts))


_INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")

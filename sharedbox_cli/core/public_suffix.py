"""Domains that many organisations share: `com`, `co.uk`.

A heuristic, to ask people about mail rules that are too wide; nothing else may rely on it. The list of public suffixes
(publicsuffix.org) has thousands of entries and changes every week. Recognised here are the top-level domains of
countries, the oldest of the others and, below those of countries, the words that most entries use. A new top-level
domain (`shop`) is not recognised, as it can be an ordinary word.
"""

from __future__ import annotations

import re

_GENERIC = frozenset({"com", "net", "org", "info", "biz", "edu", "gov", "mil", "int", "eu"})
_BELOW_A_COUNTRY = frozenset(
    {
        *("ac", "art", "asso", "asn", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "gv", "id"),
        *("inc", "info", "int", "ltd", "me", "mil", "ne", "net", "nhs", "nom", "or", "org", "plc", "police", "pp"),
        *("res", "sc", "sch", "school", "web"),
    }
)
_LABELS = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


def is_public_suffix(text: str) -> bool:
    """Return whether a domain, with or without `@` or a dot before it, is shared by many organisations."""
    domain = text.lower().strip().lstrip("@*.")
    if not _LABELS.fullmatch(domain):
        return False
    *above, top = domain.split(".")
    is_country = len(top) == 2 and top.isalpha()
    if not above:
        return is_country or top in _GENERIC
    return is_country and len(above) == 1 and above[0] in _BELOW_A_COUNTRY

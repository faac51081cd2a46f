"""The last safeguard: text that looks like a secret is removed before it is stored or shown."""

from __future__ import annotations

import re
from dataclasses import replace

from sharedbox_cli.core.outcome import Outcome

HIDDEN = "***"
_NAMES = (
    r"authorization|client[_-]?secret|client[_-]?assertion|(?:access|refresh|id)[_-]?token|api[_-]?key|"
    r"passw(?:or)?d|pwd|secret|assertion"
)
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)*"),  # JSON web tokens
    re.compile(r"\bya29\.[\w.-]{4,}"),  # Google access tokens
    re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"),
    re.compile(rf"(?i)(?<![a-z])(?:{_NAMES})[\"']?\s*[:=]\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"',;&]+)"),
    re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"),
)


def redacted(text: str) -> str:
    """Return the text without anything that looks like a token, a key or a password."""
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def redacted_outcome(outcome: Outcome) -> Outcome:
    """Return the outcome with redacted texts: they can quote the response of a vendor."""
    return replace(outcome, reason=redacted(outcome.reason), request_id=redacted(outcome.request_id))

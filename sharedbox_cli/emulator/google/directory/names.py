"""The common namespace of accounts, groups and their aliases, across all domains."""

from __future__ import annotations

import re

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.errors import GoogleError, bad, exists

MAX_LOCAL = 64
_LOCAL = re.compile(r"[a-z0-9_'-]+(\.[a-z0-9_'-]+)*")
"""support.google.com/a/answer/9193374, read 2026-11: no plus, no space, no two consecutive dots."""


def claimable(call: Call, address: object, field: str) -> str:
    """Return an unused address in lower case. Raises GoogleError."""
    text = str(address).lower()
    local, _, domain = text.partition("@")
    if len(local) > MAX_LOCAL or not _LOCAL.fullmatch(local) or not domain or "@" in domain:
        raise bad(f"Invalid Input: {field}")
    if domain not in call.store.domains():
        raise GoogleError(404, "Domain not found.", "notFound")
    if call.store.owner(text) is not None:
        raise exists()
    return text

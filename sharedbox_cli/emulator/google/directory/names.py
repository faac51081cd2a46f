"""One namespace for accounts, groups and all their aliases, across all domains."""

from __future__ import annotations

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.errors import GoogleError, bad, exists

MAX_LOCAL = 64


def claimable(call: Call, address: object, field: str) -> str:
    """Return an address in lower case that nobody has. Raises GoogleError."""
    if not isinstance(address, str) or address.count("@") != 1 or not all(address.split("@")) or " " in address:
        raise bad(f"Invalid Input: {field}")
    text = address.lower()
    local, _, domain = text.partition("@")
    if len(local) > MAX_LOCAL or not text.isascii():
        raise bad(f"Invalid Input: {field}")
    if domain not in call.store.domains():
        raise GoogleError(404, "Domain not found.", "notFound")
    if call.store.owner(text) is not None:
        raise exists()
    return text

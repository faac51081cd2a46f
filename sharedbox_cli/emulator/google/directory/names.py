"""The common namespace of accounts, groups and their aliases, across all domains, and the rules for names.

support.google.com/a/answer/9193374 and /6093413, read 2026-11. The forms of the refusals are assumed.
"""

from __future__ import annotations

import re

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.errors import GoogleError, bad, exists

MAX_LOCAL = 64
_LOCAL = re.compile(r"[^\s@&=<>+,!.]+(\.[^\s@&=<>+,!.]+)*")
NO_ACCOUNT = ("abuse", "postmaster")
NO_GROUP_ALIAS = (*NO_ACCOUNT, "admin", "administrator", "hostmaster", "majordomo", "root", "ssl-admin", "webmaster")


def claimable(call: Call, address: object, field: str, *, reserved: tuple[str, ...] = ()) -> str:
    """Return an unused address in lower case. Raises GoogleError."""
    text = str(address).lower()
    local, _, domain = text.partition("@")
    if not is_local(local, reserved) or not domain or "@" in domain:
        raise bad(f"Invalid Input: {field}")
    if domain not in call.store.domains():
        raise GoogleError(404, "Domain not found.", "notFound")
    is_held_back = call.store.row("select 1 from g_released where key = ? and until > ?", text, call.store.now)
    if call.store.owner(text) is not None or is_held_back is not None:
        raise exists()
    return text


def is_local(local: str, reserved: tuple[str, ...] = ()) -> bool:
    """Return whether Google allows a text before the `@`."""
    return len(local) <= MAX_LOCAL and _LOCAL.fullmatch(local) is not None and local.isascii() and local not in reserved


def account_address(call: Call, address: object) -> str:
    """Return an unused address for an account. Raises GoogleError."""
    return claimable(call, address, "primary_user_email", reserved=NO_ACCOUNT)


def alias_address(call: Call, address: object, kind: str) -> str:
    """Return an unused address for an alias of an account or a group. Raises GoogleError."""
    return claimable(call, address, "alias", reserved=NO_ACCOUNT if kind == "user" else NO_GROUP_ALIAS)


def is_name(text: str) -> bool:
    """Return whether a name has no angle brackets."""
    return not set("<>") & set(text)

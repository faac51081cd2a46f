"""What all calls for a mailbox share."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.errors import GoogleError

_ACTIVE = re.compile(r"<script.*?</script>| on\w+=(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE | re.DOTALL)


_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language tag (RFC 3066)."""


def is_address(text: object) -> bool:
    """Return whether a text has the form of an address."""
    return isinstance(text, str) and _ADDRESS.fullmatch(text) is not None


def clean(html: object) -> str:
    """Return HTML as Gmail stores it: without active content."""
    return _ACTIVE.sub("", str(html or ""))


def mailbox(call: Call) -> sqlite3.Row:
    """Return the account whose mailbox a call uses: always the caller's."""
    user = call.store.user(call.subject)
    if user is None:
        raise GoogleError(400, "Mail service not enabled", "failedPrecondition", status="FAILED_PRECONDITION")
    return user


def absent() -> GoogleError:
    """Return the error for a missing entry."""
    return GoogleError(404, "Requested entity was not found.", "notFound")


def refused(message: str, *, is_state: bool = False) -> GoogleError:
    """Return the error for an invalid argument, or for an operation that the state does not allow."""
    if is_state:
        return GoogleError(400, message, "failedPrecondition", status="FAILED_PRECONDITION")
    return GoogleError(400, message, "invalidArgument", status="INVALID_ARGUMENT")


def listed(name: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a list. An empty list has no key."""
    return {name: items} if items else {}


def is_own(call: Call, address: str) -> bool:
    """Return whether an address is in a domain of the organisation."""
    return address.partition("@")[2].lower() in call.store.domains()

"""What a setting can hold: the type, and the values that have a name."""

from __future__ import annotations

Value = None | bool | int | str | tuple["Value", ...]
"""Plain, immutable, the same in JSON. Sets are sorted tuples."""

KIND_SHARED = "shared"
KIND_USER = "user"
KIND_GROUP = "group"
BLOCKED = "blocked"
ALLOWED = "allowed"
COPY_SENDER = "sender"
COPY_BOTH = "both"
DELIVERY_DISABLED = "disabled"
LICENCE_NONE = "none"
ORGANIZATION = "organization"
"""As the organisation has set it for all mailboxes."""
UNLIMITED = "unlimited"
NOT_KEPT = "none"
UNKNOWN = "unknown"
"""In place of a word that the service did not give."""
PLAN_1 = "exchange-online-plan-1"
PLAN_2 = "exchange-online-plan-2"


def whole_number(text: str) -> int | None:
    """Return a number that is written in ASCII digits; None for anything else, and for more digits than any count."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < MAX_DIGITS else None


MAX_DIGITS = 19
"""So many digits fit into 64 bits; Python refuses to read thousands of them."""


def same_name(desired: Value, observed: Value) -> bool:
    """Return whether two names are the same to a service that finds them in any case."""
    return str(desired).casefold() == str(observed).casefold()

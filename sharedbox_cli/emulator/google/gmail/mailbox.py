"""What all calls for a mailbox share."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call
from sharedbox_cli.emulator.google.errors import GoogleError

_ACTIVE = re.compile(
    r"<(script|style)\b.*?</\1\s*>|<(?:script|style|link|meta)\b[^>]*>"
    r"|\s(?:on\w+|id)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)"
    r"|\s(?:href|src)\s*=\s*(?P<q>[\"']?)\s*(?:javascript|vbscript|data):[^\"'>]*(?P=q)",
    re.IGNORECASE | re.DOTALL,
)


_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_OFFERED = """
af az id ms ca cs cy da de et en-GB en es es-419 eu fil fr fr-CA ga gl hr it zu is sw lv lt hu no nl pl pt-BR pt-PT
ro sk sl fi sv vi tr el bg mn ru sr uk hy he ur ar fa am hi mr ne bn gu pa ta te kn ml si th my lo km ka ko zh-HK
ja zh-CN zh-TW
"""
LANGUAGES = frozenset(_OFFERED.split())
"""developers.google.com/workspace/gmail/api/guides/language-settings, read 2026-11: a sample of the offered tags."""
_NEAR = {"en-au": "en-GB", "en-ie": "en-GB", "en-nz": "en-GB", "en-us": "en", "es-mx": "es-419", "pt": "pt-BR"}
_NEAR |= {"zh": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "nb": "no", "iw": "he", "in": "id", "tl": "fil"}


def language(tag: str) -> str:
    """Return the tag that is saved for another one: itself or a near variant. Empty: there is none.

    Assumed: which variants are near, and that an unknown tag is refused.
    """
    offered = {name.lower(): name for name in LANGUAGES}
    lower = tag.lower()
    while lower:
        if found := offered.get(lower) or _NEAR.get(lower):
            return found
        lower = lower.rpartition("-")[0]
    return ""


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

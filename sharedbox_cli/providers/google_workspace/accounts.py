"""Accounts that are used as shared mailboxes: how they differ from personal accounts, and how sign-in is blocked.

Google has no switch for "receives mail, nobody signs in": a suspended account rejects its mail. What sharedbox does is
set a password that nobody knows, remove recovery data, and end sessions and tokens. When it did so is noted in the
external ids of the account, so that a later sign-in can be noticed (docs/decisions/0007-google-sign-in.md).
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import ALLOWED, BLOCKED, Value

KIND_MARK = "sharedbox-kind"
SIGN_IN_MARK = "sharedbox-sign-in"
SHARED, PERSONAL = "shared-mailbox", "person"
MAX_NAME_PART = 60
NEVER = "1970-01-01T00:00:00.000Z"
PASSWORD_LENGTH = 64
_ALPHABET = string.ascii_letters + string.digits + "-_.:+="


def unknown_password() -> str:
    """Return a password that nobody keeps: it is sent once, and never stored or shown."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_LENGTH))


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of an account as people see it."""
    name = row.get("name") or {}
    return str(name.get("displayName") or name.get("fullName") or "")


def mark_of(row: Mapping[str, Any], kind: str) -> str:
    """Return a note in the external ids of an account; empty where there is none."""
    for item in row.get("externalIds") or ():
        if isinstance(item, Mapping) and item.get("customType") == kind:
            return str(item.get("value", ""))
    return ""


def with_marks(row: Mapping[str, Any], marks: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the external ids with some notes added or replaced; all others remain."""
    kept = [dict(item) for item in row.get("externalIds") or () if item.get("customType") not in marks]
    return [*kept, *({"type": "custom", "customType": kind, "value": value} for kind, value in marks.items())]


def is_shared(row: Mapping[str, Any], units: Sequence[str]) -> bool:
    """Return whether an account is used as a shared mailbox: by its note, or by its organisational unit."""
    unit = f"{row['orgUnitPath']}/".casefold()
    return mark_of(row, KIND_MARK) == SHARED or any(unit.startswith(f"{one}/".casefold()) for one in units)


def sign_in_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return `blocked` or `allowed`, and the reason in words."""
    if row.get("suspended"):
        return ALLOWED, mark("suspended: nobody signs in, and mail is rejected")
    hardened = mark_of(row, SIGN_IN_MARK)
    login = str(row.get("lastLoginTime") or NEVER)
    if not hardened:
        return ALLOWED, mark("its password may be known to somebody")
    if login > hardened:
        return ALLOWED, mark(
            "hardened at {hardened}, and somebody signed in at {login}", hardened=hardened, login=login
        )
    if row.get("recoveryEmail") or row.get("recoveryPhone"):
        return ALLOWED, mark("the password can be reset with the recovery data")
    if row.get("changePasswordAtNextLogin"):
        return ALLOWED, mark("a password change is pending, which breaks delegation")
    return BLOCKED, mark(
        "hardened at {hardened}: unknown password, no recovery data; an administrator can still reset it",
        hardened=hardened,
    )


def delegate_refusal(row: Mapping[str, Any]) -> str:
    """Return why Google does not accept an account as a delegate (support.google.com/mail/answer/138350)."""
    state = "suspended" if row.get("suspended") else "archived" if row.get("archived") else ""
    return f"is {state}, and only an active account can be a delegate" if state else ""


def delegate_caveat(row: Mapping[str, Any]) -> str:
    """Return why an account cannot act as a delegate for now, or nothing (the same page, read 2026-11)."""
    if delegate_refusal(row):
        return ""
    if row.get("changePasswordAtNextLogin"):
        return mark("must choose a new password at the next sign-in, and cannot act as a delegate until then")
    if row.get("isMailboxSetup") is False:
        return mark("has no Gmail mailbox, and cannot act as a delegate without one")
    return ""


def now_text(now: datetime) -> str:
    """Return an instant in Google's format."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def facts_of(row: Mapping[str, Any]) -> dict[Fact, Value]:
    """Return what the Directory holds of an account beyond its settings."""
    login = str(row.get("lastLoginTime") or NEVER)
    return {
        Fact.SIGN_IN_STATE: sign_in_of(row)[1],
        Fact.IS_SUSPENDED: bool(row.get("suspended")),
        Fact.LAST_LOGIN: "" if login == NEVER else login,
        Fact.CREATED_AT: str(row.get("creationTime", "")),
    }


def name_body(display: str) -> dict[str, str]:
    """Return a name in Google's three parts, of which the first two must not be empty."""
    given, _, family = display.strip().partition(" ")
    return {
        "givenName": given[:MAX_NAME_PART] or "-",
        "familyName": family.strip()[:MAX_NAME_PART] or "-",
        "displayName": display,
    }


def address_of(row: Mapping[str, Any]) -> Address:
    """Return the primary address."""
    return Address.of(str(row["primaryEmail"]))

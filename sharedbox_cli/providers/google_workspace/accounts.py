"""Accounts that are used as shared mailboxes: how they are told from people's, and how sign-in is shut.

Google has no switch "receives mail, nobody signs in": suspending rejects the mail. What can be done is a password
nobody knows, no recovery data, and ended sessions and tokens. That it was done, and when, is kept in the account's
external ids, where later sign-ins can be held against it (docs/decisions/0007-google-sign-in.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import ALLOWED, BLOCKED, KIND_SHARED, KIND_USER, Value

KIND_MARK = "sharedbox-kind"
SIGN_IN_MARK = "sharedbox-sign-in"
SHARED, PERSONAL = "shared-mailbox", "person"
MAX_NAME_PART = 60
NEVER = "1970-01-01T00:00:00.000Z"


def name_of(row: Mapping[str, Any]) -> str:
    """Return the name of an account as people see it."""
    name = row.get("name") or {}
    return str(name.get("displayName") or name.get("fullName") or "")


def mark_of(row: Mapping[str, Any], kind: str) -> str:
    """Return what is noted in the external ids of an account."""
    for item in row.get("externalIds") or ():
        if isinstance(item, Mapping) and item.get("customType") == kind:
            return str(item.get("value", ""))
    return ""


def with_marks(row: Mapping[str, Any], marks: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the external ids with some notes added or replaced; all others stay."""
    kept = [dict(item) for item in row.get("externalIds") or () if item.get("customType") not in marks]
    return [*kept, *({"type": "custom", "customType": kind, "value": value} for kind, value in marks.items())]


def is_shared(row: Mapping[str, Any], units: Sequence[str]) -> bool:
    """Return whether an account is used as a shared mailbox: noted so, or in a unit that is for them."""
    unit = str(row["orgUnitPath"])
    return mark_of(row, KIND_MARK) == SHARED or any(unit == one or unit.startswith(f"{one}/") for one in units)


def sign_in_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return `blocked` or `allowed`, and in words what is known of it."""
    if row.get("suspended"):
        return ALLOWED, "suspended: nobody signs in, and mail is rejected"
    hardened = mark_of(row, SIGN_IN_MARK)
    login = str(row.get("lastLoginTime") or NEVER)
    if not hardened:
        return ALLOWED, "its password may be known to somebody"
    if login > hardened:
        return ALLOWED, f"hardened at {hardened}, and somebody signed in at {login}"
    if row.get("recoveryEmail") or row.get("recoveryPhone"):
        return ALLOWED, "recovery data lets somebody reset the password"
    if row.get("changePasswordAtNextLogin"):
        return ALLOWED, "a password change is pending, which breaks delegation"
    return BLOCKED, f"hardened at {hardened}: unknown password, no recovery data; an administrator can still reset it"


def now_text(now: datetime) -> str:
    """Return an instant as Google writes them."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def settings_of(row: Mapping[str, Any], wanted: frozenset[Field], units: Sequence[str]) -> dict[Field, Value]:
    """Return the settings that the account itself holds. Raises ObserveError for one that Google left out."""
    found: dict[Field, Value] = {Field.KIND: KIND_SHARED if is_shared(row, units) else KIND_USER}
    if Field.DISPLAY_NAME in wanted:
        found[Field.DISPLAY_NAME] = name_of({"name": row["name"]})
    if Field.ALIASES in wanted:
        found[Field.ALIASES] = tuple(sorted(str(text).lower() for text in row.get("aliases") or ()))
    if Field.HIDDEN in wanted:
        found[Field.HIDDEN] = not row["includeInGlobalAddressList"]
    if Field.SIGN_IN in wanted:
        found[Field.SIGN_IN] = sign_in_of({**row, "lastLoginTime": row["lastLoginTime"]})[0]
    if Field.ORG_UNIT in wanted:
        found[Field.ORG_UNIT] = str(row["orgUnitPath"])
    return found


def facts_of(row: Mapping[str, Any]) -> dict[Fact, Value]:
    """Return what the account tells beside its settings."""
    login = str(row.get("lastLoginTime") or NEVER)
    return {
        Fact.SIGN_IN_STATE: sign_in_of(row)[1],
        Fact.IS_SUSPENDED: bool(row.get("suspended")),
        Fact.LAST_LOGIN: "" if login == NEVER else login,
        Fact.CREATED_AT: str(row.get("creationTime", "")),
    }


def name_body(display: str) -> dict[str, str]:
    """Return a name in Google's three parts: the first two must not be empty."""
    given, _, family = display.strip().partition(" ")
    return {
        "givenName": given[:MAX_NAME_PART] or "-",
        "familyName": family.strip()[:MAX_NAME_PART] or "-",
        "displayName": display,
    }


def address_of(row: Mapping[str, Any]) -> Address:
    """Return the primary address."""
    return Address.of(str(row["primaryEmail"]))

"""Delegates of contacts (developers.google.com/workspace/admin/contact-delegation, read 2026-11).

A delegate is an account of the organisation, by its primary address. What is assumed is in docs/emulator.md.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError

KIND, SWITCH = "contact", "google:contact_sharing"
"""Where delegates are stored, and the setting of the tenant: `off` where an administrator switched sharing off."""
_PAGE, _MOST = 100, 500
_INVALID = "Request contains an invalid argument."


def _invalid() -> GoogleError:
    return GoogleError(400, _INVALID, "invalidArgument", status="INVALID_ARGUMENT")


def _owner(call: Call) -> sqlite3.Row:
    """Return the account whose contacts a call is about, named by its primary address. Raises GoogleError."""
    if call.store.tenant.meta(SWITCH) == "off":
        message = "Precondition check failed."
        raise GoogleError(400, message, "failedPrecondition", status="FAILED_PRECONDITION")
    wanted = call.text("user").lower()
    user = call.store.user(wanted)
    if "@" not in wanted:
        raise _invalid()
    if user is None or user["email"] != wanted:
        raise GoogleError(404, "Requested entity was not found.", "notFound")
    return user


def _address(call: Call, item: dict[str, Any]) -> str:
    user = call.store.row("select email from g_users where id = ?", item["user"])
    return str(user["email"]) if user else str(item["email"])


def _list(call: Call) -> Any:
    items = call.store.items(_owner(call)["id"], KIND)
    page, more = call.page([{"email": _address(call, item)} for item in items], _PAGE, _MOST, clamps=True)
    return {**({"delegates": page} if page else {}), **more}


def _create(call: Call) -> Any:
    owner = _owner(call)
    address = str(call.body.get("email") or "").lower()
    user = call.store.user(address) if "@" in address else None
    if user is None or user["email"] != address or user["id"] == owner["id"]:
        raise _invalid()
    doc = json.loads(user["doc"])
    if doc.get("suspended") or doc.get("archived"):
        raise _invalid()
    if call.store.item(owner["id"], KIND, user["id"]) is not None:
        raise GoogleError(409, "Requested entity already exists", "alreadyExists", status="ALREADY_EXISTS")
    call.store.put(owner["id"], KIND, user["id"], {"user": user["id"], "email": address})
    call.effect = f"{address} delegate of the contacts of {owner['email']}"
    return {"email": address}


def _delete(call: Call) -> Any:
    owner = _owner(call)
    address = call.text("delegate").lower()
    held = [item for item in call.store.items(owner["id"], KIND) if _address(call, item) == address]
    if not held:
        raise GoogleError(404, "Requested entity was not found.", "notFound")
    call.store.drop(owner["id"], KIND, held[0]["user"])
    call.effect = f"{address} no delegate of the contacts of {owner['email']}"
    return {}


_BASE = "contactDelegation.users.delegates"
HANDLERS: Handlers = {f"{_BASE}.list": _list, f"{_BASE}.create": _create, f"{_BASE}.delete": _delete}

"""Delegates (developers.google.com/gmail/api/reference/rest/v1/users.settings.delegates, read 2026-11)."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.google.access import mail_state
from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.gmail.mailbox import absent, listed, mailbox, refused

MOST = 1000


def _most(call: Call) -> int:
    """Return how many delegates a mailbox can have: fewer with the setting `delegate_limit`, as seen in the field."""
    return int(call.store.tenant.meta("google:delegate_limit", str(MOST)))


def _shown(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    user = call.store.row("select email from g_users where id = ?", item["user"])
    return {"delegateEmail": user["email"] if user else item["delegateEmail"], "verificationStatus": item["status"]}


def _list(call: Call) -> Any:
    delegates = call.store.items(mailbox(call)["id"], "delegate")
    return listed("delegates", [_shown(call, item) for item in delegates])


def _key(call: Call, address: str) -> str:
    user = call.store.user(address)
    return str(user["id"]) if user is not None and user["email"] == address.lower() else ""


def _get(call: Call) -> Any:
    item = call.store.item(mailbox(call)["id"], "delegate", _key(call, call.text("delegateEmail")) or "-")
    if item is None:
        raise absent()
    return _shown(call, item)


def _create(call: Call) -> Any:
    owner = mailbox(call)
    address = str(call.body.get("delegateEmail") or "")
    if "@" not in address:
        raise refused("Invalid delegate", is_state=True)
    user = call.store.user(address)
    if user is None or user["email"] != address.lower() or user["id"] == owner["id"]:
        raise refused("Invalid delegate")
    doc = json.loads(user["doc"])
    if doc.get("suspended") or doc.get("archived") or not mail_state(call.store, user["id"]):
        raise refused("Invalid delegate", is_state=True)
    if call.store.item(owner["id"], "delegate", user["id"]) is not None:
        raise GoogleError(409, "Delegate already exists.", "alreadyExists", status="ALREADY_EXISTS")
    if len(call.store.items(owner["id"], "delegate")) >= _most(call):
        raise refused("Delegator user cannot have any more delegates", is_state=True)
    item = {"user": user["id"], "delegateEmail": user["email"], "status": "accepted"}
    call.store.put(owner["id"], "delegate", user["id"], item)
    call.effect = f"{user['email']} delegate of {owner['email']}"
    return _shown(call, item)


def _delete(call: Call) -> Any:
    owner = mailbox(call)
    address = call.text("delegateEmail")
    key = _key(call, address)
    if not key:  # the account was deleted, and only the entry remains
        gone = [item for item in call.store.items(owner["id"], "delegate") if item["delegateEmail"] == address.lower()]
        key = gone[0]["user"] if gone else "-"
    if not call.store.drop(owner["id"], "delegate", key):
        raise absent()
    call.effect = f"{address} no delegate of {owner['email']}"
    return NOTHING


HANDLERS: Handlers = {
    "gmail.users.settings.delegates.list": _list,
    "gmail.users.settings.delegates.get": _get,
    "gmail.users.settings.delegates.create": _create,
    "gmail.users.settings.delegates.delete": _delete,
}

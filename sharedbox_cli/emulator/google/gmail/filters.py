"""Filters (developers.google.com/gmail/api/reference/rest/v1/users.settings.filters, read 2026-11)."""

from __future__ import annotations

import hashlib
from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.gmail.labels import all_ids
from sharedbox_cli.emulator.google.gmail.mailbox import absent, listed, mailbox, refused

MOST = 1000
MAX_SEARCH = 1500
"""Characters in all conditions of a filter (mbrt/gmailctl#148)."""
_SEARCHES = ("from", "to", "subject", "query", "negatedQuery")


def _list(call: Call) -> Any:
    """Return the filters in an order that says nothing: a new one can be anywhere."""
    filters = call.store.items(mailbox(call)["id"], "filter")
    return listed("filter", sorted(filters, key=lambda item: hashlib.sha256(item["id"].encode()).digest()))


def _get(call: Call) -> Any:
    item = call.store.item(mailbox(call)["id"], "filter", call.text("id"))
    if item is None:
        raise absent()
    return item


def _create(call: Call) -> Any:
    owner = mailbox(call)
    item: dict[str, Any] = {"criteria": call.body.get("criteria") or {}, "action": call.body.get("action") or {}}
    if subject := item["criteria"].get("subject"):
        item["criteria"] = {**item["criteria"], "subject": " ".join(str(subject).split())}
    _checked(call, item)
    others = call.store.items(owner["id"], "filter")
    if any((other["criteria"], other["action"]) == (item["criteria"], item["action"]) for other in others):
        raise refused("Filter already exists", is_state=True)
    if len(others) >= MOST:
        raise refused("Too many filters.", is_state=True)
    item["id"] = f"ANe1Bm{call.store.new_number('filter'):08d}"
    call.store.put(owner["id"], "filter", item["id"], item)
    call.effect = f"filter {item['id']} of {owner['email']}"
    return item


def _checked(call: Call, item: dict[str, Any]) -> None:
    criteria, action = item["criteria"], item["action"]
    if not any(value not in (None, "", False, 0) for value in criteria.values()):
        raise refused("Filter criteria are empty")
    if sum(len(str(criteria.get(name) or "")) for name in _SEARCHES) > MAX_SEARCH:
        raise refused("Filter criteria are too long")
    labels = [*(action.get("addLabelIds") or []), *(action.get("removeLabelIds") or [])]
    if not labels and not action.get("forward"):
        raise refused("Filter doesn't have any actions")
    if unknown := sorted(set(labels) - all_ids(call)):
        raise refused(f"Invalid label ID: {unknown[0]}")
    added = [name for name in action.get("addLabelIds") or [] if name.startswith("Label_")]
    if len(added) > 1:
        raise refused("Filters can add at most one user label")
    if ("size" in criteria) != (criteria.get("sizeComparison") in ("smaller", "larger")):
        raise refused("Filter size needs a comparison")
    if action.get("forward"):
        target = call.store.item(mailbox(call)["id"], "forwarding", action["forward"])
        if target is None or target["verificationStatus"] != "accepted":
            raise refused("Unrecognized forwarding address", is_state=True)


def _delete(call: Call) -> Any:
    owner = mailbox(call)
    if not call.store.drop(owner["id"], "filter", call.text("id")):
        raise absent()
    call.effect = f"filter {call.text('id')} of {owner['email']} deleted"
    return NOTHING


_BASE = "gmail.users.settings.filters"
HANDLERS: Handlers = {
    f"{_BASE}.list": _list,
    f"{_BASE}.get": _get,
    f"{_BASE}.create": _create,
    f"{_BASE}.delete": _delete,
}

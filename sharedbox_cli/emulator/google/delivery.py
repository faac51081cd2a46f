"""Whether mail would arrive: suspended accounts reject it, and groups accept it according to their settings."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

from sharedbox_cli.emulator.google.access import mail_state
from sharedbox_cli.emulator.google.store import Store, outsider_id


@dataclass(frozen=True, slots=True)
class Delivery:
    """`delivered`, `held` for a moderator, or `rejected`, with the recipients or the reason."""

    result: str
    why: str = ""
    to: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON."""
        return asdict(self)


def deliver(store: Store, sender: str, recipient: str) -> Delivery:
    """Return what happens to a message."""
    local, _, domain = recipient.lower().partition("@")
    address = f"{local.partition('+')[0]}@{domain}"
    name = store.owner(address)
    if name is None:
        return Delivery("rejected", "550 5.1.1 no such account")
    if name["kind"] == "user":
        return _to_account(store, address)
    group = store.group(address)
    return _to_group(store, sender.lower(), group) if group is not None else Delivery("rejected", "550 5.1.1")


def _to_account(store: Store, address: str) -> Delivery:
    user = store.user(address)
    if user is None or json.loads(user["doc"]).get("suspended"):
        return Delivery("rejected", "550 5.2.1 the account is disabled")
    if not mail_state(store, user["id"]):
        return Delivery("rejected", "550 5.2.1 mail is not enabled for the account")
    return Delivery("delivered", to=[user["email"]])


def _to_group(store: Store, sender: str, group: sqlite3.Row) -> Delivery:
    settings = json.loads(group["settings"])
    account = store.user(sender)
    row = store.member(group["id"], account["id"] if account is not None else outsider_id(sender))
    role = row["role"] if row is not None else ""
    is_inside = account is not None or sender.partition("@")[2] in store.domains()
    may = {
        "ANYONE_CAN_POST": True,
        "ALL_IN_DOMAIN_CAN_POST": is_inside,
        "ALL_MEMBERS_CAN_POST": bool(role),
        "ALL_MANAGERS_CAN_POST": role in ("OWNER", "MANAGER"),
        "ALL_OWNERS_CAN_POST": role == "OWNER",
    }
    if settings["archiveOnly"] == "true" or not may.get(settings["whoCanPostMessage"], False):
        return Delivery("rejected", "550 5.7.1 you may not post to this group")
    level = settings["messageModerationLevel"]
    if level == "MODERATE_ALL_MESSAGES" or (level == "MODERATE_NON_MEMBERS" and not role):
        return Delivery("held", "a moderator has to approve it")
    return Delivery("delivered", to=_readers(store, group["id"]))


def _readers(store: Store, group: str) -> list[str]:
    """Return the members who receive a copy in their own mailbox, in addition to the conversation in the group."""
    recipients: set[str] = set()
    for row in store.members(group):
        if row["type"] == "GROUP":
            recipients |= set(_readers(store, row["member_id"])) if row["delivery"] == "ALL_MAIL" else set()
        elif row["delivery"] == "ALL_MAIL" and row["email"]:
            user = store.user(row["member_id"])
            if user is None or mail_state(store, user["id"]):
                recipients.add(user["email"] if user is not None else row["email"])
    return sorted(recipients)

"""Settings that each mailbox has once, and forwarding addresses
(developers.google.com/gmail/api/reference/rest/v1/users.settings, read 2026-11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.gmail.mailbox import (
    absent,
    clean,
    is_address,
    is_own,
    language,
    listed,
    mailbox,
    refused,
)

_FRESH: dict[str, dict[str, Any]] = {
    "vacation": {"enableAutoReply": False, "restrictToContacts": False, "restrictToDomain": False},
    "imap": {"enabled": False, "autoExpunge": True, "expungeBehavior": "archive", "maxFolderSize": 0},
    "pop": {"accessWindow": "disabled", "disposition": "leaveInInbox"},
    "language": {"displayLanguage": "en"},
    "autoForwarding": {"enabled": False},
}


_ALWAYS = {"vacation": _FRESH["vacation"]}
_SHOWN = ("enable", "restrict")
"""Beginnings of booleans that are returned even if they are false: GAM reads them without a default."""


def _getter(name: str) -> Callable[[Call], Any]:
    def got(call: Call) -> Any:
        doc = {**_ALWAYS.get(name, {}), **call.store.gmail(mailbox(call)["id"]).get(name, _FRESH[name])}
        return {key: value for key, value in doc.items() if value is not False or key.startswith(_SHOWN)}

    return got


def _setter(name: str, check: Callable[[Call, dict[str, Any]], None]) -> Callable[[Call], Any]:
    def was_set(call: Call) -> Any:
        owner = mailbox(call)
        item = {key: value for key, value in call.body.items() if value is not None}
        check(call, item)
        if html := item.get("responseBodyHtml"):
            item["responseBodyHtml"] = clean(html)
        call.store.save_gmail(owner["id"], {**call.store.gmail(owner["id"]), name: item})
        call.effect = f"{name} of {owner['email']}"
        return item

    return was_set


def _vacation(call: Call, item: dict[str, Any]) -> None:
    texts = ("responseSubject", "responseBodyPlainText", "responseBodyHtml")
    if item.get("enableAutoReply") and not any(item.get(text) for text in texts):
        raise refused("Vacation responder needs a subject or a body", is_state=True)
    if any(int(item.get(name) or 0) < 0 for name in ("startTime", "endTime")):
        raise refused("Invalid vacation time")
    if item.get("startTime") and item.get("endTime") and int(item["startTime"]) >= int(item["endTime"]):
        raise refused("Invalid vacation time range", is_state=True)


def _imap(call: Call, item: dict[str, Any]) -> None:
    if item.get("maxFolderSize", 0) not in (0, 1000, 2000, 5000, 10000):
        raise refused("Invalid maxFolderSize")


def _pop(call: Call, item: dict[str, Any]) -> None:
    if item.get("accessWindow") not in ("disabled", "fromNowOn", "allMail"):
        raise refused("Invalid accessWindow")


def _language(call: Call, item: dict[str, Any]) -> None:
    saved = language(str(item.get("displayLanguage") or ""))
    if not saved:
        raise refused("Invalid displayLanguage")
    item["displayLanguage"] = saved


def _forward(call: Call, item: dict[str, Any]) -> None:
    if not item.get("enabled"):
        return
    target = call.store.item(mailbox(call)["id"], "forwarding", str(item.get("emailAddress") or "-"))
    if target is None or target["verificationStatus"] != "accepted":
        raise refused("Unrecognized forwarding address", is_state=True)
    if item.get("disposition") not in ("leaveInInbox", "archive", "trash", "markRead"):
        raise refused("Invalid disposition")


def _addresses(call: Call) -> Any:
    return listed("forwardingAddresses", call.store.items(mailbox(call)["id"], "forwarding"))


def _address(call: Call) -> Any:
    item = call.store.item(mailbox(call)["id"], "forwarding", call.text("forwardingEmail"))
    if item is None:
        raise absent()
    return item


def _add_address(call: Call) -> Any:
    owner = mailbox(call)
    address = str(call.body.get("forwardingEmail") or "").lower()
    if not is_address(address) or address == owner["email"]:
        raise refused("Invalid forwarding address")
    if call.store.item(owner["id"], "forwarding", address) is not None:
        raise GoogleError(409, "Forwarding address already exists", "alreadyExists", status="ALREADY_EXISTS")
    item = {"forwardingEmail": address, "verificationStatus": "accepted" if is_own(call, address) else "pending"}
    call.store.put(owner["id"], "forwarding", address, item)
    call.effect = f"forwarding address {address} of {owner['email']}"
    return item


def _drop_address(call: Call) -> Any:
    owner = mailbox(call)
    address = call.text("forwardingEmail").lower()
    if not call.store.drop(owner["id"], "forwarding", address):
        raise absent()
    doc = call.store.gmail(owner["id"])
    if doc.get("autoForwarding", {}).get("emailAddress") == address:
        call.store.save_gmail(owner["id"], {**doc, "autoForwarding": {"enabled": False}})
    call.effect = f"forwarding address {address} of {owner['email']} deleted"
    return NOTHING


def _profile(call: Call) -> Any:
    return {"emailAddress": mailbox(call)["email"], "messagesTotal": 0, "threadsTotal": 0, "historyId": "1"}


_CHECKS = {"vacation": _vacation, "imap": _imap, "pop": _pop, "language": _language, "autoForwarding": _forward}
_BASE = "gmail.users.settings"


def _methods() -> Handlers:
    handlers: Handlers = {}
    for name, check in _CHECKS.items():
        title = name[0].upper() + name[1:]
        handlers[f"{_BASE}.get{title}"] = _getter(name)
        handlers[f"{_BASE}.update{title}"] = _setter(name, check)
    return handlers


HANDLERS: Handlers = {
    **_methods(),
    f"{_BASE}.forwardingAddresses.list": _addresses,
    f"{_BASE}.forwardingAddresses.get": _address,
    f"{_BASE}.forwardingAddresses.create": _add_address,
    f"{_BASE}.forwardingAddresses.delete": _drop_address,
    "gmail.users.getProfile": _profile,
}

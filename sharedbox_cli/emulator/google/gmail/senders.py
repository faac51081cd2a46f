"""Send-as addresses (developers.google.com/gmail/api/reference/rest/v1/users.settings.sendAs, read 2026-11)."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.call import NOTHING, Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.gmail.mailbox import absent, clean, is_address, is_own, listed, mailbox, refused

MAX_SIGNATURE = 10_000
_WRITABLE = ("displayName", "replyToAddress", "signature", "treatAsAlias", "isDefault")


def _all(call: Call) -> dict[str, dict[str, Any]]:
    owner = mailbox(call)
    senders = {item["sendAsEmail"]: item for item in call.store.items(owner["id"], "sendas")}
    own = senders.pop(owner["email"], {})
    has_default = any(item.get("isDefault") for item in senders.values())
    primary = {"displayName": "", "replyToAddress": "", "signature": "", **own, "sendAsEmail": owner["email"]}
    primary |= {"isPrimary": True, "isDefault": not has_default}
    return {owner["email"]: primary, **senders}


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "smtpMsa" and value is not False}


def _list(call: Call) -> Any:
    return listed("sendAs", [_shown(item) for item in _all(call).values()])


def _found(call: Call) -> dict[str, Any]:
    item = _all(call).get(call.text("sendAsEmail").lower())
    if item is None:
        raise absent()
    return item


def _get(call: Call) -> Any:
    return _shown(_found(call))


def _create(call: Call) -> Any:
    address = str(call.body.get("sendAsEmail") or "").lower()
    if not is_address(address):
        raise refused("Invalid send as address")
    if address in _all(call):
        raise GoogleError(409, "Send-as alias already exists.", "alreadyExists", status="ALREADY_EXISTS")
    item = {name: call.body[name] for name in _WRITABLE if name in call.body}
    item |= {
        "sendAsEmail": address,
        "isPrimary": False,
        "treatAsAlias": call.body.get("treatAsAlias", False),
        "verificationStatus": "accepted" if is_own(call, address) else "pending",
    }
    item["signature"] = _signature(item.get("signature"))
    return _save(call, item)


def _update(call: Call) -> Any:
    item = _found(call)
    if "sendAsEmail" in call.body and str(call.body["sendAsEmail"]).lower() != item["sendAsEmail"]:
        raise refused("sendAsEmail cannot be changed")
    if not item.get("isPrimary") and not call.is_delegated:
        text = "Access restricted to service accounts that have been delegated domain-wide authority"
        raise GoogleError(403, text, "forbidden")
    names = [name for name in _WRITABLE if name in call.body]
    if call.method.http == "PUT":
        item |= {name: call.body.get(name, "") for name in ("displayName", "replyToAddress", "signature")}
    item |= {name: call.body[name] for name in names}
    item["signature"] = _signature(item.get("signature"))
    return _save(call, item)


def _signature(html: object) -> str:
    """Return a signature as it is stored. Raises GoogleError for one that is too long."""
    if len(str(html or "")) > MAX_SIGNATURE:
        raise refused(f"Signature exceeds maximum length of {MAX_SIGNATURE} characters")
    return clean(html)


def _save(call: Call, item: dict[str, Any]) -> Any:
    owner = mailbox(call)
    if item.get("replyToAddress") and not is_address(item["replyToAddress"]):
        raise refused("Invalid replyToAddress")
    if call.body.get("isDefault") is False:
        raise refused("isDefault may only be set to true")
    if call.body.get("isDefault"):
        if item.get("verificationStatus") == "pending":
            raise refused("Cannot make an unverified address the default", is_state=True)
        for other in call.store.items(owner["id"], "sendas"):
            call.store.put(owner["id"], "sendas", other["sendAsEmail"], {**other, "isDefault": False})
    call.store.put(owner["id"], "sendas", item["sendAsEmail"], item)
    call.effect = f"send-as {item['sendAsEmail']} of {owner['email']}"
    return _shown(item)


def _delete(call: Call) -> Any:
    item = _found(call)
    if item.get("isPrimary"):
        raise refused("Cannot delete primary send-as")
    owner = mailbox(call)
    call.store.drop(owner["id"], "sendas", item["sendAsEmail"])
    call.effect = f"send-as {item['sendAsEmail']} of {owner['email']} deleted"
    return NOTHING


_BASE = "gmail.users.settings.sendAs"
HANDLERS: Handlers = {
    f"{_BASE}.list": _list,
    f"{_BASE}.get": _get,
    f"{_BASE}.create": _create,
    f"{_BASE}.update": _update,
    f"{_BASE}.patch": _update,
    f"{_BASE}.delete": _delete,
}

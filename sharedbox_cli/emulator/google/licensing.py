"""Licences (developers.google.com/workspace/admin/licensing/reference/rest, read 2026-11)."""

from __future__ import annotations

import re
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers, required
from sharedbox_cli.emulator.google.errors import GoogleError, bad, exists

NAMES = {
    "1010020027": "Google Workspace Business Starter",
    "1010020028": "Google Workspace Business Standard",
    "1010020025": "Google Workspace Business Plus",
    "1010020026": "Google Workspace Enterprise Standard",
    "1010020020": "Google Workspace Enterprise Plus",
    "1010020029": "Google Workspace Enterprise Starter",
    "1010020030": "Google Workspace Frontline Starter",
    "1010060003": "Google Workspace Enterprise Essentials",
    "1010310005": "Google Workspace for Education Standard",
    "1010310008": "Google Workspace for Education Plus",
    "1010010001": "Cloud Identity",
}


def _shown(call: Call, product: str, sku: str, user: str) -> dict[str, Any]:
    row = call.store.row("select email from g_users where id = ?", user)
    return {
        "kind": "licensing#licenseAssignment",
        "etags": f'"{sku}-{user}"',
        "productId": product,
        "skuId": sku,
        "userId": row["email"] if row else user,
        "productName": product,
        "skuName": NAMES.get(sku, sku),
        "selfLink": f"https://licensing.googleapis.com/apps/licensing/v1/product/{product}/sku/{sku}/user/{user}",
    }


PRODUCTS = frozenset(
    """
    101001 101005 101006 101031 101033 101034 101035 101036 101037 101038 101039 101040 101043 101047 101049 101050
    Google-Apps Google-Chrome-Device-Management Google-Drive-storage Google-Vault
    """.strip().split()
)
"""The products of the page "Product and SKU IDs" and of GAM 7.49: a customer without one has no assignments of it."""
_SKU = re.compile(r"1010\d{6}|Google-[A-Za-z0-9-]+")


def _product(call: Call) -> str:
    product = call.text("productId")
    if product not in PRODUCTS:
        raise GoogleError(404, "Product not found.", "notFound")
    return product


def _user(call: Call, address: str) -> str:
    user = call.store.user(address)
    if user is None or user["email"] != address.lower():
        raise GoogleError(404, "User not found.", "notFound")
    return str(user["id"])


def _held(call: Call) -> tuple[str, str]:
    user = _user(call, call.text("userId"))
    row = call.store.row("select sku from g_licences where product = ? and user_id = ?", call.text("productId"), user)
    if row is None or row["sku"] != call.text("skuId"):
        raise GoogleError(404, "License not found.", "notFound")
    return user, str(row["sku"])


def _get(call: Call) -> Any:
    user, sku = _held(call)
    return _shown(call, call.text("productId"), sku, user)


def _list(call: Call) -> Any:
    _product(call)
    if call.params.get("customerId") not in (call.store.customer, *call.store.domains()):
        raise bad("Invalid customerId", "invalid", location="customerId")
    rows = call.store.rows("select * from g_licences where product = ? order by user_id, sku", call.text("productId"))
    if call.params.get("skuId"):
        if _SKU.fullmatch(call.text("skuId")) is None:
            raise GoogleError(404, "Sku not found.", "notFound")
        rows = [row for row in rows if row["sku"] == call.text("skuId")]
    page, more = call.page(rows, 100, 1000)
    answer: dict[str, Any] = {"kind": "licensing#licenseAssignmentList", "etag": '"licences"', **more}
    if page:
        answer["items"] = [_shown(call, row["product"], row["sku"], row["user_id"]) for row in page]
    return answer


def _insert(call: Call) -> Any:
    required(call.body, "userId")
    user = _user(call, str(call.body["userId"]))
    return _give(call, user, may_hold=False)


def _give(call: Call, user: str, *, may_hold: bool) -> Any:
    product, sku = _product(call), str(call.body.get("skuId") or call.text("skuId"))
    if call.body.get("productId", product) != product:
        raise bad("Invalid productId: an assignment cannot move to another product")
    seats = call.store.row("select seats from g_seats where product = ? and sku = ?", product, sku)
    if seats is None:
        raise GoogleError(404, "Sku not found.", "notFound")
    held = call.store.row("select sku from g_licences where product = ? and user_id = ?", product, user)
    if held is not None and not may_hold:
        if held["sku"] == sku:
            raise exists("User already has a license for the specified product and SKU")
        raise GoogleError(412, "User already has a license for the specified product", "conditionNotMet")
    used = call.store.row("select count(*) as n from g_licences where product = ? and sku = ?", product, sku)
    if used is not None and used["n"] >= seats["seats"] and (held is None or held["sku"] != sku):
        text = "There aren't enough available licenses for the specified product-SKU pair"
        raise GoogleError(412, text, "conditionNotMet")
    call.store.run("delete from g_licences where product = ? and user_id = ?", product, user)
    call.store.run("insert into g_licences values (?, ?, ?)", product, sku, user)
    call.effect = f"licence {sku} for {user}"
    return _shown(call, product, sku, user)


def _update(call: Call) -> Any:
    user, _ = _held(call)
    if str(call.body.get("userId") or call.text("userId")).lower() != call.text("userId").lower():
        raise bad("Invalid userId: an assignment cannot move to another user")
    return _give(call, user, may_hold=True)


def _delete(call: Call) -> Any:
    user, sku = _held(call)
    call.store.run("delete from g_licences where product = ? and user_id = ?", call.text("productId"), user)
    call.effect = f"licence {sku} of {user} taken"
    return {}


_BASE = "licensing.licenseAssignments"
HANDLERS: Handlers = {
    f"{_BASE}.get": _get,
    f"{_BASE}.insert": _insert,
    f"{_BASE}.update": _update,
    f"{_BASE}.patch": _update,
    f"{_BASE}.delete": _delete,
    f"{_BASE}.listForProduct": _list,
    f"{_BASE}.listForProductAndSku": _list,
}

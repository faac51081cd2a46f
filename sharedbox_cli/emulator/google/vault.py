"""Matters and holds of Google Vault (developers.google.com/vault/reference/rest, read 2026-11).

Reading only. Matters are in a setting of the tenant, with their holds.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.orgunits import covers, path_of
from sharedbox_cli.emulator.google.store import Store

MATTERS, DELETABLE = "google:matters", "google:held_accounts_are_deleted"
"""The settings of the tenant: a list of matters, each with `holds`; and whether accounts on hold can be deleted, which
is not established."""
_PAGE = 100


def matters_of(store: Store) -> list[dict[str, Any]]:
    """Return all matters. One with `isHidden` is not shared with the administrator."""
    found: list[dict[str, Any]] = json.loads(store.tenant.meta(MATTERS, "[]"))
    return found


def is_held(store: Store, user: sqlite3.Row) -> bool:
    """Return whether a hold of an open matter names an account or covers its unit: it cannot be deleted then."""
    if store.tenant.meta(DELETABLE):
        return False
    holds = (hold for matter in matters_of(store) if matter["state"] == "OPEN" for hold in matter["holds"])
    unit = str(json.loads(user["doc"]).get("orgUnitPath", "/"))
    return any(
        any(account.get("accountId") == user["id"] for account in hold.get("accounts", ()))
        or ((above := path_of(store, hold.get("orgUnit", {}).get("orgUnitId", ""))) and covers(above, unit))
        for hold in holds
    )


def _visible(call: Call) -> list[dict[str, Any]]:
    return [matter for matter in matters_of(call.store) if not matter.get("isHidden")]


def _list(call: Call) -> Any:
    state = call.params.get("state", "STATE_UNSPECIFIED")
    found = [
        {"matterId": matter["matterId"], "name": matter["name"], "state": matter["state"]}
        for matter in _visible(call)
        if state in ("STATE_UNSPECIFIED", matter["state"])
    ]
    page, more = call.page(found, _PAGE, _PAGE, clamps=True)
    return {**({"matters": page} if page else {}), **more}


def _holds(call: Call) -> Any:
    matter = next((one for one in _visible(call) if one["matterId"] == call.text("matterId")), None)
    if matter is None:
        raise GoogleError(404, "Requested entity was not found.", "notFound")
    if matter["state"] != "OPEN":
        raise GoogleError(400, "Matter is not open.", "failedPrecondition", status="FAILED_PRECONDITION")
    left_out = ("accounts", "orgUnit") if call.text("view") == "BASIC_HOLD" else ()
    holds = [{name: value for name, value in hold.items() if name not in left_out} for hold in matter["holds"]]
    page, more = call.page(holds, _PAGE, _PAGE, clamps=True)
    return {**({"holds": page} if page else {}), **more}


HANDLERS: Handlers = {"vault.matters.list": _list, "vault.matters.holds.list": _holds}

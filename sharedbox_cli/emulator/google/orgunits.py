"""Organisational units (developers.google.com/workspace/admin/directory/reference/rest/v1/orgunits, read 2026-11).

Reading only. The root is a unit without a parent; it is listed on request (`allIncludingParent`).
"""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError, missing
from sharedbox_cli.emulator.google.store import Store

ROOT, ROOT_ID = "/", "id:00"


def units_of(store: Store) -> dict[str, str]:
    """Return the ids of all units by their paths, the root first."""
    rows = store.rows("select path, id from g_orgunits order by path")
    return {ROOT: ROOT_ID, **{row["path"]: row["id"] for row in rows}}


def path_of(store: Store, identity: str) -> str | None:
    """Return the path of a unit, or nothing."""
    return next((path for path, key in units_of(store).items() if key == identity), None)


def written(store: Store, path: str) -> str | None:
    """Return the path of a unit as its name is written, or nothing: case is ignored (guides/manage-org-units)."""
    return next((one for one in units_of(store) if one.casefold() == path.casefold()), None)


def covers(above: str, path: str) -> bool:
    """Return whether a unit is another one or is above it."""
    return above == ROOT or path == above or path.startswith(f"{above}/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or ROOT


def _list(call: Call) -> Any:
    store = call.store
    if call.text("customerId") not in ("my_customer", store.customer):
        raise missing("customerId")
    units, asked = units_of(store), str(call.params.get("orgUnitPath") or ROOT)
    start = path_of(store, asked) or written(store, f"/{asked.strip('/')}")
    if start is None:
        raise GoogleError(404, "Org unit not found", "notFound")
    match call.params.get("type", "children"):
        case "children":
            found = [path for path in units if path != ROOT and _parent(path) == start]
        case "all":
            found = [path for path in units if path != start and covers(start, path)]
        case _:
            found = [path for path in units if covers(start, path)]
    answer: dict[str, Any] = {"kind": "admin#directory#orgUnits", "etag": '"orgunits"'}
    return {**answer, **({"organizationUnits": [_shown(units, path) for path in found]} if found else {})}


def _shown(units: dict[str, str], path: str) -> dict[str, Any]:
    parent = _parent(path)
    above = {"parentOrgUnitPath": parent, "parentOrgUnitId": units.get(parent, ROOT_ID)} if path != ROOT else {}
    return {
        "kind": "admin#directory#orgUnit",
        "etag": '"orgunit"',
        "name": path.rpartition("/")[2] or "Contoso",
        "orgUnitPath": path,
        "orgUnitId": units[path],
        **above,
    }


HANDLERS: Handlers = {"directory.orgunits.list": _list}

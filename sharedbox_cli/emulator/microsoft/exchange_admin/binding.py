"""Parameters against the published facts of each cmdlet: unknown, wrong type, missing, mixed sets."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import RoleMissing, bad_parameter

HASH_TABLE = "#Exchange.GenericHashTable"
_COMMON = {"Confirm": "SwitchParameter", "WhatIf": "SwitchParameter", "ErrorAction": "String"}
_NOT_ASKED = {("New-Mailbox", "Password"), ("New-Mailbox", "MicrosoftOnlineServicesID")}
"""Marked as required in the documentation, and not asked for by the service (with -Shared)."""


@cache
def facts() -> dict[str, Any]:
    """Return the parameters of all cmdlets (facts of learn.microsoft.com's cmdlet pages, CC BY 4.0)."""
    file = resources.files(__package__) / "facts" / "exchange_cmdlets.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["cmdlets"]
    return found


def bind(cmdlet: str, parameters: Any) -> dict[str, Any]:
    """Return the parameters by their published spelling. Raises CmdletError, RoleMissing."""
    fact = facts().get(cmdlet)
    if fact is None:
        raise RoleMissing(cmdlet)
    if not isinstance(parameters, dict):
        raise bad_parameter("Parameters has to be an object.")
    known = {name.lower(): name for name in fact["parameters"]} | {name.lower(): name for name in _COMMON}
    bound: dict[str, Any] = {}
    for name, value in parameters.items():
        spelling = known.get(name.lower())
        if spelling is None:
            raise bad_parameter(f"A parameter cannot be found that matches parameter name '{name}'.")
        detail = fact["parameters"].get(spelling, {"type": _COMMON.get(spelling, "String")})
        _check_type(spelling, detail, value)
        bound[spelling] = value
    _check_sets(cmdlet, fact, bound)
    return bound


def _check_type(name: str, detail: dict[str, Any], value: Any) -> None:
    kind = detail["type"]
    if kind in ("SwitchParameter", "Boolean"):
        if not isinstance(value, bool):
            text = "Cannot convert value to type System.Boolean."
            raise bad_parameter(f"Cannot process argument transformation on parameter '{name}'. {text}")
        return
    if isinstance(value, dict):
        if value.get("@odata.type") != HASH_TABLE or set(value) - {
            "@odata.type",
            "Add",
            "Remove",
            "add",
            "remove",
        }:
            raise bad_parameter(f"Cannot process argument transformation on parameter '{name}'.")
        return
    if kind in ("Int32", "UInt32") and not isinstance(value, int):
        raise bad_parameter(f"Cannot convert the value of '{name}' to type System.Int32.")
    if kind == "String" and value is not None and not isinstance(value, str):
        raise bad_parameter(f"Cannot convert the value of '{name}' to type System.String.")
    listed = detail.get("values")
    for item in value if isinstance(value, list) else [value]:
        if listed and isinstance(item, str) and item.lower() not in {one.lower() for one in listed}:
            choices = ", ".join(listed)
            raise bad_parameter(f"Cannot bind parameter '{name}': '{item}' is not one of {choices}.")


def _check_sets(cmdlet: str, fact: dict[str, Any], bound: dict[str, Any]) -> None:
    parameters = fact["parameters"]
    possible = set(fact.get("sets") or ["Default"])
    for name in bound:
        own = parameters.get(name, {}).get("sets")
        if own:
            possible &= {part for entry in own for part in (entry, *entry.split())}
    if not possible:
        raise bad_parameter("Parameter set cannot be resolved using the specified named parameters.")
    lacking = {one: _lacking(cmdlet, parameters, bound, one) for one in possible}
    if all(lacking.values()):
        nearest = min(lacking.values(), key=lambda names: (len(names), names))
        text = "Cannot process command because of one or more missing mandatory parameters"
        raise bad_parameter(f"{text}: {' '.join(nearest)}.")


def _lacking(cmdlet: str, parameters: dict[str, Any], bound: dict[str, Any], chosen: str) -> list[str]:
    return [
        name
        for name, detail in parameters.items()
        if detail.get("required")
        and name not in bound
        and (cmdlet, name) not in _NOT_ASKED
        and chosen in (detail.get("sets") or [chosen])
    ]

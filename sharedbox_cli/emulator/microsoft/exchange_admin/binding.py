"""Parameters against the published facts of each cmdlet: unknown, wrong type, missing, mixed sets."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.conversion import Edit, converted
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import RoleMissing, bad_parameter, bad_request

_ACTIONS = ["Break", "Continue", "Ignore", "Inquire", "SilentlyContinue", "Stop", "Suspend"]
_COMMON = {
    name: {"type": "String", "values": _ACTIONS} for name in ("ErrorAction", "WarningAction", "InformationAction")
}
"""PowerShell gives these to every cmdlet."""
_NOT_ASKED = {("New-Mailbox", "Password", "Shared")}
"""(cmdlet, parameter, set) that the pages mark as required, and that the service does not ask for."""
_SETS = {("Remove-MailboxPermission", "ResetDefault"): ["ResetDefault"]}
"""The page has a set of this name and lists the parameter in another one."""
_ON_PREMISES = {
    "New-Mailbox": frozenset(
        {
            "Arbitration",
            "AuditLog",
            "AuxAuditLog",
            "DisabledUser",
            "FederatedUser",
            "Linked",
            "LinkedRoomMailbox",
            "RemoteArchive",
            "SupervisoryReviewPolicyMailbox",
        }
    ),
    "Remove-Mailbox": frozenset({"StoreMailboxIdentity"}),
    "Add-MailboxPermission": frozenset({"Instance"}),
    "Remove-MailboxPermission": frozenset({"Instance", "Owner"}),
    "Get-MailboxStatistics": frozenset({"Database", "Server"}),
}
"""Sets that the pages list, and whose own switches are on-premises parameters left out of the facts."""


@cache
def facts() -> dict[str, Any]:
    """Return the parameters of all cmdlets (facts of learn.microsoft.com's cmdlet pages, CC BY 4.0)."""
    file = resources.files(__package__) / "facts" / "exchange_cmdlets.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["cmdlets"]
    return found


@cache
def is_served(cmdlet: str) -> bool:
    """Return whether the service knows a cmdlet: some are only in the vendor's PowerShell module, on the client."""
    return cmdlet in facts() and not cmdlet.startswith("Get-EXO") and cmdlet != "Get-ConnectionInformation"


@cache
def spelling(cmdlet: str) -> str:
    """Return the published spelling of a cmdlet's name. Raises RoleMissing for one the service does not know."""
    known = {name.lower(): name for name in facts()}.get(cmdlet.lower(), "")
    if not is_served(known):
        raise RoleMissing(cmdlet)
    return known


def bind(cmdlet: str, parameters: Any) -> dict[str, Any]:
    """Return the parameters by their published spelling, converted. Raises CmdletError, RoleMissing."""
    fact = facts()[spelling(cmdlet)]
    if not isinstance(parameters, dict):
        raise bad_request("Parameters has to be an object.")
    known = _known(spelling(cmdlet))
    bound: dict[str, Any] = {}
    for name, value in parameters.items():
        if name == "@odata.type":
            continue
        found = known.get(name.lower())
        if found is None:
            raise bad_parameter(f"A parameter cannot be found that matches parameter name '{name}'.")
        if found in bound:
            raise bad_parameter(f"Cannot bind parameter because parameter '{found}' is specified more than once.")
        bound[found] = _converted(spelling(cmdlet), found, value)
    _check_sets(cmdlet, fact, bound)
    return {name: value for name, value in bound.items() if name not in _COMMON}


def _converted(cmdlet: str, name: str, value: Any) -> Any:
    """Return one value; only a cmdlet that changes a list takes a hash table (assumed: no page tells it)."""
    found = converted(name, facts()[cmdlet]["parameters"].get(name) or _COMMON[name], value)
    if isinstance(found, Edit) and not cmdlet.startswith("Set-"):
        raise bad_parameter(f"Cannot process argument transformation on parameter '{name}': {cmdlet} changes no list.")
    return found


@cache
def _known(cmdlet: str) -> dict[str, str]:
    parameters = facts()[cmdlet]["parameters"]
    found = {name.lower(): name for name in _COMMON}
    for name, detail in parameters.items():
        found |= {alias.lower(): name for alias in detail.get("aliases", ())}
    return found | {name.lower(): name for name in parameters}


@cache
def _sets_of(cmdlet: str, name: str) -> frozenset[str] | None:
    """Return the sets a parameter is in; nothing where it is in all."""
    listed = _SETS.get((cmdlet, name)) or facts()[cmdlet]["parameters"][name].get("sets")
    # An entry of the facts may hold two names where the page has lost a comma.
    return frozenset(part for entry in listed for part in (entry, *entry.split())) if listed else None


def _check_sets(cmdlet: str, fact: dict[str, Any], bound: dict[str, Any]) -> None:
    parameters = fact["parameters"]
    possible = set(fact.get("sets") or ["Default"]) - _ON_PREMISES.get(cmdlet, frozenset())
    for name in bound:
        own = _sets_of(cmdlet, name) if name in parameters else None
        if own:
            possible &= own
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
        and (cmdlet, name, chosen) not in _NOT_ASKED
        and chosen in (_sets_of(cmdlet, name) or {chosen})
    ]

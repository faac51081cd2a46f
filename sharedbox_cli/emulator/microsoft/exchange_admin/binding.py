"""Validates parameters against the published facts of each cmdlet: names, types, required ones, sets."""

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
"""PowerShell adds these parameters to every cmdlet."""
_NOT_ASKED = {("New-Mailbox", "Password", "Shared")}
"""(cmdlet, parameter, set) that the pages mark as required, but the service does not require."""
_SELECTS = {
    ("Remove-MailboxFolderPermission", "ResetDelegateUserCollection"),
    ("Get-MailboxRegionalConfiguration", "MailboxLocation"),
    ("Set-MailboxRegionalConfiguration", "MailboxLocation"),
}
"""Parameters that select their set (assumed): the page has the set, but does not mark the parameter as required."""
_MORE: dict[str, Any] = {
    "Get-ServicePrincipal": {
        "sets": [],
        "parameters": {
            "Identity": {"type": "ServicePrincipalIdParameter", "required": False},
            "Organization": {"type": "OrganizationIdParameter", "required": False},
        },
    }
}
"""Cmdlets beyond the facts (learn.microsoft.com/powershell/module/exchangepowershell/get-serviceprincipal)."""
_NEVER_NULL = frozenset({"Boolean", "SwitchParameter", "Int32"})
_RULE_NAMES = frozenset({"Identity", "Mailbox", "Name"})
"""Assumed: null takes any other condition or action away from a rule. The page shows it for lists only."""
_SETS = {("Remove-MailboxPermission", "ResetDefault"): ["ResetDefault"]}
"""The page has a set with this name, but lists the parameter in another set."""
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
"""Sets on the pages whose switches are on-premises parameters, which the facts do not contain."""


@cache
def facts() -> dict[str, Any]:
    """Return the parameters of all cmdlets (facts of learn.microsoft.com's cmdlet pages, CC BY 4.0)."""
    file = resources.files(__package__) / "facts" / "exchange_cmdlets.json"
    cmdlets: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["cmdlets"]
    return cmdlets


@cache
def every_fact() -> dict[str, Any]:
    """Return the published facts, and those of cmdlets whose pages they leave out."""
    return {**facts(), **_MORE}


@cache
def is_served(cmdlet: str) -> bool:
    """Return whether the service has a cmdlet. Some exist only in the vendor's PowerShell module, on the client."""
    return cmdlet in every_fact() and not cmdlet.startswith("Get-EXO") and cmdlet != "Get-ConnectionInformation"


@cache
def spelling(cmdlet: str) -> str:
    """Return the published spelling of a cmdlet name. Raises RoleMissing for a cmdlet that does not exist."""
    known = {name.lower(): name for name in every_fact()}.get(cmdlet.lower(), "")
    if not is_served(known):
        raise RoleMissing(cmdlet)
    return known


def bind(cmdlet: str, parameters: Any) -> dict[str, Any]:
    """Return the converted parameters under their published names. Raises CmdletError, RoleMissing."""
    fact = every_fact()[spelling(cmdlet)]
    if not isinstance(parameters, dict):
        raise bad_request("Parameters has to be an object.")
    known = _known(spelling(cmdlet))
    bound: dict[str, Any] = {}
    for name, value in parameters.items():
        if name == "@odata.type":
            continue
        parameter = known.get(name.lower())
        if parameter is None:
            raise bad_parameter(f"A parameter cannot be found that matches parameter name '{name}'.")
        if parameter in bound:
            raise bad_parameter(f"Cannot bind parameter because parameter '{parameter}' is specified more than once.")
        bound[parameter] = _converted(spelling(cmdlet), parameter, value)
    _check_sets(cmdlet, fact, bound)
    return {name: value for name, value in bound.items() if name not in _COMMON}


def _converted(cmdlet: str, name: str, value: Any) -> Any:
    """Return one value. Only a cmdlet that changes a list accepts a hash table (assumed: no page documents it)."""
    detail = every_fact()[cmdlet]["parameters"].get(name) or _COMMON[name]
    if value is None and cmdlet == "Set-InboxRule" and detail["type"] not in _NEVER_NULL and name not in _RULE_NAMES:
        return None
    result = converted(name, detail, value)
    if isinstance(result, Edit) and not cmdlet.startswith("Set-"):
        raise bad_parameter(f"Cannot process argument transformation on parameter '{name}': {cmdlet} changes no list.")
    return result


@cache
def _known(cmdlet: str) -> dict[str, str]:
    parameters = every_fact()[cmdlet]["parameters"]
    spellings = {name.lower(): name for name in _COMMON}
    for name, detail in parameters.items():
        spellings |= {alias.lower(): name for alias in detail.get("aliases", ())}
    return spellings | {name.lower(): name for name in parameters}


@cache
def _sets_of(cmdlet: str, name: str) -> frozenset[str] | None:
    """Return the sets that contain a parameter, or nothing if all sets contain it."""
    listed = _SETS.get((cmdlet, name)) or every_fact()[cmdlet]["parameters"][name].get("sets")
    # An entry of the facts can contain two names, because a comma is missing on the page.
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
        if (detail.get("required") or (cmdlet, name) in _SELECTS)
        and name not in bound
        and (cmdlet, name, chosen) not in _NOT_ASKED
        and chosen in (_sets_of(cmdlet, name) or {chosen})
    ]

"""Give and take the mailbox's licence: by the plan it brings, from the pool with free seats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import PermissionDenied
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import LICENCE_NONE
from sharedbox_cli.providers.microsoft365.apply.mailboxes import patch
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.observe.licences import PLAN_NAMES, mailbox_plans, read_skus
from sharedbox_cli.providers.microsoft365.observe.people import read_account
from sharedbox_cli.providers.transport import SETTLE_SECONDS

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

_PREFERRED = {"exchange-online-plan-1": "EXCHANGESTANDARD", "exchange-online-plan-2": "EXCHANGEENTERPRISE"}
"""The product that brings the plan and nothing else, before suites that bring more."""


async def licence(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Swap the mailbox licence in one atomic call."""
    identity = change.mailbox_id or writer.made.get(change.mailbox, "")
    user = await _account(writer, change, identity)
    if user is None:
        return Outcome(Status.FAILED, "the account is not in the directory (yet): run the command again later")
    wanted = str(change.after[Field.LICENCE])
    skus = await read_skus(writer.graph)
    add, remove, problem = _swap(user, skus, wanted)
    if problem:
        return Outcome(Status.FAILED, problem)
    if not add and not remove:
        return Outcome(Status.ALREADY_SO)
    if add and not user.get("usageLocation") and (problem := await _place(writer, change, identity, request_id)):
        return Outcome(Status.FAILED, problem)
    body = {"addLicenses": [{"skuId": one, "disabledPlans": []} for one in add], "removeLicenses": remove}
    answer = await writer.graph.write(
        lambda: _assign(writer, identity, body), "POST /users/{id}/assignLicense", change.mailbox.text, request_id
    )
    return Outcome(Status.DONE, request_id=answer.headers.get("request-id", ""))


async def _account(writer: Writer, change: Change, identity: str) -> Mapping[str, Any] | None:
    """Return the account; one that this run made is waited for until the directory knows it."""
    for wait in (*SETTLE_SECONDS, *(30.0,) * 8):
        user = await read_account(writer.graph, identity)
        if user is not None or change.mailbox not in writer.made:
            return user
        writer.listener.waiting(wait, f"{change.mailbox} is new and not in the directory yet")
        await writer.clock.sleep(wait)
    return None


async def _place(writer: Writer, change: Change, identity: str, request_id: str) -> str:
    """Say where an account is used, which no licence goes without, and return what is in the way.

    A new mailbox's account has none; licences by group take the organisation's, and so does this
    (learn.microsoft.com/entra/identity/users/licensing-group-advanced, read 2026-11).
    """
    organization = await writer.graph.read_all(
        writer.graph.client.organization.to_get_request_information, "organization"
    )
    country = str(organization[0].get("countryLetterCode") or "")
    hint = "Set the usage location of the account (Microsoft 365 admin center, the user's page) and run this again"
    if not country:
        return f"the account has no usage location, and the organisation names no country. {hint}."
    try:
        await writer.graph.write(
            lambda: patch(writer, identity, usageLocation=country), "PATCH /users/{id}", change.mailbox.text, request_id
        )
    except PermissionDenied:  # of this alone: the permission for licences does not hold it
        return f"the account has no usage location. {hint}, or grant the application User.ReadWrite.All."
    return ""


def _swap(user: Mapping[str, Any], skus: Sequence[dict[str, Any]], wanted: str) -> tuple[list[str], list[str], str]:
    """Return what to add, what to remove, or why it cannot be."""
    plans = {str(sku["skuId"]): {p["servicePlanId"] for p in sku["servicePlans"]} for sku in skus}
    held = {str(state["skuId"]): state for state in user.get("licenseAssignmentStates") or ()}
    carrying = [sku for sku in held if any(plan in PLAN_NAMES for plan in plans.get(sku, ()))]
    inherited = [sku for sku in carrying if held[sku].get("assignedByGroup")]
    if inherited:
        return [], [], "the licence comes from a group: take the account out of that group"
    if wanted == LICENCE_NONE:
        return [], carrying, ""
    # A licence that is assigned counts at once: its plans come into force later.
    is_assigned = any(PLAN_NAMES.get(plan) == wanted for sku in carrying for plan in plans[sku])
    if is_assigned or wanted in mailbox_plans(user):
        return [], [], ""
    chosen = _chosen(skus, wanted)
    if chosen is None:
        return [], [], f"no free seat of a licence that brings {wanted}: buy or free one"
    return [chosen], carrying, ""


def _chosen(skus: Sequence[dict[str, Any]], wanted: str) -> str | None:
    possible = [
        sku
        for sku in skus
        if any(PLAN_NAMES.get(plan["servicePlanId"]) == wanted for plan in sku["servicePlans"])
        and int(sku["prepaidUnits"].get("enabled") or 0) > int(sku["consumedUnits"])
    ]
    possible.sort(key=lambda sku: (sku["skuPartNumber"] != _PREFERRED.get(wanted), sku["skuPartNumber"]))
    return str(possible[0]["skuId"]) if possible else None


def _assign(writer: Writer, identity: str, body: dict[str, Any]) -> RequestInformation:
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    builder = writer.graph.client.users.by_user_id(identity).assign_license
    info = RequestInformation(Method.POST, builder.url_template, builder.path_parameters)
    info.headers.add("Accept", "application/json")
    info.set_stream_content(json.dumps(body).encode(), "application/json")
    return info

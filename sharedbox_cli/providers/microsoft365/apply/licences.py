"""Assign and remove the licence of a mailbox: a product that includes the plan and has free seats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import PermissionDenied
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import LICENCE_NONE, PLAN_1, Value
from sharedbox_cli.providers.microsoft365.apply.mailboxes import patch
from sharedbox_cli.providers.microsoft365.apply.writer import WAITS, Writer
from sharedbox_cli.providers.microsoft365.observe.licences import read_skus
from sharedbox_cli.providers.microsoft365.observe.people import read_account
from sharedbox_cli.providers.microsoft365.plans import ARCHIVING, free_seats, held_products, is_suite, sku_plans

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

_PREFERRED = {"exchange-online-plan-1": "EXCHANGESTANDARD", "exchange-online-plan-2": "EXCHANGEENTERPRISE"}
"""The product that includes only the plan comes before suites that include more."""


async def licence(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Replace the mailbox licence in one atomic call."""
    identity = change.mailbox_id or writer.created.get(change.mailbox, "")
    user = await _account(writer, change, identity)
    if user is None:
        return Outcome(Status.FAILED, "the account is not in the directory yet: run the command again later")
    skus = await read_skus(writer.graph)
    given, taken = (_names(side.get(Field.PRODUCT)) for side in (change.after, change.before))
    add, remove, problem = _swap(user, skus, str(change.after[Field.LICENCE]), given, taken)
    if problem:
        return Outcome(Status.FAILED, problem)
    if not add and not remove:
        return Outcome(Status.ALREADY_SO)
    if (
        add
        and not user.get("usageLocation")
        and (problem := await _set_usage_location(writer, change, identity, request_id))
    ):
        return Outcome(Status.FAILED, problem)
    body = {"addLicenses": [{"skuId": one, "disabledPlans": []} for one in add], "removeLicenses": remove}
    answer = await writer.graph.write(
        lambda: _assign(writer, identity, body), "POST /users/{id}/assignLicense", change.mailbox.text, request_id
    )
    if add:
        writer.licensed.add(change.mailbox)
    return Outcome(Status.DONE, request_id=answer.headers.get("request-id", ""))


async def _account(writer: Writer, change: Change, identity: str) -> Mapping[str, Any] | None:
    """Return the account; wait for one that this run created until the directory knows it."""
    for wait in WAITS:
        user = await read_account(writer.graph, identity)
        if user is not None or change.mailbox not in writer.created:
            return user
        writer.listener.waiting(wait, f"{change.mailbox} is new and not in the directory yet")
        await writer.clock.sleep(wait)
    return None


async def _set_usage_location(writer: Writer, change: Change, identity: str, request_id: str) -> str:
    """Set where an account is used, which every licence requires; return the problem where that is not possible.

    The account of a new mailbox has no location. Licences assigned by a group use the organisation's, and so does this
    (learn.microsoft.com/entra/identity/users/licensing-group-advanced, read 2026-11).
    """
    organization = await writer.graph.read_all(
        writer.graph.client.organization.to_get_request_information, "organization"
    )
    country = str(organization[0].get("countryLetterCode") or "")
    hint = "Set the usage location of the account (Microsoft 365 admin center, the user's page) and run this again"
    if not country:
        return f"the account has no usage location, and the organisation has no country. {hint}."
    try:
        await writer.graph.write(
            lambda: patch(writer, identity, usageLocation=country), "PATCH /users/{id}", change.mailbox.text, request_id
        )
    except PermissionDenied:  # the permission for licences does not include it
        return f"the account has no usage location. {hint}, or grant the application User.ReadWrite.All."
    return ""


def _names(products: Value) -> frozenset[str]:
    """Return the products that a change names."""
    return frozenset(str(products or "").split(", ")) - {"", LICENCE_NONE}


def _swap(
    user: Mapping[str, Any],
    skus: Sequence[dict[str, Any]],
    desired: str,
    given: frozenset[str] = frozenset(),
    taken: frozenset[str] = frozenset(),
) -> tuple[list[str], list[str], str]:
    """Return the products to add, the products to remove, or the problem.

    `given` and `taken` are the products that the plan names. A suite moves only if it is one of them.
    """
    held = held_products(user, skus)
    # An assigned licence counts at once: its plans are enabled later.
    if desired != LICENCE_NONE and any(desired in product.plans for product in held):
        return [], [], ""
    leaving = [product for product in held if desired != PLAN_1 or product.plans != {ARCHIVING}]
    if any(product.group for product in leaving):
        return [], [], "the licence comes from a group: remove the account from that group"
    unnamed = [product.name for product in leaving if is_suite(product.name) and product.name not in taken]
    if unnamed:
        return [], [], f"the licence comes from {unnamed[0]}, which includes more than a mailbox and is not in the plan"
    removed = sorted({product.id for product in leaving})
    if desired == LICENCE_NONE:
        return [], removed, ""
    chosen = _chosen(skus, desired, given)
    if chosen is None:
        names = ", ".join(sorted(given)) or f"a product that includes {desired}"
        return [], [], f"no free seat of {names}: buy a seat, or release one"
    return [chosen], removed, ""


def _chosen(skus: Sequence[dict[str, Any]], desired: str, given: frozenset[str]) -> str | None:
    """Return the product that the plan names; without one, an ordinary product that is no suite."""

    def is_possible(sku: Mapping[str, Any]) -> bool:
        name = str(sku["skuPartNumber"])
        return desired in sku_plans(sku) and bool(free_seats(sku)) and (name in given if given else not is_suite(name))

    possible = list(filter(is_possible, skus))
    possible.sort(key=lambda sku: (sku["skuPartNumber"] != _PREFERRED.get(desired), sku["skuPartNumber"]))
    return str(possible[0]["skuId"]) if possible else None


def _assign(writer: Writer, identity: str, body: dict[str, Any]) -> RequestInformation:
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    builder = writer.graph.client.users.by_user_id(identity).assign_license
    info = RequestInformation(Method.POST, builder.url_template, builder.path_parameters)
    info.headers.add("Accept", "application/json")
    info.set_stream_content(json.dumps(body).encode(), "application/json")
    return info

"""Licences: which products an account has, and which products have free seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.observed import LicencePool
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import Row, UnknownForm, name_of, number_of, rows_in, text_of, understood
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.people import People, read_people
from sharedbox_cli.providers.microsoft365.plans import held_products, is_suite, sku_plans, total_seats
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.unread import NothingUnread, UnreadLog

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation


def licence_names(user: Mapping[str, Any], skus: Mapping[str, str]) -> tuple[str, ...]:
    """Return the licences assigned, by product name."""
    ids = [text_of(item, "skuId") for item in rows_in(user, "assignedLicenses")]
    return tuple(sorted(skus.get(identity, identity) for identity in ids))


async def read_skus(graph: Graph, unread: UnreadLog | None = None) -> Sequence[dict[str, Any]]:
    """Return the products that the tenant has bought. Without `unread`, one that cannot be read is an error."""

    def reduce(row: Row) -> dict[str, Any]:
        try:
            return understood(row, "subscribedSkus", _checked)
        except ObserveError as error:
            (unread or NothingUnread()).add("product", name_of(row) or "without a name", error)
            return {}

    return [row for row in await graph.collect(lambda: _skus(graph), "subscribedSkus", reduce) if row]


def _checked(row: Row) -> dict[str, Any]:
    """Return a product whose values have the forms that are used. Raises KeyError, UnknownForm."""
    text_of(row, "skuId")
    text_of(row, "skuPartNumber")
    number_of(row, "consumedUnits")
    units = row["prepaidUnits"]
    if not isinstance(units, Mapping):
        message = "`prepaidUnits` is not an object"
        raise UnknownForm(message)
    for name in ("enabled", "warning"):
        if units.get(name) is not None:
            number_of(units, name)
    if row["servicePlans"] is None:
        message = "`servicePlans` is null"
        raise UnknownForm(message)
    for plan in rows_in(row, "servicePlans"):
        text_of(plan, "servicePlanId")
    return Fields(row, "subscribedSkus")


def _skus(graph: Graph) -> RequestInformation:
    return graph.client.subscribed_skus.to_get_request_information()


def product_facts(
    user: Mapping[str, Any], skus: Sequence[dict[str, Any]], groups: Mapping[str, str]
) -> dict[Fact, Value]:
    """Return which products the mail plans of an account come from, and which of them a group assigns."""
    held = held_products(user, skus)
    by_group = {(item.name, groups.get(item.group, item.group)) for item in held if item.group}
    return {Fact.PRODUCTS: tuple(sorted({item.name for item in held})), Fact.GROUP_PRODUCTS: tuple(sorted(by_group))}


async def read_group_names(graph: Graph, people: People, skus: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the names of the groups that assign a product with a mail plan, by id."""
    groups = {group for user in people.accounts.values() for group in _assigning(user, skus)}
    known = await read_people(graph, (), groups) if groups else people
    named = {group: known.trustees[TrusteeId(group)] for group in groups if TrusteeId(group) in known.trustees}
    return {group: trustee.name or str(trustee.address or group) for group, trustee in named.items()}


def _assigning(user: Mapping[str, Any], skus: Sequence[dict[str, Any]]) -> set[str]:
    try:
        return {item.group for item in held_products(user, skus) if item.group}
    except (KeyError, TypeError, ValueError):
        return set()  # reported as not read with the facts of its mailbox


def pools(skus: Sequence[dict[str, Any]]) -> dict[str, LicencePool]:
    """Return the seats of each product that includes a mail plan."""
    found = {}
    for sku in skus:
        plans = tuple(sorted(sku_plans(sku)))
        if not plans:
            continue
        name = str(sku["skuPartNumber"])
        found[name] = LicencePool(name, plans, total_seats(sku), int(sku["consumedUnits"]), is_suite(name))
    return found

"""Licences: which products an account has, and which products have free seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.model import LicencePool
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.plans import sku_plans, total_seats

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation


def licence_names(user: Mapping[str, Any], skus: Mapping[str, str]) -> tuple[str, ...]:
    """Return the licences assigned, by product name."""
    return tuple(sorted(skus.get(item["skuId"], item["skuId"]) for item in user.get("assignedLicenses") or ()))


async def read_skus(graph: Graph) -> Sequence[dict[str, Any]]:
    """Return the products that the tenant has bought."""
    return await graph.read_all(lambda: _skus(graph), "subscribedSkus")


def _skus(graph: Graph) -> RequestInformation:
    return graph.client.subscribed_skus.to_get_request_information()


def pools(skus: Sequence[dict[str, Any]]) -> dict[str, LicencePool]:
    """Return the seats of each product that includes a mail plan."""
    found = {}
    for sku in skus:
        plans = tuple(sorted(sku_plans(sku)))
        if not plans:
            continue
        name = str(sku["skuPartNumber"])
        found[name] = LicencePool(name, plans, total_seats(sku), int(sku["consumedUnits"]))
    return found

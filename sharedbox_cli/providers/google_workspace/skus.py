"""Licences with Gmail: Google's ids and our names.

developers.google.com/workspace/admin/licensing/v1/how-tos/products, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping

PRODUCT = "Google-Apps"
SKUS: Mapping[str, str] = {
    "1010020027": "google-workspace-business-starter",
    "1010020028": "google-workspace-business-standard",
    "1010020025": "google-workspace-business-plus",
    "1010020029": "google-workspace-enterprise-starter",
    "1010020026": "google-workspace-enterprise-standard",
    "1010020020": "google-workspace-enterprise-plus",
    "1010020030": "google-workspace-frontline-starter",
}


def licence_name(sku: str) -> str:
    """Return our name for a licence; one without a name keeps its id."""
    return SKUS.get(sku, sku)


def sku_of(licence: object) -> str:
    """Return the id of a licence that is named in our words."""
    return next((sku for sku, name in SKUS.items() if name == licence), str(licence))

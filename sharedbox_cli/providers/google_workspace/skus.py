"""Licences of Google Workspace: Google's ids, our names, and which of them include Gmail.

developers.google.com/workspace/admin/licensing/v1/how-tos/products, read 2026-11. An account can have one licence of
each product. Some licences cover the whole organisation and are assigned to nobody: no list shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sharedbox_cli.core.values import LICENCE_NONE

PRODUCT = "Google-Apps"
EDUCATION = "101031"
PRODUCTS = (PRODUCT, EDUCATION)
"""The products with licences that include Gmail."""
SKUS: Mapping[str, str] = {
    "1010020027": "google-workspace-business-starter",
    "1010020028": "google-workspace-business-standard",
    "1010020025": "google-workspace-business-plus",
    "1010020029": "google-workspace-enterprise-starter",
    "1010020026": "google-workspace-enterprise-standard",
    "1010020020": "google-workspace-enterprise-plus",
    "1010020030": "google-workspace-frontline-starter",
    "1010020031": "google-workspace-frontline-standard",
    "1010020034": "google-workspace-frontline-plus",
    "1010070001": "google-workspace-education-fundamentals",
    "1010070004": "google-workspace-education-gmail-only",
    "1010310005": "google-workspace-education-standard",
    "1010310006": "google-workspace-education-standard-staff",
    "1010310007": "google-workspace-education-standard-extra-student",
    "1010310008": "google-workspace-education-plus",
    "1010310009": "google-workspace-education-plus-staff",
    "1010310010": "google-workspace-education-plus-extra-student",
}
"""Licences that include Gmail. One that is not listed keeps its id as its name."""
WITHOUT_GMAIL: Mapping[str, str] = {
    "1010060001": "google-workspace-essentials",
    "1010060003": "google-workspace-enterprise-essentials",
    "1010060005": "google-workspace-enterprise-essentials-plus",
}
_AND = " + "
_NAMES = {**SKUS, **WITHOUT_GMAIL}
_IDS = {name: sku for sku, name in _NAMES.items()}


def licence_name(sku: str) -> str:
    """Return our name for a licence; one without a name keeps its id."""
    return _NAMES.get(sku, sku)


def product_of(sku: str) -> str:
    """Return the product of a licence. Ids of Education begin with the product."""
    return EDUCATION if sku.startswith(EDUCATION) else PRODUCT


def licences_name(skus: Iterable[str]) -> str:
    """Return all licences of an account as one value. `skus_in` is the inverse."""
    return _AND.join(sorted(map(licence_name, skus))) or LICENCE_NONE


def skus_in(licences: object) -> tuple[str, ...]:
    """Return the ids of the licences in a value."""
    names = str(licences or LICENCE_NONE)
    return () if names == LICENCE_NONE else tuple(_IDS.get(name, name) for name in names.split(_AND))


def mail_plans(skus: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the licences that include Gmail; a licence without a name may include it."""
    return tuple(sorted(licence_name(sku) for sku in skus if sku not in WITHOUT_GMAIL))

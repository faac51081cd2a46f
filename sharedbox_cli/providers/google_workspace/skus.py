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

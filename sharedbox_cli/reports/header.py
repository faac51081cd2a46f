"""The keys that every JSON document begins with (docs/reference/json.md)."""

from __future__ import annotations

from typing import Any

from sharedbox_cli import __version__
from sharedbox_cli.reports.document import Origin, Report
from sharedbox_cli.reports.documents import format_of
from sharedbox_cli.reports.views.errors import error_data, unread_data


def header(report: Report) -> dict[str, Any]:
    """Return the format, the tool and, where a report has them, the profile and what was read."""
    return {"format": format_of(report.name), "tool_version": __version__, **_origin(report.origin)}


def _origin(origin: Origin) -> dict[str, Any]:
    keys: dict[str, Any] = {"profile": origin.profile} if origin.profile else {}
    if origin.tenants is not None:
        keys |= {
            "tenants": {name: {"id": tenant.id, "name": tenant.name} for name, tenant in origin.tenants.items()},
            "read_at": origin.read_at.isoformat() if origin.read_at else None,
        }
    if origin.tenants is not None and origin.is_reading:
        keys |= {
            "left_out": [{"platform": name, **error_data(error)} for name, error in origin.left_out.items()],
            "not_read": [unread_data(platform, item) for platform, item in origin.unread],
        }
    return keys

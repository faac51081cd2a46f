"""Usage reports (developers.google.com/workspace/admin/reports/v1/guides/manage-usage-users, read 2026-11)."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import bad, missing, not_allowed

LAG_DAYS = 2
HISTORY_DAYS = 450


def _day(call: Call) -> date:
    """Return the requested day. Raises GoogleError for a day that has no report yet."""
    text = call.text("date")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise bad(f"Invalid value '{text}'", "invalid", location="date") from error
    pacific = (call.store.tenant.clock.moment() - timedelta(hours=8)).date()
    newest = pacific - timedelta(days=int(call.store.tenant.meta("google:report_lag_days", str(LAG_DAYS))))
    if day > newest:
        raise bad(f"Data for dates later than {newest} is not yet available. Please check back later", location="date")
    if day < pacific - timedelta(days=HISTORY_DAYS):
        raise bad("Data for dates that old is no longer available.", location="date")
    return day


def _wanted(call: Call, known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    asked = [name for name in call.text("parameters").split(",") if name]
    return [{"name": name, **value} for name, value in known.items() if not asked or name in asked]


def _of_user(call: Call, user: sqlite3.Row, day: date) -> dict[str, Any]:
    used = int(user["used_mb"] or 0)
    doc = json.loads(user["doc"])
    total = int(call.store.tenant.meta("google:pool_mb", "0"))
    known: dict[str, dict[str, Any]] = {
        "accounts:used_quota_in_mb": {"intValue": str(used)},
        "accounts:gmail_used_quota_in_mb": {"intValue": str(used)},
        "accounts:drive_used_quota_in_mb": {"intValue": "0"},
        "accounts:gplus_photos_used_quota_in_mb": {"intValue": "0"},
        "accounts:used_quota_in_percentage": {"intValue": str(100 * used // total if total else 0)},
        "accounts:is_suspended": {"boolValue": bool(doc.get("suspended"))},
        "accounts:is_archived": {"boolValue": False},
    }
    entity = {"type": "USER", "customerId": call.store.customer, "userEmail": user["email"], "profileId": user["id"]}
    return {
        "kind": "admin#reports#usageReport",
        "date": day.isoformat(),
        "etag": f'"{user["id"]}"',
        "entity": entity,
        "parameters": _wanted(call, known),
    }


def _absent(call: Call, day: date) -> dict[str, Any] | None:
    """Return the response for a day without figures, which Google sometimes has (`google:report_gaps`), or None."""
    if call.params.get("customerId", "my_customer") not in ("my_customer", call.store.customer):
        raise not_allowed()
    if day.isoformat() not in call.store.tenant.meta("google:report_gaps").split():
        return None
    text = f"Data for date {day} for application accounts is not available right now, please try again after a while"
    warning = {"code": "200", "message": text, "data": [{"key": "date", "value": day.isoformat()}]}
    return {"kind": "admin#reports#usageReports", "etag": '"usage"', "warnings": [warning]}


def _users(call: Call) -> Any:
    day = _day(call)
    if (absent := _absent(call, day)) is not None:
        return absent
    key = call.text("userKey")
    if key == "all":
        rows = call.store.rows("select * from g_users where deleted_at is null order by id")
    else:
        account = call.store.user(key)
        if account is None:
            raise missing("userKey")
        rows = [account]
    page, more = call.page(rows, 1000)
    answer: dict[str, Any] = {"kind": "admin#reports#usageReports", "etag": '"usage"', **more}
    if page:
        answer["usageReports"] = [_of_user(call, row, day) for row in page]
    return answer


def _customer(call: Call) -> Any:
    day = _day(call)
    if (absent := _absent(call, day)) is not None:
        return absent
    used = call.store.row("select sum(used_mb) as mb, count(*) as n from g_users where deleted_at is null")
    personal = int(used["mb"] or 0) if used else 0
    drives = int(call.store.tenant.meta("google:shared_drives_mb", "0"))
    known: dict[str, dict[str, Any]] = {
        "accounts:total_quota_in_mb": {"intValue": call.store.tenant.meta("google:pool_mb", "0")},
        "accounts:used_quota_in_mb": {"intValue": str(personal)},
        "accounts:shared_drive_used_quota_in_mb": {"intValue": str(drives)},
        "accounts:customer_used_quota_in_mb": {"intValue": str(personal + drives)},
        "accounts:num_users": {"intValue": str(used["n"] if used else 0)},
    }
    report = {
        "kind": "admin#reports#usageReport",
        "date": day.isoformat(),
        "etag": '"customer"',
        "entity": {"type": "CUSTOMER", "customerId": call.store.customer},
        "parameters": _wanted(call, known),
    }
    return {"kind": "admin#reports#usageReports", "etag": '"usage"', "usageReports": [report]}


HANDLERS: Handlers = {"reports.userUsageReport.get": _users, "reports.customerUsageReports.get": _customer}

"""Rows of the tenant as Graph's objects."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.tenant import Tenant

USER = frozenset({
    "id", "displayName", "mail", "userPrincipalName", "userType", "accountEnabled", "proxyAddresses",
    "assignedLicenses", "assignedPlans", "licenseAssignmentStates", "onPremisesSyncEnabled", "usageLocation",
    "deletedDateTime", "createdDateTime", "givenName", "surname", "jobTitle", "mobilePhone", "businessPhones",
    "officeLocation", "preferredLanguage", "mailNickname",
})  # fmt: skip
USER_DEFAULT = (
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName",
)  # fmt: skip
USER_BASIC = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName"})
USER_FILTERABLE = frozenset({
    "id", "mail", "userPrincipalName", "mailNickname", "accountEnabled", "userType", "displayName",
})  # fmt: skip
GROUP = frozenset({
    "id", "displayName", "mail", "mailEnabled", "securityEnabled", "groupTypes", "proxyAddresses",
    "onPremisesSyncEnabled", "mailNickname", "description", "createdDateTime",
})  # fmt: skip
GROUP_DEFAULT = tuple(sorted(GROUP - {"onPremisesSyncEnabled"}))
GROUP_FILTERABLE = frozenset({"id", "mail", "displayName", "mailEnabled", "securityEnabled", "mailNickname"})


def moment(seconds: float | None) -> str | None:
    """Return a time as Graph writes it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Directory:
    """Users and groups, read in bulk so that large pages stay quick."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def objects(self, kind: str, identities: set[str] | None = None, *, deleted: bool = False) -> list[dict[str, Any]]:
        """Return all objects of a kind in the order of their ids."""
        state = "is not null" if deleted else "is null"
        rows = self._tenant.rows(
            f"select * from objects where kind = ? and deleted_at {state} order by id", kind
        )  # fmt: skip
        if identities is not None:
            rows = [row for row in rows if row["id"] in identities]
        proxies = self._proxies(rows)
        if kind == "group":
            return [_group(row, proxies[row["id"]]) for row in rows]
        skus = {row["id"]: json.loads(row["plans"]) for row in self._tenant.rows("select * from skus")}
        licences = defaultdict(list)
        for row in self._tenant.rows("select * from licences"):
            licences[row["user_id"]].append(row)
        return [_user(row, proxies[row["id"]], licences[row["id"]], skus) for row in rows]

    def _proxies(self, rows: list[sqlite3.Row]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        if len(rows) < 50:
            for row in rows:
                found[row["id"]] = self._tenant.addresses(row["id"])
            return found
        for row in self._tenant.rows("select id, prefix, text from addresses order by id, prefix, key"):
            found[row["id"]].append(f"{row['prefix']}:{row['text']}")
        return found

    def find_user(self, key: str) -> dict[str, Any] | None:
        """Return a user by id or user principal name."""
        row = self._tenant.row(
            "select id from objects where kind = 'user' and deleted_at is null and (id = ? or lower(upn) = lower(?))",
            key, key,
        )  # fmt: skip
        return self.objects("user", {row["id"]})[0] if row else None


def _user(
    row: sqlite3.Row, proxies: list[str], licences: list[sqlite3.Row], skus: dict[str, list[list[str]]]
) -> dict[str, Any]:
    doc = json.loads(row["doc"])
    plans = [
        {
            "assignedDateTime": moment(row["created_at"]), "capabilityStatus": "Enabled",
            "service": "exchange" if name.startswith("EXCHANGE") else "other", "servicePlanId": plan,
        }
        for licence in licences for plan, name in skus.get(licence["sku_id"], [])
    ]  # fmt: skip
    return {
        "id": row["id"],
        "displayName": row["name"],
        "mail": row["mail"],
        "userPrincipalName": row["upn"],
        "userType": doc.get("user_type", "Member"),
        "accountEnabled": doc.get("account_enabled", True),
        "proxyAddresses": proxies,
        "assignedLicenses": [{"skuId": item["sku_id"], "disabledPlans": []} for item in licences],
        "assignedPlans": plans,
        "licenseAssignmentStates": [
            {
                "skuId": item["sku_id"],
                "disabledPlans": [],
                "assignedByGroup": item["by_group"],
                "state": "Active",
                "error": "None",
                "lastUpdatedDateTime": moment(row["created_at"]),
            }
            for item in licences
        ],
        "onPremisesSyncEnabled": doc.get("on_premises"),
        "usageLocation": doc.get("usage_location"),
        "deletedDateTime": moment(row["deleted_at"]),
        "createdDateTime": moment(row["created_at"]),
        "givenName": None,
        "surname": None,
        "jobTitle": None,
        "mobilePhone": None,
        "businessPhones": [],
        "officeLocation": None,
        "preferredLanguage": None,
        "mailNickname": (row["mail"] or "").partition("@")[0],
    }


def _group(row: sqlite3.Row, proxies: list[str]) -> dict[str, Any]:
    doc = json.loads(row["doc"])
    return {
        "id": row["id"],
        "displayName": row["name"],
        "mail": row["mail"],
        "mailEnabled": doc.get("mail_enabled", True),
        "securityEnabled": doc.get("security_enabled", True),
        "groupTypes": doc.get("group_types", []),
        "proxyAddresses": proxies,
        "onPremisesSyncEnabled": doc.get("on_premises"),
        "mailNickname": (row["mail"] or row["name"]).partition("@")[0],
        "description": None,
        "createdDateTime": moment(row["created_at"]),
    }

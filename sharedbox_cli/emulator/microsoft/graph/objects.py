"""Rows of the tenant as Graph objects, as readers see them now."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph.filters import ADDRESSES, BOOL, CHOICE, LICENCES, PLANS, TEXT, Filterable
from sharedbox_cli.emulator.microsoft.graph.properties import OF_GROUP, OF_USER
from sharedbox_cli.emulator.microsoft.graph.query import Kind
from sharedbox_cli.emulator.microsoft.licensing import plans_in_force
from sharedbox_cli.emulator.microsoft.replication import moment
from sharedbox_cli.emulator.tenant import Tenant

USER = frozenset(
    {
        "id",
        "displayName",
        "mail",
        "userPrincipalName",
        "userType",
        "accountEnabled",
        "proxyAddresses",
        "assignedLicenses",
        "assignedPlans",
        "licenseAssignmentStates",
        "onPremisesSyncEnabled",
        "usageLocation",
        "deletedDateTime",
        "createdDateTime",
        "givenName",
        "surname",
        "jobTitle",
        "mobilePhone",
        "businessPhones",
        "officeLocation",
        "preferredLanguage",
        "mailNickname",
    }
)
USER_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
)
USER_BASIC = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName"})
USER_FILTERABLE: Mapping[str, Filterable] = {
    **dict.fromkeys(("id", "mail", "userPrincipalName", "mailNickname", "displayName"), TEXT),
    "accountEnabled": BOOL,
    "onPremisesSyncEnabled": BOOL,
    "userType": CHOICE,
    "proxyAddresses": ADDRESSES,
    "assignedLicenses": LICENCES,
    "assignedPlans": PLANS,
}
GROUP = frozenset(
    {
        "id",
        "displayName",
        "mail",
        "mailEnabled",
        "securityEnabled",
        "groupTypes",
        "proxyAddresses",
        "onPremisesSyncEnabled",
        "mailNickname",
        "description",
        "createdDateTime",
    }
)
GROUP_DEFAULT = tuple(sorted(GROUP - {"onPremisesSyncEnabled"}))
GROUP_FILTERABLE: Mapping[str, Filterable] = {
    **dict.fromkeys(("id", "mail", "displayName", "mailNickname"), TEXT),
    **dict.fromkeys(("mailEnabled", "securityEnabled", "onPremisesSyncEnabled"), BOOL),
    "proxyAddresses": ADDRESSES,
    "groupTypes": ADDRESSES,
}
USERS = Kind(USER, USER_DEFAULT, USER_FILTERABLE, OF_USER)
GROUPS = Kind(GROUP, GROUP_DEFAULT, GROUP_FILTERABLE, OF_GROUP)
KEPT_SECONDS = 30 * 86400.0
"""How long a deleted user can be restored."""
_FEW = 400
Item = dict[str, Any]


class Directory:
    """Users and groups. Whole lists are cached until the tenant changes, so that large pages stay fast."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._kept: dict[str, tuple[object, list[Item]]] = {}

    def objects(self, kind: str, identities: Iterable[str] | None = None, *, deleted: bool = False) -> list[Item]:
        """Return objects of a type, sorted by id: all or some, and either active or recently deleted."""
        some = None if identities is None else set(identities)
        if some is not None and len(some) <= _FEW:
            items = self._read(kind, f"and id in ({', '.join('?' * len(some))})", *some) if some else []
        else:
            items = [item for item in self._all(kind) if some is None or item["id"] in some]
        return [item for item in self._as_seen(items) if self._is_in(item, deleted=deleted)]

    def find(self, kind: str, key: str) -> Item | None:
        """Return an active object by id, or a user by its user principal name."""
        own = "or lower(upn) = lower(?)" if kind == "user" else "and ? <> ''"
        rows = self._tenant.rows(f"select id from objects where kind = ? and (id = ? {own})", kind, key, key)
        return next(iter(self.objects(kind, [row["id"] for row in rows])), None)

    def written(self, kind: str, identity: str) -> Item:
        """Return the last written state of an object, even if readers do not see it yet."""
        return self._read(kind, "and id = ?", identity)[0]

    def _is_in(self, item: Item, *, deleted: bool) -> bool:
        at = item.get("deletedDateTime")
        if not deleted:
            return at is None
        oldest = self._tenant.clock.now() - KEPT_SECONDS
        return at is not None and datetime.fromisoformat(at).timestamp() > oldest

    def _as_seen(self, items: list[Item]) -> list[Item]:
        old = replication.still_seen(self._tenant)
        if not old:
            return items
        objects = []
        for item in items:
            before = old.get(item["id"], {})
            if before.get(replication.IS_THERE, True):
                objects.append({**item, **{name: value for name, value in before.items() if name in item}})
        return objects

    def _all(self, kind: str) -> list[Item]:
        # Active plans change with the clock alone, so they are part of the cache key.
        state = (self._tenant.changes(), repr(replication.still_seen(self._tenant)))
        kept = self._kept.get(kind)
        if kept is None or kept[0] != state:
            kept = self._kept[kind] = (state, self._read(kind, ""))
        return kept[1]

    def _read(self, kind: str, which: str, *values: str) -> list[Item]:
        rows = self._tenant.rows(f"select * from objects where kind = ? {which} order by id", kind, *values)
        proxies = self._proxies(rows)
        if kind == "group":
            return [_group(row, proxies[row["id"]]) for row in rows]
        one = rows[0]["id"] if len(rows) == 1 else ""
        skus = self._tenant.rows("select plans from skus order by part")
        plans = {plan: name for sku in skus for plan, name in json.loads(sku["plans"])}
        licences = self._licences(one)
        in_force = plans_in_force(self._tenant, one)
        return [
            _user(row, proxies[row["id"]], licences[row["id"]], _plans(row, in_force.get(row["id"], set()), plans))
            for row in rows
        ]

    def _licences(self, one: str) -> dict[str, list[Item]]:
        """Return the assignments per user: a product can come directly and from groups."""
        of = "where ? in ('', user_id)"
        disabled: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
        for row in self._tenant.rows(f"select * from disabled_plans {of} order by plan_id", one):
            disabled[row["user_id"], row["sku_id"], row["by_group"]].append(row["plan_id"])
        licences: dict[str, list[Item]] = defaultdict(list)
        for row in self._tenant.rows(f"select * from licences {of} order by sku_id, by_group", one):
            item = {"skuId": row["sku_id"], "assignedByGroup": row["by_group"]}
            item["disabledPlans"] = list(disabled[row["user_id"], row["sku_id"], row["by_group"]])
            licences[row["user_id"]].append(item)
        return licences

    def _proxies(self, rows: list[sqlite3.Row]) -> dict[str, list[str]]:
        addresses: dict[str, list[str]] = defaultdict(list)
        if len(rows) < 50:
            for row in rows:
                addresses[row["id"]] = self._tenant.addresses(row["id"])
            return addresses
        for row in self._tenant.rows("select id, prefix, text from addresses order by id, prefix, key"):
            addresses[row["id"]].append(f"{row['prefix']}:{row['text']}")
        return addresses


def _plans(row: sqlite3.Row, in_force: set[str], plans: Mapping[str, str]) -> list[Item]:
    return [
        {
            "assignedDateTime": moment(row["created_at"]),
            "capabilityStatus": "Enabled",
            "service": "exchange" if name.startswith("EXCHANGE") else "other",
            "servicePlanId": plan,
        }
        for plan, name in plans.items()
        if plan in in_force
    ]


def _assigned(licences: list[Item]) -> list[Item]:
    """Return each product once. A plan is disabled if every assignment of the product disables it."""
    products: dict[str, list[set[str]]] = {}
    for item in licences:
        products.setdefault(item["skuId"], []).append(set(item["disabledPlans"]))
    return [{"skuId": sku, "disabledPlans": sorted(set.intersection(*off))} for sku, off in products.items()]


def _user(row: sqlite3.Row, proxies: list[str], licences: list[Item], plans: list[Item]) -> Item:
    doc = json.loads(row["doc"])
    return {
        "id": row["id"],
        "displayName": row["name"],
        "mail": row["mail"],
        "userPrincipalName": row["upn"],
        "userType": doc.get("user_type", "Member"),
        "accountEnabled": doc.get("account_enabled", True),
        "proxyAddresses": proxies,
        "assignedLicenses": _assigned(licences),
        "assignedPlans": plans,
        "licenseAssignmentStates": [
            {**item, "state": "Active", "error": "None", "lastUpdatedDateTime": moment(row["created_at"])}
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


def _group(row: sqlite3.Row, proxies: list[str]) -> Item:
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
        "deletedDateTime": moment(row["deleted_at"]),
    }

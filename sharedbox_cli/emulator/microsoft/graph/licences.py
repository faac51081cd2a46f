"""Licences: seats, mutually exclusive plans, licences inherited from a group, and activation lag."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph.bodies import guids, object_of, require_only
from sharedbox_cli.emulator.microsoft.graph.errors import bad, missing
from sharedbox_cli.emulator.microsoft.graph.objects import Directory
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, ONE, options_of, picked, selected
from sharedbox_cli.emulator.microsoft.licensing import PLAN_TWO, UNLICENSED, assigned_plans
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import ServiceContext

_EXCLUSIVE = frozenset(
    {
        "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        "efb87545-963c-4e0d-99df-69c6916d9eb0",
        "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    }
)
"""Mailbox plans. A user can have only one of them."""
_SKU = (
    "id",
    "skuId",
    "skuPartNumber",
    "appliesTo",
    "accountId",
    "accountName",
    "capabilityStatus",
    "consumedUnits",
    "prepaidUnits",
    "subscriptionIds",
    "servicePlans",
)
Disabled = dict[str, frozenset[str]]
"""The plans that are disabled, by the product that is assigned."""
_DETAILS = ("id", "skuId", "skuPartNumber", "servicePlans")


class LicenceRoutes:
    """assignLicense, licenseDetails, subscribedSkus."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._directory = Directory(context.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("POST", "/v1.0/users/{id}/assignLicense", self._assign, "users.assignLicense"),
            Route("GET", "/v1.0/users/{id}/licenseDetails", self._details, "users.licenseDetails"),
            Route("GET", "/v1.0/subscribedSkus", self._skus, "subscribedSkus.list"),
        )

    def _sku_rows(self) -> dict[str, tuple[str, list[list[str]], int, int]]:
        """Return part number, plans, seats and used seats per product. A deleted user uses no seat."""
        sql = (
            "select l.sku_id, count(distinct l.user_id) n from licences l join objects o on o.id = l.user_id "
            "where o.deleted_at is null group by l.sku_id"
        )
        used = {row["sku_id"]: row["n"] for row in self._context.tenant.rows(sql)}
        return {
            row["id"]: (row["part"], json.loads(row["plans"]), row["enabled"], used.get(row["id"], 0))
            for row in self._context.tenant.rows("select * from skus order by part")
        }

    def _skus(self, request: Request, _: dict[str, str]) -> Response:
        select = selected(options_of(request, ONE), _SKU, _SKU)
        tenant = self._context.tenant
        value = [
            {
                "id": f"{tenant.id}_{identity}",
                "skuId": identity,
                "skuPartNumber": part,
                "appliesTo": "User",
                "accountId": tenant.id,
                "accountName": tenant.name,
                "capabilityStatus": "Enabled",
                "consumedUnits": used,
                "prepaidUnits": {"enabled": enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
                "subscriptionIds": [],
                "servicePlans": [_plan(plan) for plan in plans],
            }
            for identity, (part, plans, enabled, used) in self._sku_rows().items()
        ]
        return self._list(request, "subscribedSkus", [picked(item, select) for item in value])

    def _list(self, request: Request, what: str, value: list[dict[str, Any]]) -> Response:
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        return json_response(200, {"@odata.context": f"{origin}/v1.0/$metadata#{what}", "value": value})

    def _details(self, request: Request, captured: dict[str, str]) -> Response:
        select = selected(options_of(request, ONE), _DETAILS, _DETAILS)
        user = self._directory.find("user", captured["id"])
        if user is None:
            raise missing(captured["id"])
        skus = self._sku_rows()
        value = [
            {
                "id": item["skuId"],
                "skuId": item["skuId"],
                "skuPartNumber": skus[item["skuId"]][0],
                "servicePlans": [_plan(plan) for plan in skus[item["skuId"]][1]],
            }
            for item in user["assignedLicenses"]
        ]
        return self._list(request, f"users('{user['id']}')/licenseDetails", [picked(item, select) for item in value])

    def _assign(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        add, remove = _licence_changes(object_of(request))
        user = self._directory.find("user", captured["id"])
        tenant = self._context.tenant
        row = tenant.object(user["id"]) if user else None
        if user is None or row is None:
            raise missing(captured["id"])
        before = self._directory.written("user", user["id"])
        held = before["licenseAssignmentStates"]
        self._check(held, add, remove, place=json.loads(row["doc"]).get("usage_location"))
        names = ("assignedLicenses", "licenseAssignmentStates")
        plans = sorted(assigned_plans(tenant, user["id"]).get(user["id"], set()))
        replication.show_later(tenant, "licence", user["id"], {replication.PLANS: plans})
        replication.show_later(tenant, "directory", user["id"], {name: before[name] for name in names})
        direct = "where user_id = ? and sku_id = ? and by_group is null"
        for sku in [*remove, *add]:
            tenant.run(f"delete from licences {direct}", user["id"], sku)
            tenant.run(f"delete from disabled_plans {direct}", user["id"], sku)
        for sku, disabled in add.items():
            tenant.run("insert into licences values (?, ?, null)", user["id"], sku)
            rows = [(user["id"], sku, plan) for plan in disabled]
            tenant.many("insert into disabled_plans values (?, ?, ?, null)", rows)
        self._end_features(user["id"])
        answer = json_response(202, self._directory.written("user", user["id"]))
        answer.effect = f"licences of {user['id']} +{list(add)} -{remove}"
        return answer

    def _end_features(self, identity: str) -> None:
        """Let archive and litigation hold end where the plan that they need is taken, and come back with it."""
        tenant = self._context.tenant
        plans = assigned_plans(tenant, identity).get(identity, set())
        if plans & PLAN_TWO:
            tenant.run(f"update mailboxes set doc = json_remove(doc, '$.{UNLICENSED}') where id = ?", identity)
            return
        at = tenant.clock.now() + tenant.lag("licence")
        sql = f"update mailboxes set doc = json_set(doc, '$.{UNLICENSED}', ?) where id = ?"
        tenant.run(sql, at, identity)

    def _check(self, held: list[dict[str, Any]], add: Disabled, remove: list[str], *, place: str | None) -> None:
        skus = self._sku_rows()
        for sku in [*add, *remove]:
            if sku not in skus:
                raise bad(f"License {sku} does not correspond to a valid company License.")
        for sku, disabled in add.items():
            if unknown := disabled - {plan for plan, _ in skus[sku][1]}:
                raise bad(f"License assignment failed because plan {min(unknown)} is not part of license {sku}.")
        for sku in remove:
            sources = [item["assignedByGroup"] for item in held if item["skuId"] == sku]
            if not sources:
                raise bad(f"User does not have a corresponding license: {sku}.")
            if None not in sources:
                raise bad("User license is inherited from a group membership and it cannot be removed directly.")
        if add and not place:
            raise bad("License assignment cannot be done for user with invalid usage location.")
        for sku in add:
            if sku not in {item["skuId"] for item in held} and skus[sku][3] >= skus[sku][2]:
                raise bad(f"Subscription with SKU {sku} does not have any available licenses. (CountViolation)")
        # The same plan from two products counts once, so that one suite can replace another.
        after = [(item["skuId"], set(item["disabledPlans"])) for item in held if not _is_replaced(item, add, remove)]
        mail = {plan for sku, off in [*after, *add.items()] for plan, _ in skus[sku][1] if plan in _EXCLUSIVE - off}
        if len(mail) > 1:
            raise bad(
                "License assignment failed because service plans are mutually exclusive. (MutuallyExclusiveViolation)"
            )


def _is_replaced(item: dict[str, Any], add: Disabled, remove: list[str]) -> bool:
    return item["assignedByGroup"] is None and (item["skuId"] in add or item["skuId"] in remove)


def _licence_changes(body: dict[str, Any]) -> tuple[Disabled, list[str]]:
    """Return the licences to add, with the plans that are disabled, and those to remove. Raises GraphError."""
    require_only(body, ("addLicenses", "removeLicenses"), "assignLicense")
    for name in ("addLicenses", "removeLicenses"):
        if name not in body:
            text = "One or more parameters of the operation 'assignLicense' are missing from the request payload."
            raise bad(f"{text} The missing parameters are: {name}.")
    options = body["addLicenses"]
    if not isinstance(options, list) or not all(isinstance(option, dict) and "skuId" in option for option in options):
        raise bad("Invalid value specified for property 'addLicenses': a collection of assignedLicense is expected.")
    for option in options:
        if set(option) - {"skuId", "disabledPlans", "@odata.type"}:
            raise bad("A property of 'addLicenses' does not exist on type 'microsoft.graph.assignedLicense'.")
    add, remove = (
        guids([option["skuId"] for option in options], "skuId"),
        guids(body["removeLicenses"], "removeLicenses"),
    )
    disabled = [frozenset(guids(option.get("disabledPlans", []), "disabledPlans")) for option in options]
    if not add and not remove:
        raise bad("Either addLicenses or removeLicenses has to name a license.")
    if len(set(add + remove)) != len(add + remove):
        raise bad("License assignment failed because a license is named twice.")
    return dict(zip(add, disabled, strict=True)), remove


def _plan(plan: list[str]) -> dict[str, str]:
    return {"servicePlanId": plan[0], "servicePlanName": plan[1], "provisioningStatus": "Success", "appliesTo": "User"}

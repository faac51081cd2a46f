"""Licences: seats, mutually exclusive plans, licences inherited from a group, and activation lag."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph.bodies import guids, object_of, require_only
from sharedbox_cli.emulator.microsoft.graph.errors import bad, missing, not_modelled
from sharedbox_cli.emulator.microsoft.graph.objects import Directory
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, ONE, options_of, picked, selected
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
            "select l.sku_id, count(*) n from licences l join objects o on o.id = l.user_id "
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
        rows = tenant.rows("select sku_id, by_group from licences where user_id = ?", user["id"])
        held = {row["sku_id"]: row["by_group"] for row in rows}
        self._check(held, add, remove, place=json.loads(row["doc"]).get("usage_location"))
        before = self._directory.written("user", user["id"])
        names = ("assignedLicenses", "licenseAssignmentStates")
        replication.show_later(tenant, "licence", user["id"], {replication.PLANS: sorted(held)})
        replication.show_later(tenant, "directory", user["id"], {name: before[name] for name in names})
        for sku in remove:
            tenant.run("delete from licences where user_id = ? and sku_id = ?", user["id"], sku)
        for sku in add:
            tenant.run("insert or ignore into licences values (?, ?, null)", user["id"], sku)
        answer = json_response(202, self._directory.written("user", user["id"]))
        answer.effect = f"licences of {user['id']} +{add} -{remove}"
        return answer

    def _check(self, held: dict[str, str | None], add: list[str], remove: list[str], *, place: str | None) -> None:
        skus = self._sku_rows()
        for sku in [*add, *remove]:
            if sku not in skus:
                raise bad(f"License {sku} does not correspond to a valid company License.")
        for sku in remove:
            if sku not in held:
                raise bad(f"User does not have a corresponding license: {sku}.")
            if held[sku]:
                raise bad("User license is inherited from a group membership and it cannot be removed directly.")
        if add and not place:
            raise bad("License assignment cannot be done for user with invalid usage location.")
        for sku in add:
            if sku not in held and skus[sku][3] >= skus[sku][2]:
                raise bad(f"Subscription with SKU {sku} does not have any available licenses. (CountViolation)")
        after = (set(held) - set(remove)) | set(add)
        # The same plan from two products counts once, so that one suite can replace another.
        mail = {plan for sku in after for plan, _ in skus[sku][1] if plan in _EXCLUSIVE}
        if len(mail) > 1:
            raise bad(
                "License assignment failed because service plans are mutually exclusive. (MutuallyExclusiveViolation)"
            )


def _licence_changes(body: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the licences to add and to remove. Raises GraphError."""
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
        if guids(option.get("disabledPlans", []), "disabledPlans"):
            raise not_modelled("disabledPlans")
    add, remove = (
        guids([option["skuId"] for option in options], "skuId"),
        guids(body["removeLicenses"], "removeLicenses"),
    )
    if not add and not remove:
        raise bad("Either addLicenses or removeLicenses has to name a license.")
    if len(set(add + remove)) != len(add + remove):
        raise bad("License assignment failed because a license is named twice.")
    return add, remove


def _plan(plan: list[str]) -> dict[str, str]:
    return {"servicePlanId": plan[0], "servicePlanName": plan[1], "provisioningStatus": "Success", "appliesTo": "User"}

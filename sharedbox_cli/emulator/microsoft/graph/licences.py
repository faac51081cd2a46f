"""Licences: seats, plans that exclude each other, those inherited from a group."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.errors import bad, missing
from sharedbox_cli.emulator.microsoft.graph.objects import Directory
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.service import World

_EXCLUSIVE = frozenset({
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c", "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113",
})  # fmt: skip
"""Mailbox plans: one of them at a time."""


class LicenceRoutes:
    """assignLicense, licenseDetails, subscribedSkus."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._directory = Directory(world.tenant)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("POST", "/v1.0/users/{id}/assignLicense", self._assign, "users.assignLicense"),
            Route("GET", "/v1.0/users/{id}/licenseDetails", self._details, "users.licenseDetails"),
            Route("GET", "/v1.0/subscribedSkus", self._skus, "subscribedSkus.list"),
        )

    def _sku_rows(self) -> dict[str, tuple[str, list[list[str]], int, int]]:
        used = {
            row["sku_id"]: row["n"]
            for row in self._world.tenant.rows("select sku_id, count(*) n from licences group by sku_id")
        }
        return {
            row["id"]: (row["part"], json.loads(row["plans"]), row["enabled"], used.get(row["id"], 0))
            for row in self._world.tenant.rows("select * from skus order by part")
        }

    def _skus(self, request: Request, _: dict[str, str]) -> Response:
        tenant = self._world.tenant
        value = [
            {
                "id": f"{tenant.id}_{identity}", "skuId": identity, "skuPartNumber": part, "appliesTo": "User",
                "accountId": tenant.id, "accountName": tenant.name, "capabilityStatus": "Enabled",
                "consumedUnits": used,
                "prepaidUnits": {"enabled": enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
                "subscriptionIds": [], "servicePlans": [_plan(plan) for plan in plans],
            }
            for identity, (part, plans, enabled, used) in self._sku_rows().items()
        ]  # fmt: skip
        return json_response(200, {"value": value}, {"x-ms-resource-unit": "3"})

    def _details(self, request: Request, captured: dict[str, str]) -> Response:
        user = self._directory.find_user(captured["id"])
        if user is None:
            raise missing(captured["id"])
        skus = self._sku_rows()
        value = [
            {
                "id": item["skuId"], "skuId": item["skuId"], "skuPartNumber": skus[item["skuId"]][0],
                "servicePlans": [_plan(plan) for plan in skus[item["skuId"]][1]],
            }
            for item in user["assignedLicenses"]
        ]  # fmt: skip
        return json_response(200, {"value": value})

    def _assign(self, request: Request, captured: dict[str, str]) -> Response:
        user = self._directory.find_user(captured["id"])
        if user is None:
            raise missing(captured["id"])
        body = request.json()
        for name in ("addLicenses", "removeLicenses"):
            if name not in body:
                text = "One or more parameters of the operation 'assignLicense' are missing from the request payload."
                raise bad(f"{text} The missing parameters are: {name}.")
        add = [item["skuId"] for item in body["addLicenses"]]
        self._check(user, add, body["removeLicenses"])
        tenant = self._world.tenant
        for sku in body["removeLicenses"]:
            tenant.run("delete from licences where user_id = ? and sku_id = ?", user["id"], sku)
        for sku in add:
            tenant.run("insert or ignore into licences values (?, ?, null)", user["id"], sku)
        answer = json_response(202, self._directory.find_user(user["id"]))
        answer.effect = f"licences of {user['id']} +{add} -{body['removeLicenses']}"
        return answer

    def _check(self, user: dict[str, Any], add: list[str], remove: list[str]) -> None:
        skus = self._sku_rows()
        held = {item["skuId"]: item["assignedByGroup"] for item in user["licenseAssignmentStates"]}
        for sku in [*add, *remove]:
            if sku not in skus:
                raise bad(f"License {sku} does not correspond to a valid company License.")
        for sku in remove:
            if sku not in held:
                raise bad(f"User does not have a corresponding license: {sku}.")
            if held[sku]:
                raise bad("User license is inherited from a group membership and it cannot be removed directly.")
        if add and not user["usageLocation"]:
            raise bad("License assignment cannot be done for user with invalid usage location.")
        for sku in add:
            if sku not in held and skus[sku][3] >= skus[sku][2]:
                raise bad(f"Subscription with SKU {sku} does not have any available licenses. (CountViolation)")
        after = (set(held) - set(remove)) | set(add)
        mail = [plan for sku in after for plan, _ in skus[sku][1] if plan in _EXCLUSIVE]
        if len(mail) > 1:
            raise bad(
                "License assignment failed because service plans are mutually exclusive. (MutuallyExclusiveViolation)"
            )


def _plan(plan: list[str]) -> dict[str, str]:
    return {
        "servicePlanId": plan[0], "servicePlanName": plan[1], "provisioningStatus": "Success", "appliesTo": "User",
    }  # fmt: skip

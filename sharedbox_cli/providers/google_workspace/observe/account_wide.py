"""Licences, storage and the delegation policy: read once for the whole account and added to its mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from sys import intern
from typing import Any

from sharedbox_cli.core.errors import AuthError, NotFound, PermissionDenied, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact, LicencePool, ObservedMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.forms import Row, number_of, object_in, rows_in, text_of
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.columns import LICENCE
from sharedbox_cli.providers.google_workspace.policies import delegation_of, policy_of
from sharedbox_cli.providers.google_workspace.scopes import LICENSING, POLICIES, REPORTS
from sharedbox_cli.providers.google_workspace.skus import PRODUCT, PRODUCTS, licence_name, mail_plans

MIB = 1024**2
_NEWEST_DAYS, _OLDEST_DAYS = 2, 7
"""Usage reports are one to three days late; older ones are not used."""
_SIZES = frozenset({Fact.USED_BYTES, Fact.USED_AT, Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES})
Mailboxes = Mapping[Address, ObservedMailbox]


async def read_more(
    google: Google, scope: Scope, mailboxes: Mailboxes, customer: str, now: datetime
) -> tuple[dict[Address, ObservedMailbox], dict[str, LicencePool]]:
    """Return the mailboxes with the requested data of the whole account, and the licences in use."""
    observed = dict(mailboxes)
    pools: dict[str, LicencePool] = {}
    if not observed:
        return observed, pools
    if Field.LICENCE in scope.fields or scope.facts & {Fact.LICENCES, Fact.MAILBOX_PLANS}:
        held = await read_licences(google, customer)
        observed = {key: _licensed(mailbox, held, scope) for key, mailbox in observed.items()}
    if scope.facts & _SIZES:
        sizes, pool = await read_sizes(google, now)
        observed = {
            key: replace(mailbox, facts={**mailbox.facts, **sizes.get(key, {}), **pool})
            for key, mailbox in observed.items()
        }
    if Fact.DELEGATION in scope.facts:
        delegation = {Fact.DELEGATION: await read_delegation(google)}
        observed = {key: replace(mailbox, facts={**mailbox.facts, **delegation}) for key, mailbox in observed.items()}
    return observed, pools


async def read_licences(google: Google, customer: str) -> dict[Address, tuple[str, ...]]:
    """Return the ids of the licences of each account, by its primary address, of all products with Gmail."""
    held: dict[Address, tuple[str, ...]] = {}
    for product in PRODUCTS:
        for address, sku in await _assignments(google, product, customer):
            held[address] = tuple(sorted({*held.get(address, ()), sku}))
    return held


async def _assignments(google: Google, product: str, customer: str) -> list[tuple[Address, str]]:
    """Return who has which licence of a product. This API does not accept `my_customer`."""
    try:
        licences, _ = await google.collect(
            LICENSING,
            lambda service, token: service.licenseAssignments().listForProduct(
                productId=product,
                customerId=customer,
                maxResults=1000,
                pageToken=token,
                fields="kind,nextPageToken,items(userId,skuId)",
            ),
            "items",
            "licensing.licenseAssignments.listForProduct",
            lambda row: (Address.of(text_of(row, "userId")), intern(text_of(row, "skuId"))),
            kind="licensing#licenseAssignmentList",
        )
    except NotFound:
        if product == PRODUCT:
            raise
        return []  # the organisation never had this product
    return licences


def _licensed(mailbox: ObservedMailbox, held: Mapping[Address, tuple[str, ...]], scope: Scope) -> ObservedMailbox:
    skus = held.get(mailbox.address, ())
    licence = LICENCE[Field.LICENCE].read({"skuId": skus})
    settings = {**mailbox.settings, Field.LICENCE: licence} if Field.LICENCE in scope.fields else mailbox.settings
    licences: dict[Fact, Value] = {
        Fact.LICENCES: tuple(sorted(map(licence_name, skus))),
        Fact.MAILBOX_PLANS: mail_plans(skus),
    }
    return replace(mailbox, settings=settings, facts={**mailbox.facts, **licences})


async def read_sizes(google: Google, now: datetime) -> tuple[dict[Address, dict[Fact, Value]], dict[Fact, Value]]:
    """Return the storage used per account, and by all, from the newest daily report; nothing if there is none."""
    for days in range(_NEWEST_DAYS, _OLDEST_DAYS):
        day = (now - timedelta(days=days)).date().isoformat()
        try:
            rows, _ = await google.collect(
                REPORTS,
                lambda service, token, day=day: service.userUsageReport().get(  # type: ignore[misc]
                    userKey="all",
                    date=day,
                    parameters="accounts:used_quota_in_mb",
                    maxResults=1000,
                    pageToken=token,
                    fields="kind,nextPageToken,usageReports(entity/userEmail,parameters(name,intValue))",
                ),
                "usageReports",
                "reports.userUsageReport.get",
                _size,
                kind="admin#reports#usageReports",
            )
        except Refused as error:
            if (error.status, error.code) != (400, "invalid"):  # this means: no report of this day yet
                raise
            continue
        if rows:
            sizes = {
                address: {Fact.USED_BYTES: used * MIB, Fact.USED_AT: day} for address, used in rows if used is not None
            }
            return sizes, await _pool(google, day)  # type: ignore[return-value]
    return {}, {}


def _size(row: Row) -> tuple[Address, int | None]:
    """Return how much one account uses, in MiB."""
    return Address.of(text_of(object_in(row, "entity"), "userEmail")), _number(row, "accounts:used_quota_in_mb")


async def _pool(google: Google, day: str) -> dict[Fact, Value]:
    """Return the storage that all accounts share, with what shared drives use of it."""
    rows, _ = await google.collect(
        REPORTS,
        lambda service, token: service.customerUsageReports().get(
            date=day,
            parameters=",".join(_POOL),
            pageToken=token,
            fields="kind,nextPageToken,usageReports/parameters(name,intValue)",
        ),
        "usageReports",
        "reports.customerUsageReports.get",
        lambda row: tuple(_number(row, name) for name in _POOL),
        kind="admin#reports#usageReports",
    )
    for total, personal, everything in rows:
        used = [number for number in (personal, everything) if number is not None]
        if used and total and total > 0:
            return {Fact.POOL_USED_BYTES: max(used) * MIB, Fact.POOL_TOTAL_BYTES: total * MIB}
    return {}


_POOL = ("accounts:total_quota_in_mb", "accounts:used_quota_in_mb", "accounts:customer_used_quota_in_mb")
"""What is available; what accounts use; and what they and shared drives use, which some editions do not report
(developers.google.com/workspace/admin/reports/v1/appendix/usage/customer/accounts, read 2026-11)."""


def _number(row: Mapping[str, Any], name: str) -> int | None:
    for item in rows_in(row, "parameters"):
        if text_of(item, "name") == name and "intValue" in item:
            return number_of(item, "intValue")
    return None


async def read_delegation(google: Google) -> str:
    """Return `on`, `off` or `unknown`: whether the organisation allows delegates.

    Off is the vendor's default. A policy that differs in some unit or group makes it `unknown`.
    """
    text = "setting.type.matches('^settings/gmail\\\\.mail_delegation$')"
    try:
        rows, _ = await google.collect(
            POLICIES,
            lambda service, token: service.policies().list(
                filter=text,
                pageSize=100,
                pageToken=token,
                fields="nextPageToken,policies(type,policyQuery(orgUnit,group,sortOrder),setting)",
            ),
            "policies",
            "cloudidentity.policies.list",
            policy_of,
        )
    except (AuthError, PermissionDenied, Refused):
        return "unknown"  # the scope may be missing, and everything else can be read without it
    return delegation_of(rows)

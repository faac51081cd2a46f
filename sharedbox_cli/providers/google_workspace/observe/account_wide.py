"""Licences, storage and the delegation policy: read once for the whole account and added to its mailboxes.

A row in an unknown form concerns the account that it names, and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from sys import intern

from sharedbox_cli.core.diff_settings import is_so
from sharedbox_cli.core.errors import AuthError, NotFound, ObserveError, PermissionDenied, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.observed import LicencePool, ObservedMailbox
from sharedbox_cli.core.values import LICENCE_NONE, Value
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.forms import Row, text_of, understood
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.columns import LICENCE
from sharedbox_cli.providers.google_workspace.observe.holds import read_holds
from sharedbox_cli.providers.google_workspace.observe.usage import Usage, read_usage
from sharedbox_cli.providers.google_workspace.policies import delegation_of, policy_of
from sharedbox_cli.providers.google_workspace.scopes import LICENSING, POLICIES
from sharedbox_cli.providers.google_workspace.skus import PRODUCT, PRODUCTS, licence_name, mail_plans
from sharedbox_cli.providers.unread import UnreadLog

_SIZES = frozenset({Fact.USED_BYTES, Fact.USED_AT, Fact.POOL_USED_BYTES, Fact.POOL_TOTAL_BYTES})
Mailboxes = Mapping[Address, ObservedMailbox]


async def read_more(
    google: Google,
    scope: Scope,
    mailboxes: Mailboxes,
    customer: str,
    now: datetime,
    unread: UnreadLog,
    *,
    units: Mapping[Address, str],
    is_super: bool = False,
) -> tuple[dict[Address, ObservedMailbox], dict[str, LicencePool]]:
    """Return the mailboxes with the requested data of the whole account, and the licences in use."""
    observed = dict(mailboxes)
    pools: dict[str, LicencePool] = {}
    if not observed:
        return observed, pools
    if Field.LICENCE in scope.fields or scope.facts & {Fact.LICENCES, Fact.MAILBOX_PLANS}:
        held, failed = await read_licences(google, customer)
        for address in failed.keys() & observed.keys():
            unread.add_mailbox(address, failed[address])
        observed = {key: _licensed(mailbox, held, scope) for key, mailbox in observed.items()}
    if scope.facts & _SIZES:
        usage = await read_usage(google, now)
        _take_gaps(usage, observed, unread)
        observed = {
            key: replace(mailbox, facts={**mailbox.facts, **usage.by_account.get(key, {}), **usage.pool})
            for key, mailbox in observed.items()
        }
    observed = await with_holds(google, scope, observed, units, is_super=is_super)
    if Fact.DELEGATION in scope.facts:
        delegation = {Fact.DELEGATION: await read_delegation(google, unread)}
        observed = {key: replace(mailbox, facts={**mailbox.facts, **delegation}) for key, mailbox in observed.items()}
    return observed, pools


async def with_holds(
    google: Google, scope: Scope, mailboxes: Mailboxes, units: Mapping[Address, str], *, is_super: bool
) -> dict[Address, ObservedMailbox]:
    """Return the mailboxes, with the legal holds that a spec ends. Raises CloudError, ObserveError.

    `units`: the path of the organisational unit of each account.
    """
    observed = dict(mailboxes)
    ended = {key for key, mailbox in observed.items() if _ends(mailbox, scope) or _forgets(mailbox, scope)}
    moved = {key: unit for key, mailbox in observed.items() if (unit := _unit_to(mailbox, scope)) is not None}
    if not ended and not moved:
        return observed
    holds = await read_holds(google, is_super=is_super, with_units=bool(units))
    for key in ended | moved.keys():
        unit, facts = units.get(key, ""), dict(observed[key].facts)
        if key in ended:
            facts[Fact.HOLDS] = holds.on(observed[key], unit)
        if key in moved:
            facts[Fact.UNIT_HOLDS] = holds.left(unit, moved[key])
        observed[key] = replace(observed[key], facts=facts)
    return observed


def _ends(mailbox: ObservedMailbox, scope: Scope) -> bool:
    """Return whether a spec deletes a mailbox, or takes or changes the licence that it has."""
    if mailbox.address not in scope.ending:
        return False
    wanted, has = scope.ending[mailbox.address], mailbox.settings.get(Field.LICENCE, LICENCE_NONE)
    return wanted is None or has not in (wanted, LICENCE_NONE)


def _forgets(mailbox: ObservedMailbox, scope: Scope) -> bool:
    """Return whether a spec has a group no longer keep what arrives."""
    wanted = scope.releasing.get(mailbox.address, {}).get(Field.GROUP_HISTORY)
    return wanted is False and mailbox.settings.get(Field.GROUP_HISTORY) is not False


def _unit_to(mailbox: ObservedMailbox, scope: Scope) -> str | None:
    """Return the organisational unit to which a spec moves an account; None if it stays."""
    wanted = scope.releasing.get(mailbox.address, {}).get(Field.ORG_UNIT)
    stays = wanted is None or is_so(Field.ORG_UNIT, wanted, mailbox.settings.get(Field.ORG_UNIT))
    return None if stays else str(wanted)


def _take_gaps(usage: Usage, mailboxes: Mailboxes, unread: UnreadLog) -> None:
    """Take what the usage reports do not say because of an error. A row of somebody else matters to nobody."""
    for address, error in usage.failed:
        if address is None:
            unread.add("row", "of the usage report", error)
        elif address in mailboxes:
            unread.add_mailbox(address, error)
    for name, failure in usage.reports:
        unread.add("report", name, failure)


async def read_licences(
    google: Google, customer: str
) -> tuple[dict[Address, tuple[str, ...]], dict[Address, ObserveError]]:
    """Return the ids of the licences of each account, of all products with Gmail, and the accounts with an error.

    Raises ObserveError for an assignment that names no account: it could be anybody's.
    """
    held: dict[Address, tuple[str, ...]] = {}
    failed: dict[Address, ObserveError] = {}
    for product in PRODUCTS:
        for address, sku in await _assignments(google, product, customer):
            if isinstance(sku, ObserveError):
                failed[address] = sku
            else:
                held[address] = tuple(sorted({*held.get(address, ()), sku}))
    return held, failed


async def _assignments(google: Google, product: str, customer: str) -> list[tuple[Address, str | ObserveError]]:
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
            _ASSIGNMENTS,
            _assignment,
            kind="licensing#licenseAssignmentList",
        )
    except NotFound:
        if product == PRODUCT:
            raise
        return []  # the organisation never had this product
    return licences


def _assignment(row: Row) -> tuple[Address, str | ObserveError]:
    """Return the account of an assignment, and its licence or why it is not known."""
    who = text_of(row, "userId")
    try:
        return Address.of(who), understood(row, _ASSIGNMENTS, lambda row: intern(text_of(row, "skuId")), who)
    except ObserveError as error:
        return Address.of(who), error


_ASSIGNMENTS = "licensing.licenseAssignments.listForProduct"


def _licensed(mailbox: ObservedMailbox, held: Mapping[Address, tuple[str, ...]], scope: Scope) -> ObservedMailbox:
    skus = held.get(mailbox.address, ())
    licence = LICENCE[Field.LICENCE].read({"skuId": skus})
    settings = {**mailbox.settings, Field.LICENCE: licence} if Field.LICENCE in scope.fields else mailbox.settings
    licences: dict[Fact, Value] = {
        Fact.LICENCES: tuple(sorted(map(licence_name, skus))),
        Fact.MAILBOX_PLANS: mail_plans(skus),
    }
    return replace(mailbox, settings=settings, facts={**mailbox.facts, **licences})


async def read_delegation(google: Google, unread: UnreadLog) -> str:
    """Return `on`, `off` or `unknown`: whether the organisation allows delegates.

    Off is the vendor's default. A policy that differs in some unit or group, or cannot be read, makes it `unknown`.
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
    except ObserveError as error:
        unread.add("policy", "for mail delegation", error)
        return "unknown"
    return delegation_of(rows)

"""Assign, replace and remove the licence of an account."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import CloudError, Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.values import LICENCE_NONE
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.account_wide import read_licences
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.scopes import LICENSING
from sharedbox_cli.providers.google_workspace.skus import PRODUCT, sku_of
from sharedbox_cli.providers.safe_write import already, done


async def licence(writer: Writer, change: Change) -> Outcome:
    """Assign, replace or remove the licence of an account."""
    before, after = change.before.get(Field.LICENCE, LICENCE_NONE), change.after[Field.LICENCE]
    user = change.mailbox.text
    if after == LICENCE_NONE:
        return await _remove(writer, user, sku_of(before))
    sku, old = sku_of(after), sku_of(before) if before != LICENCE_NONE else ""
    body = {"userId": user, "productId": PRODUCT, "skuId": sku}

    def request(service: Any) -> Any:
        assignments = service.licenseAssignments()
        if old:
            return assignments.patch(productId=PRODUCT, skuId=old, userId=user, body={"skuId": sku})
        return assignments.insert(productId=PRODUCT, skuId=sku, body={"userId": body["userId"]})

    name = "licensing.licenseAssignments.patch" if old else "licensing.licenseAssignments.insert"
    try:
        await writer.patiently(lambda: writer.google.write(LICENSING, request, name, mailbox=user), change.mailbox)
    except CloudError as error:
        if not (isinstance(error, (Conflict, NotFound)) and await _holds(writer, user, sku)):
            if not old:
                writer.unlicensed.add(change.mailbox)
            raise
        writer.licensed.add(change.mailbox)
        return already("it has this licence already")
    writer.licensed.add(change.mailbox)
    return done()


async def _holds(writer: Writer, user: str, sku: str) -> bool:
    try:
        await writer.google.read(
            LICENSING,
            lambda service: service.licenseAssignments().get(productId=PRODUCT, skuId=sku, userId=user),
            "licensing.licenseAssignments.get",
            mailbox=user,
        )
    except NotFound:
        return False
    return True


async def _remove(writer: Writer, user: str, sku: str) -> Outcome:
    try:
        await writer.google.write(
            LICENSING,
            lambda service: service.licenseAssignments().delete(productId=PRODUCT, skuId=sku, userId=user),
            "licensing.licenseAssignments.delete",
            mailbox=user,
        )
    except NotFound as error:
        await writer.settle_absence(lambda: _is_assigned(writer, user, sku), error)
        return already("it had been removed already")
    return done()


async def _is_assigned(writer: Writer, user: str, sku: str) -> bool:
    """Return whether the list of the product has this licence, under whatever key."""
    row = await read_user(writer.google, user)
    held = await read_licences(writer.google, str(row["customerId"])) if row is not None else {}
    return held.get(Address.of(user)) == sku

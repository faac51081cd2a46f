"""Assign, replace and remove the licence of an account."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import CloudError, Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.account_wide import read_licences
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.scopes import LICENSING
from sharedbox_cli.providers.google_workspace.skus import product_of, skus_in
from sharedbox_cli.providers.safe_write import already, done


async def licence(writer: Writer, change: Change) -> Outcome:
    """Assign, replace or remove the licence of an account; what it has of other products is removed last."""
    before, after = skus_in(change.before.get(Field.LICENCE)), skus_in(change.after[Field.LICENCE])
    outcome = done()
    for sku in after:
        if sku not in before:
            old = next((one for one in before if one not in after and product_of(one) == product_of(sku)), "")
            outcome = await _assign(writer, change, sku, old)
    replaced = {product_of(sku) for sku in after}
    for sku in before:
        if sku not in after and product_of(sku) not in replaced:
            outcome = await _remove(writer, change.mailbox.text, sku)
    return outcome


async def _assign(writer: Writer, change: Change, sku: str, old: str) -> Outcome:
    """Assign a licence, in place of another one of the same product if there is one."""
    user, product = change.mailbox.text, product_of(sku)

    def request(service: Any) -> Any:
        assignments = service.licenseAssignments()
        if old:
            return assignments.patch(productId=product, skuId=old, userId=user, body={"skuId": sku})
        return assignments.insert(productId=product, skuId=sku, body={"userId": user})

    name = "licensing.licenseAssignments.patch" if old else "licensing.licenseAssignments.insert"
    try:
        await writer.patiently(lambda: writer.google.write(LICENSING, request, name, mailbox=user), change.mailbox)
    except CloudError as error:
        if not (_may_be_held(error) and await _holds(writer, user, sku)):
            if not old:
                writer.unlicensed.add(change.mailbox)
            raise
        writer.licensed.add(change.mailbox)
        return already("it has this licence already")
    writer.licensed.add(change.mailbox)
    return done()


def _may_be_held(error: CloudError) -> bool:
    """Return whether an error can mean that the account has the licence: 409, or perhaps 412 in place of it."""
    return isinstance(error, (Conflict, NotFound)) or error.status == 412


async def _holds(writer: Writer, user: str, sku: str) -> bool:
    try:
        await writer.google.read(
            LICENSING,
            lambda service: service.licenseAssignments().get(productId=product_of(sku), skuId=sku, userId=user),
            "licensing.licenseAssignments.get",
            mailbox=user,
        )
    except NotFound:
        return False
    return True


async def _remove(writer: Writer, user: str, sku: str) -> Outcome:
    deletion = writer.google.write(
        LICENSING,
        lambda service: service.licenseAssignments().delete(productId=product_of(sku), skuId=sku, userId=user),
        "licensing.licenseAssignments.delete",
        mailbox=user,
    )
    return await writer.remove(deletion, lambda: _is_assigned(writer, user, sku), "it had been removed already")


async def _is_assigned(writer: Writer, user: str, sku: str) -> bool:
    """Return whether the list of the product has this licence, under whatever key."""
    row = await read_user(writer.google, user)
    if row is None:
        return False
    held, failed = await read_licences(writer.google, str(row["customerId"]))
    if error := failed.get(Address.of(user)):
        raise error
    return sku in held.get(Address.of(user), ())

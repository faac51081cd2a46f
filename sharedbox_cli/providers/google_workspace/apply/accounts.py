"""Accounts: making, changing, shutting sign-in, deleting, bringing back."""

from __future__ import annotations

import secrets
import string
from typing import Any

from sharedbox_cli.core.change import RESTORE, Change
from sharedbox_cli.core.errors import CloudError, Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import ALLOWED, KIND_SHARED, LICENCE_NONE, Value
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.apply.writer import SKEW, WAITS, Writer, identity_of
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, LICENSING, SECURITY
from sharedbox_cli.providers.google_workspace.skus import PRODUCT, SKUS
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import already, done, failed

_ALPHABET = string.ascii_letters + string.digits + "-_.:+="
PASSWORD_LENGTH = 64


def unknown_password() -> str:
    """Return a password that nobody keeps: it is sent once, and never stored or shown."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_LENGTH))


async def create(writer: Writer, change: Change) -> Outcome:
    """Make an account, or bring one back; then wait until it can be read."""
    if change.how == RESTORE:
        return await _restore(writer, change)
    now = accounts.now_text(writer.clock.now())
    display = str(change.after.get(Field.DISPLAY_NAME) or change.mailbox.local)
    body = {
        "primaryEmail": change.mailbox.text,
        "password": unknown_password(),
        "name": accounts.name_body(display),
        "changePasswordAtNextLogin": False,
        "externalIds": accounts.with_marks({}, {accounts.KIND_MARK: accounts.SHARED, accounts.SIGN_IN_MARK: now}),
    }
    is_repeated = change.mailbox in writer.started
    writer.started.setdefault(change.mailbox, writer.clock.now())
    try:
        row = await writer.google.write(
            DIRECTORY,
            lambda service: service.users().insert(body=body),
            "directory.users.insert",
            mailbox=change.mailbox.text,
        )
    except Conflict as error:
        found = await _visible(writer, change) if is_repeated else None
        if found is None or not is_made(writer, change, found):
            return failed(error, "address is taken")
        row = found
    writer.fresh.add(change.mailbox)
    return await _seen(writer, change, str(row.get("id", "")))


def is_made(writer: Writer, change: Change, row: Fields | None) -> bool:
    """Return whether an account is what this creation made: never one that was there before."""
    if row is None or accounts.address_of(row) != change.mailbox:
        return False
    since = writer.started.get(change.mailbox)
    if change.how == RESTORE or since is None:
        return True
    return str(row.get("creationTime", ""))[:19] >= (since - SKEW).isoformat()[:19]


async def _restore(writer: Writer, change: Change) -> Outcome:
    unit = str(change.after.get(Field.ORG_UNIT, "/"))
    if change.mailbox in writer.started and await read_user(writer.google, change.mailbox_id) is not None:
        return await _seen(writer, change, change.mailbox_id)  # the first request did it
    writer.started.setdefault(change.mailbox, writer.clock.now())
    await writer.google.write(
        DIRECTORY,
        lambda service: service.users().undelete(userKey=change.mailbox_id, body={"orgUnitPath": unit}),
        "directory.users.undelete",
        mailbox=change.mailbox.text,
    )
    return await _seen(writer, change, change.mailbox_id)


async def _seen(writer: Writer, change: Change, identity: str) -> Outcome:
    writer.made[change.mailbox] = identity
    row = await _visible(writer, change)
    if row is None:
        return Outcome(Status.UNKNOWN, "made, and not visible after five minutes", mailbox_id=identity)
    identity = writer.made[change.mailbox] = str(row["id"])
    return done(mailbox_id=identity)


async def _visible(writer: Writer, change: Change) -> Fields | None:
    """Return the account as soon as it can be read, or nothing after five minutes."""
    for wait in (*WAITS, None):
        row = await read_user(writer.google, change.mailbox.text)
        if row is not None or wait is None:
            return row
        writer.listener.waiting(wait, f"{change.mailbox} is new and not everywhere yet")
        await writer.clock.sleep(wait)
    return None


async def update(writer: Writer, change: Change) -> Outcome:
    """Change what the account holds: one request, one for each alias, some more to shut sign-in."""
    key = identity_of(writer, change)
    after = change.after
    body: dict[str, Any] = {}
    if Field.DISPLAY_NAME in after:
        body["name"] = accounts.name_body(str(after[Field.DISPLAY_NAME]))
    if Field.HIDDEN in after:
        body["includeInGlobalAddressList"] = not after[Field.HIDDEN]
    if Field.ORG_UNIT in after:
        body["orgUnitPath"] = after[Field.ORG_UNIT]
    if Field.SIGN_IN in after:
        if after[Field.SIGN_IN] == ALLOWED:
            return Outcome(Status.FAILED, "sign-in is not opened by sharedbox: reset the password in the console")
        body |= {"password": unknown_password(), "changePasswordAtNextLogin": False}
        body |= {"recoveryEmail": "", "recoveryPhone": ""}
    if Field.KIND in after or Field.ORG_UNIT in after:  # a unit may be all that tells a shared mailbox
        kind = accounts.SHARED if after.get(Field.KIND, KIND_SHARED) == KIND_SHARED else accounts.PERSONAL
        body["externalIds"] = await _marked(writer, change, key, {accounts.KIND_MARK: kind})
    if body:
        await _write(writer, change, key, body)
    if Field.ALIASES in after:
        await _aliases(writer, change, key)
    if Field.SIGN_IN in after:
        if change.mailbox not in writer.fresh:
            await _end_sessions(writer, change, key)
        # Last of all: an account counts as hardened only when everything was done.
        now = accounts.now_text(writer.clock.now())
        await _write(
            writer, change, key, {"externalIds": await _marked(writer, change, key, {accounts.SIGN_IN_MARK: now})}
        )
    return done()


async def _write(writer: Writer, change: Change, key: str, body: dict[str, Any]) -> None:
    await writer.directory(
        lambda service: service.users().update(userKey=key, body=body), "directory.users.update", change.mailbox
    )


async def _marked(writer: Writer, change: Change, key: str, marks: dict[str, str]) -> list[dict[str, Any]]:
    """Return the account's external ids with some notes; they are one list, so what else is in it is read first."""
    row = await writer.patiently(lambda: _row(writer, key), change.mailbox)
    return accounts.with_marks(row, marks)


async def _row(writer: Writer, key: str) -> Fields:
    row = await read_user(writer.google, key)
    if row is None:
        raise NotFound("not found", call="directory.users.get", mailbox=key)
    return row


async def _aliases(writer: Writer, change: Change, key: str) -> None:
    before, after = _set(change.before.get(Field.ALIASES)), _set(change.after[Field.ALIASES])
    for alias in sorted(before - after):
        try:
            await writer.directory(
                lambda service, alias=alias: service.users().aliases().delete(userKey=key, alias=alias),  # type: ignore[misc]
                "directory.users.aliases.delete",
                change.mailbox,
            )
        except NotFound:
            continue
    for alias in sorted(after - before):
        try:
            await writer.directory(
                lambda service, alias=alias: service.users().aliases().insert(userKey=key, body={"alias": alias}),  # type: ignore[misc]
                "directory.users.aliases.insert",
                change.mailbox,
            )
        except Conflict:
            row = await _row(writer, key)
            if alias not in (str(text).lower() for text in row.get("aliases", ())):
                raise


def _set(value: Value) -> set[str]:
    return {str(item) for item in value} if isinstance(value, tuple) else set()


async def _end_sessions(writer: Writer, change: Change, key: str) -> None:
    """End sessions, app passwords and granted tokens."""
    mailbox = change.mailbox.text
    try:
        await writer.google.write(
            SECURITY, lambda service: service.users().signOut(userKey=key), "directory.users.signOut", mailbox=mailbox
        )
        codes = await writer.google.read(
            SECURITY, lambda service: service.asps().list(userKey=key), "directory.asps.list", mailbox=mailbox
        )
        for item in codes.get("items", ()):
            await writer.google.write(
                SECURITY,
                lambda service, one=item["codeId"]: service.asps().delete(userKey=key, codeId=one),  # type: ignore[misc]
                "directory.asps.delete",
                mailbox=mailbox,
            )
        tokens = await writer.google.read(
            SECURITY, lambda service: service.tokens().list(userKey=key), "directory.tokens.list", mailbox=mailbox
        )
        for item in tokens.get("items", ()):
            await writer.google.write(
                SECURITY,
                lambda service, one=item["clientId"]: service.tokens().delete(userKey=key, clientId=one),  # type: ignore[misc]
                "directory.tokens.delete",
                mailbox=mailbox,
            )
    except NotFound:
        if change.mailbox not in writer.made:
            raise


async def delete(writer: Writer, change: Change) -> Outcome:
    """Delete an account (restorable for 20 days); one that is gone is fine."""
    try:
        await writer.google.write(
            DIRECTORY,
            lambda service: service.users().delete(userKey=change.mailbox_id),
            "directory.users.delete",
            mailbox=change.mailbox.text,
        )
    except NotFound:
        return already("it was gone already")
    return done()


async def licence(writer: Writer, change: Change) -> Outcome:
    """Give, change or take the licence."""
    before, after = change.before.get(Field.LICENCE, LICENCE_NONE), change.after[Field.LICENCE]
    user = change.mailbox.text
    if after == LICENCE_NONE:
        return await _take_licence(writer, user, _sku(before))
    sku, old = _sku(after), _sku(before) if before != LICENCE_NONE else ""
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
        return already("it has this licence")
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


async def _take_licence(writer: Writer, user: str, sku: str) -> Outcome:
    try:
        await writer.google.write(
            LICENSING,
            lambda service: service.licenseAssignments().delete(productId=PRODUCT, skuId=sku, userId=user),
            "licensing.licenseAssignments.delete",
            mailbox=user,
        )
    except NotFound:
        return already("it was gone already")
    return done()


def _sku(name: Value) -> str:
    return next((sku for sku, known in SKUS.items() if known == name), str(name))

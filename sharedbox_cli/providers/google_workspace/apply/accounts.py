"""Create, restore, update and delete accounts; block sign-in."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import RESTORE, Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import KIND_SHARED
from sharedbox_cli.providers.columns import part_of, request_body
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.apply.aliases import AliasRequests, change_aliases
from sharedbox_cli.providers.google_workspace.apply.conflicts import with_holder
from sharedbox_cli.providers.google_workspace.apply.writer import SKEW, Writer, identity_of
from sharedbox_cli.providers.google_workspace.columns import ACCOUNT
from sharedbox_cli.providers.google_workspace.observe.directory import read_user
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SECURITY
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import already, done, failed


async def create(writer: Writer, change: Change) -> Outcome:
    """Create an account, or restore a deleted one; then wait until it can be read."""
    if change.how == RESTORE:
        return await _restore(writer, change)
    now = accounts.now_text(writer.clock.now())
    display = str(change.after.get(Field.DISPLAY_NAME) or change.mailbox.local)
    body = {
        "primaryEmail": change.mailbox.text,
        "password": accounts.unknown_password(),
        "name": accounts.name_body(display),
        "changePasswordAtNextLogin": False,
        "externalIds": accounts.with_marks({}, {accounts.KIND_MARK: accounts.SHARED, accounts.SIGN_IN_MARK: now}),
    }
    is_repeated = change.mailbox in writer.started
    writer.started.setdefault(change.mailbox, writer.clock.now())
    try:
        row = await writer.once_released(
            change,
            lambda: writer.google.write(
                DIRECTORY,
                lambda service: service.users().insert(body=body),
                "directory.users.insert",
                mailbox=change.mailbox.text,
            ),
        )
    except Conflict as error:
        existing = await _visible(writer, change) if is_repeated else None
        if existing is None or not is_created(writer, change, existing):
            return failed(await with_holder(writer, change.mailbox.text, error))
        row = existing
    writer.fresh.add(change.mailbox)
    return await _created(writer, change, str(row.get("id", "")))


def is_created(writer: Writer, change: Change, row: Fields | None) -> bool:
    """Return whether an account is the one of this creation, and not one that existed before."""
    if row is None or accounts.address_of(row) != change.mailbox:
        return False
    since = writer.started.get(change.mailbox)
    if change.how == RESTORE or since is None:
        return True
    return str(row.get("creationTime", ""))[:19] >= (since - SKEW).isoformat()[:19]


async def _restore(writer: Writer, change: Change) -> Outcome:
    unit = str(change.after.get(Field.ORG_UNIT, "/"))
    if change.mailbox in writer.started and await read_user(writer.google, change.mailbox_id) is not None:
        return await _created(writer, change, change.mailbox_id)  # the first request restored it
    writer.started.setdefault(change.mailbox, writer.clock.now())
    await writer.google.write(
        DIRECTORY,
        lambda service: service.users().undelete(userKey=change.mailbox_id, body={"orgUnitPath": unit}),
        "directory.users.undelete",
        mailbox=change.mailbox.text,
    )
    return await _created(writer, change, change.mailbox_id)


async def _created(writer: Writer, change: Change, identity: str) -> Outcome:
    writer.created[change.mailbox] = identity
    row = await _visible(writer, change)
    if row is None:
        return Outcome(Status.UNKNOWN, "created, but not visible after five minutes", mailbox_id=identity)
    identity = writer.created[change.mailbox] = str(row["id"])
    return done(mailbox_id=identity)


async def _visible(writer: Writer, change: Change) -> Fields | None:
    return await writer.visible(lambda: read_user(writer.google, change.mailbox.text), change.mailbox)


async def update(writer: Writer, change: Change) -> Outcome:
    """Update settings in one request, then each alias; a block of sign-in is noted after everything else is done."""
    key, after = identity_of(writer, change), change.after
    body = request_body(ACCOUNT, change.before, part_of(after, ACCOUNT.keys() - {Field.KIND, Field.ALIASES}))
    if Field.KIND in after or Field.ORG_UNIT in after:  # a unit may be all that marks a shared mailbox
        kind = accounts.SHARED if after.get(Field.KIND, KIND_SHARED) == KIND_SHARED else accounts.PERSONAL
        body["externalIds"] = await _with_marks(writer, change, key, {accounts.KIND_MARK: kind})
    if body:
        await _write(writer, change, key, body)
    if Field.ALIASES in after:
        await change_aliases(writer, change, _alias_requests(writer, key))
    if Field.SIGN_IN in after:
        if change.mailbox not in writer.fresh:
            await _end_sessions(writer, change, key)
        # An account counts as hardened only after everything was done.
        marks = {accounts.SIGN_IN_MARK: accounts.now_text(writer.clock.now())}
        await _write(writer, change, key, {"externalIds": await _with_marks(writer, change, key, marks)})
    return done()


async def _write(writer: Writer, change: Change, key: str, body: dict[str, Any]) -> None:
    await writer.directory(
        lambda service: service.users().update(userKey=key, body=body), "directory.users.update", change.mailbox
    )


async def _with_marks(writer: Writer, change: Change, key: str, marks: dict[str, str]) -> list[dict[str, Any]]:
    """Return the external ids of an account with some notes: they are one list, so the other ids are read first."""
    row = await writer.patiently(lambda: _row(writer, key), change.mailbox)
    return accounts.with_marks(row, marks)


async def _row(writer: Writer, key: str) -> Fields:
    row = await read_user(writer.google, key)
    if row is None:
        raise NotFound("not found", call="directory.users.get", mailbox=key)
    return row


def _alias_requests(writer: Writer, key: str) -> AliasRequests:
    return AliasRequests(
        lambda service, alias: service.users().aliases().delete(userKey=key, alias=alias),
        "directory.users.aliases.delete",
        lambda service, alias: service.users().aliases().insert(userKey=key, body={"alias": alias}),
        "directory.users.aliases.insert",
        lambda: _row(writer, key),
    )


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
        if change.mailbox not in writer.created:
            raise


async def delete(writer: Writer, change: Change) -> Outcome:
    """Delete an account, which can be restored for 20 days; one that does not exist any more counts as done."""
    try:
        await writer.google.write(
            DIRECTORY,
            lambda service: service.users().delete(userKey=change.mailbox_id),
            "directory.users.delete",
            mailbox=change.mailbox.text,
        )
    except NotFound:
        return already("it was deleted already")
    return done()

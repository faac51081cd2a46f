"""Groups: making, changing, deleting."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.model import KIND_SHARED, Field, Value
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.providers.google_workspace import group_fields
from sharedbox_cli.providers.google_workspace.apply.writer import Writer, already, done, failed, identity_of
from sharedbox_cli.providers.google_workspace.observe.directory import read_group
from sharedbox_cli.providers.google_workspace.observe.groups import read_settings
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SETTINGS


async def create(writer: Writer, change: Change) -> Outcome:
    """Make a group, wait until both APIs know it, and make it a collaborative inbox."""
    name = str(change.after.get(Field.DISPLAY_NAME) or change.mailbox.local)
    is_repeated = change.mailbox in writer.started
    writer.started.setdefault(change.mailbox, writer.clock.now())
    try:
        row: dict[str, Any] = await writer.google.write(
            DIRECTORY, lambda service: service.groups().insert(body={"email": change.mailbox.text, "name": name}),
            "directory.groups.insert", mailbox=change.mailbox.text,
        )  # fmt: skip
    except Conflict as error:
        found = await read_group(writer.google, change.mailbox.text) if is_repeated else None
        if found is None:
            return failed(error, "address is taken")
        row = found
    identity = writer.made[change.mailbox] = str(row.get("id", ""))
    await writer.patiently(lambda: _known(writer, change), change.mailbox)
    await _patch(writer, change, dict(group_fields.INBOX))
    return done(mailbox_id=identity)


async def _known(writer: Writer, change: Change) -> None:
    """Raise NotFound while one of the two APIs does not know a new group."""
    if await read_group(writer.google, change.mailbox.text) is None:
        raise NotFound("not found", call="directory.groups.get", mailbox=change.mailbox.text)
    await read_settings(writer.google, change.mailbox.key)


async def _patch(writer: Writer, change: Change, body: dict[str, Any]) -> None:
    await writer.patiently(
        lambda: writer.google.write(
            SETTINGS, lambda service: service.groups().patch(groupUniqueId=change.mailbox.key, body=body),
            "groupsSettings.groups.patch", mailbox=change.mailbox.text,
        ), change.mailbox,
    )  # fmt: skip


async def update(writer: Writer, change: Change) -> Outcome:
    """Change settings: one request for the Directory, one for all Groups Settings, one for each alias."""
    key, after = identity_of(writer, change), change.after
    body: dict[str, Any] = {}
    if Field.DISPLAY_NAME in after:
        body["name"] = after[Field.DISPLAY_NAME]
    if Field.GROUP_DESCRIPTION in after:
        body["description"] = after[Field.GROUP_DESCRIPTION]
    if body:
        await writer.directory(
            lambda service: service.groups().patch(groupKey=key, body=body), "directory.groups.patch", change.mailbox
        )
    settings = group_fields.wire(after)
    if Field.HIDDEN in after:
        settings["includeInGlobalAddressList"] = "false" if after[Field.HIDDEN] else "true"
    if after.get(Field.KIND) == KIND_SHARED:
        settings |= group_fields.CONVERTED
    if settings:
        await _patch(writer, change, settings)
    if Field.ALIASES in after:
        await _aliases(writer, change, key)
    return done()


async def _aliases(writer: Writer, change: Change, key: str) -> None:
    before, after = _set(change.before.get(Field.ALIASES)), _set(change.after[Field.ALIASES])
    for alias in sorted(before - after):
        try:
            await writer.directory(
                lambda service, alias=alias: service.groups().aliases().delete(groupKey=key, alias=alias),  # type: ignore[misc]
                "directory.groups.aliases.delete", change.mailbox,
            )  # fmt: skip
        except NotFound:
            continue
    for alias in sorted(after - before):
        try:
            await writer.directory(
                lambda service, alias=alias: service.groups().aliases().insert(groupKey=key, body={"alias": alias}),  # type: ignore[misc]
                "directory.groups.aliases.insert", change.mailbox,
            )  # fmt: skip
        except Conflict:
            row = await read_group(writer.google, key)
            if row is None or alias not in (str(text).lower() for text in row.get("aliases", ())):
                raise


def _set(value: Value) -> set[str]:
    return {str(item) for item in value} if isinstance(value, tuple) else set()


async def delete(writer: Writer, change: Change) -> Outcome:
    """Delete a group, for good; one that is gone is fine."""
    try:
        await writer.google.write(
            DIRECTORY, lambda service: service.groups().delete(groupKey=change.mailbox_id), "directory.groups.delete",
            mailbox=change.mailbox.text,
        )  # fmt: skip
    except NotFound:
        return already("it was gone already")
    return done()

"""Groups: making and changing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import KIND_SHARED, Value
from sharedbox_cli.providers.google_workspace import group_fields
from sharedbox_cli.providers.google_workspace.apply.writer import WAITS, Writer, identity_of
from sharedbox_cli.providers.google_workspace.observe.directory import read_group
from sharedbox_cli.providers.google_workspace.observe.groups import read_settings
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SETTINGS
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import done, failed
from sharedbox_cli.providers.transport import SETTLE_SECONDS


async def create(writer: Writer, change: Change) -> Outcome:
    """Make a group, wait until both APIs know it, and make it a collaborative inbox."""
    name = str(change.after.get(Field.DISPLAY_NAME) or change.mailbox.local)
    is_repeated = change.mailbox in writer.started
    writer.started.setdefault(change.mailbox, writer.clock.now())
    try:
        row: dict[str, Any] = await writer.google.write(
            DIRECTORY,
            lambda service: service.groups().insert(body={"email": change.mailbox.text, "name": name}),
            "directory.groups.insert",
            mailbox=change.mailbox.text,
        )
    except Conflict as error:
        found = await _visible(writer, change) if is_repeated else None
        if found is None or found["name"] != name or found["directMembersCount"] != "0":
            return failed(error, "address is taken")
        row = found
    identity = writer.made[change.mailbox] = str(row.get("id", ""))
    await writer.patiently(lambda: _known(writer, change), change.mailbox)
    await _patch(writer, change, dict(group_fields.INBOX))
    return done(mailbox_id=identity)


async def _visible(writer: Writer, change: Change) -> Fields | None:
    """Return the group as soon as it can be read, or nothing after five minutes."""
    for wait in (*WAITS, None):
        row = await read_group(writer.google, change.mailbox.text)
        if row is not None or wait is None:
            return row
        writer.listener.waiting(wait, f"{change.mailbox} is new and not everywhere yet")
        await writer.clock.sleep(wait)
    return None


async def _known(writer: Writer, change: Change) -> None:
    """Raise NotFound while one of the two APIs does not know a new group."""
    if await read_group(writer.google, change.mailbox.text) is None:
        raise NotFound("not found", call="directory.groups.get", mailbox=change.mailbox.text)
    await read_settings(writer.google, change.mailbox.key)


async def _patch(writer: Writer, change: Change, body: dict[str, Any]) -> None:
    """Write Groups Settings, and look whether they were taken. Raises Refused where Google kept others."""
    told: Mapping[str, Any] = await writer.patiently(
        lambda: writer.google.write(
            SETTINGS,
            lambda service: service.groups().patch(groupUniqueId=change.mailbox.key, body=body),
            "groupsSettings.groups.patch",
            mailbox=change.mailbox.text,
        ),
        change.mailbox,
    )
    for wait in (*SETTLE_SECONDS[:4], None):
        kept = _kept(told, body)
        if not kept:
            return
        if wait is None:
            raise Refused(
                "Google kept another value",
                call="groupsSettings.groups.patch",
                mailbox=change.mailbox.text,
                why=", ".join(f"{name} stayed {value}" for name, value in kept.items()),
                hint="The organisation allows no more: admin.google.com > Apps > Google Workspace > Groups for "
                "Business > Sharing settings.",
            )
        await writer.clock.sleep(wait)
        told = await read_settings(writer.google, change.mailbox.key)


def _kept(told: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not as it was written; the default sender is told under one of two names."""
    seen = {**told, "default_sender": group_fields.sender_of(told)}
    return {name: seen.get(name) for name, value in body.items() if str(seen.get(name)).lower() != str(value).lower()}


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
    if Field.KIND in after:
        settings |= await _kind(writer, key, is_inbox=after[Field.KIND] == KIND_SHARED)
    if settings:
        await _patch(writer, change, settings)
    if Field.ALIASES in after:
        await _aliases(writer, change, key)
    return done()


async def _kind(writer: Writer, key: str, *, is_inbox: bool) -> dict[str, Any]:
    """Return what makes a plain group an inbox: the switch alone, as all else may be somebody's choice.

    One without members is as new: perhaps a run was stopped while it made it.
    """
    if not is_inbox:
        return {"enableCollaborativeInbox": "false"}
    row = await read_group(writer.google, key)
    if row is not None and row.get("directMembersCount") == "0":
        return dict(group_fields.INBOX)
    return {"enableCollaborativeInbox": "true"}


async def _aliases(writer: Writer, change: Change, key: str) -> None:
    before, after = _set(change.before.get(Field.ALIASES)), _set(change.after[Field.ALIASES])
    for alias in sorted(before - after):
        try:
            await writer.directory(
                lambda service, alias=alias: service.groups().aliases().delete(groupKey=key, alias=alias),  # type: ignore[misc]
                "directory.groups.aliases.delete",
                change.mailbox,
            )
        except NotFound:
            continue
    for alias in sorted(after - before):
        try:
            await writer.directory(
                lambda service, alias=alias: service.groups().aliases().insert(groupKey=key, body={"alias": alias}),  # type: ignore[misc]
                "directory.groups.aliases.insert",
                change.mailbox,
            )
        except Conflict:
            row = await read_group(writer.google, key)
            if row is None or alias not in (str(text).lower() for text in row.get("aliases", ())):
                raise


def _set(value: Value) -> set[str]:
    return {str(item) for item in value} if isinstance(value, tuple) else set()


async def refuse_deletion(_writer: Writer, change: Change) -> Outcome:
    """Return a failure: a deleted group cannot be brought back, and nothing is deleted for good."""
    words = f"{change.mailbox} is a group: deleted, it cannot be brought back, so sharedbox deletes none. It can be "
    return Outcome(Status.FAILED, f"{words}deleted at admin.google.com > Directory > Groups")

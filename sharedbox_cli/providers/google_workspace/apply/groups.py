"""Create and update groups that are used as collaborative inboxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import KIND_SHARED
from sharedbox_cli.providers.columns import part_of, request_body
from sharedbox_cli.providers.google_workspace.apply.aliases import AliasRequests, change_aliases
from sharedbox_cli.providers.google_workspace.apply.conflicts import with_holder
from sharedbox_cli.providers.google_workspace.apply.writer import Writer, identity_of
from sharedbox_cli.providers.google_workspace.columns import GROUP
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS, new_inbox_body, sender_of
from sharedbox_cli.providers.google_workspace.observe.directory import read_group
from sharedbox_cli.providers.google_workspace.observe.groups import read_settings
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY, SETTINGS
from sharedbox_cli.providers.google_workspace.spec_problems import OPEN_POSTING
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import done, failed
from sharedbox_cli.providers.transport import SETTLE_SECONDS


async def create(writer: Writer, change: Change) -> Outcome:
    """Create a group, wait until both APIs know it, and turn it into a collaborative inbox."""
    name = str(change.after.get(Field.DISPLAY_NAME) or change.mailbox.local)
    is_repeated = change.mailbox in writer.started
    writer.started.setdefault(change.mailbox, writer.clock.now())
    try:
        row: dict[str, Any] = await writer.once_released(
            change,
            lambda: writer.google.write(
                DIRECTORY,
                lambda service: service.groups().insert(body={"email": change.mailbox.text, "name": name}),
                "directory.groups.insert",
                mailbox=change.mailbox.text,
            ),
        )
    except Conflict as error:
        existing = await _visible(writer, change) if is_repeated else None
        if existing is None or existing["name"] != name or existing["directMembersCount"] != "0":
            return failed(await with_holder(writer, change.mailbox.text, error))
        row = existing
    identity = writer.created[change.mailbox] = str(row.get("id", ""))
    await writer.patiently(lambda: _known(writer, change), change.mailbox)
    await _patch(writer, change, new_inbox_body())
    return done(mailbox_id=identity)


async def _visible(writer: Writer, change: Change) -> Fields | None:
    return await writer.visible(lambda: read_group(writer.google, change.mailbox.text), change.mailbox)


async def _known(writer: Writer, change: Change) -> None:
    """Raise NotFound while one of the two APIs does not know a new group."""
    if await read_group(writer.google, change.mailbox.text) is None:
        raise NotFound("not found", call="directory.groups.get", mailbox=change.mailbox.text)
    await read_settings(writer.google, change.mailbox.key)


async def _patch(writer: Writer, change: Change, body: dict[str, Any]) -> None:
    """Write Groups Settings, and check that they took effect. Raises Refused where Google kept other values."""
    current: Mapping[str, Any] = await writer.patiently(
        lambda: writer.google.write(
            SETTINGS,
            lambda service: service.groups().patch(groupUniqueId=change.mailbox.key, body=body),
            "groupsSettings.groups.patch",
            mailbox=change.mailbox.text,
        ),
        change.mailbox,
    )
    for wait in (*SETTLE_SECONDS[:4], None):
        kept = _kept(current, body)
        if not kept:
            return
        if wait is None:
            raise Refused(
                "Google kept another value",
                call="groupsSettings.groups.patch",
                mailbox=change.mailbox.text,
                why=", ".join(f"{name} stayed {value}" for name, value in kept.items()),
                hint="The organisation does not allow more: admin.google.com > Apps > Google Workspace > Groups for "
                "Business > Sharing settings.",
            )
        await writer.clock.sleep(wait)
        current = await read_settings(writer.google, change.mailbox.key)


def _kept(current: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is not as it was written; Google returns the default sender under one of two names."""
    seen = {**current, "default_sender": sender_of(current)}
    return {name: seen.get(name) for name, value in body.items() if str(seen.get(name)).lower() != str(value).lower()}


async def update(writer: Writer, change: Change) -> Outcome:
    """Update settings: one request to the Directory, one to Groups Settings, and one for each alias."""
    key, after = identity_of(writer, change), change.after
    body = request_body(GROUP, change.before, part_of(after, GROUP.keys() - {Field.ALIASES}))
    if body:
        await writer.directory(
            lambda service: service.groups().patch(groupKey=key, body=body), "directory.groups.patch", change.mailbox
        )
    settings = request_body(GROUP_SETTINGS, change.before, part_of(after, GROUP_SETTINGS.keys()))
    if await _moderates_nobody(writer, change):
        settings["messageModerationLevel"] = "MODERATE_NONE"
    if after.get(Field.KIND) == KIND_SHARED and await _is_empty(writer, key):
        settings = {**settings, **new_inbox_body()}
    if settings:
        await _patch(writer, change, settings)
    if Field.ALIASES in after:
        await change_aliases(writer, change, _alias_requests(writer, key))
    return done()


async def _moderates_nobody(writer: Writer, change: Change) -> bool:
    """Return whether the group moderates people who cannot post any more: Google refuses such a write."""
    posting = change.after.get(Field.GROUP_POSTING)
    if posting is None or posting in OPEN_POSTING or Field.GROUP_MODERATION in change.after:
        return False
    current = await read_settings(writer.google, change.mailbox.key)
    return current.get("messageModerationLevel") == "MODERATE_NON_MEMBERS"


async def _is_empty(writer: Writer, key: str) -> bool:
    """Return whether a group without members is about to become an inbox: perhaps a run was stopped while creating it.

    Any other plain group keeps its settings, as somebody may have chosen them: only the switch is changed.
    """
    row = await read_group(writer.google, key)
    return row is not None and row.get("directMembersCount") == "0"


def _alias_requests(writer: Writer, key: str) -> AliasRequests:
    return AliasRequests(
        lambda service, alias: service.groups().aliases().delete(groupKey=key, alias=alias),
        "directory.groups.aliases.delete",
        lambda service, alias: service.groups().aliases().insert(groupKey=key, body={"alias": alias}),
        "directory.groups.aliases.insert",
        lambda: read_group(writer.google, key),
    )


async def refuse_deletion(_writer: Writer, change: Change) -> Outcome:
    """Return a failure: a deleted group cannot be brought back, and sharedbox deletes nothing for good."""
    why = f"{change.mailbox} is a group. A deleted group cannot be brought back, so sharedbox does not delete groups."
    return Outcome(Status.FAILED, f"{why} Delete it at admin.google.com > Directory > Groups")

"""Aliases of accounts and groups: each is added and removed by a separate request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace.apply.conflicts import with_holder
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.responses import Fields


@dataclass(frozen=True, slots=True)
class AliasRequests:
    """How the aliases of one object are written."""

    delete: Callable[[Any, str], Any]
    """Makes the request from the client library's service and the alias."""
    delete_call: str
    insert: Callable[[Any, str], Any]
    insert_call: str
    read: Callable[[], Awaitable[Fields | None]]
    """Returns the object as it is now."""


async def change_aliases(writer: Writer, change: Change, requests: AliasRequests) -> None:
    """Remove the aliases that a change leaves out, then add the new ones. Raises Conflict for another object's."""
    before, after = _texts(change.before.get(Field.ALIASES)), _texts(change.after[Field.ALIASES])
    for alias in sorted(before - after):
        try:
            await writer.directory(
                lambda service, alias=alias: requests.delete(service, alias),  # type: ignore[misc]
                requests.delete_call,
                change.mailbox,
            )
        except NotFound as error:
            await writer.settle_absence(lambda alias=alias: _has(requests, alias), error)  # type: ignore[misc]
    for alias in sorted(after - before):
        try:
            await writer.once_released(
                change,
                lambda alias=alias: writer.directory(  # type: ignore[misc]
                    lambda service: requests.insert(service, alias), requests.insert_call, change.mailbox
                ),
            )
        except Conflict as error:
            if not await _has(requests, alias):
                raise await with_holder(writer, alias, error) from error


async def _has(requests: AliasRequests, alias: str) -> bool:
    row = await requests.read()
    return row is not None and alias in (str(text).lower() for text in row.get("aliases", ()))


def _texts(value: Value) -> set[str]:
    return {str(item) for item in value} if isinstance(value, tuple) else set()

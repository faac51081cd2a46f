"""What every write of Graph inside a mailbox needs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import NotFound
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import WAITS, Writer

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

T = TypeVar("T")


def json_request(builder: Any, method: str, body: dict[str, Any]) -> RequestInformation:
    """Return a write to the path of a builder, with a body as it is."""
    from kiota_abstractions.method import Method
    from kiota_abstractions.request_information import RequestInformation

    info = RequestInformation(Method[method], builder.url_template, builder.path_parameters)
    info.headers.add("Accept", "application/json")
    info.set_stream_content(json.dumps(body).encode(), "application/json")
    return info


async def mailbox_id(writer: Writer, change: Change) -> str:
    """Return the id of the mailbox, by which Graph knows it. Raises NotFound where it does not exist."""
    identity = change.mailbox_id or writer.created.get(change.mailbox, "")
    if identity:
        return identity
    row = await writer.mailbox_row(identity_of(change))
    if row is None:
        raise NotFound("no such mailbox", mailbox=change.mailbox.text, call="Get-Mailbox")
    return text_of(row, "ExternalDirectoryObjectId")


async def patiently(writer: Writer, change: Change, act: Callable[[], Awaitable[T]]) -> T:
    """Return what `act` returns; where this run created the mailbox, wait until Graph knows it."""
    waits = iter(WAITS)
    while True:
        try:
            return await act()
        except NotFound:
            wait = next(waits, None)
            if change.mailbox not in writer.created or wait is None:
                raise
            writer.listener.waiting(wait, f"{change.mailbox} is new and not known everywhere yet")
            await writer.clock.sleep(wait)

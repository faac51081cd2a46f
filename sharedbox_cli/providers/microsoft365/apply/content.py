"""What Graph writes inside a mailbox: categories."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.apply.mailboxes import identity_of
from sharedbox_cli.providers.microsoft365.apply.writer import WAITS, Writer
from sharedbox_cli.providers.microsoft365.categories import COLOURS, NO_COLOUR, colour_of
from sharedbox_cli.providers.microsoft365.observe.content import TAGS, read_list

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

T = TypeVar("T")


async def write_tags(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Create the categories that are missing, and set the colours of those that have another one.

    A name in another case is another spelling of the same category, which nobody can change.
    """
    mailbox = await mailbox_id(writer, change)
    listed = await patiently(writer, change, lambda: read_list(writer.graph, TAGS, mailbox))
    by_name = {text_of(item, "displayName").casefold(): item for item in listed}
    is_written = False
    for name, colour in _needed(change.after[Field.TAGS]):
        there = by_name.get(name.casefold())
        if there is None:
            body = {"displayName": name, "color": COLOURS.get(colour, NO_COLOUR)}
            await _write(writer, change, request_id, "POST", (mailbox,), body)
        elif there["displayName"] != name:
            return Outcome(
                Status.FAILED,
                f"Outlook has the category `{name}` as `{there['displayName']}`, and its name cannot be changed: "
                "write it like that in the spec",
            )
        elif colour and colour_of(there) != colour:
            identity = text_of(there, "id")
            await _write(writer, change, request_id, "PATCH", (mailbox, identity), {"color": COLOURS[colour]})
        else:
            continue
        is_written = True
    return Outcome(Status.DONE if is_written else Status.ALREADY_SO)


def _needed(tags: Value) -> list[tuple[str, str]]:
    items = tags if isinstance(tags, tuple) else ()
    return [(str(tag[0]), str(tag[1])) for tag in items if isinstance(tag, tuple)]


async def _write(
    writer: Writer, change: Change, request_id: str, method: str, ids: tuple[str, ...], body: dict[str, Any]
) -> None:
    await patiently(
        writer,
        change,
        lambda: writer.graph.write(
            lambda: _category(writer, method, ids, body),
            f"{method} /users/{{id}}/outlook/masterCategories",
            change.mailbox.text,
            request_id,
        ),
    )


def _category(writer: Writer, method: str, ids: tuple[str, ...], body: dict[str, Any]) -> RequestInformation:
    mailbox, *category = ids
    categories = writer.graph.client.users.by_user_id(mailbox).outlook.master_categories
    builder: Any = categories.by_outlook_category_id(category[0]) if category else categories
    return json_request(builder, method, body)


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

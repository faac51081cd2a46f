"""What Graph writes inside a mailbox: folders and categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.apply.folders import write_folders
from sharedbox_cli.providers.microsoft365.apply.graph_writes import json_request, mailbox_id, patiently
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.categories import COLOURS, NO_COLOUR, colour_of
from sharedbox_cli.providers.microsoft365.observe.content import TAGS, read_list

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation


async def write_content(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Create the folders and categories of a change that are missing. Folders that fail do not stop the categories."""
    acts = ((Field.FOLDERS, write_folders), (Field.TAGS, write_tags))
    outcomes = [await act(writer, change, request_id) for name, act in acts if name in change.after]
    failed = [outcome.reason for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        return Outcome(Status.FAILED, "; ".join(failed))
    return next((outcome for outcome in outcomes if outcome.status is Status.DONE), outcomes[0])


async def write_tags(writer: Writer, change: Change, request_id: str) -> Outcome:
    """Create the categories that are missing, and set the colours of those that have another one.

    A name in another case is another spelling of the same category, which nobody can change.
    """
    mailbox = await mailbox_id(writer, change)
    listed = await patiently(writer, change, lambda: read_list(writer.graph, writer.exchange, TAGS, mailbox))
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

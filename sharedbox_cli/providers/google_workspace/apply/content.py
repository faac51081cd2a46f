"""Write what Gmail holds for a mailbox: labels, filters, senders, signature, auto-reply, forwarding, protocols."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.columns import Body, Columns, read_row, request_body
from sharedbox_cli.providers.google_workspace.apply.forwarding import CONFIRMED, forwarding_address, must_confirm
from sharedbox_cli.providers.google_workspace.apply.labels import write_filters, write_labels
from sharedbox_cli.providers.google_workspace.apply.presentation import write_language, write_signature
from sharedbox_cli.providers.google_workspace.apply.senders import write_senders
from sharedbox_cli.providers.google_workspace.apply.several import Several
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.gmail_columns import (
    AUTO_REPLY,
    FILTERS,
    FORWARDING,
    IMAP,
    LABELS,
    LANGUAGE,
    POP,
    SENDERS,
    SIGNATURE,
)
from sharedbox_cli.providers.google_workspace.observe.content import (
    AUTO_REPLY_SETTINGS,
    FORWARDING_SETTINGS,
    IMAP_SETTINGS,
    POP_SETTINGS,
    Resource,
)
from sharedbox_cli.providers.responses import Fields
from sharedbox_cli.providers.safe_write import done

_BASE = "gmail.users.settings"
_DISPOSITIONS = ("leaveInInbox", "archive", "trash", "markRead")
_Write = Callable[[Writer, Change], Awaitable[Outcome | None]]


async def change_content(writer: Writer, change: Change) -> Outcome:
    """Write each object of the mailbox that holds a setting of the change; without their labels, no filters."""
    several = Several()
    has_labels = True
    for columns, write in _WRITES:
        if columns.keys() & change.after.keys() and (has_labels or write is not write_filters):
            is_written = await several.run(write(writer, change))
            has_labels = has_labels and (is_written or write is not write_labels)
    return several.outcome()


async def _replace(
    writer: Writer, change: Change, resource: Resource, kept: Sequence[str] = (), rest: Sequence[Field] = ()
) -> tuple[Fields, Body]:
    """Return an object as it is, and the body that replaces it: Gmail has no call that changes a part of it.

    Of the settings that do not change, `rest` is left out; `kept` are properties that are no settings.
    """
    current = await writer.patiently(lambda: resource.read(writer.google, change.mailbox.key), change.mailbox)
    columns = {name: column for name, column in resource.columns.items() if name in change.after or name not in rest}
    settings = read_row(columns, current, columns, f"{change.mailbox} · {resource.call}")
    settings |= {name: value for name, value in change.after.items() if name in columns}
    body = {name: current[name] for name in kept if current.get(name) not in (None, "")}
    return current, body | request_body(columns, {}, settings)


async def _write_auto_reply(writer: Writer, change: Change) -> None:
    is_new_text = Field.AUTO_REPLY_INTERNAL in change.after
    kept = () if is_new_text else ("responseBodyPlainText", "responseBodyHtml")
    _, body = await _replace(writer, change, AUTO_REPLY_SETTINGS, kept, rest=(Field.AUTO_REPLY_INTERNAL,))
    await writer.gmail(
        lambda users: users.settings().updateVacation(userId="me", body=body), f"{_BASE}.updateVacation", change.mailbox
    )


async def _write_imap(writer: Writer, change: Change) -> None:
    current, body = await _replace(writer, change, IMAP_SETTINGS, ("expungeBehavior", "maxFolderSize"))
    body["autoExpunge"] = bool(current.get("autoExpunge"))  # Gmail leaves out what is false
    await writer.gmail(
        lambda users: users.settings().updateImap(userId="me", body=body), f"{_BASE}.updateImap", change.mailbox
    )


async def _write_pop(writer: Writer, change: Change) -> None:
    current, body = await _replace(writer, change, POP_SETTINGS)
    disposition = current.get("disposition")
    body["disposition"] = disposition if disposition in _DISPOSITIONS else "leaveInInbox"
    await writer.gmail(
        lambda users: users.settings().updatePop(userId="me", body=body), f"{_BASE}.updatePop", change.mailbox
    )


async def _write_forwarding(writer: Writer, change: Change) -> Outcome:
    current, body = await _replace(writer, change, FORWARDING_SETTINGS)
    if not body["enabled"]:
        body = {"enabled": False}
    elif await forwarding_address(writer, change.mailbox, body["emailAddress"]) != CONFIRMED:
        return Outcome(Status.FAILED, must_confirm(body["emailAddress"]))
    else:
        before = current.get("disposition")
        is_known = bool(current.get("enabled")) and before in _DISPOSITIONS
        if is_known and (before == "trash") is (body["disposition"] == "trash"):
            body["disposition"] = before  # a copy that is kept may also be archived or marked as read
    await writer.gmail(
        lambda users: users.settings().updateAutoForwarding(userId="me", body=body),
        f"{_BASE}.updateAutoForwarding",
        change.mailbox,
    )
    return done()


_WRITES: Sequence[tuple[Columns, _Write]] = (
    ({**LABELS, **FILTERS}, write_labels),
    (FILTERS, write_filters),
    (SENDERS, write_senders),
    (SIGNATURE, write_signature),
    (AUTO_REPLY, _write_auto_reply),
    (IMAP, _write_imap),
    (POP, _write_pop),
    (FORWARDING, _write_forwarding),
    (LANGUAGE, write_language),
)
"""What writes which settings, in this order: filters need the labels they name."""

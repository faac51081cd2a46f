"""Write what Gmail holds for a mailbox: labels, filters, senders, auto-reply, forwarding, IMAP and POP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body, Columns, read_row, request_body
from sharedbox_cli.providers.google_workspace import gmail_filters
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.gmail_columns import (
    AUTO_REPLY,
    COLOURS,
    FILTERS,
    FORWARDING,
    IMAP,
    LABELS,
    POP,
    SENDERS,
    colour_of,
)
from sharedbox_cli.providers.google_workspace.observe import content as reading
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
    """Write each object of the mailbox that holds a setting of the change."""
    for columns, write in _WRITES:
        if columns.keys() & change.after.keys():
            outcome = await write(writer, change)
            if outcome is not None and not outcome.is_success:
                return outcome
    return done()


def _needed_labels(after: Mapping[Field, Value]) -> dict[str, str]:
    """Return the labels that must exist, with their colours; empty: any colour."""
    labels: dict[str, str] = {}
    for folder in _items(after.get(Field.FOLDERS)):
        labels[str(folder)] = ""
    for rule in _items(after.get(Field.RULES)):
        pairs: dict[str, Value] = dict(rule)  # type: ignore[arg-type]
        for label in _items(pairs.get("then.labels")):
            labels.setdefault(str(label), "")
    for tag in _items(after.get(Field.TAGS)):
        if isinstance(tag, tuple):
            labels[str(tag[0])] = str(tag[1])
    return labels


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


async def _write_labels(writer: Writer, change: Change) -> None:
    """Create the labels that are missing, also those that rules name, and set their colours."""
    subject = change.mailbox
    existing = await writer.patiently(lambda: reading.read_labels(writer.google, subject.key), subject)
    by_name = {str(label["name"]).casefold(): label for label in existing}
    for name, colour in sorted(_needed_labels(change.after).items()):
        label = by_name.get(name.casefold())
        body: dict[str, Any] = {"name": name}
        if colour:
            background, text = COLOURS[colour]
            body["color"] = {"backgroundColor": background, "textColor": text}
        if label is None:
            try:
                await writer.gmail(
                    lambda users, body=body: users.labels().create(userId="me", body=body),  # type: ignore[misc]
                    "gmail.users.labels.create",
                    subject,
                )
            except Conflict:
                existing = await reading.read_labels(writer.google, subject.key)
                if name.casefold() not in {str(label["name"]).casefold() for label in existing}:
                    raise  # Gmail reserves the name
        elif (colour and colour_of(label) != colour) or str(label["name"]) != name:
            await writer.gmail(
                lambda users, body=body, one=label["id"]: users.labels().patch(userId="me", id=one, body=body),  # type: ignore[misc]
                "gmail.users.labels.patch",
                subject,
            )


async def _write_filters(writer: Writer, change: Change) -> None:
    """Create the filters that are missing, then delete those that belong to no rule."""
    subject = change.mailbox
    labels = await reading.read_labels(writer.google, subject.key)
    names = {str(label["id"]): str(label["name"]) for label in labels}
    ids = {name: identity for identity, name in names.items()}
    left = await reading.read_filters(writer.google, subject.key)
    bodies = [body for rule in _items(change.after[Field.RULES]) for body in gmail_filters.filters_of(rule, ids)]
    missing = []
    for body in bodies:
        same = next((item for item in left if _same(item, body)), None)
        if same is None:
            missing.append(body)
        else:
            left.remove(same)
    for target in sorted({str(body["action"]["forward"]) for body in missing if body["action"].get("forward")}):
        await _forwarding_address(writer, subject, target)
    for body in missing:
        await writer.gmail(
            lambda users, body=body: users.settings().filters().create(userId="me", body=body),  # type: ignore[misc]
            f"{_BASE}.filters.create",
            subject,
        )
    for item in left:
        identity = item["id"]
        try:
            await writer.gmail(
                lambda users, one=identity: users.settings().filters().delete(userId="me", id=one),  # type: ignore[misc]
                f"{_BASE}.filters.delete",
                subject,
            )
        except NotFound as error:
            await writer.settle_absence(lambda one=identity: _has_filter(writer, subject, one), error)  # type: ignore[misc]


async def _has_filter(writer: Writer, subject: Address, identity: str) -> bool:
    return any(item["id"] == identity for item in await reading.read_filters(writer.google, subject.key))


def _same(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return _plain(item.get("criteria")) == _plain(body["criteria"]) and _plain(item.get("action")) == _plain(
        body["action"]
    )


def _plain(part: Any) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in (part or {}).items() if value}


async def _write_senders(writer: Writer, change: Change) -> None:
    """Create or patch each sender, let mail come from the mailbox's own address by default, and delete the others."""
    subject, senders = change.mailbox, _items(change.after[Field.SENDERS])
    items = await writer.patiently(lambda: reading.read_senders(writer.google, subject.key), subject)
    existing = {str(item["sendAsEmail"]).lower(): item for item in items if not item.get("isPrimary")}
    kept: set[str] = set()
    for sender in senders:
        if not isinstance(sender, tuple):
            continue
        address, name, reply_to, is_default = (str(sender[0]), str(sender[1]), str(sender[2]), bool(sender[3]))
        kept.add(address)
        body: dict[str, Any] = {"sendAsEmail": address, "displayName": name, "replyToAddress": reply_to}
        if is_default:
            body["isDefault"] = True
        await _write_sender(writer, subject, body, exists=address in existing)
    if not any(isinstance(sender, tuple) and sender[3] for sender in senders):
        was_default = any(item.get("isDefault") for item in existing.values())
        if was_default:
            await _write_sender(writer, subject, {"sendAsEmail": subject.key, "isDefault": True}, exists=True)
    for address in sorted(existing.keys() - kept):
        await writer.gmail(
            lambda users, one=address: users.settings().sendAs().delete(userId="me", sendAsEmail=one),  # type: ignore[misc]
            f"{_BASE}.sendAs.delete",
            subject,
        )


async def _write_sender(writer: Writer, subject: Address, body: dict[str, Any], *, exists: bool) -> None:
    address = body["sendAsEmail"]
    rest = {key: value for key, value in body.items() if key != "sendAsEmail"}

    def request(users: Any) -> Any:
        entries = users.settings().sendAs()
        if exists:
            return entries.patch(userId="me", sendAsEmail=address, body=rest)
        return entries.create(userId="me", body=body)

    try:
        await writer.gmail(request, f"{_BASE}.sendAs.{'patch' if exists else 'create'}", subject)
    except Conflict:
        await _write_sender(writer, subject, body, exists=True)


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
    elif await _forwarding_address(writer, change.mailbox, body["emailAddress"]) != "accepted":
        why = f"{body['emailAddress']} must confirm first: it received a mail with a code. Apply again afterwards"
        return Outcome(Status.FAILED, why)
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


async def _forwarding_address(writer: Writer, subject: Address, target: str) -> str:
    """Return the state of an address that mail may be forwarded to; create it where it is missing."""
    call = f"{_BASE}.forwardingAddresses"
    try:
        address = await writer.gmail(
            lambda users: users.settings().forwardingAddresses().create(userId="me", body={"forwardingEmail": target}),
            f"{call}.create",
            subject,
        )
    except Conflict:
        address = await reading.ask(
            writer.google,
            subject.key,
            lambda users: users.settings().forwardingAddresses().get(userId="me", forwardingEmail=target),
            f"{call}.get",
        )
    return str(address.get("verificationStatus", ""))


_WRITES: Sequence[tuple[Columns, _Write]] = (
    ({**LABELS, **FILTERS}, _write_labels),
    (FILTERS, _write_filters),
    (SENDERS, _write_senders),
    (AUTO_REPLY, _write_auto_reply),
    (IMAP, _write_imap),
    (POP, _write_pop),
    (FORWARDING, _write_forwarding),
)
"""What writes which settings, in this order: filters need the labels they name."""

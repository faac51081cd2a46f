"""What Gmail keeps for a mailbox: labels, filters, senders, auto-reply, forwarding, IMAP and POP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace import gmail_filters
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe import content as reading
from sharedbox_cli.providers.safe_write import done

_BASE = "gmail.users.settings"
_DISPOSITIONS = ("leaveInInbox", "archive", "trash", "markRead")
_IMAP = ("expungeBehavior", "maxFolderSize")


async def change_content(writer: Writer, change: Change) -> Outcome:
    """Bring each thing that the change names to what it says."""
    after, subject = change.after, change.mailbox
    if any(name in after for name in reading.LABELS) or Field.RULES in after:
        await _labels(writer, subject, after)
    if Field.RULES in after:
        await _rules(writer, subject, after[Field.RULES])
    if Field.SENDERS in after:
        await _senders(writer, subject, after[Field.SENDERS])
    if any(name in after for name in reading.VACATION):
        await _vacation(writer, subject, after)
    if Field.ACCESS_IMAP in after:
        await _imap(writer, subject, is_on=bool(after[Field.ACCESS_IMAP]))
    if Field.ACCESS_POP in after:
        await _pop(writer, subject, is_on=bool(after[Field.ACCESS_POP]))
    if any(name in after for name in reading.FORWARDING):
        return await _forwarding(writer, subject, after)
    return done()


def _wanted_labels(after: Mapping[Field, Value]) -> dict[str, str]:
    """Return the labels that must be there, with their colours; empty: any colour."""
    found: dict[str, str] = {}
    for folder in _items(after.get(Field.FOLDERS)):
        found[str(folder)] = ""
    for rule in _items(after.get(Field.RULES)):
        pairs: dict[str, Value] = dict(rule)  # type: ignore[arg-type]
        for label in _items(pairs.get("then.labels")):
            found.setdefault(str(label), "")
    for tag in _items(after.get(Field.TAGS)):
        if isinstance(tag, tuple):
            found[str(tag[0])] = str(tag[1])
    return found


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


async def _labels(writer: Writer, subject: Address, after: Mapping[Field, Value]) -> None:
    there = await writer.patiently(lambda: reading.read_labels(writer.google, subject.key), subject)
    by_name = {str(label["name"]).casefold(): label for label in there}
    for name, colour in sorted(_wanted_labels(after).items()):
        label = by_name.get(name.casefold())
        body: dict[str, Any] = {"name": name}
        if colour:
            background, text = reading.COLOURS[colour]
            body["color"] = {"backgroundColor": background, "textColor": text}
        if label is None:
            try:
                await writer.gmail(
                    lambda users, body=body: users.labels().create(userId="me", body=body),  # type: ignore[misc]
                    "gmail.users.labels.create",
                    subject,
                )
            except Conflict:
                there = await reading.read_labels(writer.google, subject.key)
                if name.casefold() not in {str(label["name"]).casefold() for label in there}:
                    raise  # the name is one of Gmail's own
        elif (colour and reading.colour_of(label) != colour) or str(label["name"]) != name:
            await writer.gmail(
                lambda users, body=body, one=label["id"]: users.labels().patch(userId="me", id=one, body=body),  # type: ignore[misc]
                "gmail.users.labels.patch",
                subject,
            )


async def _rules(writer: Writer, subject: Address, wanted: Value) -> None:
    """Make the filters that are missing, then take away those that no rule is about."""
    labels = await reading.read_labels(writer.google, subject.key)
    names = {str(label["id"]): str(label["name"]) for label in labels}
    ids = {name: identity for identity, name in names.items()}
    there = await reading.read_filters(writer.google, subject.key)
    bodies = [body for rule in _items(wanted) for body in gmail_filters.filters_of(rule, ids)]
    left = list(there)
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
        try:
            await writer.gmail(
                lambda users, one=item["id"]: users.settings().filters().delete(userId="me", id=one),  # type: ignore[misc]
                f"{_BASE}.filters.delete",
                subject,
            )
        except NotFound:
            continue


def _same(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return _plain(item.get("criteria")) == _plain(body["criteria"]) and _plain(item.get("action")) == _plain(
        body["action"]
    )


def _plain(part: Any) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in (part or {}).items() if value}


async def _senders(writer: Writer, subject: Address, wanted: Value) -> None:
    items = await writer.patiently(lambda: reading.read_senders(writer.google, subject.key), subject)
    there = {str(item["sendAsEmail"]).lower(): item for item in items if not item.get("isPrimary")}
    keep: set[str] = set()
    for sender in _items(wanted):
        if not isinstance(sender, tuple):
            continue
        address, name, reply_to, is_default = (str(sender[0]), str(sender[1]), str(sender[2]), bool(sender[3]))
        keep.add(address)
        body: dict[str, Any] = {"sendAsEmail": address, "displayName": name, "replyToAddress": reply_to}
        if is_default:
            body["isDefault"] = True
        await _sender(writer, subject, body, is_there=address in there)
    if not any(isinstance(sender, tuple) and sender[3] for sender in _items(wanted)):
        was_default = any(item.get("isDefault") for item in there.values())
        if was_default:
            await _sender(writer, subject, {"sendAsEmail": subject.key, "isDefault": True}, is_there=True)
    for address in sorted(set(there) - keep):
        await writer.gmail(
            lambda users, one=address: users.settings().sendAs().delete(userId="me", sendAsEmail=one),  # type: ignore[misc]
            f"{_BASE}.sendAs.delete",
            subject,
        )


async def _sender(writer: Writer, subject: Address, body: dict[str, Any], *, is_there: bool) -> None:
    address = body["sendAsEmail"]
    rest = {key: value for key, value in body.items() if key != "sendAsEmail"}

    def request(users: Any) -> Any:
        entries = users.settings().sendAs()
        if is_there:
            return entries.patch(userId="me", sendAsEmail=address, body=rest)
        return entries.create(userId="me", body=body)

    try:
        await writer.gmail(request, f"{_BASE}.sendAs.{'patch' if is_there else 'create'}", subject)
    except Conflict:
        await _sender(writer, subject, body, is_there=True)


async def _vacation(writer: Writer, subject: Address, after: Mapping[Field, Value]) -> None:
    """Write the whole auto-reply, as there is no part of it that can be written alone."""
    raw = await writer.patiently(lambda: reading.read_vacation(writer.google, subject.key), subject)
    now = {**reading.vacation_of(raw), **after}
    body: dict[str, Any] = {
        "enableAutoReply": bool(now[Field.AUTO_REPLY]),
        "responseSubject": str(now[Field.AUTO_REPLY_SUBJECT]),
        "restrictToContacts": now[Field.AUTO_REPLY_AUDIENCE] == "known",
        "restrictToDomain": now[Field.AUTO_REPLY_AUDIENCE] == "organization",
    }
    if Field.AUTO_REPLY_INTERNAL in after:
        body["responseBodyPlainText"] = str(after[Field.AUTO_REPLY_INTERNAL])
    else:
        body |= {name: raw[name] for name in ("responseBodyPlainText", "responseBodyHtml") if raw.get(name)}
    for name, key in ((Field.AUTO_REPLY_START, "startTime"), (Field.AUTO_REPLY_END, "endTime")):
        if now[name]:
            body[key] = str(int(datetime.fromisoformat(str(now[name])).timestamp() * 1000))
    await writer.gmail(
        lambda users: users.settings().updateVacation(userId="me", body=body), f"{_BASE}.updateVacation", subject
    )


async def _imap(writer: Writer, subject: Address, *, is_on: bool) -> None:
    call = f"{_BASE}.getImap"
    raw = await writer.patiently(
        lambda: reading.ask(writer.google, subject.key, lambda users: users.settings().getImap(userId="me"), call),
        subject,
    )
    body = {name: raw[name] for name in _IMAP if name in raw}
    body |= {"enabled": is_on, "autoExpunge": bool(raw.get("autoExpunge"))}  # Gmail leaves out what is false
    await writer.gmail(
        lambda users: users.settings().updateImap(userId="me", body=body), f"{_BASE}.updateImap", subject
    )


async def _pop(writer: Writer, subject: Address, *, is_on: bool) -> None:
    call = f"{_BASE}.getPop"
    raw = await writer.patiently(
        lambda: reading.ask(writer.google, subject.key, lambda users: users.settings().getPop(userId="me"), call),
        subject,
    )
    kept = raw.get("disposition")
    body = {
        "accessWindow": "fromNowOn" if is_on else "disabled",
        "disposition": kept if kept in _DISPOSITIONS else "leaveInInbox",
    }
    await writer.gmail(lambda users: users.settings().updatePop(userId="me", body=body), f"{_BASE}.updatePop", subject)


async def _forwarding(writer: Writer, subject: Address, after: Mapping[Field, Value]) -> Outcome:
    raw = await writer.patiently(lambda: reading.read_forwarding(writer.google, subject.key), subject)
    now = {**reading.forwarding_of(raw), **after}
    target = str(now[Field.FORWARDING_TO])
    body: dict[str, Any] = {"enabled": bool(target)}
    if target:
        if await _forwarding_address(writer, subject, target) != "accepted":
            words = f"{target} must confirm first: a mail with a code went there. Apply again afterwards"
            return Outcome(Status.FAILED, words)
        keeps, was = bool(now[Field.FORWARDING_KEEP_COPY]), raw.get("disposition")
        is_kept = bool(raw.get("enabled")) and was in _DISPOSITIONS and (was != "trash") is keeps
        body |= {"emailAddress": target, "disposition": was if is_kept else "leaveInInbox" if keeps else "trash"}
    await writer.gmail(
        lambda users: users.settings().updateAutoForwarding(userId="me", body=body),
        f"{_BASE}.updateAutoForwarding",
        subject,
    )
    return done()


async def _forwarding_address(writer: Writer, subject: Address, target: str) -> str:
    """Return the state of an address that mail may be forwarded to, made where it is missing."""
    call = f"{_BASE}.forwardingAddresses"
    try:
        made = await writer.gmail(
            lambda users: users.settings().forwardingAddresses().create(userId="me", body={"forwardingEmail": target}),
            f"{call}.create",
            subject,
        )
    except Conflict:
        made = await reading.ask(
            writer.google,
            subject.key,
            lambda users: users.settings().forwardingAddresses().get(userId="me", forwardingEmail=target),
            f"{call}.get",
        )
    return str(made.get("verificationStatus", ""))

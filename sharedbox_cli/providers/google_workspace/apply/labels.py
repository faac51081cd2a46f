"""Write labels and filters of a mailbox. Filters need the labels that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.errors import Conflict, NotFound, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace import gmail_filters
from sharedbox_cli.providers.google_workspace.apply.forwarding import CONFIRMED, forwarding_address, must_confirm
from sharedbox_cli.providers.google_workspace.apply.several import Several
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.gmail_columns import COLOURS, colour_of
from sharedbox_cli.providers.google_workspace.observe import content as reading
from sharedbox_cli.providers.safe_write import done

_BASE = "gmail.users.settings"
_IS_RESERVED = "Invalid label name"
_RESERVED = "label `{name}`: Gmail reserves some names, also in the language of the mailbox. Choose another name"
_HIDDEN = (
    "label `{name}`: Gmail has one with this name that it does not list, often of a mail program. Choose another name"
)


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


def _parents(needed: Mapping[str, str], existing: Mapping[str, object]) -> dict[str, str]:
    """Return the labels above those that are needed and missing: Gmail shows `a/b` below `a` only if there is an `a`.

    mbrt/gmailctl#325: Gmail creates no parents.
    """
    missing = [name for name in needed if name.casefold() not in existing]
    above = {name[:at]: "" for name in missing for at, letter in enumerate(name) if letter == "/"}
    known = {*existing, *(name.casefold() for name in needed)}
    return {name: "" for name in above if name.casefold() not in known}


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


async def write_labels(writer: Writer, change: Change) -> Outcome:
    """Create the labels that are missing, also those that rules name, and set their colours.

    A label that Gmail refuses does not stop the others.
    """
    subject = change.mailbox
    existing = await writer.patiently(lambda: reading.read_labels(writer.google, subject.key), subject)
    by_name = {str(label["name"]).casefold(): label for label in existing}
    needed = _needed_labels(change.after)
    several = Several()
    for name, colour in sorted({**_parents(needed, by_name), **needed}.items()):
        await several.run(_write_label(writer, subject, name, colour, by_name.get(name.casefold())))
    return several.outcome()


async def _write_label(
    writer: Writer, subject: Address, name: str, colour: str, label: Mapping[str, Any] | None
) -> Outcome:
    body: dict[str, Any] = {"name": name}
    if colour:
        background, text = COLOURS[colour]
        body["color"] = {"backgroundColor": background, "textColor": text}
    try:
        if label is None:
            await writer.gmail(
                lambda users: users.labels().create(userId="me", body=body), "gmail.users.labels.create", subject
            )
        elif (colour and colour_of(label) != colour) or str(label["name"]) != name:
            await writer.gmail(
                lambda users: users.labels().patch(userId="me", id=label["id"], body=body),
                "gmail.users.labels.patch",
                subject,
            )
    except Conflict:
        existing = await reading.read_labels(writer.google, subject.key)
        if label is not None or name.casefold() not in {str(item["name"]).casefold() for item in existing}:
            return Outcome(Status.FAILED, _HIDDEN.format(name=name))
    except Refused as error:
        if _IS_RESERVED not in error.why:
            raise
        return Outcome(Status.FAILED, _RESERVED.format(name=name))
    return done()


async def write_filters(writer: Writer, change: Change) -> Outcome:
    """Create the filters that are missing, then delete those that belong to no rule.

    A filter that Google refuses, or whose target must confirm first, does not stop the others.
    """
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
    several = Several()
    unconfirmed: set[str] = set()
    for target in sorted({target for body in missing if (target := _target(body))}):
        if not await several.run(_confirmed(writer, subject, target)):
            unconfirmed.add(target)
    for body in missing:
        if _target(body) not in unconfirmed:
            await several.run(
                writer.gmail(
                    lambda users, body=body: users.settings().filters().create(userId="me", body=body),  # type: ignore[misc]
                    f"{_BASE}.filters.create",
                    subject,
                )
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
    return several.outcome()


def _target(body: Mapping[str, Any]) -> str:
    """Return the address that a filter forwards to, or nothing."""
    return str(body["action"].get("forward") or "")


async def _confirmed(writer: Writer, subject: Address, target: str) -> Outcome:
    """Return whether mail may be forwarded to an address, which is created where it is missing."""
    if await forwarding_address(writer, subject, target) != CONFIRMED:
        return Outcome(Status.FAILED, must_confirm(target))
    return done()


async def _has_filter(writer: Writer, subject: Address, identity: str) -> bool:
    return any(item["id"] == identity for item in await reading.read_filters(writer.google, subject.key))


def _same(item: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    return _plain(item.get("criteria")) == _plain(body["criteria"]) and _plain(item.get("action")) == _plain(
        body["action"]
    )


def _plain(part: Any) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in (part or {}).items() if value}

"""Removes what the language cannot express from an observed mailbox, and names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.levels import without_levels
from sharedbox_cli.core.model import LEVELLED, DesiredMailbox, Platform, Right
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.document import Path as ValuePath
from sharedbox_cli.language.export.document import rule_lines, write
from sharedbox_cli.language.load import LoadedSpecs, load_mailbox
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.language.yaml_source import read_documents

_NAME = "spec"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that a document cannot express, and why."""

    key: str
    what: str
    why: str


def writable(
    mailbox: DesiredMailbox, capabilities: Mapping[Platform, Capabilities], now: datetime
) -> tuple[DesiredMailbox, tuple[LeftOut, ...]]:
    """Return the mailbox without what specs cannot express, and a list of what was removed.

    Raises SpecError if even its address cannot be written.
    """
    table = capabilities[mailbox.platform]
    left: list[LeftOut] = []
    while True:
        text = write(mailbox, table)
        document, problems = _problems(text, capabilities, now)
        if not problems:
            return mailbox, tuple(left)
        smaller, removed = _without(mailbox, document, problems)
        if smaller == mailbox:
            raise SpecError(problems)
        mailbox, left = smaller, left + removed


def _problems(
    text: str, capabilities: Mapping[Platform, Capabilities], now: datetime
) -> tuple[Document | None, tuple[Problem, ...]]:
    documents, problems = read_documents(text, _NAME)
    document = documents[0] if documents else None
    if problems or document is None:
        return document, tuple(problems)
    mailbox, problems = load_mailbox(document, (Path(),))
    if mailbox is None:
        return document, tuple(problems)
    try:
        resolve(LoadedSpecs([mailbox]), capabilities, now)
    except SpecError as error:
        return document, error.problems
    return document, ()


def _without(
    mailbox: DesiredMailbox, document: Document | None, problems: tuple[Problem, ...]
) -> tuple[DesiredMailbox, list[LeftOut]]:
    """Return the mailbox without everything that a problem points at."""
    if document is None:
        return mailbox, []
    paths = {
        place: path
        for path, _ in document.values()
        if path
        for place in (document.place_of_key(path), document.place_of(path))
    }
    hit: dict[ValuePath, Problem] = {}
    for problem in problems:
        path = paths.get(problem.place)
        if path is not None:
            hit.setdefault(_part(path), problem)
    left = [
        LeftOut(str(path[0]), _shown(document, path), problem.why) for path, problem in sorted(hit.items(), key=repr)
    ]
    for path in hit:
        mailbox = _dropped(mailbox, document, path, frozenset(hit))
    return mailbox, left


def _part(path: ValuePath) -> ValuePath:
    """Return what to remove because of a problem at a path: an entry of a list, a key of a mapping, or a key."""
    return path[:2] if len(path) > 1 else path


def _shown(document: Document, path: ValuePath) -> str:
    value = document.data
    for step in path:
        value = value[step]
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        return ", ".join(str(item.get("user") or item.get("group") or item) for item in value)
    return ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, Mapping) else str(value)


def _dropped(mailbox: DesiredMailbox, document: Document, path: ValuePath, hit: frozenset[ValuePath]) -> DesiredMailbox:
    first = path[0]
    if first == "members":
        return _without_members(mailbox, document, hit)
    if first == "labels":
        return replace(
            mailbox, labels={key: value for key, value in mailbox.labels.items() if ("labels", key) not in hit}
        )
    if first in LEVELLED and path[1:2] in (("members",), ("people",)):
        return without_levels(mailbox, Right(str(first)))
    names = [name for name in mailbox.settings if str(name).split(".")[0] == first]
    if len(path) > 1 and isinstance(path[1], str):
        names = [name for name in names if str(name) == f"{first}.{path[1]}"]
        if not names and path == ("storage", "warn_at"):
            return replace(mailbox, warn_at_percent=None)
        if not names and path == ("storage", "suite"):
            return replace(mailbox, suite="")
        if not names and path == ("group", "enforce_until"):
            return replace(mailbox, enforces_until=False)
    settings = dict(mailbox.settings)
    for name in names:
        value = settings.pop(name)
        numbers = {part[1] for part in hit if part[0] == first and len(part) > 1 and isinstance(part[1], int)}
        if numbers and isinstance(value, tuple):
            settings[name] = _kept(name, value, mailbox.settings, numbers)
    return replace(mailbox, settings=settings)


def _kept(name: Field, value: tuple[Value, ...], settings: Mapping[Field, Value], numbers: set[int]) -> Value:
    """Return the entries of a list without those that have a problem. One rule can be several written entries."""
    kept, place = [], 0
    for index, item in enumerate(value):
        count = len(rule_lines(item, index, settings)) if name is Field.RULES else 1
        if not numbers & set(range(place, place + count)):
            kept.append(item)
        place += count
    return tuple(kept)


def _without_members(mailbox: DesiredMailbox, document: Document, hit: frozenset[ValuePath]) -> DesiredMailbox:
    lines = [document.data["members"][part[1]] for part in hit if part[0] == "members" and len(part) > 1]
    gone = {str(address).lower() for line in lines for address in _addresses(line)}
    grants = tuple(grant for grant in mailbox.grants or () if grant.trustee.key not in gone)
    expired = tuple(grant for grant in mailbox.expired if grant.trustee.key not in gone)
    return replace(mailbox, grants=None if not gone else grants, expired=expired)


def _addresses(line: Mapping[str, object]) -> Iterator[object]:
    return (line[key] for key in ("user", "group") if key in line)

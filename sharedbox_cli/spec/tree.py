"""What was read from YAML: values that remember where they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sharedbox_cli.core.place import Place

Plain = None | bool | int | str | date | datetime
"""What a scalar can mean; a date only where it stands without quotes."""

Step = str | int


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, and its text as written (without quotes)."""

    value: Plain
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key's place, and what stands behind it."""

    key_place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """Keys and values, in the order written."""

    entries: Mapping[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        """Return what stands behind a key."""
        entry = self.entries.get(key)
        return entry.node if entry else None

    def text(self, key: str) -> str:
        """Return the text behind a key; empty where there is none."""
        node = self.get(key)
        return node.text if isinstance(node, Scalar) else ""


Node = Scalar | ListNode | MapNode


def plain(node: Node) -> object:
    """Return a node as Python's own lists, dictionaries and values, for the models."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def json_value(node: Node) -> object:
    """Return a node as editors see it: a bare date is text there."""
    if isinstance(node, Scalar):
        return node.text if isinstance(node.value, date) else node.value
    if isinstance(node, ListNode):
        return [json_value(item) for item in node.items]
    return {key: json_value(entry.node) for key, entry in node.entries.items()}


def find(node: Node, path: tuple[Step, ...]) -> Node | None:
    """Return what stands at a path, or nothing."""
    here: Node | None = node
    for step in path:
        if isinstance(here, MapNode) and isinstance(step, str):
            here = here.get(step)
        elif isinstance(here, ListNode) and isinstance(step, int) and step < len(here.items):
            here = here.items[step]
        else:
            return None
    return here


def place_of(node: Node, path: tuple[Step, ...]) -> Place:
    """Return the place of the value at a path, or of the nearest thing above it that was written."""
    for length in range(len(path), -1, -1):
        found = find(node, path[:length])
        if found is not None:
            return found.place
    return node.place


def key_place(node: Node, path: tuple[Step, ...]) -> Place:
    """Return the place of the key at a path; of the value where it is no key."""
    above = find(node, path[:-1])
    last = path[-1] if path else None
    if isinstance(above, MapNode) and isinstance(last, str) and last in above.entries:
        return above.entries[last].key_place
    return place_of(node, path)


def merge(below: MapNode, above: MapNode) -> MapNode:
    """Return defaults (`below`) under what was written (`above`): mappings merge, all else replaces."""
    entries = dict(below.entries)
    for key, entry in above.entries.items():
        lower = entries.get(key)
        if lower and isinstance(lower.node, MapNode) and isinstance(entry.node, MapNode):
            entries[key] = Entry(entry.key_place, merge(lower.node, entry.node))
        else:
            entries[key] = entry
    return MapNode(entries, above.place)


def without(node: MapNode, keys: frozenset[str]) -> MapNode:
    """Return a mapping without some keys."""
    return MapNode({key: entry for key, entry in node.entries.items() if key not in keys}, node.place)


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, str, Place]]:
    """Yield every value with its path (`members[0].user`), its text and its place."""
    if isinstance(node, Scalar):
        yield path, node.text, node.place
    elif isinstance(node, ListNode):
        if not node.items:
            yield path, "[]", node.place
        for number, item in enumerate(node.items):
            yield from leaves(item, f"{path}[{number}]")
    else:
        if not node.entries:
            yield path, "{}", node.place
        for key, entry in node.entries.items():
            yield from leaves(entry.node, f"{path}.{key}" if path else key)


def places(node: Node, path: str = "") -> Iterator[tuple[str, Place]]:
    """Yield the place of everything below a node, by path."""
    if path:
        yield path, node.place
    if isinstance(node, ListNode):
        for number, item in enumerate(node.items):
            yield from places(item, f"{path}[{number}]")
    elif isinstance(node, MapNode):
        for key, entry in node.entries.items():
            yield from places(entry.node, f"{path}.{key}" if path else key)

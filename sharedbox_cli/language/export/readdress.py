"""Replaces addresses in the text of a spec file. Comments, order, anchors and quotes stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

from sharedbox_cli.language.export.yaml import scalar
from sharedbox_cli.language.yaml_source import nodes_in

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")
_PEOPLE = frozenset({"user", "group"})
"""The keys of a member: somebody who needs an address in the new place."""
_NOT_ADDRESSES = frozenset({"display_name", "name", "color", "platform", "version", "team"})


@dataclass(frozen=True, slots=True)
class Replaced:
    """One address in a file."""

    line: int
    column: int
    old: str
    new: str | None
    """None: there is no new address, and the file keeps the old one."""


@dataclass(slots=True)
class Readdressed:
    """The new text of a file, and what was replaced in it."""

    text: str
    found: list[Replaced] = field(default_factory=list)

    @property
    def changed(self) -> list[Replaced]:
        """Return the addresses that were replaced."""
        return [one for one in self.found if one.new is not None]


def readdressed(text: str, new_of: Callable[[str], str | None]) -> Readdressed:
    """Return a file with new addresses. Only values that are an address as a whole are replaced.

    `new_of` returns the new address, the same one if it stays, or None if there is no counterpart.
    """
    start = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(start)
    result = Readdressed(text)
    edits: dict[int, tuple[int, str]] = {}
    for key, node in _values(body):
        old = node.value
        start_index = _value_start(body, node.start_mark.index)
        if start_index in edits or "@" not in old or node.style in ("|", ">"):
            continue
        new = new_of(old)
        if new is None and key not in _PEOPLE:
            continue
        if new is None or new.lower() != old.lower():
            result.found.append(Replaced(node.start_mark.line + 1, node.start_mark.column + 1, old, new))
        if new is not None and new.lower() != old.lower():
            edits[start_index] = (node.end_mark.index, _written(new, node.style))
    for index in sorted(edits, reverse=True):
        end, words = edits[index]
        body = body[:index] + words + body[end:]
    result.text = start + body
    return result


def _value_start(text: str, index: int) -> int:
    """Return where a value begins, after its anchor and its tag."""
    found = _PROPERTIES.match(text, index)
    return index if found is None else found.end()


def _written(address: str, style: str | None) -> str:
    """Return an address in the quotes that the old one had, if they are possible."""
    return f"{style}{address}{style}" if style == '"' or (style == "'" and "'" not in address) else scalar(address)


def _values(text: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Yield each plain value with the nearest key above it. A value that an alias repeats is there once."""
    stack: list[tuple[str, yaml.Node]] = [("", node) for node in reversed(list(nodes_in(text))) if node is not None]
    while stack:
        key, node = stack.pop()
        if isinstance(node, yaml.MappingNode):
            stack += [
                (str(name.value), value) for name, value in reversed(node.value) if name.value not in _NOT_ADDRESSES
            ]
        elif isinstance(node, yaml.SequenceNode):
            stack += [(key, item) for item in reversed(node.value)]
        elif isinstance(node, yaml.ScalarNode):
            yield key, node

"""Questions about the nodes of a spec file, for those who edit it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeGuard

import yaml

from sharedbox_cli.language.yaml_source import nodes_in

COMMENT = re.compile(r"(^|\s)#", re.MULTILINE)
Pair = tuple[yaml.Node, yaml.Node]


class CannotEdit(Exception):
    """A change that only a person should make; the message says why."""


def as_mapping(node: yaml.Node) -> yaml.MappingNode:
    """Return an entry of a list as the mapping that it should be. Raises CannotEdit."""
    if not isinstance(node, yaml.MappingNode):
        raise CannotEdit("an entry of a list is not a mapping")
    return node


def changed_brackets(
    text: str, items: yaml.SequenceNode, gone: Sequence[yaml.Node], added: Sequence[str]
) -> list[tuple[int, int, str]]:
    """Return the replacements that remove and add entries of a list in brackets. Raises CannotEdit."""
    values: Sequence[yaml.Node] = items.value
    kept = [item for item in values if item not in gone]
    start, end = items.start_mark.index + 1, items.end_mark.index - 1
    if not kept:
        cuts = [(start, end, ", ".join(added))]
    else:
        first = values.index(kept[0])
        cuts = [(values[0].start_mark.index, kept[0].start_mark.index, "")] if first else []
        cuts += [
            (before.end_mark.index, item.end_mark.index, "")
            for before, item in pairwise(values[first:])
            if item in gone
        ]
    if any(COMMENT.search(text[cut[0] : cut[1]]) for cut in cuts):
        raise CannotEdit("a list in brackets has comments inside")
    last = values[-1].end_mark.index if kept else 0
    return [*cuts, *((last, last, f", {one}") for one in reversed(added) if kept)]


def is_about(line: str, address: str) -> bool:
    """Return whether a line is a comment that names somebody who is removed."""
    return line.lstrip().startswith("#") and bool(address) and address in line.lower()


def document_at(text: str, line: int) -> yaml.MappingNode | None:
    """Return the document that holds a line (from 1)."""
    for node in nodes_in(text):
        if isinstance(node, yaml.MappingNode) and node.start_mark.line <= line - 1 <= node.end_mark.line:
            return node
    return None


def pair_of(node: yaml.Node | None, key: str) -> Pair | None:
    """Return a key of a mapping and its value."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((pair for pair in pairs if pair[0].value == key), None)


def levels_in(text: str, line: int, right: str) -> tuple[str | None, dict[str, str]]:
    """Return the level of members and those of `people`, by address in lower case, as a document has them."""
    section = pair_of(document_at(text.removeprefix("\ufeff"), line), right)
    members, people = (pair_of(section[1] if section else None, key) for key in ("members", "people"))
    own: dict[str, str] = {}
    for item in people[1].value if people and isinstance(people[1], yaml.SequenceNode) else ():
        level = pair_of(item, "level")
        own[member_of(item)] = str(level[1].value) if level else ""
    is_text = members is not None and isinstance(members[1], yaml.ScalarNode) and not members[1].tag.endswith(":null")
    return str(members[1].value) if members is not None and is_text else None, own


def is_plain_list(node: yaml.Node) -> TypeGuard[yaml.SequenceNode]:
    """Return whether a value is a list of texts with one per line."""
    is_list = isinstance(node, yaml.SequenceNode) and not node.flow_style
    return is_list and all(isinstance(item, yaml.ScalarNode) for item in node.value)


def last_kept(items: yaml.SequenceNode, gone: Sequence[yaml.Node]) -> yaml.Node:
    """Return the item below which new ones go: a comment about one that is removed must not be read as theirs."""
    values: Sequence[yaml.Node] = items.value
    return next((item for item in reversed(values) if item not in gone), values[-1])


def is_at(node: yaml.Node, line: int | None) -> bool:
    """Return whether a node has a line. The parser ends a block where the next thing begins."""
    first = node.start_mark.line
    return line is None or first <= line - 1 < max(node.end_mark.line, first + 1)


def taker(item: yaml.Node, key: yaml.Node) -> str:
    """Return the address in lower case that an entry of `workflow.members` is; empty: it is none."""
    is_taker = isinstance(item, yaml.ScalarNode) and key.value == "members"
    return str(item.value).lower() if is_taker else ""


def member_of(node: yaml.Node) -> str:
    """Return the address in lower case that an entry names; empty: none."""
    if not isinstance(node, yaml.MappingNode):
        return ""
    return next((str(value.value).lower() for key, value in node.value if key.value in ("user", "group")), "")


def text_end(text: str, node: yaml.Node) -> int:
    """Return where the text of a value ends. The parser ends a block where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return text_end(text, last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return len(text[: node.end_mark.index].rstrip())
    return int(node.end_mark.index)


def has_aliases(node: yaml.Node) -> bool:
    """Return whether something below a value is written elsewhere: the parser puts the anchor's node in its place."""
    first, last = node.start_mark.index, node.end_mark.index
    return not all(first <= one.start_mark.index <= last for one in below(node))


def has_comments(text: str, node: yaml.Node, start: int, end: int) -> bool:
    """Return whether a part of a text has comments; `node`: what is written there. A `#` in a text is none."""
    part, place = [], start
    texts = [one for one in below(node) if isinstance(one, yaml.ScalarNode) and one.style]
    for one in sorted(texts, key=lambda one: one.start_mark.index):
        first, last = one.start_mark.index, text_end(text, one)
        if one.style in ("|", ">"):  # a comment can follow the mark
            first = min(last, text.find("\n", first) % (len(text) + 1))
        if place <= first and last <= end:
            part.append(text[place:first])
            place = last
    return COMMENT.search("".join([*part, text[place:end]])) is not None


def below(node: yaml.Node) -> Iterator[yaml.Node]:
    """Yield a node and all nodes below it."""
    waiting: list[yaml.Node] = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, yaml.CollectionNode):
            waiting += [part for item in one.value for part in (item if isinstance(item, tuple) else (item,))]


def without_key(text: str, node: yaml.MappingNode, pair: Pair, end: int) -> tuple[int, int, str]:
    """Return the replacement that takes a key and its value, which ends somewhere, out of a mapping with others.

    A comment behind it stays, in a separate line. Raises CannotEdit where one is in between.
    """
    name, start = pair[0], int(pair[0].start_mark.index)
    keys = [key for key, _ in node.value]
    place = keys.index(name)
    first = int(keys[place - 1].start_mark.index) if place and node.flow_style else start
    last = end if place else int(keys[1].start_mark.index)
    if has_comments(text, node, first, last):
        raise CannotEdit(f"`{name.value}` in line {name.start_mark.line + 1} has comments next to it")
    if not place:
        return start, last, ""
    if node.flow_style:
        return text.rindex(",", 0, start), end, ""
    line, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    comment = text[end:stop].strip(" \t")
    return line, stop, f"{text[line:start]}{comment}" if comment.strip() else ""

"""Changes lists of entries with several keys, such as `rules`, in place: what stays keeps its text and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from sharedbox_cli.language.export.nodes import COMMENT, CannotEdit, as_mapping, has_aliases, has_comments, text_end
from sharedbox_cli.language.export.yaml import Tree, entry_lines, item_lines


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that a list should have."""

    tree: Mapping[str, Tree]
    source: int | None = None
    """The entry of the file that it is or comes from, counted from 0; None: it is new."""
    before: Mapping[str, Tree] | None = None
    """What that entry says now, where it has to change."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The text of one entry: comments above an empty line, and the entry with the comments directly above it."""

    apart: str
    text: str


def is_entry_list(node: yaml.Node) -> bool:
    """Return whether a value is a list with a mapping for each entry, each on separate lines."""
    is_list = isinstance(node, yaml.SequenceNode) and not node.flow_style and bool(node.value)
    return is_list and all(isinstance(item, yaml.MappingNode) for item in node.value)


def changed_entries(
    text: str, items: yaml.SequenceNode, entries: Sequence[Entry], newline: str
) -> tuple[int, int, str]:
    """Return the replacement that gives a list these entries, in this order. Raises CannotEdit."""
    if has_aliases(items):
        raise CannotEdit(f"the list in line {items.start_mark.line + 1} uses an anchor: change it by hand")
    parts = _parts(text, items)
    indent = " " * items.start_mark.column
    kept = {entry.source for entry in entries}
    lines: list[str] = []
    for entry in entries:
        if entry.source is None:
            lines.append("".join(line + newline for line in item_lines(entry.tree, indent)))
            continue
        part = parts[entry.source]
        new = part.text
        if entry.before is not None:
            node = as_mapping(items.value[entry.source])
            new = _changed(text, node, part, entry.before, entry.tree, newline)
        lines.append(part.apart + new)
    # A comment with an empty line below it is about more than the next entry.
    lost = "".join(part.apart for number, part in enumerate(parts) if number not in kept and COMMENT.search(part.apart))
    start, end = _start(text, items), _line_end(text, text_end(text, items.value[-1]))
    new_text = "".join(lines) + lost
    return start, end, new_text if text[start:end].endswith("\n") else new_text.removesuffix(newline)


def _parts(text: str, items: yaml.SequenceNode) -> list[_Part]:
    parts, start = [], _start(text, items)
    for item in items.value:
        end = _line_end(text, text_end(text, item))
        above = text[start : text.rfind("\n", 0, item.start_mark.index) + 1].splitlines(keepends=True)
        near = len(above)
        while near and above[near - 1].lstrip().startswith("#"):
            near -= 1
        apart = "".join(above[:near])
        whole = text[start:end]
        if not whole.endswith("\n"):
            whole += "\r\n" if "\r\n" in text else "\n"
        parts.append(_Part(apart, whole.removeprefix(apart)))
        start = end
    return parts


def _start(text: str, items: yaml.SequenceNode) -> int:
    """Return where the lines of a list begin: below its key."""
    dash = items.start_mark.index
    start = text.rfind("\n", 0, dash) + 1
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above:start].strip()
        if line and not line.startswith("#"):
            break
        start = above
    return start


def _line_end(text: str, index: int) -> int:
    stop = text.find("\n", index)
    return len(text) if stop < 0 else stop + 1


def _changed(
    text: str, node: yaml.MappingNode, part: _Part, before: Mapping[str, Tree], after: Mapping[str, Tree], newline: str
) -> str:
    """Return the text of an entry in which the keys that differ are replaced. Raises CannotEdit."""
    if node.flow_style:
        return _as_new(text, node, part, after, newline)
    base = _line_end(text, text_end(text, node)) - len(part.text)
    indent = " " * node.start_mark.column
    pairs = {pair[0].value: pair for pair in node.value}
    cuts: list[tuple[int, int, str]] = []
    missing: list[str] = []
    for key in [key for key in {**before, **after} if before.get(key) != after.get(key)]:
        pair = pairs.get(key)
        lines = entry_lines(key, after[key], indent) if key in after else []
        if pair is None:
            missing += lines
            continue
        if pair is node.value[0] and not lines:
            return _as_new(text, node, part, after, newline)
        first, last = pair[0].start_mark.index, text_end(text, pair[1])
        end = _line_end(text, last)
        is_beside = COMMENT.search(text[last:end]) is not None and len(lines) != 1
        if is_beside or has_comments(text, pair[1], first, last):
            raise CannotEdit(f"`{key}` of `{_name(after)}` has comments")
        if lines:
            cuts.append((first, last, newline.join(lines).lstrip(" ")))
        else:
            cuts.append((text.rfind("\n", 0, first) + 1, end, ""))
    new = part.text
    for first, last, words in sorted(cuts, reverse=True):
        new = new[: first - base] + words + new[last - base :]
    return new + "".join(line + newline for line in missing)


def _as_new(text: str, node: yaml.MappingNode, part: _Part, after: Mapping[str, Tree], newline: str) -> str:
    """Return a new entry below the comments that the old one has."""
    line = text.rfind("\n", 0, node.start_mark.index) + 1
    end = _line_end(text, text_end(text, node))
    if has_comments(text, node, line, end):
        raise CannotEdit(f"`{_name(after)}` has comments inside")
    above = part.text[: len(part.text) - (end - line)]
    dash = text[line : node.start_mark.index].index("-")
    return above + "".join(row + newline for row in item_lines(after, " " * dash))


def _name(tree: Mapping[str, Tree]) -> str:
    """Return what an entry is called: the value of its first key."""
    return str(next(iter(tree.values()), ""))

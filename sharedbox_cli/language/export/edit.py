"""Changes single values and members of a spec file in place. Comments, order, anchors and quotes stay as they are.

Only the text of a value, or the lines of a list item, is replaced, at the positions that the YAML parser gives. What
cannot be changed that way raises CannotEdit, and the caller names it. The caller reads the result again and
compares it, so that an edit can never change anything else unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from sharedbox_cli.language.export.anchors import end_elsewhere, refers, refuse, tied, without_end
from sharedbox_cli.language.export.edit_entries import Entry, changed_entries, is_entry_list
from sharedbox_cli.language.export.nodes import (
    COMMENT,
    Pair,
    as_mapping,
    changed_brackets,
    document_at,
    has_comments,
    is_about,
    is_plain_list,
    last_kept,
    member_of,
    pair_of,
    text_end,
)
from sharedbox_cli.language.export.nodes import CannotEdit as CannotEdit
from sharedbox_cli.language.export.yaml import Tall, Tree, entry_lines, item_lines, one_line, scalar

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one document should say."""

    settings: Mapping[Keys, Tree] = field(default_factory=dict)
    """By path of keys."""
    entries: Mapping[Keys, Sequence[Entry]] = field(default_factory=dict)
    """By path of keys: the entries of a list whose entries have several keys, in their order."""
    members: Mapping[str, Mapping[str, Tree] | None] = field(default_factory=dict)
    """By address in lower case: the line of a member, or None for somebody who has no rights."""
    people: Mapping[str, Mapping[str, Mapping[str, Tree] | None]] = field(default_factory=dict)
    """By right with levels and address in lower case: an entry of `people`, or None for one that goes."""
    endless: Mapping[str, str] = field(default_factory=dict)
    """By address in lower case: members whose line loses `until`, and where it was read."""
    default_rights: Sequence[str] = ()
    """What a line without `rights` means."""


def edited(text: str, line: int, wanted: Wanted) -> str:
    """Return a file with changes in the document that holds a line (from 1). Raises CannotEdit."""
    start = "\ufeff" if text.startswith("\ufeff") else ""
    editor = Editor(text.removeprefix("\ufeff"))
    root = editor.document(line)
    for keys, value in wanted.settings.items():
        editor.set(root, keys, value, wanted.entries.get(keys))
    if wanted.members:
        editor.change_members(root, wanted)
    for right, people in wanted.people.items():
        editor.change_people(root, right, people)
    return start + editor.result()


class Editor:
    """Collects replacements of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._replacements: list[tuple[int, int, str]] = []

    def document(self, line: int) -> yaml.MappingNode:
        """Return the document that holds a line."""
        node = document_at(self._text, line)
        if node is None:
            raise CannotEdit("the document was not found")
        return node

    def result(self) -> str:
        """Return the text with all replacements."""
        text = self._text
        for start, end, new in sorted(self._replacements, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def set(self, root: yaml.MappingNode, keys: Keys, value: Tree, entries: Sequence[Entry] | None = None) -> None:
        """Give a key a value: in its place, or as a new line. `entries`: the same value, and what of it is there."""
        node: yaml.Node = root
        pair: Pair | None = None
        is_flow = False
        for depth, key in enumerate(keys):
            if not isinstance(node, yaml.MappingNode):
                raise CannotEdit(f"`{'.'.join(keys[:depth])}` is not a mapping")
            pair = pair_of(node, key)
            if pair is None:
                self._add_key(node, keys[depth:], value, is_root=node is root)
                return
            is_flow = bool(node.flow_style)
            node = pair[1]
            refuse(keys[: depth + 1], pair, refers(self._text, pair))
        if pair is not None and not entries:
            refuse(keys, pair, tied(self._text, pair))
        if is_plain_list(node) and isinstance(value, list) and value:
            self._change_items(node, value)
        elif entries and isinstance(node, yaml.SequenceNode) and is_entry_list(node):
            self._replacements.append(changed_entries(self._text, node, entries, self._newline))
        else:
            self._replace(node, keys, value, None if is_flow or pair is None else pair[0])

    def _change_items(self, node: yaml.SequenceNode, value: Sequence[Tree]) -> None:
        """Remove and add single items of a list that has one per line."""
        kept = {item.value.lower() for item in node.value}
        wanted = {str(item).lower() for item in value}
        if not kept & wanted:
            raise CannotEdit("no entry of the list stays")
        gone = [item for item in node.value if item.value.lower() not in wanted]
        for item in gone:
            self._cut(item)
        indent = " " * node.start_mark.column
        new = [part for item in value if str(item).lower() not in kept for part in item_lines(item, indent)]
        if new:
            self._insert_after(last_kept(node, gone), node.value[0], new)

    def change_members(self, root: yaml.MappingNode, wanted: Wanted) -> None:
        """Add, change or remove lines of `members`."""
        members = wanted.members
        pair = next((pair for pair in root.value if pair[0].value == "members"), None)
        if pair is None or not isinstance(pair[1], yaml.SequenceNode):
            raise CannotEdit("`members` is not in this file")
        items = pair[1]
        if items.flow_style and items.value:
            raise CannotEdit("`members` is written in brackets")
        lines = {key: node for node in items.value if (key := member_of(node))}
        if elsewhere := [key for key in wanted.endless if key not in lines]:
            raise CannotEdit(end_elsewhere(elsewhere[0], wanted.endless[elsewhere[0]]))
        new = [line for key, line in members.items() if line is not None and key not in lines]
        gone = [lines[key] for key, line in members.items() if line is None and key in lines]
        missing = [key for key, line in members.items() if line is None and key not in lines]
        if missing:
            raise CannotEdit(f"{', '.join(missing)} comes from a team: take them out of it, or name the others here")
        changed = {key: line for key, line in members.items() if line is not None and key in lines}
        for key, line in changed.items():
            if key in wanted.endless:
                self._replacements.append(without_end(self._text, lines[key], key, wanted.endless[key]))
            else:
                self._set_member(lines[key], line, wanted.default_rights)
        if len(gone) == len(items.value) and not new:
            self._replace_by(pair[1].start_mark.index, text_end(self._text, pair[1]), "[]", after=pair[0])
            return
        for node in gone:
            self._cut(node)
        self._add_items(pair, new, gone)

    def change_people(
        self, root: yaml.MappingNode, right: str, people: Mapping[str, Mapping[str, Tree] | None]
    ) -> None:
        """Add, change or remove entries of the `people` who have a level."""
        section = pair_of(root, right)
        pair = pair_of(section[1] if section else None, "people")
        if section is None or pair is None:
            self.set(root, (right, "people"), [Tall(line) for line in people.values() if line is not None])
            return
        items = pair[1]
        if not isinstance(items, yaml.SequenceNode):
            raise CannotEdit(f"`{right}.people` is not a list")
        entries = {member_of(item): item for item in items.value}
        new = [line for key, line in people.items() if line is not None and key not in entries]
        gone = [node for key, node in entries.items() if key in people and people[key] is None]
        for key, line in people.items():
            if line is not None and key in entries:
                self.set(as_mapping(entries[key]), ("level",), line["level"])
        if items.flow_style and (items.value or as_mapping(section[1]).flow_style):
            added = [one_line(dict(line)) or "" for line in new]
            self._replacements += changed_brackets(self._text, items, gone, added)
        elif items.value and len(gone) == len(items.value) and not new:
            self._replace_by(items.start_mark.index, text_end(self._text, items), "[]", after=pair[0])
        else:
            for node in gone:
                self._cut(node)
            self._add_items(pair, new, gone)

    def _set_member(self, node: yaml.Node, line: Mapping[str, Tree], default: Sequence[str]) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise CannotEdit("a member is not a mapping")
        if "until" in line:
            self.set(node, ("until",), line["until"])
        if "until" not in line or "rights" in line:
            self._set_rights(node, line, default)

    def _set_rights(self, node: yaml.MappingNode, line: Mapping[str, Tree], default: Sequence[str]) -> None:
        pair = next((pair for pair in node.value if pair[0].value == "rights"), None)
        rights = line.get("rights") or [*default]
        if pair is not None:
            if not rights:
                raise CannotEdit("the rights are those of the platform's default: remove `rights`")
            refuse(("rights",), pair, tied(self._text, pair))
            self._replace(pair[1], ("rights",), rights)
        elif "rights" in line:
            self._add_key(node, ("rights",), rights, is_root=False)

    def _replace(self, node: yaml.Node, keys: Keys, value: Tree, key: yaml.Node | None = None) -> None:
        """Replace a value; `key`: its key, if the value can span several lines."""
        start, end = node.start_mark.index, text_end(self._text, node)
        if has_comments(self._text, node, start, end):
            raise CannotEdit(f"`{'.'.join(keys)}` has comments inside")
        line = one_line(value)
        if line is None or (key is not None and isinstance(value, str) and "\n" in value):
            self._replace_lines(keys, value, key, end)
            return
        is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style
        if not is_block:
            self._replacements.append((start, end, line))
            return
        before = self._text.rfind(":", 0, start) + 1
        self._replacements.append((before, end, f" {line}"))

    def _replace_lines(self, keys: Keys, value: Tree, key: yaml.Node | None, end: int) -> None:
        """Replace a key and its value by several lines."""
        stop = self._text.find("\n", end)
        rest = self._text[end : len(self._text) if stop < 0 else stop].rstrip("\r")
        if key is None or (rest.strip() and not rest.lstrip().startswith("#")):
            raise CannotEdit(f"`{'.'.join(keys)}` has several lines")
        first, *lines = entry_lines(keys[-1], value, " " * key.start_mark.column)
        text = self._newline.join([first.lstrip(" ") + rest, *lines])
        self._replacements.append((key.start_mark.index, end + len(rest), text))

    def _replace_by(self, start: int, end: int, new: str, *, after: yaml.Node) -> None:
        colon = self._text.index(":", after.end_mark.index) + 1
        if COMMENT.search(self._text[colon:end]):
            raise CannotEdit(f"`{after.value}` has comments inside")
        self._replacements.append((colon, end, f" {new}"))

    def _add_key(self, node: yaml.MappingNode, keys: Keys, value: Tree, *, is_root: bool) -> None:
        for key in reversed(keys[1:]):
            value = {key: value}
        if node.flow_style:
            end = node.end_mark.index - 1
            line = one_line(value)
            if line is None:
                raise CannotEdit(f"`{keys[0]}` has several lines")
            text = f"{scalar(keys[0])}: {line}"
            self._replacements.append((end, end, f", {text}" if node.value else text))
            return
        indent = " " * (node.start_mark.column if not is_root or node.value else 0)
        lines = entry_lines(keys[0], value, indent)
        self._insert_after(node.value[-1][1], node.value[-1][0], lines)

    def _add_items(
        self, pair: tuple[yaml.Node, yaml.Node], lines: Sequence[Mapping[str, Tree]], gone: Sequence[yaml.Node]
    ) -> None:
        if not lines:
            return
        items = pair[1]
        if not isinstance(items, yaml.SequenceNode) or not items.value:
            indent = " " * pair[0].start_mark.column + "  "
            text = "".join(f"{self._newline}{part}" for line in lines for part in item_lines(Tall(line), indent))
            colon = self._text.index(":", pair[0].end_mark.index) + 1
            self._replacements.append((colon, items.end_mark.index, text))
            return
        indent = " " * items.start_mark.column
        new = [part for line in lines for part in item_lines(Tall(line), indent)]
        self._insert_after(last_kept(items, gone), pair[0], new)

    def _insert_after(self, node: yaml.Node, key: yaml.Node, lines: Sequence[str]) -> None:
        """Insert lines below the last line of a value, behind a comment at its end."""
        end = max(text_end(self._text, node), key.end_mark.index)
        stop = self._text.find("\n", end)
        new = self._newline.join(lines)
        if stop < 0:
            self._replacements.append((len(self._text), len(self._text), f"{self._newline}{new}"))
        else:
            self._replacements.append((stop + 1, stop + 1, new + self._newline))

    def _cut(self, node: yaml.Node) -> None:
        """Remove the lines of a list item."""
        start = self._text.rfind("\n", 0, node.start_mark.index) + 1
        above = self._text.rfind("\n", 0, start - 1) + 1
        while start and is_about(self._text[above:start], member_of(node)):
            start, above = above, self._text.rfind("\n", 0, above - 1) + 1
        stop = self._text.find("\n", text_end(self._text, node))
        self._replacements.append((start, len(self._text) if stop < 0 else stop + 1, ""))

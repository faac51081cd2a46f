"""Takes a person out of a file of specs or teams, in place."""

from __future__ import annotations

import yaml

from sharedbox_cli.language.export.edit import Editor
from sharedbox_cli.language.export.nodes import (
    CannotEdit,
    Pair,
    as_mapping,
    changed_brackets,
    is_at,
    member_of,
    pair_of,
    taker,
    text_end,
)
from sharedbox_cli.language.files import TEAMS
from sharedbox_cli.language.yaml_source import nodes_in


def without_person(text: str, address: str, line: int | None = None) -> str:
    """Return a file without every line that names somebody as a member, in mailboxes and teams. Raises CannotEdit.

    `line`, from 1: only the member there.
    """
    start = "\ufeff" if text.startswith("\ufeff") else ""
    editor = _PersonEditor(text.removeprefix("\ufeff"))
    for root in nodes_in(text.removeprefix("\ufeff")):
        editor.cut_person(root, address.lower(), line)
    return start + editor.result()


class _PersonEditor(Editor):
    """Removes what names somebody."""

    def cut_person(self, node: yaml.Node | None, address: str, line: int | None = None) -> None:
        """Remove the items that name somebody, wherever they are below a node, or only the one at a line."""
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == "workflow" and line is None:
                    self._cut_taker(value, address)
                if isinstance(value, yaml.SequenceNode):
                    self._cut_from(value, address, key, line)
                else:
                    self.cut_person(value, address, line)

    def _cut_from(self, items: yaml.SequenceNode, address: str, key: yaml.Node, line: int | None) -> None:
        gone = [item for item in items.value if address in (member_of(item), taker(item, key)) and is_at(item, line)]
        if gone and items.flow_style:
            raise CannotEdit(f"`{key.value}` is written in brackets")
        if gone and len(gone) == len(items.value):
            if any(taker(item, key) for item in gone):
                line = key.start_mark.line + 1
                raise CannotEdit(f"`workflow.members` in line {line} would be empty: name somebody else")
            is_people = key.value == "people" and key.start_mark.column
            if not is_people and (key.value != "members" or key.start_mark.column):
                raise CannotEdit(f"the team would be empty: remove it from `{TEAMS}` and from the specs that name it")
            self._replace_by(items.start_mark.index, text_end(self._text, items), "[]", after=key)
            return
        for item in gone:
            self._cut(item)

    def _cut_taker(self, workflow: yaml.Node, address: str) -> None:
        """Remove the entries of `assign` and `names` in a workflow that name somebody."""
        assign, names = pair_of(workflow, "assign"), pair_of(workflow, "names")
        entries = assign[1].value if assign and isinstance(assign[1], yaml.SequenceNode) else ()
        gone = [item for item in entries if (to := pair_of(item, "to")) and str(to[1].value).lower() == address]
        if gone and assign:
            line = assign[0].start_mark.line + 1
            if len(gone) == len(entries):
                raise CannotEdit(f"`workflow.assign` in line {line} would be empty: give the messages to somebody else")
            if isinstance(assign[1], yaml.SequenceNode) and assign[1].flow_style:
                self._replacements += changed_brackets(self._text, assign[1], gone, [])
                gone = []
            for item in gone:
                self._cut(item)
        pairs = names[1].value if names and isinstance(names[1], yaml.MappingNode) else []
        place = next((place for place, pair in enumerate(pairs) if str(pair[0].value).lower() == address), None)
        if names and place is not None:
            self._cut_name(workflow, names, place)

    def _cut_name(self, workflow: yaml.Node, names: Pair, place: int) -> None:
        """Remove one of the `names`, or all of the key if it is the only one."""
        node = as_mapping(names[1])
        key, value = node.value[place]
        is_only = len(node.value) == 1
        if as_mapping(workflow).flow_style if is_only else node.flow_style:
            line = names[0].start_mark.line + 1
            raise CannotEdit(f"`workflow.names` in line {line} is written in braces")
        first, last = (names[0], node) if is_only else (key, value)
        start = self._text.rfind("\n", 0, first.start_mark.index) + 1
        stop = self._text.find("\n", text_end(self._text, last))
        self._replacements.append((start, len(self._text) if stop < 0 else stop + 1, ""))

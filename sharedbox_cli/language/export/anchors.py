"""Anchors and aliases in a spec file: who edits a value must not change what is written elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from sharedbox_cli.language.export.nodes import CannotEdit, Pair, as_mapping, below, pair_of, text_end, without_key

_ALIAS, _ANCHOR = (re.compile(rf":(?:\s|#.*\n)*(?:!\S*\s+)?\{mark}([^\s,\[\]{{}}]+)") for mark in "*&")


def refers(text: str, pair: Pair) -> str:
    """Return why a value must not be edited in its place, as it is an alias; empty: it is none."""
    key, value = pair
    if (alias := _ALIAS.match(text, _colon(text, key))) is None:
        return ""
    return f"is the alias `*{alias[1]}` of the value in line {_line(value)}: change that one, or write the value here"


def refuse(keys: Sequence[str], pair: Pair, why: str) -> None:
    """Raise CannotEdit if there is a reason not to edit the value of a key."""
    if why:
        raise CannotEdit(f"`{'.'.join(keys)}` in line {_line(pair[0])} {why}")


def without_end(text: str, node: yaml.Node, member: str, place: str) -> tuple[int, int, str]:
    """Return the replacement that takes `until` out of the line of a member; `place`: where it was read.

    Raises CannotEdit.
    """
    pair = pair_of(node, "until")
    if pair is None:
        raise CannotEdit(end_elsewhere(member, place))
    if not refers(text, pair):
        refuse(("until",), pair, tied(text, pair))
    return without_key(text, as_mapping(node), pair, _end_of(text, pair))


def end_elsewhere(member: str, place: str) -> str:
    """Return why the end of a member cannot be taken out of a line."""
    return f"the access of {member} has no end in the tenant, and `until` comes from {place}: remove it there"


def _end_of(text: str, pair: Pair) -> int:
    """Return where the text of a value ends, also of an alias."""
    alias = _ALIAS.match(text, _colon(text, pair[0]))
    return alias.end() if alias is not None else text_end(text, pair[1])


def tied(text: str, pair: Pair) -> str:
    """Return why a value must not be replaced: it is an alias, or it has or uses an anchor. Empty: it may be."""
    key, value = pair
    if why := refers(text, pair):
        return why
    anchor = _ANCHOR.match(text, _colon(text, key))
    if anchor is not None:
        return f"has the anchor `&{anchor[1]}`, by which other values repeat it: change it by hand"
    first, last = value.start_mark.index, value.end_mark.index
    for node in below(value):
        if not first <= node.start_mark.index <= last:
            return f"repeats the value in line {_line(node)} by an alias: change it by hand"
        if text[node.start_mark.index : node.start_mark.index + 1] == "&":
            return f"has an anchor in line {_line(node)}, by which other values repeat it: change it by hand"
    return ""


def _colon(text: str, key: yaml.Node) -> int:
    return text.index(":", key.end_mark.index)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1

"""`import --update` of lists: which entries stay, change and go. What a `workflow` adds is not in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.language.export.document import rule_lines, setting_tree
from sharedbox_cli.language.export.edit import CannotEdit
from sharedbox_cli.language.export.edit_entries import Entry
from sharedbox_cli.language.leaves import SETTING_LEAVES
from sharedbox_cli.language.settings import encoded
from sharedbox_cli.language.workflow import EXPANDED

if TYPE_CHECKING:
    from sharedbox_cli.core.values import Value
    from sharedbox_cli.language.export.yaml import Tree

Canonical = Callable[[Field, "Value"], "Value"]
LISTS = frozenset(name for name, leaf in SETTING_LEAVES.items() if leaf.entries is not None)
"""Lists whose entries have several keys."""


def without_expansion(
    name: Field, value: Value, mailbox: DesiredMailbox, merged: Sequence[Any] | None, canonical: Canonical
) -> Value:
    """Return what of a value the document itself should say: the rest is what its `workflow` expands to.

    `merged`: the entries before the expansion, with the defaults. Raises CannotEdit if the mailbox has no longer what
    the workflow adds.
    """
    if name not in mailbox.shared_out or str(name) not in EXPANDED or not isinstance(value, tuple):
        return value
    own = _items(canonical(name, encoded(name, list(merged or ()))))
    added = [item for item in _items(mailbox.settings[name]) if item not in own]
    missing = [item for item in added if item not in value]
    if missing:
        what = f"`{named}`" if (named := _name(missing[0])) else "a rule"
        raise CannotEdit(f"{what} comes from `workflow`: change the workflow, or apply it again")
    rest = tuple(item for item in value if item not in added)
    if name is Field.RULES and canonical(name, rest + tuple(added)) != canonical(name, value):
        raise CannotEdit(f"`{name}`: some come after those of `workflow`, which are always last in a spec")
    return rest


def kept_of(wanted: Value, there: Value) -> tuple[Value, ...]:
    """Return what is there of the entries that a spec wants, as it is there: a tag can have another colour."""
    found = {_key(item): item for item in _items(there)}
    return tuple(found[_key(item)] for item in _items(wanted) if _key(item) in found)


def entries_of(
    name: Field, value: Value, own: Sequence[Any], settings: Mapping[Field, Value], canonical: Canonical
) -> list[Entry]:
    """Return the entries that the file should have for a value; `own`: those that it has."""
    sources = [_items(canonical(name, encoded(name, [item]))) for item in own]
    free = dict(enumerate(sources))
    wanted = _items(value)
    kept: dict[int, int] = {}
    for place, item in enumerate(wanted):
        same = next((number for number, source in free.items() if source == (item,)), None)
        if same is not None:
            kept[place] = same
            del free[same]
    entries: list[Entry] = []
    for place, item in enumerate(wanted):
        if place in kept:
            entries.append(Entry({}, kept[place]))
            continue
        number_of_new = len(own) + sum(entry.source is None for entry in entries)
        for tree in _trees(name, item, number_of_new, settings):
            number = _namesake(item, free)
            before = None if number is None else _trees(name, free.pop(number)[0], 0, settings)[0]
            entries.append(Entry(tree, number, before))
    # Where the order says nothing, the file keeps its own.
    if len(wanted) > 1 and canonical(name, tuple(reversed(wanted))) == canonical(name, tuple(wanted)):
        entries.sort(key=lambda entry: len(own) if entry.source is None else entry.source)
    return entries


def _namesake(item: Value, free: Mapping[int, tuple[Value, ...]]) -> int | None:
    """Return the entry of the file with the name of an item. Where the platform keeps no names, there is none."""
    key = _key(item)
    return next((number for number, one in free.items() if key and len(one) == 1 and _key(one[0]) == key), None)


def _trees(name: Field, item: Value, number: int, settings: Mapping[Field, Value]) -> list[Mapping[str, Tree]]:
    if name is Field.RULES:
        return [*rule_lines(item, number, settings)]
    tree = setting_tree(name, {**settings, name: (item,)})
    return [entry for entry in tree if isinstance(entry, Mapping)] if isinstance(tree, Sequence) else []


def _items(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


def _key(item: Value) -> str:
    """Return what identifies an entry, in lower case."""
    return _name(item).casefold()


def _name(item: Value) -> str:
    """Return the name of a rule or tag, or the address of a sender; empty: a rule without a name."""
    if not isinstance(item, tuple) or not item:
        return str(item)
    pairs = dict(part for part in item if isinstance(part, tuple) and len(part) == 2)
    return str(pairs.get("name", "" if pairs else item[0]))

"""Expands `workflow` to tags, folders and rules, before anything else looks at them. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.model import DesiredGrant
from sharedbox_cli.core.owners import Owner, buckets, colours, owner_folder, owner_tag
from sharedbox_cli.language.document import Document, Layer, Path, Position, Positions, layers_at
from sharedbox_cli.language.load import LoadedTeam
from sharedbox_cli.language.models.content import Tag
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.models.rules import Rule
from sharedbox_cli.language.models.workflow import Workflow
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.workflow_members import owners_of

KEY = "workflow"
HANDLED = "handled"
HANDLED_COLOUR = "green"
EXPANDED = ("folders", "tags", "rules")
"""The keys that it adds to, in the order of a document."""
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Expansion:
    """What a workflow adds, as a document has it."""

    folders: list[str]
    tags: list[Entry]
    rules: list[Entry]


def expanded(
    document: Document,
    spec: Mailbox,
    teams: Mapping[str, LoadedTeam],
    grants: Sequence[DesiredGrant] | None,
    table: Capabilities,
    now: datetime,
) -> tuple[Document, Mailbox, list[Problem]]:
    """Return a document with what its workflow expands to, and the problems. Without a workflow, it is unchanged."""
    workflow = spec.workflow
    if workflow is None or _is_refused(workflow, table):
        return document, spec, []
    owners, problems = owners_of(workflow, document, teams, grants, now)
    problems += _incomplete(workflow, document, owners)
    if problems:
        return document, spec, problems
    added = _expansion(workflow, document, owners, stops=table.refusal("rules[].stop") is None)
    folders = _folders(spec.folders, added.folders, document, problems)
    tags = _tags(spec.tags, added.tags, document, problems)
    rules = _rules(spec.rules, added.rules, document, problems)
    more: dict[str, list[Any]] = {"folders": folders, "tags": tags, "rules": rules}
    more = {key: entries for key, entries in more.items() if entries}
    models = {
        "folders": [*(spec.folders or ()), *folders],
        "tags": [*(spec.tags or ()), *(Tag.model_validate(entry) for entry in tags)],
        "rules": [*(spec.rules or ()), *(Rule.model_validate(entry) for entry in rules)],
    }
    data = {**document.data, **{key: [*document.data.get(key, ()), *entries] for key, entries in more.items()}}
    whole = Document(data, (*_layers(document, more), *document.layers), document.has_nulls, document.is_ascii)
    whole.place = document.place
    return whole, spec.model_copy(update={key: models[key] for key in more}), problems


def added_paths(before: Document, after: Document) -> Iterator[Path]:
    """Yield the path of each entry that a workflow added."""
    for key in EXPANDED:
        for number in range(len(before.data.get(key, ())), len(after.data.get(key, ()))):
            yield (key, number)


def _is_refused(workflow: Workflow, table: Capabilities) -> bool:
    """Return whether the platform refuses the workflow, which is reported as for any other key."""
    listed = table.values.get(f"{KEY}.assign_by")
    return table.refusal(KEY) is not None or (listed is not None and workflow.assign_by not in (*listed, None))


def _incomplete(workflow: Workflow, document: Document, owners: Sequence[Owner]) -> Iterator[Problem]:
    place = document.place_of_key((KEY,))
    for name in ("assign_by", "members"):
        if getattr(workflow, name) is None:
            yield Problem(place, "a key is missing", f"A workflow needs `{name}`.", f"Write `{name}:` below it.")
    by_rules = workflow.assign_by == "rules"
    if by_rules and workflow.assign is None:
        hint = "Write `assign: [{to: ADDRESS, when: {…}}]`, or choose `assign_by: tags`."
        yield Problem(place, "a key is missing", "`assign_by: rules` needs `assign`.", hint)
    if not by_rules and workflow.assign is not None and workflow.assign_by is not None:
        why = f"`assign` has no effect with `assign_by: {workflow.assign_by}`."
        yield Problem(document.place_of_key((KEY, "assign")), "a key without effect", why, "Remove it.")
    known = [owner.address.key for owner in owners]
    for number, entry in enumerate(workflow.assign or ()):
        if owners and entry.to.lower() not in known:
            hint = nearest(entry.to, known) or "Add the address to `workflow.members`."
            where = document.place_of((KEY, "assign", number, "to"))
            yield Problem(where, "unknown member", f"{entry.to} is not among the members of the workflow.", hint)
    if workflow.assign_by == "round-robin" and len(owners) > len(buckets(1)[0]):
        why = f"Senders fall into {len(buckets(1)[0])} groups, and there are {len(owners)} members."
        yield Problem(place, "too many members", why, "Choose `assign_by: rules` or `tags`.")


def _expansion(workflow: Workflow, document: Document, owners: Sequence[Owner], *, stops: bool) -> _Expansion:
    by_address = {owner.address.key: owner for owner in owners}
    own = zip(owners, colours([owner.address.key for owner in owners]), strict=True)
    tags: list[Entry] = [{"name": owner_tag(owner.name), "color": colour} for owner, colour in own]
    tags.append({"name": workflow.handled or HANDLED, "color": HANDLED_COLOUR})
    whens: list[tuple[Owner, Entry]] = []
    if workflow.assign_by == "round-robin":
        letters = buckets(len(owners))
        whens = [
            (owner, {"from_contains": [f"{letter}@" for letter in mine]})
            for owner, mine in zip(owners, letters, strict=True)
        ]
    elif workflow.assign_by == "rules":
        whens = [(by_address[entry["to"].lower()], entry["when"]) for entry in document.data[KEY]["assign"]]
    moves = workflow.folders is not False
    counted: dict[str, int] = {}
    rules = []
    for owner, when in whens:
        counted[owner.name] = number = counted.get(owner.name, 0) + 1
        then: Entry = {"tag": [owner_tag(owner.name)], **({"move_to": owner_folder(owner.name)} if moves else {})}
        name = f"assign to {owner.name}{f' ({number})' if number > 1 else ''}"
        rules.append({"name": name, "when": when, "then": then, **({"stop": True} if stops else {})})
    folders = [owner_folder(owner.name) for owner in owners if moves and owner.name in counted]
    return _Expansion(folders, tags, rules)


def _folders(own: list[str] | None, added: list[str], document: Document, problems: list[Problem]) -> list[str]:
    known = {path.casefold(): (number, path) for number, path in enumerate(own or ())}
    return [path for path in added if not _is_own(known, path, path, ("folders",), document, problems)]


def _tags(own: list[Tag] | None, added: list[Entry], document: Document, problems: list[Problem]) -> list[Entry]:
    known = {tag.name.casefold(): (number, _tag(tag)) for number, tag in enumerate(own or ())}
    return [
        entry
        for entry in added
        if not _is_own(known, entry["name"], (entry["name"], entry["color"]), ("tags", "name"), document, problems)
    ]


def _tag(tag: Tag) -> tuple[str, str | None]:
    return tag.name, tag.color


def _rules(own: list[Rule] | None, added: list[Entry], document: Document, problems: list[Problem]) -> list[Entry]:
    known = {rule.name.casefold(): (number, rule) for number, rule in enumerate(own or ())}
    return [
        entry
        for entry in added
        if not _is_own(known, entry["name"], Rule.model_validate(entry), ("rules", "name"), document, problems)
    ]


def _is_own(
    known: Mapping[str, tuple[int, Any]],
    name: str,
    entry: Any,
    path: tuple[str, ...],
    document: Document,
    problems: list[Problem],
) -> bool:
    """Return whether the document has an entry itself. One of the same name that differs is a problem."""
    found = known.get(name.casefold())
    if found is None:
        return False
    number, own = found
    if own != entry:
        why = f"`{name}` is in `{path[0]}`, and `workflow` expands to another one of this name."
        hint = "Remove the entry, or choose another name. To see the expansion, remove it and run `sharedbox show`."
        place = document.place_of((path[0], number, *path[1:]))
        problems.append(Problem(place, "conflict with the workflow", why, hint, document.place_of_key((KEY,))))
    return True


def _layers(document: Document, more: Mapping[str, list[Any]]) -> Iterator[Layer]:
    """Yield the positions of what was added: that of the workflow, after the entries that the document has itself."""
    ((file, inner), *_) = layers_at(document.layers, KEY)
    start = inner if isinstance(inner, int) else inner.start
    for key, entries in more.items():
        own = next(iter(layers_at(document.layers, key)), None)
        listed: list[Position] = []
        if own is not None:
            if own[0] != file or not isinstance(own[1], Positions) or not isinstance(own[1].values, list):
                continue  # a layer has one file: what was added gets the place of the list
            listed = own[1].values
        values = Positions(start, [*listed, *[start] * len(entries)])
        yield file, Positions(start, {key: values}, {key: _key_position(document, key) or start})


def _key_position(document: Document, key: str) -> int | None:
    found = (position.of_key(key) for _, position in document.layers if isinstance(position, Positions))
    return next((position for position in found if position is not None), None)

"""Whether folders, tags, rules and senders of one document are consistent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.mail_rules import same_rules
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.models.rules import Rule
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.settings import rule_value


@dataclass(frozen=True, slots=True)
class _Named:
    text: str
    place: Place


def content_problems(spec: Mailbox, document: Document, table: Capabilities) -> list[Problem]:
    """Return duplicate names, unknown labels in mail rules, and senders that contradict each other.

    On some platforms, a folder and a tag cannot have the same name.
    """
    folders = [_Named(text, document.place_of(("folders", n))) for n, text in enumerate(spec.folders or ())]
    tags = [_Named(tag.name, document.place_of(("tags", n, "name"))) for n, tag in enumerate(spec.tags or ())]
    return [
        *_labels(folders, tags, labels_are_shared=table.labels_are_shared),
        *_rules(spec, document, table),
        *_unknown(spec, document, table),
        *_senders(spec, document),
    ]


def _rules(spec: Mailbox, document: Document, table: Capabilities) -> Iterator[Problem]:
    """Yield each rule with the name of another one; where names are shared, only one that also says the same."""
    is_shared = table.rules_share_names
    why = "another rule of this name says the same" if is_shared else "each rule needs a different name"
    seen: dict[str, list[tuple[_Named, Rule]]] = {}
    for number, rule in enumerate(spec.rules or ()):
        named = _Named(rule.name, document.place_of(("rules", number, "name")))
        namesakes = seen.setdefault(rule.name.casefold(), [])
        if same := [first for first, other in namesakes if not is_shared or _says_the_same(other, rule, table)]:
            yield _listed_twice(named, same[0], why)
        namesakes.append((named, rule))


def _says_the_same(one: Rule, other: Rule, table: Capabilities) -> bool:
    """Return whether two rules of one name do the same while they are on."""
    both = (rule_value(rule.model_copy(update={"name": one.name, "enabled": True})) for rule in (one, other))
    return same_rules(*(table.canonical(Field.RULES, (value,)) for value in both))


def _labels(folders: list[_Named], tags: list[_Named], *, labels_are_shared: bool) -> Iterator[Problem]:
    if labels_are_shared:
        yield from _twice((*folders, *tags), "folders and tags share one set of names")
    else:
        yield from _twice(folders, "each folder needs a different name")
        yield from _twice(tags, "each tag needs a different name")


def _twice(items: Iterable[_Named], why: str) -> Iterator[Problem]:
    seen: dict[str, _Named] = {}
    for item in items:
        first = seen.setdefault(item.text.casefold(), item)
        if first is not item:
            yield _listed_twice(item, first, why)


def _listed_twice(item: _Named, first: _Named, why: str) -> Problem:
    return Problem(item.place, "listed twice", f"`{item.text}`: {why}.", "Keep one of them.", first.place)


def _unknown(spec: Mailbox, document: Document, table: Capabilities) -> Iterator[Problem]:
    """Yield each tag or folder of a mail rule that is not in the list, if there is a list."""
    for number, rule in enumerate(spec.rules or ()):
        where = ("rules", number, "then")
        if spec.tags is not None:
            known = [tag.name for tag in spec.tags]
            for index, name in enumerate(rule.then.tag or ()):
                if name not in known:
                    yield _missing("tag", name, document.place_of((*where, "tag", index)), known)
        for key in ("move_to", "copy_to"):
            path = getattr(rule.then, key)
            if spec.folders is not None and path is not None and not _is_folder(path, spec.folders, table):
                yield _missing("folder", path, document.place_of((*where, key)), spec.folders)


def _is_folder(path: str, folders: list[str], table: Capabilities) -> bool:
    """Return whether a folder is listed, or one that every mailbox of the platform has."""
    known = table.canonical(Field.FOLDERS, tuple(folders))
    named = table.canonical(Field.FOLDERS, (path,))
    listed = known if isinstance(known, tuple) else ()
    return isinstance(named, tuple) and (named[0] in listed or str(named[0]) in table.built_in_folders)


def _missing(kind: str, name: str, place: Place, known: list[str]) -> Problem:
    hint = nearest(name, known) or f"Add it to `{kind}s`."
    return Problem(place, f"unknown {kind}", f"`{name}` is not among the {kind}s of this mailbox.", hint)


def _senders(spec: Mailbox, document: Document) -> Iterator[Problem]:
    items = [
        _Named(sender.address.lower(), document.place_of(("senders", n, "address")))
        for n, sender in enumerate(spec.senders or ())
    ]
    yield from _twice(items, "one entry per address")
    for item in items:
        if item.text == spec.mailbox.lower():
            yield Problem(item.place, "the mailbox itself", "It can always send from its own address.", "Leave it out.")
    defaults = [n for n, sender in enumerate(spec.senders or ()) if sender.default]
    if len(defaults) > 1:
        place = document.place_of(("senders", defaults[1], "default"))
        yield Problem(place, "two defaults", "Only one address can be the default.", "Keep one of them.")

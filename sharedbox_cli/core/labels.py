"""Folders and tags of a platform that stores both as labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value


def parted_labels(settings: Mapping[Field, Value]) -> dict[Field, Value]:
    """Return folders and tags that a platform stores as one: a label with a colour, or that only marks, is a tag.

    A folder is left out if it comes with one below it, unless a rule names it.
    """
    tags, folders = settings.get(Field.TAGS), settings.get(Field.FOLDERS)
    if not isinstance(tags, tuple) or not isinstance(folders, tuple):
        return {}
    rules = settings.get(Field.RULES)
    marks = {label for label, stays in _labels(rules) if stays}
    kept = tuple(item for item in tags if isinstance(item, tuple) and (item[1] or item[0] in marks))
    named = {item[0] for item in kept if isinstance(item, tuple)}
    left = [str(item) for item in folders if item not in named]
    implied = _parents(left) - {label for label, _ in _labels(rules)}
    return {Field.TAGS: kept, Field.FOLDERS: tuple(item for item in left if item not in implied)}


def lowest_folders(settings: Mapping[Field, Value]) -> dict[Field, Value]:
    """Return the folders without those that come with one below them."""
    folders = settings.get(Field.FOLDERS)
    if not isinstance(folders, tuple):
        return {}
    implied = _parents(map(str, folders))
    return {Field.FOLDERS: tuple(item for item in folders if item not in implied)}


def _parents(paths: Iterable[str]) -> set[str]:
    """Return the folders above other ones: they come with those."""
    return {path[:place] for path in paths for place, letter in enumerate(path) if letter == "/"}


def _labels(rules: Value) -> Iterator[tuple[Value, bool]]:
    """Yield each label that rules add, and whether the message stays in the inbox."""
    for rule in rules if isinstance(rules, tuple) else ():
        pairs: dict[str, Value] = dict(rule)  # type: ignore[arg-type]
        labels = pairs.get("then.labels")
        if isinstance(labels, tuple):
            yield from ((label, pairs.get("then.archive") is not True) for label in labels)

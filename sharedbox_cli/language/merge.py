"""A document laid over its defaults, each value with the place it came from."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.language.load import LoadedMailbox, LoadedSpecs
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT
from sharedbox_cli.language.yaml_source import Document
from sharedbox_cli.language.yaml_source import Path as ValuePath


def with_defaults(loaded: LoadedSpecs, mailbox: LoadedMailbox) -> Document:
    """Return one document over its defaults: deep for mappings, the nearer file wins, a list replaces a list.

    A mailbox that is to be absent takes from the defaults only what it may say itself.
    """
    document = mailbox.document
    is_absent = document.data.get("state") == "absent"
    merged = Document({}, document.place, {(): document.place}, {})
    for folder in mailbox.folders:
        layer = loaded.defaults.get(folder)
        if layer is not None:
            unused = set(layer.data) - NEEDED_BY_ABSENT if is_absent else set()
            data = {key: value for key, value in layer.data.items() if key not in unused and key != "version"}
            merged.data = _merge(merged, merged.data, layer, data, ())
    merged.data = _merge(merged, merged.data, document, document.data, ())
    return merged


def _merge(into: Document, old: Any, layer: Document, new: Any, path: ValuePath) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        _forget(into, path)
        _copy(into, layer, path)
        return new
    found = dict(old)
    for key, value in new.items():
        where = (*path, key)
        into.keys[where] = layer.keys.get(where, layer.place)
        found[key] = _merge(into, old.get(key), layer, value, where)
    into.values.setdefault(path, layer.place_of(path))
    return found


def _forget(into: Document, path: ValuePath) -> None:
    for table in (into.values, into.keys):
        for key in [key for key in table if key[: len(path)] == path and len(key) > len(path)]:
            del table[key]


def _copy(into: Document, layer: Document, path: ValuePath) -> None:
    for key, place in layer.values.items():
        if key[: len(path)] == path:
            into.values[key] = place
    for key, place in layer.keys.items():
        if key[: len(path)] == path:
            into.keys[key] = place

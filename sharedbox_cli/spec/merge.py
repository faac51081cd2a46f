"""A document laid over its defaults, each value with the place it came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sharedbox_cli.spec.load import LoadedSpecs
from sharedbox_cli.spec.positions import Document
from sharedbox_cli.spec.positions import Path as ValuePath


def chain(folder: Path, root: Path) -> list[Path]:
    """Return the folders from the root down to a folder."""
    found = [folder]
    while found[0] != root and found[0].parent != found[0]:
        found.insert(0, found[0].parent)
    return found if found[0] == root else [folder]


def with_defaults(loaded: LoadedSpecs, document: Document, folder: Path, root: Path) -> Document:
    """Return one document: deep for mappings, the nearer file wins, a list replaces a list."""
    layers = [loaded.defaults[level] for level in chain(folder, root) if level in loaded.defaults]
    merged = Document({}, document.place, {(): document.place}, {})
    for layer in (*layers, document):
        merged.data = _merge(merged, merged.data, layer, layer.data, ())
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

"""A YAML document as plain data, with the position of each key and value as a number."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.core.location import Place

Path = tuple[str | int, ...]

COLUMN_BITS = 21
"""A position is line and column, both from 0, in one number. This many bits are enough, as a file has at most 1 MiB."""
_COLUMN_MASK = (1 << COLUMN_BITS) - 1


class Positions:
    """The positions inside one mapping or list: `start` is its own, `values` has one entry per value.

    A position is `line << COLUMN_BITS | column`. The entry of a nested mapping or list is its own `Positions`.
    """

    __slots__ = ("keys", "start", "values")

    def __init__(
        self, start: int, values: dict[str, Position] | list[Position], keys: dict[str, int] | None = None
    ) -> None:
        self.start = start
        self.values = values
        self.keys = keys
        """The position of each key, by its composed form (NFC); None for a list."""

    def of(self, step: str | int) -> Position | None:
        """Return the position of a key's or an index's value."""
        try:
            return self.values[step]  # type: ignore[index]  # a wrong step is not found, whatever its type
        except (KeyError, IndexError, TypeError):
            return None

    def of_key(self, key: str) -> int | None:
        """Return the position of a key itself."""
        return self.keys.get(composed(key)) if self.keys is not None else None


Position = int | Positions
Layer = tuple[str, Position]
"""A file, and the positions of one document in it."""


def composed(key: str) -> str:
    """Return the form in which keys are compared: two encodings of one letter give the same key."""
    return key if key.isascii() else unicodedata.normalize("NFC", key)


def place(file: str, position: Position) -> Place:
    """Return a position for people."""
    number = position if isinstance(position, int) else position.start
    return Place(file, (number >> COLUMN_BITS) + 1, (number & _COLUMN_MASK) + 1)


@dataclass(slots=True)
class Document:
    """One document: its data, and the layers that the data came from, the nearest first.

    A document that was read has one layer. Merged with defaults, it has one more per `_defaults.yaml`.
    """

    data: Any
    layers: tuple[Layer, ...]
    has_nulls: bool = False
    """Whether a key can have no value."""
    is_ascii: bool = True
    """Whether all of its text is ASCII, so that no letter can look like another one."""
    place: Place = field(init=False)

    def __post_init__(self) -> None:
        """Store the place of the document itself."""
        self.place = place(*self.layers[0])

    def place_of(self, path: Path) -> Place:
        """Return the place of a value, or of the nearest value around it."""
        layers = self.layers
        for step in path:
            inner = layers_at(layers, step)
            if not inner:
                break
            layers = inner
        return self.place if layers is self.layers else place(*layers[-1])

    def place_of_key(self, path: Path) -> Place:
        """Return the place of the key that a path ends with, or of the nearest value around it."""
        if not path:
            return self.place
        layers = self.layers
        for step in path[:-1]:
            layers = layers_at(layers, step)
        for file, position in layers:
            if isinstance(position, Positions) and isinstance(path[-1], str):
                key = position.of_key(path[-1])
                if key is not None:
                    return place(file, key)
        return self.place_of(path)

    def has(self, path: Path) -> bool:
        """Return whether a path leads to a value."""
        layers = self.layers
        for step in path:
            layers = layers_at(layers, step)
        return bool(layers)

    def values(self) -> Iterator[tuple[Path, Any]]:
        """Yield each value under its path, the document itself first."""
        yield from _values(self.data, ())


def layers_at(layers: tuple[Layer, ...], step: str | int) -> tuple[Layer, ...]:
    """Return the layers that one value came from: several if mappings were merged, otherwise the nearest."""
    inner_layers: list[Layer] = []
    for file, position in layers:
        inner = position.of(step) if isinstance(position, Positions) else None
        if inner is None:
            continue
        is_mapping = isinstance(inner, Positions) and inner.keys is not None
        if is_mapping or not inner_layers:
            inner_layers.append((file, inner))
        if not is_mapping:
            break
    return tuple(inner_layers)


def _values(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, data
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from _values(value, (*path, step))


class Places(Mapping[str, Place]):
    """The place of each value by its path in the spec (`members[0].rights`), computed on the first look-up."""

    __slots__ = ("_layers", "_table")

    def __init__(self, document: Document) -> None:
        self._layers = document.layers
        self._table: dict[str, Place] | None = None

    def __getitem__(self, path: str) -> Place:
        """Return the place of one value."""
        return self._places[path]

    def __iter__(self) -> Iterator[str]:
        """Yield each path."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._places)

    @property
    def _places(self) -> dict[str, Place]:
        if self._table is None:
            self._table = {path_text(path): place(*layers[-1]) for path, layers in _inner(self._layers, ())}
        return self._table


def _inner(layers: tuple[Layer, ...], path: Path) -> Iterator[tuple[Path, tuple[Layer, ...]]]:
    """Yield the layers of each value inside, under its path."""
    steps: dict[str | int, None] = {}
    for _, position in layers:
        if isinstance(position, Positions):
            values = position.values
            steps |= dict.fromkeys(values if isinstance(values, dict) else range(len(values)))
    for step in steps:
        inner = layers_at(layers, step)
        yield (*path, step), inner
        yield from _inner(inner, (*path, step))


def path_text(path: Path) -> str:
    """Return a path in readable form: `members[0].rights`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text

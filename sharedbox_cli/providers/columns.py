"""One column per setting: which properties of a service hold it, how it is read, and how it is written.

A provider's table of columns is all it knows about its settings. Observing, applying a change, and settling a doubtful
write use the same column, so a setting cannot be written in one way and read in another.

To add a setting, see docs/contributing/field.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sharedbox_cli.core.errors import ObserveError, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import Row as Row
from sharedbox_cli.providers.forms import UnknownForm as UnknownForm
from sharedbox_cli.providers.forms import optional_text, shown, understood

Body = dict[str, Any]
"""The part of a request that changes settings."""
K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """One setting in a service's own terms."""

    names: tuple[str, ...]
    """The properties to ask for."""
    read: Callable[[Row], Value]
    """Returns the value in our terms. Raises UnknownForm."""
    write: Callable[[Value, Value], Body] | None = None
    """Returns the part of a request that changes the value before to the value after; empty: nothing to send.

    None: the setting needs separate requests, or cannot be written.
    """
    is_optional: bool = False
    """Whether the service leaves the properties out where they are empty or false."""


Columns = Mapping[Field, Column]


def switch(name: str, *, is_inverted: bool = False, is_optional: bool = False) -> Column:
    """Return a setting that is true or false on both sides; inverted, one side's true is the other's false."""

    def read(row: Row) -> Value:
        value = row.get(name)
        if value is None and is_optional:
            value = False
        if not isinstance(value, bool):
            message = f"It is `{value}`, not true or false."
            raise UnknownForm(message)
        return value is not is_inverted

    return Column((name,), read, lambda _, after: {name: bool(after) is not is_inverted}, is_optional)


def text(name: str, *, is_optional: bool = False) -> Column:
    """Return a setting that is the same text on both sides; a text that is left out is empty."""
    return Column((name,), lambda row: optional_text(row, name), lambda _, after: {name: after}, is_optional)


def words(name: str, known: Mapping[Value, Any]) -> Column:
    """Return a setting with one word of ours per value of the service; a value without a word keeps the service's."""
    ours = {theirs: word for word, theirs in known.items()}
    types = {type(theirs) for theirs in ours}

    def read(row: Row) -> Value:
        value = row[name]
        if type(value) not in types:
            message = f"It is {shown(value)}, not {' or '.join(sorted(kind.__name__ for kind in types))}."
            raise UnknownForm(message)
        return ours.get(value, str(value))

    return Column((name,), read, lambda _, after: {name: known.get(after, after)})


def property_names(columns: Mapping[K, Column], wanted: Iterable[K]) -> set[str]:
    """Return the properties to ask a service for."""
    return {name for key in wanted if key in columns for name in columns[key].names}


def read_row(columns: Mapping[K, Column], row: Row, wanted: Iterable[K], where: str) -> dict[K, Value]:
    """Return the wanted settings that an object holds; `where` names the object and the call.

    Raises ObserveError for a property that was left out, or that has an unknown form.
    """
    return {key: _value(columns[key], row, where) for key in wanted if key in columns}


def _value(column: Column, row: Row, where: str) -> Value:
    missing = [name for name in column.names if row.get(name) is None and not column.is_optional]
    if missing:
        hint = "Nothing is assumed. Run the command again."
        raise ObserveError(where=f"{where} · {missing[0]}", why="The service left it out.", hint=hint)
    return understood(row, f"{where} · {column.names[0]}", column.read, own_name=False)


def part_of(settings: Mapping[Field, Value], names: Collection[Field]) -> dict[Field, Value]:
    """Return the settings that have one of these names."""
    return {name: value for name, value in settings.items() if name in names}


def request_body(columns: Columns, before: Mapping[Field, Value], after: Mapping[Field, Value]) -> Body:
    """Return one request's part for all settings that differ. Raises SharedboxError for one that cannot be written."""
    body: Body = {}
    for name, value in after.items():
        column = columns.get(name)
        if column is None or column.write is None:
            raise SharedboxError("the change cannot be sent", why=f"No such request carries `{name}`.")
        try:
            body |= column.write(before.get(name), value)
        except ValueError as error:
            raise SharedboxError("the change cannot be sent", why=f"{name}: {error}.") from error
    return body


def carrier_of(after: Iterable[Field], carriers: Iterable[tuple[Columns, T]]) -> T:
    """Return what carries a set of settings: the first whose columns are all of them. Raises SharedboxError."""
    names = sorted(after)
    for columns, carrier in carriers:
        if names and all(name in columns for name in names):
            return carrier
    why = f"No request carries all of its settings: {', '.join(names) or 'it has none'}."
    raise SharedboxError("the change cannot be sent", why=why)

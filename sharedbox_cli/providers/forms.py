"""Rows of responses: each value has the form that we know, or the row is not read. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sharedbox_cli.core.errors import ObserveError

T = TypeVar("T")
Row = Mapping[str, Any]
"""One object of a response, as parsed."""
_NAMES = (
    "PrimarySmtpAddress",
    "primaryEmail",
    "userPrincipalName",
    "email",
    "delegateEmail",
    "sendAsEmail",
    "userId",
    "Identity",
    "DomainName",
    "domainName",
    "displayName",
    "skuPartNumber",
    "id",
)
"""What names an object of a response, the best first."""
_WRONG = (TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What Python raises where a value does not have the expected form."""
_LONGEST = 100


class UnknownForm(ValueError):
    """A value in a form that nobody knows how to read or write; the text says what it is."""


def understood(row: object, call: str, reduce: Callable[[Row], T], name: str = "", *, own_name: bool = True) -> T:
    """Return what `reduce` makes of one object. Raises ObserveError where it lacks a value, or has an unknown form.

    `name` is the object that was asked for. Otherwise the row names itself, unless `call` names it already.
    """
    if not isinstance(row, Mapping):
        where = " · ".join(part for part in (name, call) if part)
        raise ObserveError(where=where, why=f"There is {shown(row)} in place of an object.", hint=AGAIN)
    named = name or (name_of(row) if own_name else "")
    try:
        return reduce(row)
    except KeyError as error:
        key = str(error.args[0]) if error.args else ""
        if key not in row:
            raise missing(row, call, key, named) from None
        raise _unknown(call, named, f"`{key}` is {shown(row[key])}") from error
    except _WRONG as error:
        raise _unknown(call, named, str(error) if isinstance(error, UnknownForm) else "") from error


def missing(row: Row, call: str, key: str, name: str = "") -> ObserveError:
    """Return the error for a value that the service left out."""
    where = " · ".join(part for part in (name or name_of(row), call, key) if part)
    return ObserveError(where=where, why="The service left it out.", hint=AGAIN)


AGAIN = "Nothing is assumed. Run the command again."


def _unknown(call: str, name: str, what: str) -> ObserveError:
    where = " · ".join(part for part in (name, call) if part)
    detail = f": {what.rstrip('.')}" if what else ""
    return ObserveError(
        where=where,
        why=f"The service answered in a form that sharedbox does not know{detail}.",
        hint="Nothing is assumed. If this persists, report the call and the form to the project, without any names.",
    )


def name_of(row: Row) -> str:
    """Return what names an object, or nothing."""
    for key in _NAMES:
        value = row.get(key)
        if isinstance(value, str) and value:
            return value[:_LONGEST]
    return ""


def shown(value: object) -> str:
    """Return a value for a message, cut short."""
    text = repr(value)
    return f"`{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}`"


def text_of(row: Row, key: str) -> str:
    """Return a text that is never empty. Raises KeyError, UnknownForm."""
    value = row[key]
    if not isinstance(value, str) or not value:
        raise _not(key, value, "a text")
    return value


def optional_text(row: Row, key: str) -> str:
    """Return a text that may be empty, null or left out. Raises UnknownForm."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _not(key, value, "a text")
    return value


def moment_of(text: str) -> datetime:
    """Return a time in ISO form, in UTC, which is also the zone of one that names none. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def instant_text(moment: datetime) -> str:
    """Return a time in UTC as the core compares it, to the second: each year has four digits."""
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def flag_of(row: Row, key: str) -> bool:
    """Return true or false. Raises KeyError, UnknownForm."""
    value = row[key]
    if not isinstance(value, bool):
        raise _not(key, value, "true or false")
    return value


def optional_flag(row: Row, key: str, default: bool = False) -> bool:
    """Return true or false; the default where it is null or left out. Raises UnknownForm."""
    return default if row.get(key) is None else flag_of(row, key)


def number_of(row: Row, key: str) -> int:
    """Return a whole number, also one that is written as a text. Raises KeyError, UnknownForm."""
    value = row[key]
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**19:
        raise _not(key, value, "a whole number")
    return value


def texts_of(row: Row, key: str) -> tuple[str, ...]:
    """Return a list of texts; null is an empty one. Raises KeyError, UnknownForm."""
    value = row[key]
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise _not(key, value, "a list of texts")
    return tuple(value)


def optional_texts(row: Row, key: str) -> tuple[str, ...]:
    """Return a list of texts, which may be left out. Raises UnknownForm."""
    return texts_of(row, key) if key in row else ()


def object_in(row: Row, key: str) -> Row:
    """Return an object; null or left out is an empty one. Raises UnknownForm."""
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _not(key, value, "an object")
    return value


def rows_in(row: Row, key: str) -> tuple[Row, ...]:
    """Return a list of objects; null or left out is an empty one. Raises UnknownForm."""
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
        raise _not(key, value, "a list of objects")
    return tuple(value)


def list_of(data: Row, key: str, call: str, name: str = "") -> list[object]:
    """Return a list of a response in which an empty list is left out. Raises ObserveError for anything else."""
    value = data.get(key, [])
    if not isinstance(value, list):
        where = " · ".join(part for part in (name, call) if part)
        raise ObserveError(where=where, why=f"The response is not a list of {key}, so it is incomplete.")
    return value


def all_understood(rows: Iterable[object], call: str, reduce: Callable[[Row], T], name: str = "") -> list[T]:
    """Return what `reduce` makes of each object. Raises ObserveError for one that is not understood."""
    return [understood(row, call, reduce, name) for row in rows]


def _not(key: str, value: object, what: str) -> UnknownForm:
    return UnknownForm(f"`{key}` is {shown(value)}, not {what}")

"""Dataclasses to plain JSON values and back, strictly: the content of a file is untrusted."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from functools import cache, partial
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.values import Value

T = TypeVar("T")
Reader = Callable[[object, str, int], Any]
"""Builds a value of one kind from JSON, its place for messages, and how deep it is."""
MAX_DEPTH = 40
_UNIONS = (Union, types.UnionType)
_LONGEST = 100


class CodecError(ValueError):
    """Data of another shape; the message says where and why."""


def to_plain(value: object) -> Any:
    """Return JSON values only; mappings and sets come out sorted, so equal things give equal bytes."""
    match value:
        case None | bool() | str():
            return value
        case IntEnum():
            return value.name.lower()
        case Enum():
            return value.value
        case int():
            return value
        case datetime():
            return value.isoformat()
        case Address():
            return value.text
        case Mapping():
            return {_key_text(key): to_plain(value[key]) for key in sorted(value, key=_key_text)}
        case frozenset():
            return sorted((to_plain(item) for item in value), key=repr)
        case tuple():
            return [to_plain(item) for item in value]
        case _ if is_dataclass(value):
            return {name: to_plain(getattr(value, name)) for name in _parts(value.__class__)}
    message = f"cannot write a {type(value).__name__}"
    raise CodecError(message)


def _key_text(key: object) -> str:
    if isinstance(key, Address):
        return key.text
    return str(key.value) if isinstance(key, Enum) else str(key)


def from_plain(kind: type[T], data: object, where: str = "") -> T:
    """Return a `kind` built from JSON values. Raises CodecError for anything unknown, missing or of another type."""
    result: T = _build(kind, data, where or kind.__name__, 0)
    return result


@cache
def _parts(kind: Any) -> Mapping[str, Any]:
    """Return the kind of each field of a dataclass."""
    hints = get_type_hints(kind)
    return {item.name: hints[item.name] for item in fields(kind)}


def _build(kind: Any, data: object, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise CodecError(f"{where}: too deep")
    return _reader(kind)(data, where, depth)


@cache
def _reader(kind: Any) -> Reader:
    """Return a function that builds a kind. A plan has thousands of values of few kinds."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    origin, parts = get_origin(kind), get_args(kind)
    if kind is Value or (origin in _UNIONS and str in parts and bool in parts):
        return _value
    if origin in _UNIONS:
        return partial(_optional, parts)
    if origin is tuple:
        return partial(_tuple, parts)
    if origin is frozenset:
        return partial(_frozenset, parts)
    if origin is not None and issubclass(origin, Mapping):
        return partial(_mapping, parts)
    if is_dataclass(kind) and kind is not Address:
        return partial(_dataclass, kind)
    return partial(_scalar, kind)


def _value(data: object, where: str, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise CodecError(f"{where}: too deep")
    if isinstance(data, list):
        return tuple(_value(item, where, depth + 1) for item in data)
    if data is None or isinstance(data, (bool, int, str)):
        return data
    raise CodecError(f"{where}: {_kind(data)} is not a setting's value")


def _optional(kinds: tuple[Any, ...], data: object, where: str, depth: int) -> Any:
    if data is None and type(None) in kinds:
        return None
    rest = [item for item in kinds if item is not type(None)]
    if len(rest) != 1:
        raise CodecError(f"{where}: null is not possible here")
    return _build(rest[0], data, where, depth)


def _tuple(kinds: tuple[Any, ...], data: object, where: str, depth: int) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise CodecError(f"{where}: must be a list")
    return tuple(_build(kinds[0], item, f"{where}[{index}]", depth + 1) for index, item in enumerate(data))


def _frozenset(kinds: tuple[Any, ...], data: object, where: str, depth: int) -> frozenset[Any]:
    return frozenset(_tuple((*kinds, ...), data, where, depth))


def _mapping(kinds: tuple[Any, ...], data: object, where: str, depth: int) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise CodecError(f"{where}: must be a mapping")
    built = {
        _build(kinds[0], key, where, depth + 1): _build(kinds[1], item, f"{where}.{key}", depth + 1)
        for key, item in data.items()
    }
    if len(built) != len(data):
        raise CodecError(f"{where}: two keys mean the same")
    return built


def _dataclass(kind: Any, data: object, where: str, depth: int) -> Any:
    if not isinstance(data, dict):
        raise CodecError(f"{where}: must be a mapping")
    parts = _parts(kind)
    if data.keys() != parts.keys():
        mistakes = [_listed("unknown", sorted(data.keys() - parts.keys()))]
        mistakes.append(_listed("missing", sorted(parts.keys() - data.keys())))
        raise CodecError(f"{where}: {'; '.join(part for part in mistakes if part)}")
    return kind(**{name: _build(part, data[name], f"{where}.{name}", depth + 1) for name, part in parts.items()})


def _listed(what: str, keys: list[str]) -> str:
    """Return keys in words; nothing if there are none."""
    names = ", ".join(map(_shown, keys))
    return f"{what} key{'' if len(keys) == 1 else 's'}: {names}" if keys else ""


def _shown(data: object) -> str:
    """Return a value of JSON for a message, cut short."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"`{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}`"


def _kind(data: object) -> str:
    """Return what a value of JSON is, in words."""
    match data:
        case None:
            return "null"
        case bool():
            return "true or false"
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text"
        case _:
            return "a number"


def _scalar(kind: Any, data: object, where: str, _depth: int) -> Any:
    if type(data) is kind:
        return data
    try:
        if kind is Address and isinstance(data, str):
            return Address.of(data)
        if kind is datetime and isinstance(data, str):
            return _instant(data)
        if isinstance(kind, type) and issubclass(kind, IntEnum) and isinstance(data, str):
            return kind[data.upper()]
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(data)
    except (ValueError, KeyError, OverflowError) as error:
        raise CodecError(f"{where}: {_shown(data)} is not possible here") from error
    raise CodecError(f"{where}: {_kind(data)} is not possible here")


def _instant(text: str) -> datetime:
    """Return a time in UTC. Raises ValueError for a time without a zone: it can mean 24 different ones."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(text)
    return time.astimezone(UTC)

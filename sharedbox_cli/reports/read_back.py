"""Reads a JSON document that a command printed. The content of a file is untrusted; unknown keys are ignored."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.documents import DOCUMENTS, format_of

MAX_BYTES = 512 * 1024**2
_SAVE = "Save it with `sharedbox {command} > FILE`."


class Misfit(ValueError):
    """A value that has another shape; the message says where and why."""


def read_document(path: Path, name: str) -> dict[str, Any]:
    """Return a document of a name, in the shape that is published for it. Raises UsageError."""
    hint = _SAVE.format(command=DOCUMENTS[name].command)
    data = _json_of(path, hint)
    if not isinstance(data, dict) or not isinstance(data.get("format"), str):
        raise UsageError(
            f"not a saved {name}", where=str(path), why="It is not a JSON document of sharedbox.", hint=hint
        )
    if data["format"] != format_of(name):
        kind, _, version = data["format"].rpartition("/")
        if kind == f"sharedbox.{name}" and version != "1":
            why, hint = "A newer version of sharedbox wrote it.", "Update sharedbox."
        else:
            why = f"It has the format {data['format'][:100]}, and {format_of(name)} is needed."
        raise UsageError(f"not a saved {name}", where=str(path), why=why, hint=hint)
    try:
        for part in DOCUMENTS[name].parts:
            fit(part, data, "")
    except (Misfit, RecursionError) as error:
        raise edited(path, name, str(error)) from error
    return data


def edited(path: Path, name: str, why: str) -> UsageError:
    """Return the error for a document whose content does not fit together."""
    return UsageError(
        f"not a complete {name}",
        where=str(path),
        why=f"{why} The file was edited, or another version wrote it.",
        hint=_SAVE.format(command=DOCUMENTS[name].command),
    )


def _json_of(path: Path, hint: str) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = f"{getattr(error, 'strerror', None) or error}."
        raise UsageError("cannot read the file", where=str(path), why=why) from error
    if len(content) > MAX_BYTES:
        raise UsageError("cannot read the file", where=str(path), why=f"It is larger than {MAX_BYTES:,} bytes.")
    if not content.strip():
        raise UsageError("the file is empty", where=str(path), why="The command that wrote it failed.", hint=hint)
    try:
        return json.loads(content, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise UsageError(
            "not valid JSON", where=place, why="It is truncated, was edited, or has another format.", hint=hint
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError("not valid JSON", where=str(path), why=f"{error}."[:200], hint=hint) from error


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is not JSON"
    raise ValueError(message)


_PLAIN: Mapping[Any, str] = {str: "text", bool: "true or false", int: "a number", type(None): "null"}


def fit(kind: Any, value: object, where: str) -> None:
    """Check that a value has the shape of a type. Raises Misfit."""
    if kind in (Any, object):
        return
    if kind in _PLAIN:
        if type(value) is not kind:
            _misfit(where, _PLAIN[kind])
        return
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Annotated, NotRequired):
        fit(arguments[0], value, where)
    elif origin in (Union, types.UnionType):
        if not any(_fits(one, value, where) for one in arguments):
            _misfit(where, " or ".join(_PLAIN.get(one, "another value") for one in arguments))
    elif is_typeddict(kind):
        _fit_object(kind, value, where)
    elif origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            _misfit(where, "an object")
        for key, item in value.items():
            fit(arguments[1], item, f"{where}.{key}"[:200])
    elif origin is not None and issubclass(origin, Sequence):
        if not isinstance(value, list):
            _misfit(where, "a list")
        for number, item in enumerate(value):
            fit(arguments[0], item, f"{where}[{number}]")


def _fits(kind: Any, value: object, where: str) -> bool:
    try:
        fit(kind, value, where)
    except Misfit:
        return False
    return True


def _fit_object(kind: Any, value: object, where: str) -> None:
    if not isinstance(value, dict):
        _misfit(where, "an object")
    for name, (hint, is_required) in _keys(kind).items():
        if name in value:
            if value[name].__class__ is not hint:  # most values are plain, and there can be millions
                fit(hint, value[name], f"{where}.{name}" if where else name)
        elif is_required:
            _misfit(f"{where}.{name}" if where else name, "a value")


_known: dict[Any, dict[str, tuple[Any, bool]]] = {}


def _keys(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Return the keys of a shape, each with its type and whether it must be there."""
    if kind not in _known:
        hints = get_type_hints(kind, include_extras=True)
        required = kind.__required_keys__
        _known[kind] = {
            name: (_bare(hint), name in required and get_origin(hint) is not NotRequired)
            for name, hint in hints.items()
        }
    return _known[kind]


def _bare(hint: Any) -> Any:
    """Return the type inside of descriptions."""
    while get_origin(hint) in (Annotated, NotRequired):
        hint = get_args(hint)[0]
    return hint


def _misfit(where: str, needed: str) -> NoReturn:
    message = f"`{where}` is not {needed}." if where else f"It is not {needed}."
    raise Misfit(message)

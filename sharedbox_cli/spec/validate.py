"""A document against its model: pydantic's errors become problems at their places."""

from __future__ import annotations

import datetime
import types
from collections.abc import Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.spec.models.mailbox import LATER
from sharedbox_cli.spec.positions import Document, Path
from sharedbox_cli.spec.problems import nearest
from sharedbox_cli.spec.text import text_warning

M = TypeVar("M", bound=BaseModel)

_TYPES = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "too_short": "at least one entry",
}


def validated(model: type[M], document: Document, path: Path = ()) -> tuple[M | None, list[Problem]]:
    """Return the model of a document (or of a part of it), or every problem there is."""
    data = document.data
    for step in path:
        data = data[step]
    problems = list(_nulls(data, path, document))
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        problems += [_problem(item, model, path, document, data) for item in error.errors(include_url=False)]
        return None, problems
    return (None if problems else made), problems


def warnings(document: Document) -> list[Problem]:
    """Return texts that look like tricks."""
    found = []
    for path, place in document.values.items():
        value = _at(document.data, path)
        if isinstance(value, str) and (why := text_warning(value)):
            found.append(Problem(place, "looks like a trick", f"This text {why}.", "Is it meant?"))
    return found


def _nulls(data: Any, path: Path, document: Document) -> Iterator[Problem]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        where = (*path, key)
        if value is None:
            mend = f"Write `{key}: []`, or leave the key out." if key in ("members", "aliases") else "Leave it out."
            why = "Nothing stands here, and nothing is not the same as an empty list."
            yield Problem(document.keys.get(where, document.place_of(where)), "a key without a value", why, mend)
        else:
            yield from _nulls(value, where, document)


def _problem(error: Any, model: type[BaseModel], path: Path, document: Document, data: Any) -> Problem:
    location: Path = (*path, *(step for step in error["loc"] if isinstance(step, (str, int))))
    known = location
    while known and known not in document.values and known not in document.keys:
        known = known[:-1]
    place = document.place_of(known)
    key = str(location[-1]) if location else ""
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(document.keys.get(known, place), key, model, error["loc"])
        case "missing":
            return Problem(place, "a key is missing", f"`{key}` has to stand here.")
        case kind if kind in _TYPES:
            return Problem(place, "wrong type", f"`{key}` is {_TYPES[kind]}{_hint(kind, _at(data, error['loc']))}.")
        case "literal_error":
            return Problem(place, "not possible here", f"`{key}` is {error['ctx']['expected']}.")
        case "string_pattern_mismatch":
            return Problem(place, "not possible here", f"`{key}` is a word of small letters, digits and hyphens.")
        case _:
            return Problem(place, "not possible here", f"`{key}`: {error['msg']}" if key else error["msg"])


def _unknown_key(place: Any, key: str, model: type[BaseModel], location: tuple[Any, ...]) -> Problem:
    if key in LATER and len(location) == 1:
        why = f"`{key}` is part of the language, and this version does not manage it yet: nothing would be applied."
        return Problem(place, "not managed yet", why, "Leave the key out.")
    known = _fields_at(model, location[:-1])
    owner = f"a key of `{location[-2]}`" if len(location) > 1 and isinstance(location[-2], str) else "a key here"
    owner = "a key of a member" if "members" in location else owner
    mend = nearest(key, known) or f"There are: {', '.join(sorted(known))}."
    return Problem(place, "unknown key", f"`{key}` is not {owner}.", mend)


def _fields_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    for step in location:
        if isinstance(step, int) or step not in model.model_fields:
            continue
        inner = _model_in(model.model_fields[step].annotation)
        if inner is not None:
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, list, tuple) or get_args(annotation):
        return next((found for item in get_args(annotation) if (found := _model_in(item))), None)
    return None


def _hint(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, (int, datetime.date)):
        return f': write it in quotes: "{value}"'
    if kind == "bool_type":
        return ", without quotes"
    return ""


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data

"""Validates a document by its model: pydantic's errors become problems with a place."""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.document import Document, Path
from sharedbox_cli.language.leaves import LEAVES
from sharedbox_cli.language.models.mailbox import NOT_A_DEFAULT, Defaults
from sharedbox_cli.language.models.members import Team
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.text import text_warnings

_WHOLE_SENTENCES = ("one_of", "placeholder")
LISTS: frozenset[Path] = frozenset(leaf.keys for leaf in LEAVES if leaf.is_list and leaf.keys[0] != "workflow")
"""Paths of lists that can be empty."""
_MISSING = {"version": "Write `version: 1`.", "mailbox": "Write the primary address."}
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
    "too_short": "a list with at least one entry",
}


def validated(
    model: type[M], document: Document, path: Path = (), context: object = None
) -> tuple[M | None, list[Problem]]:
    """Return the model of a document (or of a part of it), or all its problems. Validators get the context."""
    data = document.data
    for step in path:
        data = data[step]
    problems = list(_nulls(data, path, document)) if document.has_nulls else []
    if not isinstance(data, dict):
        why = "A mapping of keys and values is expected, such as `mailbox: support@contoso.example`."
        return None, [*problems, Problem(document.place_of(path), "wrong type", why)]
    try:
        value = model.model_validate(data, context=context)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["type"] in ("missing", "extra_forbidden") or item["input"] is not None:
                problems.append(_problem(item, model, path, document, data))
        return None, problems
    return (None if problems else value), problems


def warnings(document: Document) -> list[Problem]:
    """Return a warning for each text that may not be what it seems."""
    if document.is_ascii:
        return []
    summary = "a text that may not be what it seems"
    return [
        Problem(document.place_of(path), summary, f"{why[:1].upper()}{why[1:]}.", "Check that this is intended.")
        for path, value in document.values()
        if isinstance(value, str)
        for why in text_warnings(value)
    ]


def _nulls(data: Any, path: Path, document: Document) -> Iterator[Problem]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        where = (*path, key)
        if value is None:
            hint = f"Write `{key}: []`, or leave the key out." if where in LISTS else "Leave it out."
            why = f"`{key}` is empty."
            why = f"{why} That is not the same as an empty list." if where in LISTS else why
            yield Problem(document.place_of_key(where), "a key without a value", why, hint)
        else:
            yield from _nulls(value, where, document)


def _problem(error: Any, model: type[BaseModel], path: Path, document: Document, data: Any) -> Problem:
    location: Path = (*path, *(step for step in error["loc"] if isinstance(step, (str, int)) and step != "[key]"))
    known = location
    while not document.has(known):
        known = known[:-1]
    place = document.place_of_key(known) if "[key]" in error["loc"] else document.place_of(known)
    key = next((step for step in reversed(location) if isinstance(step, str)), "")
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(document.place_of_key(known), key, model, error["loc"])
        case "missing":
            return Problem(place, "a key is missing", f"`{key}` is required here.", _MISSING.get(key, ""))
        case "model_type" if isinstance(error["input"], str):
            return _not_a_mapping(place, key, error["input"], _fields_at(model, location))
        case kind if kind in _TYPES:
            return Problem(place, "wrong type", f"`{key}` is {_TYPES[kind]}{_hint(kind, error['input'])}.")
        case "literal_error":
            return _wrong_word(place, key, error)
        case "string_pattern_mismatch":
            return Problem(place, "not possible here", f"`{key}` consists of lower-case letters, digits and hyphens.")
        case "string_too_long":
            most = error["ctx"]["max_length"]
            return Problem(place, "not possible here", f"`{key}` has at most {most} characters.")
        case kind:
            is_whole = not key or kind in _WHOLE_SENTENCES
            message = error["msg"].removeprefix("Value error, ")  # pydantic's own words before those of a validator
            return Problem(place, "not possible here", message if is_whole else f"`{key}`: {message}")


def _not_a_mapping(place: Place, key: str, text: str, known: list[str]) -> Problem:
    if key == "members" and "@" in text:
        return Problem(place, "wrong type", "An entry of `members` is a mapping.", f"Write `- user: {text[:64]}`.")
    return Problem(place, "wrong type", f"`{key}` is a mapping.", f"Its keys are: {', '.join(known)}.")


def _wrong_word(place: Place, key: str, error: Any) -> Problem:
    words = re.findall("'([^']*)'", error["ctx"]["expected"])
    if not words:
        return Problem(place, "not possible here", f"`{key}` is {error['ctx']['expected']}.")
    listed = ", ".join(f"`{word}`" for word in words)
    return Problem(place, "not possible here", f"`{key}` is one of {listed}.", nearest(str(error["input"]), words))


def _unknown_key(place: Place, key: str, model: type[BaseModel], location: tuple[Any, ...]) -> Problem:
    if key in NOT_A_DEFAULT and len(location) == 1 and model is Defaults:
        why = f"`{key}` belongs to one mailbox, and defaults apply to many."
        return Problem(place, "not a default", why, "Write it in the file of the mailbox.")
    if key == "team" and model is Team:
        return Problem(place, "a team in a team", "A team holds users and groups, not teams.", "List its people.")
    known = _fields_at(model, location[:-1])
    owner = f"a key of `{location[-2]}`" if len(location) > 1 and isinstance(location[-2], str) else "a key here"
    owner = "a key of a member" if "members" in location[:-1] else owner
    hint = nearest(key, known) or f"The keys are: {', '.join(sorted(known))}."
    return Problem(place, "unknown key", f"`{key}` is not {owner}.", hint)


def _fields_at(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    is_free = False  # the step is a key of a mapping, such as the name of a profile, not a field
    for step in location:
        if is_free or isinstance(step, int) or step not in model.model_fields:
            is_free = False
            continue
        annotation = model.model_fields[step].annotation
        is_free = get_origin(annotation) is dict
        inner = _model_in(annotation)
        if inner is not None:
            model = inner
    return [info.alias or name for name, info in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, types.UnionType, list, tuple) or get_args(annotation):
        return next((found for item in get_args(annotation) if (found := _model_in(item))), None)
    return None


def _hint(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, (int, datetime.date)):
        text = str(value).lower() if isinstance(value, bool) else value
        return f'; write it in quotes: "{text}"'
    if kind in ("list_type", "tuple_type") and isinstance(value, str):
        return f"; write `[{value[:40]}]`"
    if kind in ("list_type", "tuple_type") and isinstance(value, dict):
        return "; each entry starts with `- `"
    if kind == "bool_type":
        return ", without quotes"
    return ""

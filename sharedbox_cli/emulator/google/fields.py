"""Partial responses: `fields=users(id,name/givenName),nextPageToken`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sharedbox_cli.emulator.google.descriptions import Description
from sharedbox_cli.emulator.google.errors import GoogleError, bad

Mask = dict[str, Any]
"""The requested fields below each name. An empty mask means all of them."""
_TOKEN = re.compile(r"[A-Za-z0-9_$.*-]+|[(),/]")


def parse(text: str) -> Mask:
    """Return the mask of a `fields` parameter. Raises GoogleError."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text or not tokens:
        raise _invalid(text)
    mask, rest = _list(tokens, text)
    if rest:
        raise _invalid(text)
    return mask


def _list(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask: Mask = {}
    while True:
        if not tokens or tokens[0] in "(),/":
            raise _invalid(text)
        name, tokens = tokens[0], tokens[1:]
        below: Mask = {}
        if tokens[:1] == ["/"]:
            one, tokens = _path(tokens[1:], text)
            below = one
        elif tokens[:1] == ["("]:
            below, tokens = _list(tokens[1:], text)
            if tokens[:1] != [")"]:
                raise _invalid(text)
            tokens = tokens[1:]
        mask[name] = {**mask.get(name, {}), **below} if below else {}
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _path(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    if not tokens or tokens[0] in "(),/":
        raise _invalid(text)
    name, tokens = tokens[0], tokens[1:]
    if tokens[:1] == ["/"]:
        below, tokens = _path(tokens[1:], text)
        return {name: below}, tokens
    if tokens[:1] == ["("]:
        below, tokens = _list(tokens[1:], text)
        if tokens[:1] != [")"]:
            raise _invalid(text)
        return {name: below}, tokens[1:]
    return {name: {}}, tokens


def check(description: Description, schema: Mapping[str, Any], mask: Mask) -> None:
    """Raise GoogleError for a name that the response cannot contain."""
    known = schema.get("properties", {})
    for name, below in mask.items():
        if name == "*":
            continue
        if name not in known:
            if "additionalProperties" in schema:
                continue
            raise _invalid(name)
        if below and (inner := _schema(description, known[name])) is not None:
            check(description, inner, below)


def _schema(description: Description, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if facts.get("type") == "array":
        return _schema(description, facts["items"])
    if "$ref" in facts:
        return description.schema(facts["$ref"])
    return facts if facts.get("type") == "object" else None


def apply(data: Any, mask: Mask) -> Any:
    """Return the part of a response that a mask selects."""
    if not mask or "*" in mask:
        return data
    if isinstance(data, list):
        return [apply(item, mask) for item in data]
    if isinstance(data, dict):
        return {name: apply(value, mask[name]) for name, value in data.items() if name in mask}
    return data


def _invalid(text: str) -> GoogleError:
    return bad(f"Invalid field selection {text}", "invalidParameter", location="fields")

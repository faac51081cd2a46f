"""JSON Schemas and a reference table, generated from the shapes of the public JSON."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, Any, NewType, NotRequired, Union, get_args, get_origin, get_type_hints

from sharedbox_cli.core.identity import Address
from sharedbox_cli.reports.documents import DOCUMENTS, format_of

START, END = "<!-- generated: make generated -->", "<!-- /generated -->"
"""The lines before and after the generated table of docs/reference/json.md."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
    Address: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
}


class Schemas:
    """Builds the schema of one type and collects the definitions that it refers to."""

    def __init__(self, *, is_strict: bool = False) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}
        self._is_strict = is_strict

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type that `core.codec` can write, or of a shape."""
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return {**self.of(arguments[0]), "description": arguments[1]}
        if origin is NotRequired:
            return self.of(arguments[0])
        if origin in (Union, types.UnionType):
            if {str, bool} <= set(arguments):  # the value of a setting, which can contain itself
                return {}
            return {"anyOf": [self.of(item) for item in arguments]}
        if origin in (list, tuple, frozenset, Sequence):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {"enum": [item.name.lower() if issubclass(kind, IntEnum) else item.value for item in kind]}
        return self._reference(kind)

    def _reference(self, kind: type) -> dict[str, Any]:
        name = kind.__name__.removesuffix("Json")
        if name not in self.definitions:
            self.definitions[name] = {}  # a shape may contain itself
            self.definitions[name] = {"description": _first_line(kind), **self.keys(kind)}
        return {"$ref": f"#/$defs/{name}"}

    def keys(self, *kinds: type) -> dict[str, Any]:
        """Return the schema of an object with the keys of all these types."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for kind in kinds:
            hints = get_type_hints(kind, include_extras=True)
            properties |= {name: self.of(hints[name]) for name in _names(kind)}
            required += [name for name in _names(kind) if _is_required(kind, name, hints[name])]
        more = {"additionalProperties": False} if self._is_strict else {}
        return {"type": "object", "properties": properties, "required": list(dict.fromkeys(required)), **more}


def schema_of(name: str, *, is_strict: bool = False) -> dict[str, Any]:
    """Return the JSON Schema of a document. Unknown keys are allowed, as readers must ignore them, unless strict."""
    document, schemas = DOCUMENTS[name], Schemas(is_strict=is_strict)
    body = schemas.keys(*document.parts)
    body["properties"]["format"] = {"const": format_of(name)}
    return {
        "$schema": DIALECT,
        "title": format_of(name),
        "description": f"{_first_line(document.body)} Printed by: {document.command}.",
        **body,
        "$defs": dict(sorted(schemas.definitions.items())),
    }


def reference_table() -> str:
    """Return the table of all documents, in Markdown."""
    rows = ["| command | format and schema | keys |", "| --- | --- | --- |"]
    for name, document in DOCUMENTS.items():
        keys = ", ".join(f"`{key}`" for part in document.parts for key in _names(part) if key != "format")
        rows.append(f"| `{document.command}` | [`{format_of(name)}`](../../specs/json/{name}.schema.json) | {keys} |")
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """Return a page with the table between its two markers."""
    head, start, rest = page.partition(START)
    _, end, tail = rest.partition(END)
    return f"{head}{start}\n{reference_table()}{end}{tail}"


def write_schemas(folder: Path) -> None:
    """Write one schema per document into a folder, and remove those of documents that no longer exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.schema.json"):
        old.unlink()
    for name in DOCUMENTS:
        text = json.dumps(schema_of(name), indent=2) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8", newline="\n")


def _names(kind: type) -> Iterator[str]:
    if is_dataclass(kind):
        return (item.name for item in fields(kind))
    return iter(get_type_hints(kind))


def _is_required(kind: type, name: str, hint: Any) -> bool:
    # `__required_keys__` does not see a NotRequired that is a string, as all annotations here are (Python 3.11).
    required: frozenset[str] = getattr(kind, "__required_keys__", frozenset({name}))
    return name in required and get_origin(hint) is not NotRequired


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]

"""JSON Schemas of the emulator's own files: the request log and the fault schedule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sharedbox_cli.emulator.faults import BODIES, KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1}


def _with(about: str, kind: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": about, **kind}


LOG_KEYS: Mapping[str, dict[str, Any]] = {
    "at": _with("When the request was answered, on the clock of the emulator.", {**_TEXT, "format": "date-time"}),
    "id": _with("The id of the request.", _TEXT),
    "parent": _with("The id of the batch that this request is a part of, or an empty text.", _TEXT),
    "host": _with("The host that was asked.", _TEXT),
    "method": _with("The HTTP method.", _TEXT),
    "path": _with("The path, as it was sent.", _TEXT),
    "query": _with("The query, as it was sent, without the question mark.", _TEXT),
    "headers": _with(
        "The headers, with names in lower case, without authorization and cookies.",
        {"type": "object", "additionalProperties": _TEXT},
    ),
    "body": _with("The body: JSON, the fields of a form, or text, with secrets redacted; null if there is none.", {}),
    "status": _with("The status code; 0 if the connection was broken.", {"type": "integer", "minimum": 0}),
    "route": _with("The name of the route, as in a fault schedule.", _TEXT),
}
FAULT_KEYS: Mapping[str, dict[str, Any]] = {
    "route": _with("The name of the route, as in the log. `*` matches any text.", _TEXT),
    "kind": _with("What happens.", {"enum": list(KINDS)}),
    "n": _with("The number of the first matching call that fails; the default is 1.", _COUNT),
    "count": _with("How many calls fail; the default is 1.", _COUNT),
    "method": _with("The HTTP method of a matching call; any if it is missing.", _TEXT),
    "status": _with("The status code, for the kinds `status` and `status_after`.", {"type": "integer"}),
    "body": _with("The body, for the same kinds.", {"enum": list(BODIES)}),
    "retry_after": _with("The header `Retry-After`.", {"type": ["string", "number", "null"]}),
    "reason": _with("The vendor's error code, with a body of the kind `json`.", _TEXT),
    "about": _with("Only calls that name this text: in path, query or body, or as their account.", _TEXT),
    "field": _with("The field that is missing, for the kind `drop_field`.", _TEXT),
}


def log_schema() -> dict[str, Any]:
    """Return the schema of one line of the log. Readers must ignore unknown keys."""
    return {
        "$schema": DIALECT,
        "title": "sharedbox.emulator-log/1",
        "description": "One line of the emulator's log: one request, or one part of a batch.",
        "type": "object",
        "properties": dict(LOG_KEYS),
        "required": list(LOG_KEYS),
    }


def faults_schema() -> dict[str, Any]:
    """Return the schema of a fault schedule: a list, or an object with the key `faults`."""
    fault = {
        "type": "object",
        "properties": dict(FAULT_KEYS),
        "required": ["route", "kind"],
        "additionalProperties": False,
    }
    return {
        "$schema": DIALECT,
        "title": "sharedbox.emulator-faults/1",
        "description": "Failures that the emulator injects. Each matching call counts, also parts of batches.",
        "anyOf": [
            {"$ref": "#/$defs/schedule"},
            {"type": "object", "properties": {"faults": {"$ref": "#/$defs/schedule"}}, "required": ["faults"]},
        ],
        "$defs": {"schedule": {"type": "array", "items": fault}},
    }


SCHEMAS = {"emulator-log": log_schema, "emulator-faults": faults_schema}


def write_schemas(folder: Path) -> None:
    """Write both schemas."""
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8", newline="\n")

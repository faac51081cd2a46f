"""Bodies of write requests: JSON objects with the parameters of an action."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def object_of(request: Request) -> dict[str, Any]:
    """Return the body without the keys of OData. Raises GraphError."""
    kind = request.headers.get("content-type", "")
    if not kind:
        raise bad("Write requests (excluding DELETE) must contain the Content-Type header declaration.", "BadRequest")
    if "json" not in kind.lower():
        raise GraphError(415, "UnsupportedMediaType", f"The content type '{kind[:80]}' is not supported.")
    try:
        body = request.json()
        json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate is not valid text
    except ValueError as error:
        raise bad("Unable to read JSON request payload.", "BadRequest") from error
    if not isinstance(body, dict):
        raise bad("Unable to read JSON request payload.", "BadRequest")
    return {name: value for name, value in body.items() if not name.startswith("@")}


def require_only(body: dict[str, Any], known: Iterable[str], action: str) -> None:
    """Raise GraphError for a parameter that an action does not have."""
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise bad(f"The parameter '{unknown[0]}' in the request payload is not a valid parameter for '{action}'.")


def guids(value: Any, name: str) -> list[str]:
    """Return a list of GUIDs. Raises GraphError."""
    if not isinstance(value, list):
        raise bad(f"Invalid value specified for property '{name}': a collection is expected.")
    for item in value:
        if not isinstance(item, str) or not _GUID.fullmatch(item):
            raise bad(f"Invalid GUID: {str(item)[:80]}. Property: '{name}'.")
    return [item.lower() for item in value]

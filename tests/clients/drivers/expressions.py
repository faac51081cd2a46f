"""Evaluates expressions with a client: reads them from stdin as a list in JSON, and writes what each gives.

The files of this folder run in the environment of the clients, without this repository.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def run(names: dict[str, Any]) -> None:
    """Write `value` for each expression, or `status` and `error` of the response that the client refuses."""
    json.dump([_given(one, names) for one in json.load(sys.stdin)], sys.stdout, default=repr)


def _given(expression: str, names: dict[str, Any]) -> dict[str, Any]:
    try:
        value = eval(expression, dict(names))  # noqa: S307 - from the table of a test
    except Exception as error:  # noqa: BLE001 - clients raise many kinds
        response = getattr(error, "response", None)
        text = getattr(response, "text", "") or str(error)
        return {"status": getattr(response, "status_code", 0), "error": f"{type(error).__name__}: {text}"}
    return {"value": value}

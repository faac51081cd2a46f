"""Graph's errors and their envelope (learn.microsoft.com/graph/errors, read 2026-11)."""

from __future__ import annotations

import uuid

from sharedbox_cli.emulator.http import Response, json_response


class GraphError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


def envelope(status: int, code: str, message: str) -> Response:
    """Return an error in Graph's shape."""
    inner = {
        "date": "2026-11-24T00:00:00",
        "request-id": str(uuid.uuid4()),
        "client-request-id": str(uuid.uuid4()),
    }
    return json_response(status, {"error": {"code": code, "message": message, "innerError": inner}})


def bad(message: str, code: str = "Request_BadRequest") -> GraphError:
    """Return a 400."""
    return GraphError(400, code, message)


def missing(identity: str) -> GraphError:
    """Return the directory's 404."""
    text = f"Resource '{identity}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def denied() -> GraphError:
    """Return the directory's 403."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

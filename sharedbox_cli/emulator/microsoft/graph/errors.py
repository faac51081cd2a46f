"""Errors of Graph and their format (learn.microsoft.com/graph/errors, read 2026-11)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sharedbox_cli.emulator.http import Request, Response, json_response


class GraphError(Exception):
    """An error response."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}
        super().__init__(message)


def envelope(
    status: int, code: str, message: str, request: Request | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return an error in the format of Graph. It contains the request id of the headers."""
    own = request.id if request else str(uuid.uuid4())
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": own,
        "client-request-id": request.headers.get("client-request-id", own) if request else own,
    }
    data = {"error": {"code": code, "message": message, "innerError": inner}}
    return json_response(status, data, headers)


def bad(message: str, code: str = "Request_BadRequest") -> GraphError:
    """Return a 400."""
    return GraphError(400, code, message)


def missing(identity: str) -> GraphError:
    """Return the 404 of the directory."""
    text = f"Resource '{identity}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def denied() -> GraphError:
    """Return the 403 of the directory."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def access_denied() -> GraphError:
    """Return the 403 of a mailbox."""
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def not_modelled(what: str) -> GraphError:
    """Return the emulator's own error: the service supports this, but the emulator does not."""
    return GraphError(501, "NotImplemented", f"The emulator does not model {what} (docs/emulator.md).")

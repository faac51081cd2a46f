"""Google's errors in their two shapes: `errors[].reason` of the older APIs, `status` of the newer ones."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.http import Response, json_response

_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE",
}  # fmt: skip
_REASON = {
    400: "badRequest", 401: "authError", 403: "forbidden", 404: "notFound", 405: "methodNotAllowed", 409: "duplicate",
    412: "conditionNotMet", 429: "rateLimitExceeded", 500: "internalError", 501: "notImplemented", 503: "backendError",
}  # fmt: skip
_UNTOUCHED_STYLE = frozenset({"directory", "groupsSettings", "licensing", "reports"})
"""APIs whose errors carry no `status` of their own (public reports, 2026-11)."""


class GoogleError(Exception):
    """A refusal."""

    def __init__(
        self, code: int, message: str, reason: str = "", *, status: str = "", location: str = "",
        domain: str = "global",
    ) -> None:  # fmt: skip
        self.code, self.message, self.reason = code, message, reason or _REASON.get(code, "badRequest")
        self.status, self.location, self.domain = status or _STATUS.get(code, "UNKNOWN"), location, domain
        super().__init__(message)


def envelope(error: GoogleError, api: str = "") -> Response:
    """Return an error as an API tells it."""
    item: dict[str, Any] = {"message": error.message, "domain": error.domain, "reason": error.reason}
    if error.location:
        kind = "header" if error.location in ("If-Match", "Authorization") else "parameter"
        item |= {"location": error.location, "locationType": kind}
    body: dict[str, Any] = {"code": error.code, "message": error.message, "errors": [item]}
    if api not in _UNTOUCHED_STYLE or error.code in (401, 501):
        body["status"] = error.status
    return json_response(error.code, {"error": body})


def bad(message: str, reason: str = "invalid", *, location: str = "") -> GoogleError:
    """Return a refusal of what was sent."""
    return GoogleError(400, message, reason, location=location)


def missing(what: str) -> GoogleError:
    """Return that a thing named by `userKey`, `groupKey`, `memberKey` is not there."""
    return GoogleError(404, f"Resource Not Found: {what}", "notFound")


def exists(message: str = "Entity already exists.") -> GoogleError:
    """Return that an address or entry is there already."""
    return GoogleError(409, message, "duplicate")


def not_allowed() -> GoogleError:
    """Return the one answer for a missing privilege, a foreign customer and a foreign domain."""
    return GoogleError(403, "Not Authorized to access this resource/api", "forbidden")


def precondition(message: str) -> GoogleError:
    """Return that the state does not allow it."""
    return GoogleError(412, message, "conditionNotMet", location="If-Match")

"""Google's error formats: `errors[].reason` of the older APIs, `status` and `details` of the newer ones.

Errors of the front end (token, scope, quota, a disabled API) have both.
"""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.http import Response, json_response

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
_REASON = {
    400: "badRequest",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    405: "methodNotAllowed",
    409: "duplicate",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
    500: "internalError",
    501: "notImplemented",
    503: "backendError",
}
_OLD_STYLE = frozenset({"calendar", "directory", "groupsSettings", "licensing", "reports"})
"""APIs whose errors have no `status` (public reports, 2026-11)."""
_RPC_STYLE = frozenset({"cloudidentity", "contactDelegation", "iamcredentials", "vault"})
"""APIs whose errors have no `errors`."""
_HTML = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That's an error."
    b"</ins>\n<p>The requested URL was not found on this server. <ins>That's all we know.</ins>\n"
)


class GoogleError(Exception):
    """A call that fails."""

    def __init__(
        self,
        code: int,
        message: str,
        reason: str = "",
        *,
        status: str = "",
        location: str = "",
        domain: str = "global",
        item: str = "",
        info: dict[str, Any] | None = None,
        is_front: bool = False,
    ) -> None:
        self.code, self.message, self.reason = code, message, reason or _REASON.get(code, "badRequest")
        self.status, self.location, self.domain = status or _STATUS.get(code, "UNKNOWN"), location, domain
        self.item, self.info, self.is_front = item or message, info, is_front
        super().__init__(message)


def envelope(error: GoogleError, api: str = "") -> Response:
    """Return an error in the format of an API."""
    item: dict[str, Any] = {"message": error.item, "domain": error.domain, "reason": error.reason}
    if error.location:
        kind = "header" if error.location in ("If-Match", "Authorization") else "parameter"
        item |= {"location": error.location, "locationType": kind}
    code = 400 if api in _RPC_STYLE and error.code == 412 else error.code  # FAILED_PRECONDITION of google.rpc
    body: dict[str, Any] = {"code": code, "message": error.message}
    if api not in _RPC_STYLE:
        body["errors"] = [item]
    if error.is_front or api not in _OLD_STYLE:
        body["status"] = error.status
    if error.info is not None:
        body["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **error.info}]
    return json_response(code, {"error": body})


def no_such_page() -> Response:
    """Return the response for a path or method that Google does not have: an HTML page, not JSON."""
    return Response(404, _HTML, {"Content-Type": "text/html; charset=UTF-8"})


def bad(message: str, reason: str = "invalid", *, location: str = "") -> GoogleError:
    """Return the error for an invalid request."""
    return GoogleError(400, message, reason, location=location)


def missing(what: str) -> GoogleError:
    """Return the error for a missing object that `userKey`, `groupKey` or `memberKey` names."""
    return GoogleError(404, f"Resource Not Found: {what}", "notFound")


def exists(message: str = "Entity already exists.") -> GoogleError:
    """Return the error for an address or entry that already exists."""
    return GoogleError(409, message, "duplicate")


def not_allowed() -> GoogleError:
    """Return the error that Google uses for a missing privilege, a foreign customer and a foreign domain."""
    return GoogleError(403, "Not Authorized to access this resource/api", "forbidden")


def denied(name: str) -> GoogleError:
    """Return the error for a group that does not exist, or may not be seen: Cloud Identity has one for both."""
    text = f"Error(2028): Permission denied for resource {name} (or it may not exist)."
    return GoogleError(403, text, "forbidden")


def precondition(message: str) -> GoogleError:
    """Return the error for an operation that the current state does not allow."""
    return GoogleError(412, message, "conditionNotMet", location="If-Match")


def not_modelled(what: str) -> GoogleError:
    """Return the error for a feature that Google has but the emulator does not: it never pretends."""
    return GoogleError(501, f"The emulator does not model {what} (docs/emulator.md).", is_front=True)


def unauthenticated() -> GoogleError:
    """Return the error for a call without a valid token."""
    return GoogleError(
        401,
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
        "valid authentication credential.",
        "authError",
        location="Authorization",
        item="Invalid Credentials",
        is_front=True,
    )


def insufficient_scopes() -> GoogleError:
    """Return the error for a token without a scope of the method."""
    return GoogleError(
        403,
        "Request had insufficient authentication scopes.",
        "insufficientPermissions",
        is_front=True,
        item="Insufficient Permission",
        info={"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"},
    )


def switched_off(service: str) -> GoogleError:
    """Return the error for a project in which an API is not enabled."""
    return GoogleError(
        403,
        f"{service} has not been used in project 123 before or it is disabled.",
        "accessNotConfigured",
        domain="usageLimits",
        is_front=True,
        info={"reason": "SERVICE_DISABLED", "domain": "googleapis.com", "metadata": {"service": service}},
    )

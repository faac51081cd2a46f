"""Google's errors in their shapes: `errors[].reason` of the older APIs, `status` and `details` of the newer ones.

What the front end refuses before an API sees it (token, scope, quota, an API that is off) carries both.
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
_OLD_STYLE = frozenset({"directory", "groupsSettings", "licensing", "reports"})
"""APIs whose errors carry no `status` of their own (public reports, 2026-11)."""
_RPC_STYLE = frozenset({"cloudidentity", "iamcredentials"})
"""APIs whose errors carry no `errors`."""
_HTML = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n<p><b>404.</b> <ins>That's an error."
    b"</ins>\n<p>The requested URL was not found on this server. <ins>That's all we know.</ins>\n"
)


class GoogleError(Exception):
    """A refusal."""

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
    """Return an error as an API tells it."""
    item: dict[str, Any] = {"message": error.item, "domain": error.domain, "reason": error.reason}
    if error.location:
        kind = "header" if error.location in ("If-Match", "Authorization") else "parameter"
        item |= {"location": error.location, "locationType": kind}
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if api not in _RPC_STYLE:
        body["errors"] = [item]
    if error.is_front or api not in _OLD_STYLE:
        body["status"] = error.status
    if error.info is not None:
        body["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **error.info}]
    return json_response(error.code, {"error": body})


def no_such_page() -> Response:
    """Return what a path or method that Google does not have gets: a page for people, no JSON."""
    return Response(404, _HTML, {"Content-Type": "text/html; charset=UTF-8"})


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


def not_modelled(what: str) -> GoogleError:
    """Return that Google has this and the emulator has not: it never pretends."""
    return GoogleError(501, f"The emulator does not model {what} (docs/emulator.md).", is_front=True)


def unauthenticated() -> GoogleError:
    """Return what a call without a good token gets."""
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
    """Return what a token without a scope of the method gets."""
    return GoogleError(
        403,
        "Request had insufficient authentication scopes.",
        "insufficientPermissions",
        is_front=True,
        item="Insufficient Permission",
        info={"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"},
    )


def switched_off(service: str) -> GoogleError:
    """Return what a project gets in which nobody switched an API on."""
    return GoogleError(
        403,
        f"{service} has not been used in project 123 before or it is disabled.",
        "accessNotConfigured",
        domain="usageLimits",
        is_front=True,
        info={"reason": "SERVICE_DISABLED", "domain": "googleapis.com", "metadata": {"service": service}},
    )

"""Google's error responses as our errors: by status and `reason`; the message only distinguishes sub-cases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import (
    Ambiguous,
    CloudError,
    Conflict,
    NotFound,
    PermissionDenied,
    Refused,
    SharedboxError,
    Throttled,
)
from sharedbox_cli.providers.responses import CERTIFICATE, DAILY, DOCTOR, PORTAL, Renewed, Unreachable, retry_after

if TYPE_CHECKING:
    from googleapiclient.errors import HttpError

THROTTLES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"})
"""403 and 429 with these reasons mean "try again later" (developers.google.com/workspace/admin/directory/v1/limits)."""
NO_MAIL = "mailServiceNotEnabled"
"""Our code for 400 "Mail service not enabled": no licence, disabled, or not set up yet; Google does not say which."""
NOT_YET = "creationNotComplete"
"""Our code for 412 "User creation is not complete"."""
NO_CALENDAR = "notACalendarUser"
"""Google's reason for an account without a calendar: no licence for it, or the service is off."""
NO_OWNER = "requiredAccessLevel"
"""Google's reason for a calendar that the caller does not own; for seconds also after it was set up."""
_BY_STATUS: Mapping[int, tuple[type[CloudError], str]] = {
    400: (Refused, "the service refused the request"),
    401: (Renewed, "the service refused the token"),
    403: (PermissionDenied, "not allowed"),
    404: (NotFound, "not found"),
    409: (Conflict, "conflicts with the current state"),
    412: (Refused, "the service refused the request"),
    429: (Throttled, "the service is throttling requests"),
}
_RETRY_AFTER = re.compile(r"Retry after (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_HINTS = (
    ("Domain not found", "Use a domain that is verified in this Google Workspace account."),
    ("Sku not found", "Google Workspace has no such subscription: name a licence that you have, or buy this one."),
    ("INVALID_OU_ID", "Create the organisational unit first: admin.google.com > Directory > Organizational units."),
    ("Invalid Ou Id", "Create the organisational unit first: admin.google.com > Directory > Organizational units."),
    (
        "Mail service not enabled",
        "Give the account a licence with Gmail, and turn on Gmail for its organisational unit.",
    ),
    ("does not allow external members", "Write `group: {external_members: true}`, or leave the outsider out."),
    ("when non-members can't post", "Write `posting: anyone` or `posting: organization` as well."),
    ("may not be the owner or manager of another group", "Give the group the right `member`."),
    ("enough available licenses", "Buy a licence, or release one."),
    ("Invalid delegate", "A delegate must be an active account with Gmail, named by its primary address."),
    (
        "cannot have any more delegates",
        "Google allows some applications fewer delegates (10 and 25 were seen). Revoke a delegate first, or use a "
        "collaborative inbox for a large team.",
    ),
    ("Unrecognized forwarding address", "The address must be confirmed first: it received a mail with a code."),
    ("Invalid label name", "Gmail reserves some names. Choose another one."),
    (
        "signed up for Google Calendar",
        "Turn on Calendar for its organisational unit (admin.google.com > Apps > Google Workspace > Calendar), or "
        "leave `calendar` out.",
    ),
    ("Calendar usage limits exceeded", "Google limits how much one account shares. Apply again tomorrow."),
    ("xpiry", "The membership has an end: write `group: {enforce_until: true}`, so that sharedbox knows of it."),
    ("Cyclic memberships", "Remove one of the groups from the other."),
)


def google_error(error: HttpError, call: str, mailbox: str = "") -> CloudError:
    """Return what an error response means."""
    status = int(error.resp.status)
    message, reason = _message_and_reason(error.content)
    headers = {str(name).lower(): str(value) for name, value in error.resp.items()}
    kind, summary = _BY_STATUS.get(status, (Refused, "the service refused the request"))
    more: dict[str, Any] = {
        "call": call,
        "mailbox": mailbox,
        "status": status,
        "code": reason,
        "why": message[:500],
        "request_id": headers.get("x-request-id", ""),
        "retry_after": retry_after(_with_time_in_message(headers, message)),
        "hint": next((hint for word, hint in _HINTS if word in message), ""),
    }
    if status >= 500 or status == 408:
        return Ambiguous("the service failed", **more)
    if status == 403 and reason == NO_CALENDAR:
        return Refused("the account has no calendar", **more)
    if "Calendar usage limits exceeded" in message:  # of the account, for hours or longer: no use to try again soon
        return Refused("the account shared too much", **more)
    if status in (403, 429) and reason in THROTTLES:
        return Throttled("the service is throttling requests", **more)
    if reason == DAILY:
        return Refused(
            "the daily quota is used up", **{**more, "hint": "Continue tomorrow, or request a higher quota."}
        )
    if status == 400 and "Mail service not enabled" in message:
        return Refused("the mailbox has no mail service", **{**more, "code": NO_MAIL})
    if status == 412 and "creation is not complete" in message:
        return Refused("the account is not complete yet", **{**more, "code": NOT_YET})
    if kind is PermissionDenied:
        return _denied(reason, message, more)
    return kind(summary, **more)


def _with_time_in_message(headers: dict[str, str], message: str) -> dict[str, str]:
    """Return headers with the time that Gmail gives only in its message: "Retry after 2026-11-27T10:00:00.000Z"."""
    match = _RETRY_AFTER.search(message)
    if match is None or "retry-after" in headers:
        return headers
    return {
        **headers,
        "retry-after": format_datetime(datetime.fromisoformat(match[1]).replace(tzinfo=UTC), usegmt=True),
    }


def lacks_scope(error: SharedboxError) -> bool:
    """Return whether the scopes of a token are not granted to the service account, or the API is not enabled."""
    if isinstance(error, CloudError):
        return error.code in ("accessNotConfigured", "SERVICE_DISABLED", "insufficientPermissions")
    return "unauthorized_client" in error.where or "access_denied" in error.where


def lacks_right(error: SharedboxError) -> bool:
    """Return whether the caller lacks a scope, the API, or the privilege of an administrator."""
    return lacks_scope(error) or (
        isinstance(error, PermissionDenied) and error.code in ("forbidden", "PERMISSION_DENIED")
    )


def _denied(reason: str, message: str, more: dict[str, Any]) -> CloudError:
    if reason in ("accessNotConfigured", "SERVICE_DISABLED"):
        hint = "Enable the API in the project of the service account: console.cloud.google.com/apis/library."
        return PermissionDenied("the API is not enabled", **{**more, "hint": hint})
    if "insufficient" in reason.lower() or "insufficient authentication scopes" in message:
        return PermissionDenied("a scope is missing", **{**more, "hint": DOCTOR})
    denied = PermissionDenied("not allowed", **{**more, "hint": DOCTOR})
    denied.is_whole_route = not more["mailbox"]
    return denied


def _message_and_reason(content: bytes) -> tuple[str, str]:
    """Return the message and the reason in the body of an error."""
    try:
        error = json.loads(content)["error"]
        items = error.get("errors") or [{}]
        detail = next((item["reason"] for item in error.get("details") or () if item.get("reason")), "")
        reason = items[0].get("reason") or detail or error.get("status") or ""
        return str(error.get("message", "")), str(reason)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return "", ""


def connection_error(error: Exception, call: str, mailbox: str = "") -> CloudError:
    """Return the error for a failure below HTTP."""
    import ssl

    import httplib2

    text = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused(
            "the service's certificate is not trusted",
            call=call,
            mailbox=mailbox,
            code=CERTIFICATE,
            why="A proxy may be inspecting the traffic, or the authority is unknown.",
            hint="Set HTTPLIB2_CA_CERTS to the file with the certificate of your proxy.",
        )
    if isinstance(error, (httplib2.ServerNotFoundError, ConnectionRefusedError)):
        return Unreachable(call=call, mailbox=mailbox, why=text)
    if isinstance(error, json.JSONDecodeError):
        why = "It is not JSON: it is cut off, or a proxy or a portal answered."
        code = PORTAL if error.doc.lstrip()[:1] == "<" else ""
        return Ambiguous("not a response from the service", call=call, mailbox=mailbox, why=why, code=code)
    return Ambiguous("no response", call=call, mailbox=mailbox, why=text)

"""Each of Google's answers becomes its error: by status and reason, in the old shape and in the RPC one."""

from __future__ import annotations

import json
import ssl
from typing import Any

import httplib2
import pytest
from googleapiclient.errors import HttpError

from sharedbox_cli.core import errors as ours
from sharedbox_cli.core.errors import Ambiguous, CloudError, Conflict, NotFound, PermissionDenied, Refused, Throttled
from sharedbox_cli.providers.google_workspace.errors import NO_MAIL, NOT_YET, connection_error, google_error
from sharedbox_cli.providers.responses import CERTIFICATE, DAILY, PORTAL, Renewed, Unreachable
from tests.asked import every


def answer(status: int, body: bytes | str, **headers: str) -> HttpError:
    data = body.encode() if isinstance(body, str) else body
    return HttpError(httplib2.Response({"status": str(status), **headers}), data)


def old(status: int, reason: str, message: str = "said") -> HttpError:
    """Return an answer of Directory, Groups Settings, Licensing and Reports."""
    item = {"message": message, "domain": "global", "reason": reason}
    return answer(status, json.dumps({"error": {"code": status, "message": message, "errors": [item]}}))


def rpc(status: int, word: str, *reasons: str, message: str = "said") -> HttpError:
    """Return an answer of the newer APIs, and of the front end of all: the reason may be any of the details."""
    details: list[dict[str, Any]] = [{"@type": "type.googleapis.com/google.rpc.Help", "links": []}]
    details += [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": one} for one in reasons]
    return answer(
        status, json.dumps({"error": {"code": status, "message": message, "status": word, "details": details}})
    )


CASES: list[tuple[HttpError, type[CloudError], str]] = [
    (old(400, "invalid"), Refused, "invalid"),
    (old(400, "failedPrecondition", "Mail service not enabled"), Refused, NO_MAIL),
    (old(401, "authError"), Renewed, "authError"),
    (old(403, "forbidden"), PermissionDenied, "forbidden"),
    (old(403, "insufficientPermissions"), PermissionDenied, "insufficientPermissions"),
    (old(403, "accessNotConfigured"), PermissionDenied, "accessNotConfigured"),
    (old(403, "rateLimitExceeded"), Throttled, "rateLimitExceeded"),
    (old(403, "userRateLimitExceeded"), Throttled, "userRateLimitExceeded"),
    (old(403, "quotaExceeded"), Throttled, "quotaExceeded"),
    (old(403, DAILY), Refused, DAILY),
    (old(404, "notFound"), NotFound, "notFound"),
    (old(408, "timeout"), Ambiguous, "timeout"),
    (old(409, "duplicate"), Conflict, "duplicate"),
    (old(412, "conditionNotMet", "User creation is not complete."), Refused, NOT_YET),
    (old(412, "conditionNotMet", "Cyclic memberships not allowed"), Refused, "conditionNotMet"),
    (old(429, "rateLimitExceeded"), Throttled, "rateLimitExceeded"),
    (old(500, "internalError"), Ambiguous, "internalError"),
    (old(503, "backendError"), Ambiguous, "backendError"),
    (rpc(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), Throttled, "RATE_LIMIT_EXCEEDED"),
    (
        rpc(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        PermissionDenied,
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    ),
    (rpc(403, "PERMISSION_DENIED", "SERVICE_DISABLED"), PermissionDenied, "SERVICE_DISABLED"),
    (rpc(403, "PERMISSION_DENIED"), PermissionDenied, "PERMISSION_DENIED"),
    (rpc(400, "INVALID_ARGUMENT"), Refused, "INVALID_ARGUMENT"),
    (rpc(404, "NOT_FOUND"), NotFound, "NOT_FOUND"),
    (rpc(503, "UNAVAILABLE"), Ambiguous, "UNAVAILABLE"),
    (answer(418, "a teapot"), Refused, ""),
    (answer(502, "<html>bad gateway</html>"), Ambiguous, ""),
    (answer(404, b"\xff\xfe"), NotFound, ""),
    (answer(400, '{"error": "invalid_grant", "error_description": "flat"}'), Refused, ""),
    (answer(400, '{"error": {"errors": [], "details": null}}'), Refused, ""),
    (answer(403, "[]"), PermissionDenied, ""),
]


@pytest.mark.parametrize(
    ("error", "kind", "code"), CASES, ids=[f"{e.resp.status}-{c or 'bare'}-{n}" for n, (e, _, c) in enumerate(CASES)]
)
def test_answer_when_it_is_an_error_then_it_becomes_ours_with_call_mailbox_and_status(
    error: HttpError, kind: type[CloudError], code: str
) -> None:
    meant = google_error(error, "gmail.x.list", "box@contoso.example")
    assert type(meant) is kind
    assert (meant.code, meant.call, meant.mailbox, meant.status) == (
        code,
        "gmail.x.list",
        "box@contoso.example",
        int(error.resp.status),
    )


@pytest.mark.parametrize(
    ("reason", "told"), [("insufficientPermissions", "doctor"), ("accessNotConfigured", "apis/library")]
)
def test_denial_when_something_is_missing_then_it_says_what_to_do(reason: str, told: str) -> None:
    assert told in google_error(old(403, reason), "call").hint


def test_every_class_that_an_answer_can_mean_is_in_the_table() -> None:
    meant = {Refused, Renewed, PermissionDenied, Throttled, NotFound, Ambiguous, Conflict}
    assert {kind for _, kind, _ in CASES} == meant
    assert every(kind.exit_code in (1, 5) for kind in meant)
    assert set(vars(ours)) >= {"Refused", "PermissionDenied", "Throttled", "NotFound", "Ambiguous", "Conflict"}


DATE = "Fri, 27 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("message", "headers", "seconds"),
    [
        ("User-rate limit exceeded.  Retry after 2026-11-27T10:00:42.123Z", {"date": DATE}, 42.0),
        ("User-rate limit exceeded.  Retry after 2026-11-27T10:00:42Z", {"date": DATE, "retry-after": "7"}, 7.0),
        ("User-rate limit exceeded.  Retry after 2026-11-28T10:00:42Z", {"date": DATE}, 86442.0),
        ("User-rate limit exceeded.  Retry after later", {"date": DATE}, None),
        ("User Rate Limit Exceeded", {"date": DATE}, None),
    ],
)
def test_wait_when_told_in_words_then_it_is_kept_as_a_header_would_be(
    message: str, headers: dict[str, str], seconds: float | None
) -> None:
    body = json.dumps({"error": {"message": message, "errors": [{"reason": "userRateLimitExceeded"}]}})
    meant = google_error(answer(429, body, **headers), "gmail.x.list")
    assert isinstance(meant, Throttled)
    assert meant.retry_after == seconds


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (ssl.SSLCertVerificationError("self-signed"), Refused, CERTIFICATE),
        (httplib2.ServerNotFoundError("no such name"), Unreachable, ""),
        (ConnectionRefusedError(111, "refused"), Unreachable, ""),
        (json.JSONDecodeError("x", "<html>", 0), Ambiguous, PORTAL),
        (json.JSONDecodeError("x", '{"users": [', 0), Ambiguous, ""),
        (ConnectionResetError(104, "reset"), Ambiguous, ""),
        (TimeoutError("slow"), Ambiguous, ""),
    ],
)
def test_failure_below_http_when_it_comes_then_it_is_not_sent_or_ambiguous(
    error: Exception, kind: type[CloudError], code: str
) -> None:
    meant = connection_error(error, "call")
    assert (type(meant), meant.code) == (kind, code)

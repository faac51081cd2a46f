"""Batches: `multipart/mixed` of whole requests (developers.google.com/gmail/api/guides/batch, read 2026-11)."""

from __future__ import annotations

import email.message
import email.parser
import email.policy
from collections.abc import Callable
from http import HTTPStatus

from sharedbox_cli.emulator.google.errors import GoogleError, bad
from sharedbox_cli.emulator.http import Request, Response

MOST = 1000
MOST_OF = {"gmail": 100, "calendar": 50}
"""APIs that accept fewer parts (their guides to batches, read 2026-11)."""
_KINDS = {
    "/admin/": "admin",
    "/gmail/": "gmail",
    "/calendar/v3/": "calendar",
    "/groups/v1/groups/": "groupssettings",
    "/apps/licensing/": "licensing",
    "/v1/projects/": "iamcredentials",
    "/v1/": "cloudidentity",
}
"""The kind of batch per path. APIs on the same host share a batch endpoint."""
_OWN_BATCHES = {"/batch/groupssettings/v1": "groupssettings", "/batch/calendar/v3": "calendar"}
"""Endpoints of one API each, at a host that many share."""


def answer(request: Request, answer_part: Callable[[Request], Response]) -> Response:
    """Return the responses to all parts. Raises GoogleError for an invalid batch."""
    parts = _parts(request)
    boundary = f"batch_{request.id}"
    lines: list[bytes] = []
    for identity, part in parts:
        answered = answer_part(part)
        lines += [f"--{boundary}".encode(), b"Content-Type: application/http"]
        if identity:
            lines.append(f"Content-ID: <response-{identity}>".encode())
        lines += [b"", _http(answered)]
    lines += [f"--{boundary}--".encode(), b""]
    return Response(200, b"\r\n".join(lines), {"Content-Type": f"multipart/mixed; boundary={boundary}"})


def _http(answered: Response) -> bytes:
    try:
        phrase = HTTPStatus(answered.status).phrase
    except ValueError:
        phrase = ""
    head = [f"HTTP/1.1 {answered.status} {phrase}", "Vary: Origin"]  # the client requires a header, even for a 204
    head += [f"{name}: {value}" for name, value in answered.headers.items()]
    if answered.status != 204:
        head.append(f"Content-Length: {len(answered.body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + answered.body


def _parts(request: Request) -> list[tuple[str, Request]]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/mixed"):
        raise bad("Missing or malformed multipart/mixed content type.", "badRequest")
    whole = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body
    )
    payload = whole.get_payload()
    if not isinstance(payload, list) or not payload:
        raise bad("The batch request could not be processed: no parts.", "badRequest")
    messages = [part for part in payload if isinstance(part, email.message.Message)]
    if len(messages) > MOST:
        raise _too_many(MOST)
    parts = [_part(request, part) for part in messages]
    kinds = {_kind(part.path) for _, part in parts}
    most = min(MOST_OF.get(kind, MOST) for kind in kinds)
    if len(parts) > most:
        raise _too_many(most)
    if kinds != {_expected(request) or next(iter(kinds))}:
        raise bad("All parts of a batch must be for the API of its address.", "badRequest")
    return parts


def _too_many(most: int) -> GoogleError:
    return bad(f"The batch request exceeds the limit of {most} calls.", "batchSizeTooLarge")


def _kind(path: str) -> str:
    kind = next((name for prefix, name in _KINDS.items() if path.startswith(prefix)), "")
    if not kind:
        raise bad(f"Failed to parse batch request: no API has {path}", "badRequest")
    return kind


def _expected(request: Request) -> str:
    """Return the APIs that a batch can contain. On loopback, only the endpoints of one API say it."""
    if request.path in _OWN_BATCHES:
        return _OWN_BATCHES[request.path]
    host = request.host.partition(":")[0].lower()
    return host.partition(".")[0] if host.endswith(".googleapis.com") else ""


def _part(outer: Request, part: email.message.Message) -> tuple[str, Request]:
    if part.get_content_type() != "application/http":
        raise bad("Failed to parse batch request: a part must be application/http.", "badRequest")
    raw = part.get_payload(decode=True)
    text = (raw if isinstance(raw, bytes) else b"").lstrip()
    line, _, rest = text.partition(b"\r\n") if b"\r\n" in text else text.partition(b"\n")
    words = line.decode("latin-1").split(" ")
    if len(words) < 2 or not words[1].startswith("/") or words[1].startswith("//"):
        raise bad("Failed to parse batch request: a relative URL is required.", "badRequest")
    head, body = _split(rest)
    path, _, query = words[1].partition("?")
    if path.startswith(("/batch", "/upload")) or "alt=media" in query.split("&"):
        raise GoogleError(400, "A batch cannot hold this request.", "badRequest")
    kind = next((kind for prefix, kind in _KINDS.items() if path.startswith(prefix)), "")
    if kind in _OWN_BATCHES.values() and _OWN_BATCHES.get(outer.path) != kind:
        raise bad("All parts of a batch must be for the API of its address.", "badRequest")
    headers = {"authorization": outer.headers.get("authorization", ""), **head}
    identity = "".join(str(part["Content-ID"] or "").splitlines()).strip("<> ")  # a long header can be folded
    return identity, Request(words[0].upper(), outer.host, path, query, headers, body, parent=outer.id)


def _split(rest: bytes) -> tuple[dict[str, str], bytes]:
    for gap in (b"\r\n\r\n", b"\n\n"):
        if gap in rest:
            head, _, body = rest.partition(gap)
            break
    else:
        head, body = rest, b""
    headers = {}
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            headers[name.strip().lower()] = value.strip()
    return headers, body.rstrip(b"\r\n")

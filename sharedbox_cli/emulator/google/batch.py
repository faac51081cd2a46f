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
MOST_GMAIL = 100


def answer(request: Request, answer_part: Callable[[Request], Response]) -> Response:
    """Return the answers to all parts. Raises GoogleError for a batch that is not one."""
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
    head = [f"HTTP/1.1 {answered.status} {phrase}"]
    head += [f"{name}: {value}" for name, value in answered.headers.items()]
    head.append(f"Content-Length: {len(answered.body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + answered.body


def _parts(request: Request) -> list[tuple[str, Request]]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/mixed"):
        raise bad("Missing or malformed multipart/mixed content type.", "badRequest")
    whole = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body
    )
    payload = whole.get_payload()
    if not isinstance(payload, list) or not payload:
        raise bad("The batch request could not be processed: no parts.", "badRequest")
    parts = [
        _part(request, str(part["Content-ID"] or ""), part.get_payload(decode=True))
        for part in payload
        if isinstance(part, email.message.Message)
    ]
    kinds = {_kind(part.path) for _, part in parts}
    most = MOST_GMAIL if "gmail" in kinds else MOST
    if len(parts) > most:
        raise bad(f"The batch request exceeds the limit of {most} calls.", "batchSizeTooLarge")
    if len(kinds) > 1:
        raise bad("All parts of a batch must be for one API.", "badRequest")
    return parts


def _kind(path: str) -> str:
    return path.split("/")[1] if path.count("/") > 1 else path


def _part(outer: Request, identity: str, raw: object) -> tuple[str, Request]:
    text = raw if isinstance(raw, bytes) else b""
    line, _, rest = text.lstrip().partition(b"\r\n") if b"\r\n" in text else text.lstrip().partition(b"\n")
    words = line.decode("latin-1").split(" ")
    if len(words) < 2 or "://" in words[1]:
        raise bad("Failed to parse batch request: a relative URL is wanted.", "badRequest")
    head, body = _split(rest)
    path, _, query = words[1].partition("?")
    if path.startswith(("/batch", "/upload")):
        raise GoogleError(400, "A batch cannot hold this request.", "badRequest")
    headers = {"authorization": outer.headers.get("authorization", ""), **head}
    inner = Request(words[0].upper(), outer.host, path, query, headers, body, parent=outer.id)
    return identity.strip("<> "), inner


def _split(rest: bytes) -> tuple[dict[str, str], bytes]:
    for gap in (b"\r\n\r\n", b"\n\n"):
        if gap in rest:
            head, _, body = rest.partition(gap)
            break
    else:
        head, body = rest, b""
    found = {}
    for line in head.decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            found[name.strip().lower()] = value.strip()
    return found, body.rstrip(b"\r\n")

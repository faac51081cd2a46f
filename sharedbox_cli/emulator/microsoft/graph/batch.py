"""Graph batches: at most twenty requests with relative URLs, in any order or in sequence.

learn.microsoft.com/graph/json-batching, read 2026-11. Assumed: the text of errors that the page does not quote.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad
from sharedbox_cli.emulator.service import ServiceContext

MAX_BATCH = 20
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_KEYS = frozenset({"id", "method", "url", "headers", "body", "dependsOn"})


def answer_batch(context: ServiceContext, request: Request) -> Response:
    """Return the responses to the parts. Raises GraphError for an invalid batch."""
    parts = _parts(request)
    answers: dict[str, dict[str, Any]] = {}
    for part in parts:
        failed = [name for name in part.get("dependsOn", ()) if answers[name.lower()]["status"] >= 400]
        if failed:
            error = {"code": "FailedDependency", "message": f"Request {failed[0]} failed."}
            answers[part["id"].lower()] = {"id": part["id"], "status": 424, "body": {"error": error}}
            continue
        answers[part["id"].lower()] = _answer(part, context.answer_part(_request(request, part)))
    shuffled = list(answers.values())
    context.random.shuffle(shuffled)
    return json_response(200, {"responses": shuffled})


def _parts(request: Request) -> list[dict[str, Any]]:
    try:
        data = request.json()
    except ValueError as error:
        raise _wrong("Invalid batch payload format.") from error
    parts = data.get("requests") if isinstance(data, dict) else None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise _wrong("Invalid batch payload format.")
    if len(parts) > MAX_BATCH:
        raise _wrong(f"Number of batch request steps exceeds the maximum value of {MAX_BATCH}.")
    seen: set[str] = set()
    for part in parts:
        _require_form(part)
        identity = part["id"]
        if identity.lower() in seen:
            raise _wrong(f"Request Id has to be unique: {identity}.")
        needs = part.get("dependsOn", [])
        if not isinstance(needs, list) or not all(isinstance(name, str) and name.lower() in seen for name in needs):
            raise _wrong(f"Invalid dependency for request Id {identity}.")
        seen.add(identity.lower())
    return parts


def _wrong(text: str) -> GraphError:
    return bad(text, "BadRequest")


def _require_form(part: dict[str, Any]) -> None:
    identity, method, url, headers = (part.get(name) for name in ("id", "method", "url", "headers"))
    if not isinstance(identity, str) or not identity.strip():
        raise _wrong("Each request of a batch needs an id, as text.")
    unknown = sorted(set(part) - _KEYS)
    if unknown:
        raise _wrong(f"Invalid property '{unknown[0]}' for request Id {identity}.")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise _wrong(f"Invalid method for request Id {identity}.")
    is_relative = isinstance(url, str) and bool(url.strip()) and "://" not in url.partition("?")[0]
    if not isinstance(url, str) or not is_relative or url.startswith("//"):
        raise _wrong(f"Invalid url for request Id {identity}: a relative url is required.")
    if url.partition("?")[0].strip("/").lower() == "$batch":
        raise _wrong(f"Invalid url for request Id {identity}: a batch within a batch is not supported.")
    if headers is not None and (
        not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values())
    ):
        raise _wrong(f"Invalid headers for request Id {identity}.")
    _require_body(part)


def _require_body(part: dict[str, Any]) -> None:
    identity = part["id"]
    is_typed = "content-type" in {name.lower() for name in part.get("headers") or {}}
    is_write = part["method"].upper() not in ("GET", "DELETE")
    if ("body" in part or is_write) and not (is_typed and "body" in part):
        raise _wrong(f"Write request id : {identity} does not contain Content-Type header or body.")
    if "body" in part and not isinstance(part["body"], (dict, str)):
        raise _wrong(f"Invalid body for request Id {identity}: an object or base64 text is required.")


def _request(outer: Request, part: dict[str, Any]) -> Request:
    path, _, query = part["url"].partition("#")[0].partition("?")  # a fragment is not sent
    headers = {name.lower(): value for name, value in (part.get("headers") or {}).items()}
    headers["authorization"] = outer.headers.get("authorization", "")
    if "client-request-id" in outer.headers:
        headers.setdefault("client-request-id", outer.headers["client-request-id"])
    return Request(
        part["method"].upper(), outer.host, "/v1.0/" + path.lstrip("/"), query, headers, _body(part), parent=outer.id
    )


def _body(part: dict[str, Any]) -> bytes:
    body = part.get("body")
    if isinstance(body, str):
        try:
            return base64.b64decode(body, validate=True)
        except ValueError as error:
            raise _wrong(f"Invalid body for request Id {part['id']}: it is no base64 text.") from error
    return json.dumps(body).encode() if body is not None else b""


def _answer(part: dict[str, Any], response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": part["id"], "status": response.status, "headers": dict(response.headers)}
    if response.body:
        try:
            answer["body"] = json.loads(response.body)
        except ValueError:
            answer["body"] = response.body.decode("utf-8", "replace")
    return answer

"""Batches: up to ten POSTs of one tenant with absolute URLs. The responses are in any order.

Assumed, because no page documents it: the parts run in order, and without `Prefer: odata.continue-on-error` the
batch ends after the first failure.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import bad_request, require_json
from sharedbox_cli.emulator.service import ServiceContext

MAX_BATCH = 10
_KEYS = frozenset({"id", "method", "url", "headers", "body"})


def answer_batch(context: ServiceContext, request: Request, hosts: frozenset[str], tenant: str) -> Response:
    """Return the responses to the parts. Raises CmdletError."""
    parts = _parts(request, hosts, f"/adminapi/beta/{tenant}/invokecommand".lower())
    answers: list[dict[str, Any]] = []
    for part in parts:
        response = context.answer_part(_part_request(request, part))
        answers.append(_part_answer(part, response))
        if response.status >= 400 and _ends_at_failure(request):
            break
    context.random.shuffle(answers)
    return json_response(200, {"responses": answers})


def _ends_at_failure(request: Request) -> bool:
    return "odata.continue-on-error" not in request.headers.get("prefer", "").lower()


def _parts(request: Request, hosts: frozenset[str], path: str) -> list[dict[str, Any]]:
    require_json(request)
    try:
        data = request.json()
    except ValueError as error:
        raise bad_request("The batch is not JSON.") from error
    if request.query_text:
        raise bad_request("A batch takes no query parameter.")
    parts = data.get("requests") if isinstance(data, dict) and set(data) == {"requests"} else None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise bad_request("The batch has no requests.")
    if not 1 <= len(parts) <= MAX_BATCH:
        raise bad_request(f"The batch holds {len(parts)} requests; at most {MAX_BATCH} are possible.")
    ids = [part.get("id") for part in parts]
    if not all(isinstance(item, str) and item for item in ids) or len(set(ids)) != len(ids):
        raise bad_request("Each request of a batch needs a unique id, as text.")
    for part in parts:
        _require_whole(part, hosts, path)
    return parts


def _require_whole(part: dict[str, Any], hosts: frozenset[str], path: str) -> None:
    unknown = sorted(set(part) - _KEYS)
    if unknown:
        raise bad_request(f"A request of a batch has no '{unknown[0]}'.")
    if part.get("method") != "POST":
        raise bad_request("Each request of a batch is a POST.")
    url = urlsplit(str(part.get("url", "")))
    if url.scheme != "https" or url.netloc.lower() not in hosts or url.path.lower() != path or url.fragment:
        raise bad_request("Each url of a batch is absolute, of this service and of the same tenant.")
    headers = part.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise bad_request("The headers of a request are an object of texts.")


def _part_request(outer: Request, part: dict[str, Any]) -> Request:
    url = urlsplit(part["url"])
    headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
    for name in ("authorization", "x-anchormailbox", "client-request-id", "content-type"):
        if name in outer.headers:
            headers.setdefault(name, outer.headers[name])
    body = json.dumps(part.get("body")).encode()
    return Request("POST", outer.host, url.path, url.query, headers, body, parent=outer.id)


def _part_answer(part: dict[str, Any], response: Response) -> dict[str, Any]:
    """Return one response. A successful write has no body."""
    answer: dict[str, Any] = {"id": part["id"], "status": response.status, "headers": dict(response.headers)}
    if response.body and (_is_read(part) or response.status >= 400):
        try:
            answer["body"] = json.loads(response.body)
        except ValueError:
            answer["body"] = None
    return answer


def _is_read(part: dict[str, Any]) -> bool:
    body = part.get("body")
    command = body.get("CmdletInput") if isinstance(body, dict) else None
    name = command.get("CmdletName") if isinstance(command, dict) else None
    return str(name).lower().startswith("get-")

"""What all services share: the tenant, the keys, and the handling of batch parts."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.faults import Fault, Faults
from sharedbox_cli.emulator.http import Request, Response
from sharedbox_cli.emulator.log import Log
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.emulator.tokens import Tokens


@dataclass(slots=True)
class ServiceContext:
    """Everything that a service can use."""

    tenant: Tenant
    clock: Clock
    tokens: Tokens
    log: Log
    faults: Faults
    random: random.Random
    origin: str = ""
    answer_part: Callable[[Request], Response] = field(default=lambda _: Response(501))


class Service(Protocol):
    """One of the vendor's services."""

    name: str
    router: Router

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        ...

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in the format of the vendor."""
        ...

    def unknown(self, request: Request, status: int) -> Response:
        """Return the response for a path or method that has no route."""
        ...

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the response, after permission checks."""
        ...

    def route_name(self, route: Route, request: Request) -> str:
        """Return the name for logs and faults. An API with one endpoint returns the name of the operation."""
        ...


Injected = tuple[Response, str]
"""A response and how to deliver it: `whole`, `reset` or `cut`."""


def injected(fault: Fault, service: Service, act: Callable[[], Response]) -> Injected:
    """Return what a caller receives because of a fault."""
    wait = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    match fault.kind:
        case "throttle":
            answer = service.refuse(429, "TooManyRequests", "Too many requests.")
            answer.headers |= wait
            return answer, "whole"
        case "status":
            return _broken(fault, service), "whole"
        case "status_after":
            effect = act().effect
            answer = _broken(fault, service)
            answer.effect = effect
            return answer, "whole"
        case "reset_before":
            return Response(0), "reset"
        case "reset_after":
            return act(), "reset"
        case "truncate":
            return act(), "cut"
        case "html200":
            return Response(200, b"<html><body>Sign in</body></html>", {"Content-Type": "text/html"}), "whole"
        case "unauthorized":
            return service.refuse(401, "InvalidAuthenticationToken", "Access token has expired."), "whole"
        case "forbidden":
            return service.refuse(403, "Authorization_RequestDenied", "Insufficient privileges."), "whole"
        case _:
            return _altered(fault, act()), "whole"


def _broken(fault: Fault, service: Service) -> Response:
    wait = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if fault.body == "json":
        answer = service.refuse(fault.status, fault.reason or "ServiceUnavailable", "The service is unavailable.")
    elif fault.body == "html":
        answer = Response(fault.status, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})
    else:
        answer = Response(fault.status)
    answer.headers |= wait
    return answer


def _altered(fault: Fault, answer: Response) -> Response:
    import json

    if (kind := answer.headers.get("Content-Type", "")).startswith("multipart/"):
        answer.body = _altered_parts(fault, answer.body, kind.partition("boundary=")[2].strip('"'))
        return answer
    try:
        data = json.loads(answer.body)
    except ValueError:
        return answer
    link = data.get("@odata.nextLink")
    responses = data.get("responses")
    match fault.kind:
        case "page_foreign_host":
            data["@odata.nextLink"] = "https://foreign.example/v1.0/users?$skiptoken=x"
        case "page_plain_http" if link:
            data["@odata.nextLink"] = link.replace("https://", "http://")
        case "page_loop":
            data["@odata.nextLink"] = link or "https://loop.invalid/"
        case "drop_field":
            data.pop(fault.field, None)
            for items in data.values():
                for item in items if isinstance(items, list) else ():
                    if isinstance(item, dict):
                        item.pop(fault.field, None)
        case "reported_errors":
            data["@adminapi.errors"] = [fault.reason or "Some items could not be read."]
            data["value"] = (data.get("value") or [])[:1]
        case "batch_missing" if responses:
            responses.pop()
        case "batch_duplicate" if responses:
            responses.append(responses[0])
        case "batch_unknown_id" if responses:
            responses[0]["id"] = "unknown"
    answer.body = json.dumps(data).encode()
    return answer


def _altered_parts(fault: Fault, body: bytes, boundary: str) -> bytes:
    """Return a multipart batch whose parts do not match the request."""
    import re

    line = f"--{boundary}".encode()
    head, *parts, end = body.split(line)
    match fault.kind:
        case "batch_missing":
            parts.pop()
        case "batch_duplicate":
            parts.append(parts[0])
        case "batch_unknown_id":
            parts[0] = re.sub(rb"(Content-ID: <[^>]*\+ *)[^> ]+>", rb"\g<1>unknown>", parts[0], count=1)
    return line.join([head, *parts, end])

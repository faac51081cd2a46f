"""The request and the response that all services of the emulator use."""

from __future__ import annotations

import json
import uuid
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Header names are in lower case; query values are decoded and in order."""

    method: str
    host: str
    path: str
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    parent: str = ""
    """The id of the batch that this request is a part of."""

    @property
    def query(self) -> dict[str, str]:
        """Return the query options. If a name is repeated, the last value counts."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    def json(self) -> Any:
        """Return the JSON body. Raises ValueError, also for Python's extensions of JSON and for extreme nesting."""
        try:
            return json.loads(self.body, parse_constant=_refused)
        except RecursionError as error:
            message = "nested too deeply"
            raise ValueError(message) from error


def _refused(constant: str) -> None:
    message = f"{constant} is not JSON"
    raise ValueError(message)


@dataclass(slots=True)
class Response:
    """A response. `effect` is true if the tenant was changed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    effect: str = ""


def json_response(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a JSON body."""
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


Handler = Callable[[Request, dict[str, str]], Response]
"""A handler receives the request and the values that the template of its path captured."""


def named_by(request: Request) -> str:
    """Return everything that a request names: its path, query and body, and the claims of its token."""
    claims = request.headers.get("authorization", "").split(".")[1:2]
    token = b64decode(f"{claims[0]}===", altchars=b"-_") if claims else b""
    parts = (unquote(request.path), unquote(request.query_text), request.body.decode("utf-8", "replace"))
    return "\n".join((*parts, token.decode("utf-8", "replace")))

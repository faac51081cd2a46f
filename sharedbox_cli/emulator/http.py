"""One request and one answer, as every service of the emulator sees them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """A request; header names in lower case, query values decoded, in order."""

    method: str
    host: str
    path: str
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    parent: str = ""
    """The id of the batch that this is a part of."""

    @property
    def query(self) -> dict[str, str]:
        """Return the query options; the last of a name wins."""
        return dict(parse_qsl(self.query_text, keep_blank_values=True))

    def json(self) -> Any:
        """Return the body. Raises ValueError, also for what Python alone takes for JSON, and for endless nesting."""
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
    """An answer. `effect` says that the tenant was changed."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    effect: str = ""


def json_response(status: int, data: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body."""
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Response(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


Handler = Callable[[Request, dict[str, str]], Response]
"""A handler gets the request and what its path's template captured."""

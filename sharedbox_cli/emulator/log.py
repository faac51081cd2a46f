"""The log: one line of JSON per request, and one per part of a batch. The format is public."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.http import Request

_SECRETS = frozenset(
    {
        "client_secret",
        "client_assertion",
        "password",
        "access_token",
        "refresh_token",
        "code",
        "device_code",
        "assertion",
        "authorization",
        "subject_token",
    }
)
_INNER = re.compile(r"(?im)^(authorization|cookie):.*$")
"""Headers of the parts of a multipart batch."""
_LEFT_OUT = frozenset({"authorization", "cookie"})
MAX_BODY = 64 * 1024


class Log:
    """Keeps log entries in memory, and writes them to a file if one is given."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self.lines: list[dict[str, Any]] = []
        self.effects: list[dict[str, Any]] = []
        """Requests that changed the tenant. Kept separately, because a request can fail after it took effect."""
        self._clock = clock
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8") if path else None

    def add(self, request: Request, status: int, route: str, effect: str = "") -> None:
        """Log one request, or one part of a batch."""
        line = {
            "at": self._clock.moment().isoformat(),
            "id": request.id,
            "parent": request.parent,
            "host": request.host,
            "method": request.method,
            "path": request.path,
            "query": request.query_text,
            "headers": {name: value for name, value in request.headers.items() if name not in _LEFT_OUT},
            "body": _body(request),
            "status": status,
            "route": route,
        }
        with self._lock:
            self.lines.append(line)
            if effect:
                self.effects.append({"id": request.id, "at": line["at"], "effect": effect})
            if self._file:
                self._file.write(json.dumps(line, ensure_ascii=True) + "\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()


def _body(request: Request) -> Any:
    if not request.body:
        return None
    text = request.body[:MAX_BODY].decode("utf-8", "replace")
    if "form-urlencoded" in request.headers.get("content-type", ""):
        return _redacted(dict(parse_qsl(text)))
    try:
        return _redacted(json.loads(text))
    except (ValueError, RecursionError):
        return _INNER.sub(r"\1: (redacted)", text)


def _redacted(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: "(redacted)" if key.lower() in _SECRETS else _redacted(item) for key, item in data.items()}
    if isinstance(data, list):
        return [_redacted(item) for item in data]
    return data


def summary(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """Return (route, requests, batch parts), the most frequent route first."""
    alone: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for line in lines:
        (parts if line["parent"] else alone)[line["route"]] += 1
    names = sorted(alone | parts, key=lambda name: (-(alone[name] + parts[name]), name))
    return [(name, alone[name], parts[name]) for name in names]

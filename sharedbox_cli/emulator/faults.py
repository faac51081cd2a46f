"""Injected failures: which call fails, how often, and before or after it takes effect."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

KINDS = {
    "throttle": "429 with `Retry-After: retry_after`, or without it",
    "status": "`status` with an empty, `html` or `json` body (`reason`: Google's error reason); no change is made",
    "status_after": "`status`, although the change is made",
    "reset_before": "the connection breaks before the change is made",
    "reset_after": "the connection breaks after the change is made",
    "truncate": "200 with a truncated body; the change is made",
    "html200": "200 with an HTML page, as a proxy returns it; no change is made",
    "unauthorized": "401",
    "forbidden": "403",
    "page_loop": "the next link points to the same page",
    "page_foreign_host": "the next link points to another host",
    "page_plain_http": "the next link uses http",
    "reported_errors": "200 with the first item only, and `reason` in `@adminapi.errors`; the change is made",
    "drop_field": "`field` is missing in the object, or in every item of the list",
    "batch_missing": "one response of a batch is missing",
    "batch_duplicate": "one response of a batch is duplicated",
    "batch_unknown_id": "one response of a batch has an unknown id",
}
EXAMPLE = [
    {"route": "exchange.Add-MailboxPermission", "n": 2, "kind": "reset_after"},
    {"route": "graph.users.list", "n": 1, "count": 3, "kind": "throttle", "retry_after": 5},
]


@dataclass(slots=True)
class Fault:
    """One line of a schedule: the `n`-th to `n + count - 1`-th matching call fails."""

    route: str
    kind: str
    n: int = 1
    count: int = 1
    method: str = ""
    status: int = 503
    body: str = "empty"
    retry_after: str | None = None
    reason: str = ""
    field: str = ""
    about: str = ""
    """Only calls that name this text: in path, query or body, or as the account that they are made as."""
    seen: int = 0


class Faults:
    """A schedule and its progress."""

    def __init__(self, schedule: list[dict[str, Any]] | None = None) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.set(schedule or [])

    @classmethod
    def of_file(cls, path: Path) -> Faults:
        """Read a schedule from a file. Raises ValueError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["faults"] if isinstance(data, dict) else data)

    def set(self, schedule: list[dict[str, Any]]) -> None:
        """Replace the schedule. Raises ValueError for a kind that does not exist."""
        faults = []
        for line in schedule:
            if line.get("kind") not in KINDS:
                message = f"unknown fault {line.get('kind')!r}; the kinds are {', '.join(KINDS)}"
                raise ValueError(message)
            wait = line.get("retry_after")
            faults.append(Fault(**{**line, "retry_after": None if wait is None else str(wait)}))
        with self._lock:
            self._faults = faults

    def hit(self, route: str, method: str, named: Callable[[], str] = str) -> Fault | None:
        """Count a call, and return the fault that applies to it. `named` returns what the call names."""
        with self._lock:
            due = None
            for fault in self._faults:
                if not fnmatchcase(route, fault.route) or (fault.method and fault.method != method):
                    continue
                if fault.about and fault.about.lower() not in named().lower():
                    continue
                fault.seen += 1
                if due is None and fault.n <= fault.seen < fault.n + fault.count:
                    due = fault
            return due

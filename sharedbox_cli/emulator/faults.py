"""Failures by schedule: which call, how often, before or after its effect."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

KINDS = {
    "throttle": "429; `retry_after` seconds, or left out",
    "status": "`status` with an empty, `html` or `json` body (`reason`: Google's word), before the effect",
    "status_after": "`status` although the effect took place",
    "reset_before": "the connection breaks, nothing happened",
    "reset_after": "the connection breaks, the effect took place",
    "truncate": "200, cut short; the effect took place",
    "html200": "200 with a web page, as a proxy or portal gives; nothing happened",
    "unauthorized": "401",
    "forbidden": "403",
    "page_loop": "the next link names the same page",
    "page_foreign_host": "the next link names another host",
    "page_plain_http": "the next link says http",
    "drop_field": "`field` is left out of every item",
    "batch_missing": "one answer of a batch is left out",
    "batch_duplicate": "one answer of a batch comes twice",
    "batch_unknown_id": "one answer of a batch has an unknown id",
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
    seen: int = 0


class Faults:
    """A schedule and how far it is."""

    def __init__(self, schedule: list[dict[str, Any]] | None = None) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.set(schedule or [])

    @classmethod
    def of_file(cls, path: Path) -> Faults:
        """Return the schedule of a file. Raises ValueError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["faults"] if isinstance(data, dict) else data)

    def set(self, schedule: list[dict[str, Any]]) -> None:
        """Replace the schedule. Raises ValueError for a kind that does not exist."""
        made = []
        for line in schedule:
            if line.get("kind") not in KINDS:
                message = f"no such fault: {line.get('kind')!r}; there are {', '.join(KINDS)}"
                raise ValueError(message)
            wait = line.get("retry_after")
            made.append(Fault(**{**line, "retry_after": None if wait is None else str(wait)}))
        with self._lock:
            self._faults = made

    def hit(self, route: str, method: str) -> Fault | None:
        """Return the fault that this call meets, and count it."""
        with self._lock:
            found = None
            for fault in self._faults:
                if not fnmatchcase(route, fault.route) or (fault.method and fault.method != method):
                    continue
                fault.seen += 1
                if found is None and fault.n <= fault.seen < fault.n + fault.count:
                    found = fault
            return found

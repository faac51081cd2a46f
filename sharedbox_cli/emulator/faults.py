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
BODIES = ("empty", "html", "json")
"""The kinds of a body."""
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
        """Read a schedule from a file. Raises ValueError, TypeError, KeyError."""
        data = json.loads(path.read_text(encoding="utf-8"))
        faults = cls()
        faults.set(data["faults"] if isinstance(data, dict) else data)
        return faults

    def set(self, schedule: Any) -> None:
        """Replace the schedule. Raises ValueError or TypeError for one that its schema does not allow."""
        if not isinstance(schedule, list):
            message = "a schedule is a list of faults"
            raise TypeError(message)
        faults = [_fault(line) for line in schedule]
        with self._lock:
            self._faults = faults

    @property
    def routes(self) -> list[str]:
        """Return the patterns of routes, in order."""
        return [fault.route for fault in self._faults]

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


_TEXTS = frozenset({"route", "method", "reason", "field", "about"})


def _fault(line: Any) -> Fault:
    """Return a fault. Raises ValueError that names the key, and TypeError for what is not an object."""
    if not isinstance(line, dict):
        message = f"a fault is an object, not {line!r}"
        raise TypeError(message)
    if line.get("kind") not in KINDS:
        message = f"unknown fault {line.get('kind')!r}; the kinds are {', '.join(KINDS)}"
        raise ValueError(message)
    if "route" not in line:
        message = "a fault needs a route"
        raise ValueError(message)
    for name, value in line.items():
        if not _is_valid(name, value):
            message = f"{name}: {value!r} is not valid in a fault"
            raise ValueError(message)
    wait = line.get("retry_after")
    return Fault(**{**line, "retry_after": None if wait is None else str(wait)})


def _is_valid(name: str, value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    match name:
        case "kind":
            return True
        case "n" | "count":
            return is_number and value >= 1
        case "status":
            return is_number
        case "body":
            return value in BODIES
        case "retry_after":
            return value is None or isinstance(value, (str, float)) or is_number
        case _:
            return name in _TEXTS and isinstance(value, str)

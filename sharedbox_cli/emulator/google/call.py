"""One call of a method: its input, its caller, and the pages of its response."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.emulator.google.descriptions import Method
from sharedbox_cli.emulator.google.errors import GoogleError, bad, not_allowed
from sharedbox_cli.emulator.google.store import Store

PAGE_SECONDS = 3 * 86400
"""How long a page token is valid (discovery, directory.users.list)."""
NOTHING = object()
"""A response without a body: 204."""


@dataclass(slots=True)
class Call:
    """The input of a handler."""

    method: Method
    store: Store
    params: Mapping[str, Any]
    body: dict[str, Any]
    subject: str
    """The address that the token acts as. A service account without a subject acts as itself."""
    is_delegated: bool
    """Whether the token was issued through domain-wide delegation."""
    is_super: bool = False
    """Whether the caller is a super administrator."""
    effect: str = ""
    read_only: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return a parameter as text."""
        return str(self.params.get(name, ""))

    def own_customer(self) -> None:
        """Raise GoogleError for the `customer` of another organisation."""
        if self.params.get("customer", "my_customer") not in ("my_customer", self.store.customer):
            raise not_allowed()

    def page(
        self, items: Sequence[Any], default: int, most: int = 0, *, clamps: bool = False
    ) -> tuple[list[Any], dict[str, str]]:
        """Return one page and its `nextPageToken`, which the last page omits. Raises GoogleError."""
        name = "pageSize" if "pageSize" in self.method.parameters else "maxResults"
        size = int(self.params.get(name) or default)
        if size < 1 or (most and size > most and not clamps):
            text = f"Invalid value '{size}'. Values must be within the range: [1, {most or 'any'}]"
            raise bad(text, "invalidParameter", location=name)
        size = min(size, most or size)
        start = self._start()
        page = list(items[start : start + size])
        if start + size >= len(items):
            return page, {}
        return page, {"nextPageToken": self._token(start + size)}

    def _seal(self, start: int, created: int) -> str:
        """Return a seal that ties a page token to its position, its time and the options of its request."""
        tenant = self.store.tenant
        if not (key := tenant.meta("google:page_key")):
            key = secrets.token_hex(16)
            tenant.set_meta("google:page_key", key)
        asked = {name: value for name, value in self.params.items() if name not in ("pageToken", "prettyPrint")}
        text = json.dumps([self.method.id, self.subject, start, created, asked], sort_keys=True)
        return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]

    def _token(self, start: int) -> str:
        created = int(self.store.now)
        return base64.urlsafe_b64encode(f"{start}:{created}:{self._seal(start, created)}".encode()).decode()

    def _start(self) -> int:
        token = self.params.get("pageToken")
        if not token:
            return 0
        try:
            start, created, seal = base64.b64decode(str(token), b"-_", validate=True).decode().split(":")
            place, time = int(start), int(created)
        except ValueError:
            place, time, seal = 0, 0, ""
        if seal != self._seal(place, time) or self.store.now - time > PAGE_SECONDS:
            raise bad("Invalid Input: pageToken", location="pageToken")
        return place


Handler = Callable[[Call], Any]
Handlers = dict[str, Handler]


def required(body: Mapping[str, Any], *paths: str) -> None:
    """Raise GoogleError if a required field is missing."""
    for path in paths:
        value: Any = body
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value in (None, ""):
            raise GoogleError(400, f"Invalid Input: {path}", "required" if value is None else "invalid")


def patched(doc: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document after a patch. Absent keys stay, null clears, objects are merged, lists are replaced."""
    merged = dict(doc)
    for name, value in body.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = patched(merged[name], value)
        else:
            merged[name] = value
    return merged

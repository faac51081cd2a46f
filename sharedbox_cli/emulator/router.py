"""Routing: path templates per service."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from sharedbox_cli.emulator.http import Handler


@dataclass(frozen=True, slots=True)
class Route:
    """One route. Logs and fault schedules use its `name`."""

    method: str
    template: str
    handler: Handler
    name: str


class Router:
    """Routes of one service. Paths are case-insensitive; captured values keep their case."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._compiled = [(route, _pattern(route.template)) for route in self.routes]

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str], bool]:
        """Return the route, the captured values, and whether the path exists with another method."""
        is_known = False
        for route, pattern in self._compiled:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if route.method == method:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}, True
            is_known = True
        return None, {}, is_known


@cache  # templates are constants; a test suite starts thousands of emulators
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    text = "".join(re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in enumerate(parts))
    return re.compile(text, re.IGNORECASE)


def normal_path(path: str) -> str:
    """Return a path with single slashes, and `users('x')` written as `users/x`."""
    path = re.sub(r"/{2,}", "/", path)
    return re.sub(r"\('([^']*)'\)", lambda match: "/" + match[1], path)

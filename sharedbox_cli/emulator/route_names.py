"""The names of all routes that a fault can be ordered for: a schedule that matches none of them is a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from sharedbox_cli.emulator.google.descriptions import DOCUMENTS, OWN, description
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import every_fact
from sharedbox_cli.emulator.service import Service

_OF_GOOGLE = ("google.oauth2.token", "google.sts.token", "google.batch", "google.discovery")
_NEAR = 3


def route_names(services: Iterable[Service]) -> frozenset[str]:
    """Return the names of the routes of some services, those that are not modelled included."""
    names = {f"exchange.{cmdlet}" for cmdlet in every_fact()} | set(_OF_GOOGLE)
    for service in services:
        names |= {f"{service.name}.unknown", f"{service.name}.unmodelled"}
        names |= {f"{service.name}.{route.name}" for route in getattr(service.router, "routes", ())}
    for api in (*DOCUMENTS, *OWN):
        names |= {f"google.{method.id}" for method in description(api).methods}
    return frozenset(names)


def require_known(patterns: Sequence[str], services: Iterable[Service]) -> None:
    """Raise ValueError that names near routes for a pattern that matches no route."""
    literal = [pattern for pattern in patterns if pattern != "*"]
    names = route_names(services) if literal else frozenset()
    for pattern in literal:
        if any(fnmatchcase(name, pattern) for name in names):
            continue
        lower = {name.lower(): name for name in sorted(names)}
        near = [lower[name] for name in get_close_matches(pattern.lower(), lower, n=_NEAR, cutoff=0.6)]
        hint = f"; near routes are {', '.join(near)}" if near else "; the request log names the routes of a run"
        message = f"no route is called {pattern!r}{hint}"
        raise ValueError(message)

"""Query options of directory lists: `$select`, `$top`, `$filter`, `$skiptoken`, `$count`.

Limits and messages: learn.microsoft.com/graph/query-parameters and /graph/aad-advanced-queries, read 2026-11.
Assumed: the codes for an invalid or foreign skip token, that a route without options rejects all options, and that
names of properties can be in any case, as CLI for Microsoft 365 requests them (`Id`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, bad, not_modelled
from sharedbox_cli.emulator.microsoft.graph.filters import Filterable, Test, read_filter
from sharedbox_cli.emulator.microsoft.graph.properties import spelled

GRAPH_HOSTS = frozenset({"graph.microsoft.com"})
MAX_PAGE = 999
DEFAULT_PAGE = 100
MAX_ADVANCED_URL = 2048
LIST = frozenset({"$select", "$top", "$filter", "$skiptoken", "$count"})
ONE = frozenset({"$select"})
NONE: frozenset[str] = frozenset()
_NOT_MODELLED = frozenset({"$orderby", "$search", "$expand", "$format"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of object: its modelled properties, the default ones, those that a filter can use, and all of them."""

    known: frozenset[str]
    default: tuple[str, ...]
    filterable: Mapping[str, Filterable]
    every: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """The options of a list request."""

    select: tuple[str, ...]
    top: int
    after: str
    """The id of the last object on the previous page."""
    test: Test
    wants_count: bool
    filter: str = ""


def options_of(request: Request, allowed: frozenset[str]) -> dict[str, str]:
    """Return the options with their names in lower case. Raises GraphError for an option that the route rejects."""
    options: dict[str, str] = {}
    for given, value in parse_qsl(request.query_text, keep_blank_values=True):
        name = given.lower()
        if name in options:
            raise bad(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
        if name not in allowed:
            if name in _NOT_MODELLED and allowed:
                raise not_modelled(name)
            raise bad(f"Query option '{given}' is not allowed. To allow it, set the 'AllowedQueryOptions' property.")
        options[name] = value
    return options


def selected(
    options: Mapping[str, str], known: Iterable[str], default: tuple[str, ...], every: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Return the requested properties as the type spells them. Raises GraphError for one that it does not have."""
    modelled = frozenset(known)
    select = []
    for item in options.get("$select", "").split(","):
        if not (name := item.strip()):
            continue
        if (own := spelled(name, modelled)) is not None:
            select.append(own)
        elif spelled(name, every) is not None:
            raise not_modelled(f"the property {name}")
        else:
            raise bad(f"Could not find a property named '{name}' on type 'microsoft.graph.directoryObject'.")
    return tuple(select) or default


def read_query(request: Request, kind: Kind, *, filter_is_advanced: bool = False) -> Query:
    """Return the options of a list. Raises GraphError for options that the service rejects."""
    options = options_of(request, LIST)
    is_eventual = request.headers.get("consistencylevel", "").lower() == "eventual"
    wants_count = _wants_count(options, is_eventual=is_eventual)
    is_advanced = is_eventual and wants_count
    text = options.get("$filter", "")
    if text and filter_is_advanced and not is_advanced:
        raise bad("$filter needs ConsistencyLevel: eventual and $count=true.", "Request_UnsupportedQuery")
    # The limit of an advanced query applies to its whole URL. URLs within a batch have no limit.
    if is_advanced and not request.parent and len(request.path) + len(request.query_text) > MAX_ADVANCED_URL:
        raise bad("The request URL is too long.", "Request_UnsupportedQuery")
    return Query(
        selected(options, kind.known, kind.default, kind.every),
        _page_size(options.get("$top", str(DEFAULT_PAGE))),
        _after(options, request.path),
        read_filter(text, kind.filterable, kind.every - kind.known, is_advanced=is_advanced)
        if text
        else lambda _: True,
        wants_count,
        text,
    )


def _wants_count(options: Mapping[str, str], *, is_eventual: bool) -> bool:
    text = options.get("$count", "false").lower()
    if text not in ("true", "false"):
        raise bad(f"Invalid value '{text}' for $count query option found. Valid values are 'true' and 'false'.")
    if text == "true" and not is_eventual:
        raise bad("$count needs ConsistencyLevel: eventual.", "Request_UnsupportedQuery")
    return text == "true"


def _page_size(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise bad(f"Invalid page size specified: '{text}'. Must be between 1 and {MAX_PAGE} inclusive.")
    return int(text)


def _question(options: Mapping[str, str], path: str) -> list[str]:
    """Return the options that must be the same in the link to the next page."""
    return [path.lower(), *(options.get(name, "") for name in ("$select", "$filter", "$top"))]


def next_link(origin: str, request: Request, last: str) -> str:
    """Return the link to the page after an object. It contains the options, but no headers."""
    options = {name: value for name, value in options_of(request, LIST).items() if name != "$skiptoken"}
    token = base64.urlsafe_b64encode(json.dumps([last, *_question(options, request.path)]).encode()).decode()
    text = urlencode({**options, "$skiptoken": token.rstrip("=")}, safe="$,'", quote_via=quote)
    return f"{origin}{request.path}?{text}"


def _after(options: Mapping[str, str], path: str) -> str:
    token = options.get("$skiptoken")
    if token is None:
        return ""
    try:
        last, *question = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, RecursionError):
        question, last = [], None
    if not isinstance(last, str) or question != _question(options, path):
        raise GraphError(400, "Directory_ExpiredPageToken", "The specified page token value has expired or is invalid.")
    return last


def picked(item: Mapping[str, Any], select: Iterable[str]) -> dict[str, Any]:
    """Return an object with the requested properties."""
    return {name: item[name] for name in select if name in item}

"""The groups inside groups: they say through which of them somebody has a right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.graph import PAGE, Graph
from sharedbox_cli.providers.microsoft365.observe.people import GROUP, People
from sharedbox_cli.providers.microsoft365.observe.people_rows import group_of
from sharedbox_cli.providers.microsoft365.quirks import query_url
from sharedbox_cli.providers.responses import Row, reduced, rows_of

_CALL = "direct members of groups"
_OPTIONS = {"$select": ",".join(GROUP), "$top": str(PAGE)}
Direct = dict[TrusteeId, frozenset[TrusteeId]]


async def read_direct(graph: Graph, people: People, groups: Iterable[TrusteeId]) -> Direct:
    """Return the direct members of groups with nested groups, and of those; the nested groups are added to `people`.

    The effective members are known without it: a list that is too long, or cannot be read, is left out.
    """
    nested: set[TrusteeId] = set()

    def member(row: Row) -> TrusteeId:
        identity = TrusteeId(intern(text_of(row, "id")))
        if optional_text(row, "@odata.type") == "#microsoft.graph.group":
            nested.add(identity)
            if identity not in people.trustees:
                people.add(group_of(row))
        return identity

    def whole(body: Mapping[str, Any]) -> frozenset[TrusteeId] | None:
        rows = rows_of(body, _CALL)
        return None if body.get("@odata.nextLink") else frozenset(reduced(rows, _CALL, member))

    found: Direct = {}
    asked: set[TrusteeId] = set()
    level = sorted(set(groups))
    while level:
        asked.update(level)
        parts = {
            str(index): (query_url(f"/groups/{one}/members", _OPTIONS), dict[str, str]())
            for index, one in enumerate(level)
        }
        results = await graph.batch(parts, _CALL, whole)
        for index, one in enumerate(level):
            result = results[str(index)]
            if result is not None and not isinstance(result, (CloudError, ObserveError)):
                found[one] = result
        level = sorted(nested - asked)
    return {group: members for group, members in found.items() if group in nested or members & nested}

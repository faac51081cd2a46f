"""The effective users of groups, nested groups included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from sys import intern
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.graph import PAGE, Graph
from sharedbox_cli.providers.microsoft365.observe.people import ADVANCED, USER, People
from sharedbox_cli.providers.microsoft365.observe.people_rows import user_of
from sharedbox_cli.providers.microsoft365.quirks import query_url
from sharedbox_cli.providers.responses import Row, reduced, rows_of
from sharedbox_cli.providers.unread import UnreadLog

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation


async def read_members(
    graph: Graph, people: People, groups: Iterable[TrusteeId], unread: UnreadLog
) -> dict[TrusteeId, frozenset[TrusteeId]]:
    """Return the effective users of groups, nested ones included; those not known yet are added to `people`.

    A group whose members cannot be read is left out: they are not known.
    """
    call = "members of groups"
    ordered = sorted(groups)
    options = {"$count": "true", "$select": ",".join(USER), "$top": str(PAGE)}
    parts = {
        str(index): (query_url(f"/groups/{identity}/transitiveMembers/microsoft.graph.user", options), ADVANCED)
        for index, identity in enumerate(ordered)
    }

    def member(row: Row) -> TrusteeId:
        identity = TrusteeId(intern(text_of(row, "id")))
        if identity not in people.trustees:
            people.add(user_of(row))
        return identity

    def whole(body: Mapping[str, Any]) -> frozenset[TrusteeId] | None:
        """Return the members in a response, or nothing where further pages follow."""
        rows = rows_of(body, call)
        return None if body.get("@odata.nextLink") else frozenset(reduced(rows, call, member))

    results = await graph.batch(parts, call, whole)
    unread.require_one(results.values())
    found: dict[TrusteeId, frozenset[TrusteeId]] = {}
    for index, identity in enumerate(ordered):
        result = results[str(index)]
        try:
            if isinstance(result, (CloudError, ObserveError)):
                raise result
            if result is None:
                request = partial(_transitive, graph, identity)
                result = frozenset(await graph.collect(request, call, member, single="/users"))
            found[identity] = result
        except (CloudError, ObserveError) as error:
            group = people.trustees.get(identity)
            unread.add("group", str(group.address or group.name) if group else identity, error)
    return found


def _transitive(graph: Graph, identity: str) -> RequestInformation:
    from kiota_abstractions.base_request_configuration import RequestConfiguration

    builder = graph.client.groups.by_group_id(identity).transitive_members.graph_user
    from msgraph.generated.groups.item.transitive_members.graph_user.graph_user_request_builder import (
        GraphUserRequestBuilder,
    )

    query = GraphUserRequestBuilder.GraphUserRequestBuilderGetQueryParameters(select=list(USER), top=PAGE, count=True)
    config = RequestConfiguration(query_parameters=query)
    config.headers.add("ConsistencyLevel", "eventual")
    return builder.to_get_request_information(config)

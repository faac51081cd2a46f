"""Users and groups: by address where few are needed, the whole directory where many are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import CloudError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.providers.microsoft365.graph import BATCH, PAGE, Graph, chunks_of
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, smtp_addresses
from sharedbox_cli.providers.responses import Fields, items_of

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

IN = 15
"""Values that one `in` may hold (learn.microsoft.com/graph/filter-query-parameter, read 2026-11)."""
FEW = 2 * IN * BATCH
"""Up to two batches of addresses; beyond, pages of the whole directory are cheaper."""
USER = (
    "id",
    "displayName",
    "mail",
    "userPrincipalName",
    "userType",
    "accountEnabled",
    "proxyAddresses",
    "assignedPlans",
    "licenseAssignmentStates",
    "assignedLicenses",
    "usageLocation",
    "onPremisesSyncEnabled",
)
GROUP = ("id", "displayName", "mail", "mailEnabled", "securityEnabled", "groupTypes", "proxyAddresses")
_ADVANCED = {"ConsistencyLevel": "eventual"}


@dataclass(slots=True)
class People:
    """Everybody who was read, findable by id, address and name."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)
    addresses: dict[Address, set[TrusteeId]] = field(default_factory=dict)
    names: dict[str, set[TrusteeId]] = field(default_factory=dict)
    is_whole: bool = False

    def add_user(self, item: Mapping[str, Any]) -> None:
        """Take a user."""
        identity = TrusteeId(str(item["id"]))
        self.users[identity] = dict(item)
        primary, _ = smtp_addresses(item.get("proxyAddresses") or ())
        own = primary or item.get("mail") or item.get("userPrincipalName")
        self._add(
            item,
            Trustee(
                identity,
                TrusteeKind.USER,
                Address.of(str(own)) if own else None,
                str(item.get("displayName") or ""),
                is_enabled=bool(item.get("accountEnabled", True)),
                is_guest=str(item.get("userType") or "").lower() == "guest",
            ),
        )

    def add_group(self, item: Mapping[str, Any]) -> None:
        """Take a group."""
        identity = TrusteeId(str(item["id"]))
        mail = item.get("mail")
        self._add(
            item,
            Trustee(
                identity,
                TrusteeKind.GROUP,
                Address.of(str(mail)) if mail else None,
                str(item.get("displayName") or ""),
                is_mail_enabled=bool(item.get("mailEnabled")),
                is_security=bool(item.get("securityEnabled")),
            ),
        )

    def _add(self, item: Mapping[str, Any], trustee: Trustee) -> None:
        self.trustees[trustee.id] = trustee
        texts = {str(item.get("mail") or ""), str(item.get("userPrincipalName") or "")}
        texts |= {text.partition(":")[2] for text in item.get("proxyAddresses") or () if text[:5].lower() == "smtp:"}
        for text in texts - {""}:
            self.addresses.setdefault(Address.of(text), set()).add(trustee.id)
        self.names.setdefault(trustee.name.casefold(), set()).add(trustee.id)


async def read_people(graph: Graph, addresses: Iterable[str], ids: Iterable[str]) -> People:
    """Return the people behind addresses and ids, and more where the whole directory is cheaper."""
    wanted = sorted({text.lower() for text in addresses if "@" in text})
    identities = sorted(set(ids))
    people = People()
    if len(wanted) + len(identities) > FEW:
        await _whole(graph, people)
        return people
    await _by_filter(graph, people, "/users", USER, "id", identities)
    left = _left(people, wanted)
    await _by_filter(graph, people, "/users", USER, "mail", left)
    await _by_filter(graph, people, "/groups", GROUP, "mail", _left(people, wanted))
    await _by_filter(graph, people, "/users", USER, "userPrincipalName", _left(people, wanted))
    await _by_alias(graph, people, _left(people, wanted))
    return people


def _left(people: People, wanted: list[str]) -> list[str]:
    return [text for text in wanted if Address.of(text) not in people.addresses]


async def _whole(graph: Graph, people: People) -> None:
    people.is_whole = True
    for item in await graph.read_all(lambda: _users(graph), "users", single="/users"):
        people.add_user(item)
    for item in await graph.read_all(lambda: _groups(graph), "groups", single="/groups"):
        people.add_group(item)


def _users(graph: Graph) -> RequestInformation:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=list(USER), top=PAGE)
    return graph.client.users.to_get_request_information(RequestConfiguration(query_parameters=query))


def _groups(graph: Graph) -> RequestInformation:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder

    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(select=list(GROUP), top=PAGE)
    return graph.client.groups.to_get_request_information(RequestConfiguration(query_parameters=query))


async def _by_filter(
    graph: Graph, people: People, path: str, select: tuple[str, ...], name: str, values: list[str]
) -> None:
    start = f"{path}?$select={','.join(select)}&$top={PAGE}&$filter="
    parts: dict[str, tuple[str, Mapping[str, str]]] = {
        str(index): (f"{start}{name} in ({','.join(map(odata_quoted, chunk))})", {})
        for index, chunk in enumerate(chunks_of(values, IN))
    }
    await _take(graph, people, parts, path)


async def _by_alias(graph: Graph, people: People, values: list[str]) -> None:
    for path, select in (("/users", USER), ("/groups", GROUP)):
        left = _left(people, values)
        parts = {
            str(index): (
                f"{path}?$count=true&$select={','.join(select)}&$filter="
                f"proxyAddresses/any(p:p eq {odata_quoted(f'smtp:{text}')})",
                _ADVANCED,
            )
            for index, text in enumerate(left)
        }
        await _take(graph, people, parts, path)


async def _take(graph: Graph, people: People, parts: Mapping[str, tuple[str, Mapping[str, str]]], path: str) -> None:
    if not parts:
        return
    for answer in (await graph.batch(parts, path.strip("/"))).values():
        if isinstance(answer, CloudError):
            raise answer
        for item in items_of(answer, path.strip("/")):
            (people.add_user if path == "/users" else people.add_group)(item)


async def read_members(
    graph: Graph, people: People, groups: Iterable[TrusteeId]
) -> dict[TrusteeId, frozenset[TrusteeId]]:
    """Return the effective users of groups, nested ones included."""
    ordered = sorted(groups)
    options = f"$count=true&$select={','.join(USER)}&$top={PAGE}"
    parts = {
        str(index): (f"/groups/{identity}/transitiveMembers/microsoft.graph.user?{options}", _ADVANCED)
        for index, identity in enumerate(ordered)
    }
    found: dict[TrusteeId, frozenset[TrusteeId]] = {}
    answers = await graph.batch(parts, "members of groups")
    for index, identity in enumerate(ordered):
        answer = answers[str(index)]
        if isinstance(answer, CloudError):
            raise answer
        items = items_of(answer, "members of groups")
        if answer.get("@odata.nextLink"):
            items = await _all_members(graph, identity)
        for item in items:
            if item["id"] not in people.users:
                people.add_user(item)
        found[identity] = frozenset(TrusteeId(str(item["id"])) for item in items)
    return found


async def _all_members(graph: Graph, identity: str) -> list[Fields]:
    return await graph.read_all(lambda: _transitive(graph, identity), "members of groups", single="/users")


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

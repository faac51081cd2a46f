"""Users and groups: by address where few are needed, the whole directory where many are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Trustee
from sharedbox_cli.providers.columns import property_names
from sharedbox_cli.providers.forms import name_of, understood
from sharedbox_cli.providers.microsoft365 import columns
from sharedbox_cli.providers.microsoft365.graph import BATCH, PAGE, Graph
from sharedbox_cli.providers.microsoft365.graph_batches import chunks_of
from sharedbox_cli.providers.microsoft365.observe.people_rows import Known, group_of, user_of
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, query_url
from sharedbox_cli.providers.responses import Failure, Row, reduced, rows_of
from sharedbox_cli.providers.unread import NothingUnread, UnreadLog, is_about_one_object

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

IN = 15
"""Values that one `in` may hold (learn.microsoft.com/graph/filter-query-parameter, read 2026-11)."""
FEW = 2 * IN * BATCH
"""Up to two batches of addresses; beyond, pages of the whole directory are cheaper."""
USER = ("id", "displayName", "mail", "userPrincipalName", "userType", "accountEnabled", "proxyAddresses")
ACCOUNT = (
    *property_names(columns.ACCOUNT, columns.ACCOUNT),
    "licenseAssignmentStates",
    "assignedLicenses",
    "usageLocation",
)
"""What signing in and licences are about: asked for only where it is needed."""
GROUP = ("id", "displayName", "mail", "mailEnabled", "securityEnabled", "groupTypes", "proxyAddresses")
ADVANCED = {"ConsistencyLevel": "eventual"}
Asked = tuple[str, ...]
"""The ids or addresses that one request asks for."""
Parts = Mapping[Asked, tuple[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Needed:
    """Users of whom more than the name is needed: their ids, and the properties of their accounts."""

    ids: frozenset[str] = frozenset()
    properties: tuple[str, ...] = ACCOUNT


NOBODY = Needed()


@dataclass(slots=True)
class People:
    """Everybody who was read, findable by id, address and name."""

    accounts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The `ACCOUNT` properties of the users for whom they were asked."""
    trustees: dict[TrusteeId, Trustee] = field(default_factory=dict)
    directory: dict[Address, TrusteeId] = field(default_factory=dict)
    """Who has an address; if several have it, the first one read."""
    ambiguous: dict[Address, set[TrusteeId]] = field(default_factory=dict)
    """Everybody who has an address that several have."""
    failed: dict[str, Failure] = field(default_factory=dict)
    """Ids and addresses, in lower case, that could not be looked up. They are not known to be nobody's."""
    is_whole: bool = False
    names: dict[str, set[TrusteeId]] = field(default_factory=dict)
    """By the text with which Exchange names somebody, as Exchange resolved it: display names in the directory are not
    Exchange names, and two people can have one."""

    def add(self, known: Known) -> None:
        """Take a user or group."""
        trustee = known.trustee
        self.trustees[trustee.id] = trustee
        if known.account is not None:
            self.accounts[trustee.id] = known.account
        for address in known.addresses:
            owner = self.directory.setdefault(address, trustee.id)
            if owner != trustee.id:
                self.ambiguous.setdefault(address, {owner}).add(trustee.id)

    def at(self, address: Address) -> Set[TrusteeId]:
        """Return everybody who has an address."""
        owner = self.directory.get(address)
        return self.ambiguous.get(address) or (frozenset() if owner is None else {owner})

    def error_of(self, text: str) -> Failure | None:
        """Return why nothing is known about an id or address: its look-up failed."""
        key = text.lower()
        is_known = key in self.trustees or ("@" in key and Address.of(key) in self.directory)
        return None if is_known else self.failed.get(key)

    def named(self, name: str) -> Set[TrusteeId]:
        """Return everybody whom Exchange names so."""
        return self.names.get(name.casefold(), frozenset())

    def learn_name(self, name: str, identity: TrusteeId) -> None:
        """Take a name by which Exchange knows somebody."""
        self.names.setdefault(name.casefold(), set()).add(identity)


async def read_people(
    graph: Graph, addresses: Iterable[str], ids: Iterable[str], needed: Needed = NOBODY, unread: UnreadLog | None = None
) -> People:
    """Return the people behind addresses and ids, and more where the whole directory is cheaper.

    `needed` are the users of whom signing in or licences are needed too. Without `unread`, an account or group
    that cannot be read is an error.
    """
    unread = unread or NothingUnread()
    wanted = sorted({text.lower() for text in addresses if "@" in text})
    identities = sorted(needed.ids.union(ids))
    people = People()
    if len(wanted) + len(identities) > FEW:
        await _whole(graph, people, needed, unread)
        return people
    await _by_filter(graph, people, "/users", "id", identities, unread, needed)
    groups = [identity for identity in identities if identity not in people.trustees and identity not in needed.ids]
    await _by_filter(graph, people, "/groups", "id", groups, unread)
    left = _left(people, wanted)
    await _by_filter(graph, people, "/users", "mail", left, unread)
    await _by_filter(graph, people, "/groups", "mail", _left(people, wanted), unread)
    await _by_filter(graph, people, "/users", "userPrincipalName", _left(people, wanted), unread)
    await _by_alias(graph, people, _left(people, wanted), unread)
    return people


async def read_account(graph: Graph, identity: str) -> Mapping[str, Any] | None:
    """Return what signing in and licences of a user are about, or nothing where there is no such user."""
    people = await read_people(graph, (), (), Needed(frozenset({identity})))
    if error := people.error_of(identity):
        raise error
    return people.accounts.get(identity)


def _left(people: People, wanted: list[str]) -> list[str]:
    return [text for text in wanted if Address.of(text) not in people.directory]


async def _whole(graph: Graph, people: People, needed: Needed, unread: UnreadLog) -> None:
    people.is_whole = True
    user, group = _tolerant("/users", needed, unread), _tolerant("/groups", needed, unread)
    for known in (
        *await graph.collect(lambda: _users(graph, needed), "users", user, single="/users"),
        *await graph.collect(lambda: _groups(graph), "groups", group, single="/groups"),
    ):
        if known is not None:
            people.add(known)


def _tolerant(path: str, needed: Needed, unread: UnreadLog) -> Callable[[Row], Known | None]:
    """Return what reduces a row of a list of users or groups. One in an unknown form is not read, and nobody is it."""
    call, kind = path.strip("/"), path.strip("/").removesuffix("s").replace("user", "account")
    strictly = _user_of(needed) if path == "/users" else group_of

    def reduce(row: Row) -> Known | None:
        try:
            return understood(row, call, strictly)
        except ObserveError as error:
            unread.add(kind, name_of(row) or "without a name", error)
            return None

    return reduce


def _user_of(needed: Needed) -> Callable[[Row], Known]:
    """Return what reduces a user, with the account where that is needed."""

    def reduce(row: Row) -> Known:
        known = user_of(row)
        if known.trustee.id not in needed.ids:
            return known
        return known._replace(account={name: row.get(name) for name in needed.properties})

    return reduce


def _user_select(needed: Needed) -> list[str]:
    return list(dict.fromkeys((*USER, *needed.properties) if needed.ids else USER))


def _users(graph: Graph, needed: Needed) -> RequestInformation:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=_user_select(needed), top=PAGE)
    return graph.client.users.to_get_request_information(RequestConfiguration(query_parameters=query))


def _groups(graph: Graph) -> RequestInformation:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder

    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(select=list(GROUP), top=PAGE)
    return graph.client.groups.to_get_request_information(RequestConfiguration(query_parameters=query))


async def _by_filter(
    graph: Graph, people: People, path: str, name: str, values: list[str], unread: UnreadLog, needed: Needed = NOBODY
) -> None:
    """Read who has one of some values. If a request with several of them fails for good, each is asked for alone."""
    select = _user_select(needed) if path == "/users" else GROUP
    options = {"$select": ",".join(select), "$top": str(PAGE)}

    async def ask(chunks: Iterable[Sequence[str]]) -> dict[Asked, Failure]:
        quoted = {tuple(chunk): ",".join(map(odata_quoted, chunk)) for chunk in chunks}
        parts: Parts = {
            chunk: (query_url(path, {**options, "$filter": f"{name} in ({text})"}), {})
            for chunk, text in quoted.items()
        }
        return await _take(graph, people, parts, path, unread, needed)

    failed = await ask(chunks_of(values, IN))
    several = [chunk for chunk in failed if len(chunk) > 1]
    alone: dict[Asked, Failure] = {chunk: error for chunk, error in failed.items() if len(chunk) == 1}
    alone |= await ask([value] for chunk in several for value in chunk)
    people.failed |= {value[0].lower(): error for value, error in alone.items()}


async def _by_alias(graph: Graph, people: People, values: list[str], unread: UnreadLog) -> None:
    for path, select in (("/users", USER), ("/groups", GROUP)):
        left = _left(people, values)
        parts: Parts = {
            (text,): (
                query_url(
                    path,
                    {
                        "$count": "true",
                        "$select": ",".join(select),
                        "$filter": f"proxyAddresses/any(p:p eq {odata_quoted(f'smtp:{text}')})",
                    },
                ),
                ADVANCED,
            )
            for text in left
        }
        failed = await _take(graph, people, parts, path, unread)
        people.failed |= {asked[0]: error for asked, error in failed.items()}


async def _take(
    graph: Graph, people: People, parts: Parts, path: str, unread: UnreadLog, needed: Needed = NOBODY
) -> dict[Asked, Failure]:
    """Take the people that some requests find, and return the errors by what was asked for.

    Raises an error that is about the service or the caller: that of one request among others is not, that of all is.
    """
    if not parts:
        return {}
    call = path.strip("/")
    reduce = _tolerant(path, needed, unread)
    keys = {str(index): key for index, key in enumerate(parts)}
    urls = {index: parts[key] for index, key in keys.items()}
    results = await graph.batch(urls, call, lambda body: reduced(rows_of(body, call), call, reduce))
    failed: dict[Asked, Failure] = {}
    for index, result in results.items():
        if isinstance(result, (CloudError, ObserveError)):
            failed[keys[index]] = result
            continue
        for known in result:
            if known is not None:
                people.add(known)
    for error in failed.values():
        if not is_about_one_object(error) or len(failed) == len(parts) > 1:
            raise error
    return failed

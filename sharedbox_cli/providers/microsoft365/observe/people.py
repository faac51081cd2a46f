"""Users and groups: by address where few are needed, the whole directory where many are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right, Trustee, TrusteeKind
from sharedbox_cli.providers.columns import property_names
from sharedbox_cli.providers.forms import (
    flag_of,
    name_of,
    optional_flag,
    optional_text,
    optional_texts,
    text_of,
    understood,
)
from sharedbox_cli.providers.microsoft365 import columns
from sharedbox_cli.providers.microsoft365.graph import BATCH, PAGE, Graph, chunks_of
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, query_url, smtp_addresses
from sharedbox_cli.providers.responses import Row, reduced, rows_of
from sharedbox_cli.providers.unread import NothingUnread, UnreadLog

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


@dataclass(frozen=True, slots=True)
class Needed:
    """Users of whom more than the name is needed: their ids, and the properties of their accounts."""

    ids: frozenset[str] = frozenset()
    properties: tuple[str, ...] = ACCOUNT


NOBODY = Needed()


class Known(NamedTuple):
    """A user or group reduced to what is needed: who it is, and all its addresses."""

    trustee: Trustee
    addresses: tuple[Address, ...]
    account: Mapping[str, Any] | None = None


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

    def named(self, name: str) -> Set[TrusteeId]:
        """Return everybody whom Exchange names so."""
        return self.names.get(name.casefold(), frozenset())

    def learn_name(self, name: str, identity: TrusteeId) -> None:
        """Take a name by which Exchange knows somebody."""
        self.names.setdefault(name.casefold(), set()).add(identity)


def user_of(row: Row) -> Known:
    """Return a row of a user, reduced."""
    primary, _ = smtp_addresses(optional_texts(row, "proxyAddresses"))
    own = primary or optional_text(row, "mail") or optional_text(row, "userPrincipalName")
    is_guest = optional_text(row, "userType").lower() == "guest"
    refusal, refused_rights = _refusal(is_guest=is_guest, has_mail=bool(primary or optional_text(row, "mail")))
    trustee = Trustee(
        TrusteeId(intern(text_of(row, "id"))),
        TrusteeKind.USER,
        Address.of(own) if own else None,
        optional_text(row, "displayName"),
        is_enabled=optional_flag(row, "accountEnabled", default=True),
        is_guest=is_guest,
        refusal=refusal,
        refused_rights=refused_rights,
    )
    return Known(trustee, _addresses(row, trustee.address))


def _refusal(*, is_guest: bool, has_mail: bool) -> tuple[str, tuple[Right, ...]]:
    """Return why Exchange gives an account no right, and which rights that is about; empty: all
    (learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes, …/set-mailbox, read 2026-11)."""
    if is_guest:
        return "is a guest, and a shared mailbox is only for people of the organisation", ()
    if not has_mail:
        return "has no mailbox and no address, so nothing can be sent on behalf by it", (Right.SEND_ON_BEHALF,)
    return "", ()


def group_of(row: Row) -> Known:
    """Return a group of the directory."""
    mail = optional_text(row, "mail")
    trustee = Trustee(
        TrusteeId(intern(text_of(row, "id"))),
        TrusteeKind.GROUP,
        Address.of(mail) if mail else None,
        optional_text(row, "displayName"),
        is_mail_enabled=flag_of(row, "mailEnabled"),
        # A Microsoft 365 group cannot hold a right, even one that is enabled for security.
        is_security=flag_of(row, "securityEnabled") and "Unified" not in optional_texts(row, "groupTypes"),
    )
    return Known(trustee, _addresses(row, trustee.address))


def _addresses(row: Row, own: Address | None) -> tuple[Address, ...]:
    """Return every address of an object, each once; its own one is the same object."""
    texts = [optional_text(row, "mail"), optional_text(row, "userPrincipalName")]
    texts += [text[5:] for text in optional_texts(row, "proxyAddresses") if text[:5].lower() == "smtp:"]
    found = {own: own} if own is not None and own.text in texts else {}
    for text in texts:
        if text and (own is None or text != own.text):
            address = Address.of(text)
            found.setdefault(address, address)
    return tuple(found)


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
    return (await read_people(graph, (), (), Needed(frozenset({identity})))).accounts.get(identity)


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
    select = _user_select(needed) if path == "/users" else GROUP
    options = {"$select": ",".join(select), "$top": str(PAGE)}
    parts: dict[str, tuple[str, Mapping[str, str]]] = {
        str(index): (query_url(path, {**options, "$filter": f"{name} in ({','.join(map(odata_quoted, chunk))})"}), {})
        for index, chunk in enumerate(chunks_of(values, IN))
    }
    await _take(graph, people, parts, path, unread, needed)


async def _by_alias(graph: Graph, people: People, values: list[str], unread: UnreadLog) -> None:
    for path, select in (("/users", USER), ("/groups", GROUP)):
        left = _left(people, values)
        parts = {
            str(index): (
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
            for index, text in enumerate(left)
        }
        await _take(graph, people, parts, path, unread)


async def _take(
    graph: Graph,
    people: People,
    parts: Mapping[str, tuple[str, Mapping[str, str]]],
    path: str,
    unread: UnreadLog,
    needed: Needed = NOBODY,
) -> None:
    if not parts:
        return
    call = path.strip("/")
    reduce = _tolerant(path, needed, unread)
    results = await graph.batch(parts, call, lambda body: reduced(rows_of(body, call), call, reduce))
    for result in results.values():
        if isinstance(result, (CloudError, ObserveError)):
            raise result
        for known in result:
            people.add(known)

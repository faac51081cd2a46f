"""Accounts and groups: complete lists if that takes fewer requests than asking one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.core.errors import AuthError, CloudError, NotFound, ObserveError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Trustee, TrusteeKind
from sharedbox_cli.providers.forms import understood
from sharedbox_cli.providers.google_workspace.accounts import (
    address_of,
    delegate_caveat,
    delegate_refusal,
    is_shared,
    name_of,
)
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.observe.directory_forms import check_account, check_group
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.responses import MAX_PAGES, Failure, Fields, Row
from sharedbox_cli.providers.unread import attempt

USERS_PER_PAGE = 500
GROUPS_PER_PAGE = 200
FEW = 2
"""Up to this many are read one by one."""
USER_FIELDS = (
    "id,primaryEmail,name,aliases,nonEditableAliases,suspended,archived,orgUnitPath,includeInGlobalAddressList,"
    "isMailboxSetup,lastLoginTime,recoveryEmail,recoveryPhone,changePasswordAtNextLogin,externalIds,customerId,"
    "creationTime,isAdmin"
)
_PERSON = (
    "id",
    "primaryEmail",
    "aliases",
    "nonEditableAliases",
    "suspended",
    "archived",
    "orgUnitPath",
    "isMailboxSetup",
    "changePasswordAtNextLogin",
    "customerId",
)
"""What is kept of an account that is only a possible holder of rights, besides its name."""
GROUP_FIELDS = "id,email,name,description,aliases,nonEditableAliases,directMembersCount"


@dataclass(slots=True)
class Directory:
    """Everybody who was read, by id; `owner` has each of their addresses."""

    users: dict[str, Fields] = field(default_factory=dict)
    groups: dict[str, Fields] = field(default_factory=dict)
    owner: dict[Address, str] = field(default_factory=dict)
    failed: dict[Address, Failure | AuthError] = field(default_factory=dict)
    """Addresses whose owner could not be looked up one by one. They are not known to be free."""
    domains: frozenset[str] = frozenset()
    primary: str = ""
    is_whole: bool = False
    """Whether all accounts were read: an unknown address then belongs to no account."""
    has_all_groups: bool = False

    def missing(self, wanted: Iterable[Address] | None) -> list[Address]:
        """Return the addresses whose owner is not known yet and may be in this account."""
        return sorted(
            {one for one in wanted or () if one not in self.owner and one.domain in (self.domains or {one.domain})}
        )

    @property
    def unknown(self) -> dict[Address, Failure | AuthError]:
        """Return the addresses of which nothing is known after an error, with the error."""
        return {address: error for address, error in self.failed.items() if address not in self.owner}

    def add_user(self, row: Fields) -> None:
        """Keep an account."""
        self.users[str(row["id"])] = row
        self._own(row, "primaryEmail")

    def add_group(self, row: Fields) -> None:
        """Keep a group."""
        self.groups[str(row["id"])] = row
        self._own(row, "email")

    def _own(self, row: Fields, primary: str) -> None:
        """Record the addresses of an account or group. Raises ObserveError for one that has another owner too."""
        identity = str(row["id"])
        for text in (row[primary], *row.get("aliases", ()), *row.get("nonEditableAliases", ())):
            address = Address.of(str(text))
            holder = self.owner.setdefault(address, identity)
            if holder != identity:
                raise ObserveError(
                    where=f"{address} · directory",
                    why=f"Two objects have it: {holder} and {identity}.",
                    hint="It may have moved while it was read. Run the command again.",
                )

    def user_of(self, address: Address) -> Fields | None:
        """Return the account with this primary address."""
        row = self.users.get(self.owner.get(address, ""))
        return row if row is not None and Address.of(str(row["primaryEmail"])) == address else None

    def group_of(self, address: Address) -> Fields | None:
        """Return the group with this primary address."""
        row = self.groups.get(self.owner.get(address, ""))
        return row if row is not None and Address.of(str(row["email"])) == address else None

    def trustees(self, *, as_delegates: bool) -> dict[TrusteeId, Trustee]:
        """Return all accounts and groups as holders of rights."""
        found = {TrusteeId(key): trustee_of_user(row, as_delegate=as_delegates) for key, row in self.users.items()}
        return found | {TrusteeId(key): trustee_of_group(row) for key, row in self.groups.items()}


def trustee_of_user(row: Fields, *, as_delegate: bool) -> Trustee:
    """Return an account as a holder of rights; for a delegate, more is required than for a member of a group."""
    return Trustee(
        TrusteeId(str(row["id"])),
        TrusteeKind.USER,
        Address.of(str(row["primaryEmail"])),
        name_of(row),
        is_enabled=not (row.get("suspended") or row.get("archived")),
        refusal=delegate_refusal(row) if as_delegate else "",
        caveat=delegate_caveat(row) if as_delegate else "",
    )


def trustee_of_group(row: Fields) -> Trustee:
    """Return a group as a holder of rights."""
    address = Address.of(str(row["email"]))
    return Trustee(TrusteeId(str(row["id"])), TrusteeKind.GROUP, address, str(row.get("name", "")))


async def read_users(google: Google, into: Directory, wanted: Iterable[Address] | None) -> None:
    """Read the wanted accounts, or all. An address without an account is then missing from the directory."""
    open_ones = None if wanted is None else set(wanted)
    if open_ones is None or len(open_ones) > FEW:
        pages = len(open_ones) if open_ones is not None else MAX_PAGES

        def reduce(row: Row) -> Fields:
            """Keep all of a possible mailbox, and of a person what a holder of rights needs."""
            check_account(row)
            is_mailbox = is_shared(row, google.shared_units) or (open_ones is not None and address_of(row) in open_ones)
            return Fields(row if is_mailbox else _person(row), "directory.users.list")

        rows, is_whole = await google.collect(
            DIRECTORY,
            lambda service, token: service.users().list(
                customer=google.customer,
                maxResults=USERS_PER_PAGE,
                pageToken=token,
                projection="basic",
                fields=f"kind,nextPageToken,users({USER_FIELDS})",
            ),
            "users",
            "directory.users.list",
            reduce,
            kind="admin#directory#users",
            most_pages=pages,
        )
        for row in await _settled(rows, lambda key: read_user(google, key)):
            if str(row["id"]) not in into.users:  # what was read of it before can be more
                into.add_user(row)
        into.is_whole = is_whole
        if is_whole:
            return
    await look_up_users(google, into, into.missing(open_ones))


async def look_up_users(google: Google, into: Directory, addresses: Sequence[Address]) -> None:
    """Read the accounts with some addresses one by one. An error that is about one of them is kept."""
    await _look_up(into, addresses, lambda key: read_user(google, key), into.add_user)


async def _look_up(
    into: Directory,
    addresses: Sequence[Address],
    read: Callable[[str], Awaitable[Fields | None]],
    add: Callable[[Fields], None],
) -> None:
    results = await together(attempt(read(address.text)) for address in addresses)
    for address, result in zip(addresses, results, strict=True):
        if isinstance(result, (CloudError, ObserveError, AuthError)):
            into.failed.setdefault(address, result)
        elif result is not None:
            add(result)


def _person(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _PERSON if name in row} | {"name": {"displayName": name_of(row)}}


async def _settled(rows: list[Fields], read: Callable[[str], Awaitable[Fields | None]]) -> list[Fields]:
    """Return each object once. One that two pages show differently changed meanwhile and is read again.

    One that no longer exists is left out.
    """
    found: dict[str, Fields] = {}
    doubtful: set[str] = set()
    for row in rows:
        identity = str(row["id"])
        if found.setdefault(identity, row) != row:
            doubtful.add(identity)
    for identity in sorted(doubtful):
        again = await read(identity)
        found.pop(identity)
        if again is not None:
            found[identity] = again
    return list(found.values())


async def read_user(google: Google, key: str) -> Fields | None:
    """Return one account by address, alias or id."""
    try:
        row = await google.read(
            DIRECTORY,
            lambda service: service.users().get(userKey=key, projection="basic", fields=USER_FIELDS),
            "directory.users.get",
            mailbox=key,
        )
    except NotFound:
        return None
    understood(row, "directory.users.get", check_account, key)
    return row


async def read_groups(google: Google, into: Directory, wanted: Iterable[Address] | None) -> None:
    """Read the wanted groups, or all."""
    open_ones = None if wanted is None else {address for address in wanted if address not in into.owner}
    if open_ones is None or len(open_ones) > FEW:
        rows, is_whole = await google.collect(
            DIRECTORY,
            lambda service, token: service.groups().list(
                customer=google.customer,
                maxResults=GROUPS_PER_PAGE,
                pageToken=token,
                fields=f"kind,nextPageToken,groups({GROUP_FIELDS})",
            ),
            "groups",
            "directory.groups.list",
            check_group,
            kind="admin#directory#groups",
            most_pages=len(open_ones) if open_ones is not None else MAX_PAGES,
        )
        for row in await _settled(rows, lambda key: read_group(google, key)):
            into.add_group(row)
        into.has_all_groups = is_whole
        if is_whole:
            return
    await _look_up(into, into.missing(open_ones), lambda key: read_group(google, key), into.add_group)


async def read_group(google: Google, key: str) -> Fields | None:
    """Return one group by address, alias or id."""
    try:
        row = await google.read(
            DIRECTORY,
            lambda service: service.groups().get(groupKey=key, fields=GROUP_FIELDS),
            "directory.groups.get",
            mailbox=key,
        )
    except NotFound:
        return None
    return understood(row, "directory.groups.get", check_group, key)


async def read_deleted(google: Google) -> list[Fields]:
    """Return the accounts that were deleted in the last 20 days and can be restored."""
    rows, _ = await google.read_all(
        DIRECTORY,
        lambda service, token: service.users().list(
            customer=google.customer,
            maxResults=USERS_PER_PAGE,
            pageToken=token,
            showDeleted="true",
            fields="kind,nextPageToken,users(id,primaryEmail,name,deletionTime)",
        ),
        "users",
        "directory.users.list deleted",
        kind="admin#directory#users",
    )
    return rows

"""Who has an address: accounts, groups, and accounts that were deleted. All of them share one namespace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE
from sharedbox_cli.core.observed import AddressHolder, ObservedMailbox
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.observe.directory import Directory, read_deleted, read_groups, read_users

Holders = Mapping[Address, tuple[AddressHolder, ...]]


async def read_taken(
    google: Google,
    directory: Directory,
    scope: Scope,
    mailboxes: Mapping[Address, ObservedMailbox],
    unread: Set[Address],
) -> Holders:
    """Return who holds an address that a spec names and that is not one of these mailboxes, or an alias of one."""
    missing = (scope.mailboxes or frozenset()) - mailboxes.keys() - unread
    ours = {mailbox.id for mailbox in mailboxes.values()}
    wanted = sorted(missing | {one for one in scope.addresses if directory.owner.get(one) not in ours})
    if not wanted:
        return {}
    await read_owners(google, directory, wanted)
    taken = {one: [address_holder(directory.owner[one], directory)] for one in wanted if one in directory.owner}
    is_group = scope.platforms == frozenset({GOOGLE_COLLABORATIVE})
    free = {one for one in wanted if one not in directory.owner or one in missing} - directory.unknown.keys()
    for row in await read_deleted(google) if free else ():
        address = accounts.address_of(row)
        if address in free:
            can_return = not (is_group and address in missing)  # a deleted account is no deleted group
            taken.setdefault(address, []).append(_deleted(row, address, can_return=can_return))
    return {address: tuple(found) for address, found in taken.items()}


async def read_owners(google: Google, directory: Directory, wanted: Iterable[Address]) -> None:
    """Read the owners of some addresses into the directory, as far as they are not there."""
    unknown = directory.missing(wanted)
    if unknown and not directory.is_whole:
        await read_users(google, directory, unknown)
    unknown = directory.missing(unknown)
    if unknown and not directory.has_all_groups:
        await read_groups(google, directory, unknown)


def address_holder(identity: str, directory: Directory) -> AddressHolder:
    """Return an account or group of the directory as the holder of an address."""
    row = directory.users.get(identity)
    if row is not None:
        return AddressHolder(identity, "account", accounts.name_of(row), accounts.address_of(row))
    group = directory.groups[identity]
    return AddressHolder(identity, "group", str(group.get("name", "")), Address.of(str(group["email"])))


def _deleted(row: Mapping[str, object], address: Address, *, can_return: bool) -> AddressHolder:
    """Return a deleted account as the holder of its address; it can return as a mailbox with this address, or not."""
    name = accounts.name_of(row)
    return AddressHolder(str(row["id"]), "deleted account", name, address, is_soft_deleted=can_return, is_takeable=True)

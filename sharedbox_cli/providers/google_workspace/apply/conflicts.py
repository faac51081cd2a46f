"""An address that somebody else has: the error names who, as far as the directory shows it."""

from __future__ import annotations

from sharedbox_cli.core.errors import Conflict, SharedboxError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.observe.address_holders import address_holder, read_owners
from sharedbox_cli.providers.google_workspace.observe.directory import Directory


async def with_holder(writer: Writer, text: str, error: Conflict) -> Conflict:
    """Return the error for an address with the name of its holder."""
    address, directory = Address.of(text), Directory()
    try:
        await read_owners(writer.google, directory, [address])
    except SharedboxError:
        return error
    if address not in directory.owner:
        return error
    holder = address_holder(directory.owner[address], directory)
    return Conflict(
        "address is taken",
        call=error.call,
        mailbox=error.mailbox,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        why=f"{address} belongs to the {holder.kind} `{holder.name}` ({holder.address})",
        hint="Plan again to see what can be done.",
    )

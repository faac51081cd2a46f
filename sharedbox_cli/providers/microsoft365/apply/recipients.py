"""Recipients in a write: named by their ids, because names and addresses change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.providers.columns import Body, Row
from sharedbox_cli.providers.forms import text_of
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.forwarding import INSIDE, OUTSIDE
from sharedbox_cli.providers.microsoft365.incoming import LISTS
from sharedbox_cli.providers.microsoft365.observe.address_holders import address_filter
from sharedbox_cli.providers.microsoft365.recipients import is_external

Found = tuple[str, bool]
"""The id of a recipient, and whether its mailbox is elsewhere."""


async def with_recipients(exchange: ExchangeAdmin, body: Body) -> Body:
    """Return a body in which recipients of the tenant are named by their ids. Raises CloudError, ObserveError.

    Mail to a contact goes elsewhere, so forwarding to one names the address, which nobody can change at the contact.
    """
    target = str(body.get(OUTSIDE) or "")
    lists = {name: body[name] for name in LISTS if body.get(name)}
    found = await _find(exchange, [*([target] if target else ()), *(one for items in lists.values() for one in items)])
    named: Body = {name: [_only(one, found[one]) for one in items] for name, items in lists.items()}
    if target and len(found[target]) == 1 and not found[target][0][1]:
        named |= {INSIDE: found[target][0][0], OUTSIDE: None}
    return {**body, **named}


def _only(address: str, matches: list[Found]) -> str:
    """Return the id of the recipient with an address. Raises SharedboxError."""
    if len(matches) != 1:
        who = "No recipient of the tenant has" if not matches else f"{len(matches)} recipients have"
        raise SharedboxError(
            "the change cannot be sent",
            why=f"{who} the address {address}.",
            hint="A sender from outside needs a mail contact in the tenant first.",
        )
    return matches[0][0]


async def _find(exchange: ExchangeAdmin, addresses: Iterable[str]) -> Mapping[str, list[Found]]:
    """Return the recipients that have some addresses, in batches of ten. Raises CloudError, ObserveError."""
    ordered = {str(index): address for index, address in enumerate(sorted(set(addresses)))}
    commands = {key: ("Get-Recipient", {"Filter": address_filter(one)}) for key, one in ordered.items()}
    if not commands:
        return {}
    results = await exchange.collect_batch(commands, _found, what="recipients")
    found: dict[str, list[Found]] = {}
    for key, address in ordered.items():
        result = results[key]
        if isinstance(result, SharedboxError):
            raise result
        found[address] = result
    return found


def _found(row: Row) -> Found:
    return text_of(row, "Guid"), is_external(row)

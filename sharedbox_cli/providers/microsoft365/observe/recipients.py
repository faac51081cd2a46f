"""Recipients that settings name, such as the target of forwarding: a contact can have its mailbox anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import TypeGuard

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.mail_rules import rules_in, sent_to
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import Row, optional_texts
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes, MailboxRow
from sharedbox_cli.providers.microsoft365.quirks import smtp_addresses
from sharedbox_cli.providers.microsoft365.recipients import is_external, names_in, recipient_address, with_addresses
from sharedbox_cli.providers.responses import Failure
from sharedbox_cli.providers.unread import UnreadLog

Spellings = Mapping[Address, Set[str]]
"""The addresses, in lower case, by which the spec of each mailbox names recipients."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient by address: its own, and others that reach it."""

    address: str
    aliases: frozenset[str] = frozenset()

    def spelled(self, spellings: Set[str]) -> tuple[str, ...]:
        """Return its addresses as a spec names it, or else its own address."""
        return tuple(sorted({self.address.lower(), *self.aliases} & spellings)) or (self.address.lower(),)


Found = Mapping[str, list[Recipient] | Failure]


async def find_named(exchange: ExchangeAdmin, names: Iterable[str]) -> Found:
    """Return the recipients with these names, in batches of ten: no request without names. Raises CloudError."""
    ordered = {str(index): name for index, name in enumerate(sorted(set(names)))}
    if not ordered:
        return {}
    commands = {key: ("Get-Recipient", {"Identity": name}) for key, name in ordered.items()}
    results = await exchange.collect_batch(commands, _recipient, what="recipients")
    return {name: results[key] for key, name in ordered.items()}


async def resolve_recipients(
    exchange: ExchangeAdmin, mailboxes: Mailboxes, spellings: Spellings, unread: UnreadLog
) -> None:
    """Replace the names of recipients by their addresses. A name that is not resolved stays, and says so.

    A mailbox whose recipient cannot be looked up was not read completely.
    """
    owned = {key: names for key, row in mailboxes.rows.items() if (names := set(_names_of(row)))}
    found = await find_named(exchange, (name for names in owned.values() for name in names))
    for key, names in owned.items():
        for result in (found[name] for name in sorted(names)):
            if is_failure(result):
                unread.add_mailbox(key, result)
        mailboxes.rows[key] = _resolved(mailboxes.rows[key], found, spellings.get(key, frozenset()))


def resolved(value: Value, found: Found, spellings: Set[str]) -> Value:
    """Return a setting with the addresses of its recipients."""
    return with_addresses(value, lambda name: _addresses_of(name, found, spellings))


def _names_of(row: MailboxRow) -> Iterator[str]:
    for value in (*row.settings.values(), *row.facts.values()):
        yield from names_in(value)


def _resolved(row: MailboxRow, found: Found, spellings: Set[str]) -> MailboxRow:
    settings = {name: resolved(value, found, spellings) for name, value in row.settings.items()}
    facts = {name: resolved(value, found, frozenset()) for name, value in row.facts.items()}
    return replace(row, settings=settings, facts=facts)


def forwarding_targets(mailboxes: Mailboxes) -> frozenset[Address]:
    """Return the addresses that mail is forwarded to, where that was read: someone of the organisation may have one."""
    values = (row.facts.get(Fact.FORWARDING_TO) for row in mailboxes.rows.values())
    return frozenset(Address.of(value) for value in values if isinstance(value, str) and "@" in value)


def rule_targets(mailboxes: Mailboxes) -> frozenset[Address]:
    """Return the addresses that rules send messages to, where that was read."""
    found = {
        target
        for row in mailboxes.rows.values()
        for rule in rules_in(row.settings.get(Field.RULES))
        for target in sent_to(rule)
    }
    kept = [row.facts.get(Fact.KEPT_TARGETS) for row in mailboxes.rows.values()]
    found |= {str(one[-1]) for listed in kept if isinstance(listed, tuple) for one in listed if isinstance(one, tuple)}
    return frozenset(Address.of(target) for target in found if "@" in target)


def _recipient(row: Row) -> Recipient:
    if is_external(row):
        return Recipient(recipient_address(row))
    primary, aliases = smtp_addresses(optional_texts(row, "EmailAddresses"))
    return Recipient(recipient_address(row) or primary, frozenset(aliases))


def is_failure(result: list[Recipient] | Failure) -> TypeGuard[Failure]:
    """Return whether a lookup failed. No recipient, or several, is a result."""
    if isinstance(result, CloudError):
        return not isinstance(result, NotFound) and not is_ambiguous(result)
    return isinstance(result, ObserveError)


def _addresses_of(name: str, found: Found, spellings: Set[str]) -> tuple[str, ...]:
    result = found.get(name)
    if isinstance(result, list) and len(result) == 1 and result[0].address:
        return result[0].spelled(spellings)
    return (f"{name} (not resolved)",)

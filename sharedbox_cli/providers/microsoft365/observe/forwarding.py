"""Where mail goes that a mailbox forwards to a recipient: a contact of the tenant can have its mailbox anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.microsoft365.columns import FORWARDED_BY_NAME
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.responses import Failure, Row
from sharedbox_cli.providers.unread import UnreadLog

_EXTERNAL = frozenset({"MailContact", "MailUser"})
"""Types of recipients whose mailbox is elsewhere."""


async def resolve_forwarding(exchange: ExchangeAdmin, mailboxes: Mailboxes, unread: UnreadLog) -> None:
    """Replace the names of recipients by their addresses. A name that is not resolved stays, and says so.

    A mailbox whose recipient cannot be looked up was not read completely.
    """
    named = {key: name for key, row in mailboxes.rows.items() if (name := _name(row.facts.get(Fact.FORWARDING_TO)))}
    names = sorted(set(named.values()))
    if not names:
        return
    commands = {str(index): ("Get-Recipient", {"Identity": name}) for index, name in enumerate(names)}
    results = await exchange.collect_batch(commands, _target, what="forwarding")
    result_of = {name: results[str(index)] for index, name in enumerate(names)}
    targets = {name: _text(result, name) for name, result in result_of.items()}
    for key, name in named.items():
        row, result = mailboxes.rows[key], result_of[name]
        if _is_failure(result):
            unread.add_mailbox(key, result)
        mailboxes.rows[key] = replace(row, facts={**row.facts, Fact.FORWARDING_TO: targets[name]})


def forwarding_targets(mailboxes: Mailboxes) -> frozenset[Address]:
    """Return the addresses that mail is forwarded to, where that was read: someone of the organisation may have one."""
    values = (row.facts.get(Fact.FORWARDING_TO) for row in mailboxes.rows.values())
    return frozenset(Address.of(value) for value in values if isinstance(value, str) and "@" in value)


def _name(value: Value) -> str:
    is_name = isinstance(value, tuple) and len(value) == 2 and value[0] == FORWARDED_BY_NAME
    return str(value[1]) if isinstance(value, tuple) and is_name else ""


def _target(row: Row) -> str:
    """Return where mail to a recipient goes, or nothing where the service does not say."""
    if text_of(row, "RecipientType") in _EXTERNAL:
        prefix, _, address = optional_text(row, "ExternalEmailAddress").rpartition(":")
        return address if prefix.lower() in ("", "smtp") else ""
    return optional_text(row, "PrimarySmtpAddress")


def _is_failure(result: list[str] | Failure) -> TypeGuard[Failure]:
    """Return whether a lookup failed. No recipient, or several, is a result."""
    if isinstance(result, CloudError):
        return not isinstance(result, NotFound) and not is_ambiguous(result)
    return isinstance(result, ObserveError)


def _text(result: list[str] | Failure, name: str) -> str:
    found = result[0] if isinstance(result, list) and len(result) == 1 else ""
    return found or f"{name} (not resolved)"

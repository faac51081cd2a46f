"""Where mail goes that a mailbox forwards to a recipient: a contact of the tenant can have its mailbox anywhere."""

from __future__ import annotations

from dataclasses import replace

from sharedbox_cli.core.errors import CloudError, NotFound
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.columns import FORWARDED_BY_NAME
from sharedbox_cli.providers.microsoft365.errors import is_ambiguous
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import Mailboxes
from sharedbox_cli.providers.responses import Row

_EXTERNAL = frozenset({"MailContact", "MailUser"})
"""Types of recipients whose mailbox is elsewhere."""


async def resolve_forwarding(exchange: ExchangeAdmin, mailboxes: Mailboxes) -> None:
    """Replace the names of recipients by their addresses. A name that is not resolved stays, and says so."""
    named = {key: name for key, row in mailboxes.rows.items() if (name := _name(row.facts.get(Fact.FORWARDING_TO)))}
    names = sorted(set(named.values()))
    if not names:
        return
    commands = {str(index): ("Get-Recipient", {"Identity": name}) for index, name in enumerate(names)}
    results = await exchange.collect_batch(commands, _target, what="forwarding")
    targets = {name: _text(results[str(index)], name) for index, name in enumerate(names)}
    for key, name in named.items():
        row = mailboxes.rows[key]
        mailboxes.rows[key] = replace(row, facts={**row.facts, Fact.FORWARDING_TO: targets[name]})


def _name(value: Value) -> str:
    is_name = isinstance(value, tuple) and len(value) == 2 and value[0] == FORWARDED_BY_NAME
    return str(value[1]) if isinstance(value, tuple) and is_name else ""


def _target(row: Row) -> str:
    """Return where mail to a recipient goes, or nothing where the service does not say."""
    if row["RecipientType"] in _EXTERNAL:
        prefix, _, address = str(row.get("ExternalEmailAddress") or "").rpartition(":")
        return address if prefix.lower() in ("", "smtp") else ""
    return str(row["PrimarySmtpAddress"] or "")


def _text(result: list[str] | CloudError, name: str) -> str:
    if isinstance(result, CloudError):
        if not isinstance(result, NotFound) and not is_ambiguous(result):
            raise result
        result = []
    found = result[0] if len(result) == 1 else ""
    return found or f"{name} (not resolved)"

"""What the clouds have for one address: a mailbox with its settings and members, or another holder."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.change_words import setting_words
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.folder_counts import item_counts, with_items
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact, Platform
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.shapes.access import HolderJson, ObservedJson, ObservedMailboxJson
from sharedbox_cli.reports.views.access import access_report
from sharedbox_cli.reports.views.access_table import row_data
from sharedbox_cli.reports.views.arrangement import Arrangement
from sharedbox_cli.reports.views.values import value_words


def observed_report(address: Address, observations: Mapping[Platform, Observed]) -> Report:
    """Return the mailboxes with this address, one per cloud, and their rights; or the holders of the address."""
    holding = {name: observed for name, observed in sorted(observations.items()) if address in observed.mailboxes}
    mailboxes = [observed.mailboxes[address] for observed in holding.values()]
    holders = dict.fromkeys(item for observed in observations.values() for item in observed.taken.get(address, ()))
    sections: list[Section] = []
    if not mailboxes:
        lines = tuple(Line(f"{item.kind}: {item.name} <{item.address}>, id {item.id}") for item in holders)
        sections.append(Section(f"{address} is not a shared mailbox; it belongs to", lines))
    for mailbox in mailboxes:
        sections.append(_settings(mailbox))
        rows = tuple(access_rows({mailbox.platform: holding[mailbox.platform]}))
        sections += access_report(rows, Arrangement.MAILBOX, [mailbox]).sections
    data: ObservedJson = {
        "address": address.text,
        "mailboxes": [_mailbox(mailbox) for mailbox in mailboxes],
        "holders": [_holder(item) for item in holders],
        "access": [row_data(row) for row in access_rows(holding)],
    }
    return Report("observed", data, tuple(sections))


def _settings(mailbox: ObservedMailbox) -> Section:
    rows = [(str(name), _words(name, value, mailbox.facts)) for name, value in sorted(mailbox.settings.items())]
    facts = sorted((name, value) for name, value in mailbox.facts.items() if name is not Fact.FOLDER_ITEMS)
    rows += [(str(name), value_words(to_plain(value))) for name, value in facts]
    return Section(f"{mailbox.address} ({mailbox.platform}, id {mailbox.id})", (Table(("", ""), tuple(rows)),))


def _words(name: Field, value: Value, facts: Mapping[Fact, Value]) -> str:
    if name is Field.FOLDERS and isinstance(value, tuple) and value:
        counts = item_counts(facts)
        return ", ".join(with_items(str(path), counts) for path in value)
    return setting_words(name, value) if isinstance(value, tuple) and value else value_words(to_plain(value))


def _mailbox(mailbox: ObservedMailbox) -> ObservedMailboxJson:
    return {
        "mailbox": mailbox.address.text,
        "platform": str(mailbox.platform),
        "id": mailbox.id,
        "settings": to_plain(mailbox.settings),
        "facts": to_plain(mailbox.facts),
        "is_read": mailbox.grants is not None,
    }


def _holder(item: AddressHolder) -> HolderJson:
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "address": item.address.text,
        "is_soft_deleted": item.is_soft_deleted,
        "is_convertible": item.is_convertible,
    }

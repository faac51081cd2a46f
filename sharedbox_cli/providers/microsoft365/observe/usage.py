"""How much each mailbox holds: from one report if it shows names, otherwise one request per mailbox.

learn.microsoft.com/graph/api/reportroot-getmailboxusagedetail, read 2026-11: a day or two old, UTF-8 with a byte order
mark, the column `Recipient Type` is not always there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import NotFound, ObserveError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import Value, whole_number
from sharedbox_cli.providers.forms import Row, number_of, optional_text
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.mailboxes import MailboxRow
from sharedbox_cli.providers.microsoft365.quirks import size_bytes
from sharedbox_cli.providers.unread import UnreadLog

if TYPE_CHECKING:
    from kiota_abstractions.request_information import RequestInformation

FEW = 10
Facts = dict[Address, dict[Fact, Value]]


async def read_usage(
    graph: Graph, exchange: ExchangeAdmin, rows: Mapping[Address, MailboxRow], today: str, unread: UnreadLog
) -> Facts:
    """Return size, item count and the day they were measured, by mailbox."""
    if len(rows) > FEW:
        found = parse_report(await graph.download(lambda: _report(graph), "mailbox usage report"))
        if found is not None:
            missing = {address: row for address, row in rows.items() if address not in found}
            return {**found, **await _statistics(exchange, missing, today, unread)}
    return await _statistics(exchange, rows, today, unread)


def _report(graph: Graph) -> RequestInformation:
    return graph.client.reports.get_mailbox_usage_detail_with_period("D7").to_get_request_information()


def parse_report(raw: bytes) -> Facts | None:
    """Return the report by address, or nothing if its names are concealed. Raises ObserveError.

    A row in an unknown form is left out: its mailbox is asked for its size.
    """
    reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace")))
    wanted = ("Report Refresh Date", "User Principal Name", "Storage Used (Byte)", "Item Count", "Last Activity Date")
    if not set(wanted) <= set(reader.fieldnames or ()):
        raise ObserveError(where="mailbox usage report", why="Its columns are not the expected ones.")
    found: Facts = {}
    for row in reader:
        if any(row[name] is None for name in wanted):
            continue  # fewer columns than the head
        if "@" not in row["User Principal Name"]:
            return None
        if row.get("Is Deleted", "").lower() == "true" or (used := whole_number(row["Storage Used (Byte)"])) is None:
            continue
        if not (row["Item Count"] or "0").isdecimal():
            continue
        found[Address.of(row["User Principal Name"])] = {
            Fact.USED_BYTES: used,
            Fact.USED_AT: row["Report Refresh Date"],
            Fact.ITEM_COUNT: whole_number(row["Item Count"] or "0") or 0,
            Fact.LAST_ACTIVITY: row["Last Activity Date"],
        }
    return found


async def _statistics(
    exchange: ExchangeAdmin, rows: Mapping[Address, MailboxRow], today: str, unread: UnreadLog
) -> Facts:
    ids = {row.id: address for address, row in rows.items()}
    commands = {key: ("Get-MailboxStatistics", {"Identity": key}) for key in ids}
    results = await exchange.collect_batch(commands, lambda row: _facts(row, today), what="sizes")
    known = {key: result for key, result in results.items() if not isinstance(result, NotFound)}
    empty: dict[Fact, Value] = {Fact.USED_BYTES: 0, Fact.USED_AT: today, Fact.ITEM_COUNT: 0}
    # A mailbox that was never opened has no row: the service returns only a warning.
    return {ids[key]: (rows[0] if rows else empty) for key, rows in unread.successes(known, ids).items()}


def _facts(row: Row, today: str) -> dict[Fact, Value]:
    """Return what one row of Get-MailboxStatistics says; nothing where it gives no size in bytes."""
    size = size_bytes(optional_text({"TotalItemSize": row["TotalItemSize"]}, "TotalItemSize"))
    if size is None:
        return {}
    return {
        Fact.USED_BYTES: size,
        Fact.USED_AT: today,
        Fact.ITEM_COUNT: number_of(row, "ItemCount"),
        Fact.LAST_ACTIVITY: optional_text(row, "LastLogonTime")[:10],
    }

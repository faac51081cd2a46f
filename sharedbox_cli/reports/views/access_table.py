"""The rows of an audit as data: JSON objects, and lines of CSV with the same content."""

from __future__ import annotations

from collections.abc import Sequence

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.reports.document import Deferred, Gap, Table
from sharedbox_cli.reports.shapes.access import AccessJson
from sharedbox_cli.reports.views.access_words import may_words


def row_data(row: AccessRow) -> AccessJson:
    """Return one row for JSON."""
    return {
        "mailbox": row.mailbox,
        "platform": row.platform,
        "person": row.person,
        "name": row.name,
        "trustee_id": row.trustee_id,
        "kind": str(row.kind),
        "right": str(row.right),
        "detail": row.detail,
        "via": list(row.via),
        "is_enabled": row.is_enabled,
        "is_guest": row.is_guest,
        "is_external": row.is_external,
        "entry": str(row.entry),
        "automapping": row.automapping,
        "is_resolved": row.is_resolved,
        "can_hold": row.can_hold,
        "address": row.address,
    }


HEADERS = (
    *("mailbox", "platform", "person", "name", "kind", "right", "through", "entry", "enabled", "guest"),
    *("external", "address", "trustee_id", "detail", "automapping", "resolved", "can_hold"),
)
"""The columns of CSV: every key of a JSON row. New ones are added at the end."""


def flat_table(rows: Sequence[AccessRow]) -> Table:
    """Return the rows as one table."""
    return Table(HEADERS, Deferred(lambda: map(cells_of, rows)), gap_row=_gap_cells)


def _gap_cells(gap: Gap) -> tuple[str, ...]:
    """Return the row of something that was not read: it has no person, so it is not taken for a right."""
    name = "" if gap.kind == "platform" else gap.name
    known = (name, gap.platform, "", "", gap.kind, f"{gap.summary}. {gap.why}".strip(), "", "not read")
    return (*known, *[""] * (len(HEADERS) - len(known)))


_SWITCH = {True: "yes", False: "no", None: ""}


def cells_of(row: AccessRow) -> tuple[str, ...]:
    """Return one row for CSV, in the order of `HEADERS`."""
    return (
        row.mailbox,
        row.platform,
        row.person,
        row.name,
        str(row.kind),
        may_words(row),
        " > ".join(row.via),
        str(row.entry),
        _SWITCH[row.is_enabled],
        _SWITCH[row.is_guest],
        _SWITCH[row.is_external],
        row.address,
        row.trustee_id,
        row.detail,
        _SWITCH[row.automapping],
        _SWITCH[row.is_resolved],
        _SWITCH[row.can_hold],
    )

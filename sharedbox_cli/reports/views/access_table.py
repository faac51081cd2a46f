"""The rows of an audit as data: JSON objects, and lines of CSV with the same content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import chain

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.why import Why
from sharedbox_cli.reports.document import Deferred, Gap, Table
from sharedbox_cli.reports.shapes.access import AccessJson
from sharedbox_cli.reports.views.access_words import may_words


def row_data(row: AccessRow) -> AccessJson:
    """Return one row for JSON."""
    data: AccessJson = {
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
    if row.items is not None:
        data["items"] = row.items
    if row.why is not None:
        data.update(_why_data(row.why))
    return data


def _why_data(why: Why) -> AccessJson:
    return {  # type: ignore[typeddict-item]  # these are the keys that not every audit has
        "reason": why.reason,
        "owner": why.owner,
        "until": _instant(why.until),
        "spec": why.spec,
        "in_spec": str(why.in_spec or ""),
        "first_seen": _instant(why.first_seen),
        "is_start_known": why.is_start_known,
        "granted_at": _instant(why.granted_at),
        "granted_by": why.granted_by,
        "granted_run": why.granted_run,
        "granted_source": why.granted_source,
        "until_source": why.until_source,
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


HEADERS = (
    *("mailbox", "platform", "person", "name", "kind", "right", "through", "entry", "enabled", "guest"),
    *("external", "address", "trustee_id", "detail", "automapping", "resolved", "can_hold"),
)
"""The columns of CSV: every key of a JSON row. New ones are added at the end."""


WHY_HEADERS = (
    *("reason", "owner", "until", "spec", "in_spec", "first_seen", "is_start_known"),
    *("granted_at", "granted_by", "granted_run", "granted_source", "until_source"),
)
"""Further columns of CSV, where it was asked why and since when rights are there."""


def flat_table(rows: Sequence[AccessRow], *, has_why: bool = False, more: Sequence[tuple[str, ...]] = ()) -> Table:
    """Return the rows as one table; `more` are rows in the same columns."""
    headers = (*HEADERS, *WHY_HEADERS) if has_why else HEADERS
    cells = why_cells_of if has_why else cells_of
    return Table(headers, Deferred(lambda: chain(map(cells, rows), more)), gap_row=partial(_gap_cells, len(headers)))


def why_cells_of(row: AccessRow) -> tuple[str, ...]:
    """Return one row for CSV, with why it is there."""
    values = _why_data(row.why or Why())
    return (*cells_of(row), *(_cell(values.get(name)) for name in WHY_HEADERS))


def _cell(value: object) -> str:
    return _SWITCH[value] if value is None or isinstance(value, bool) else str(value)


def _gap_cells(columns: int, gap: Gap) -> tuple[str, ...]:
    """Return the row of something that was not read: it has no person, so it is not taken for a right."""
    name = "" if gap.kind == "platform" else gap.name
    known = (name, gap.platform, "", "", gap.kind, f"{gap.summary}. {gap.why}".strip(), "", "not read")
    return (*known, *[""] * (columns - len(known)))


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

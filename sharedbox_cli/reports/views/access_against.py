"""What an audit says about specs: rights outside of them, and rights of theirs that nobody has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.access_against import Missing
from sharedbox_cli.core.access_why import OWNER
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.texts import number, tr
from sharedbox_cli.core.why import InSpec
from sharedbox_cli.reports.document import Line, Section, Table, Tone
from sharedbox_cli.reports.shapes.access import MissingJson
from sharedbox_cli.reports.views.access_table import HEADERS, WHY_HEADERS
from sharedbox_cli.reports.views.access_words import may_words, right_name, through_words, who_words
from sharedbox_cli.reports.views.heads import heads

MOST_ROWS = 200
"""How many rows each list for people has. Data has all of them."""
_MISSING = "missing"
"""The entry of a row of CSV for what is missing."""


def missing_data(missing: Missing) -> MissingJson:
    """Return one row for JSON."""
    mailbox, grant = missing.mailbox, missing.grant
    return {
        "mailbox": mailbox.address.text,
        "platform": str(mailbox.platform),
        "address": grant.trustee.text if grant else "",
        "kind": str(grant.kind) if grant else "",
        "right": str(grant.right) if grant else "",
        "spec": _place(grant.place if grant else mailbox.place),
        "reason": grant.reason if grant else "",
        "owner": mailbox.labels.get(OWNER, ""),
        "why": missing.why,
    }


def missing_cells(missing: Missing) -> tuple[str, ...]:
    """Return one row for CSV, in the columns of an audit with `why`."""
    data, grant = missing_data(missing), missing.grant
    known = {
        "mailbox": data["mailbox"],
        "platform": data["platform"],
        "person": data["address"],
        "address": data["address"],
        "kind": data["kind"] or "mailbox",
        "right": right_words(grant.right, grant.detail) if grant else "",
        "entry": _MISSING,
        "detail": data["why"],
        "reason": data["reason"],
        "owner": data["owner"],
        "until": grant.until.isoformat() if grant and grant.until else "",
        "spec": data["spec"],
        "in_spec": str(InSpec.YES),
    }
    return tuple(known.get(name, "") for name in (*HEADERS, *WHY_HEADERS))


def against_sections(rows: Sequence[AccessRow], missing: Sequence[Missing]) -> Iterator[Section]:
    """Yield what differs from the specs, as two lists."""
    outside = [row for row in rows if row.why and row.why.in_spec is InSpec.NO]
    if outside:
        lines = tuple((row.mailbox, who_words(row), may_words(row), through_words(row)) for row in outside[:MOST_ROWS])
        table = Table(heads("mailbox", "who", "may", "through"), lines)
        yield Section(tr("Granted outside of the specs"), (table, *_more(len(outside))), Tone.RISK)
    if missing:
        shown = tuple(_missing_line(one) for one in missing[:MOST_ROWS])
        table = Table(heads("mailbox", "who", "may", "spec", "note"), shown)
        yield Section(tr("Missing: in the specs, and not there"), (table, *_more(len(missing))), Tone.CHANGE)


def against_words(rows: Sequence[AccessRow], missing: Sequence[Missing]) -> str:
    """Return the numbers in one line."""
    counts = Counter(row.why.in_spec for row in rows if row.why)
    return tr(
        "Against the specs: {allowed} allowed, {outside} granted outside of them, {unmanaged} unmanaged, "
        "{missing} missing.",
        allowed=number(counts[InSpec.YES]),
        outside=number(counts[InSpec.NO]),
        unmanaged=number(counts[InSpec.UNMANAGED]),
        missing=number(len(missing)),
    )


def _missing_line(missing: Missing) -> tuple[str, ...]:
    data, grant = missing_data(missing), missing.grant
    may = right_name(grant.right) if grant else ""
    note = tr(missing.why) if grant else tr("there is no such shared mailbox")
    return data["mailbox"], data["address"], may, data["spec"], note


def _more(count: int) -> tuple[Line, ...]:
    return (
        (Line(tr("and {count} more (-o json and -o csv have all)", count=number(count - MOST_ROWS))),)
        if count > MOST_ROWS
        else ()
    )


def _place(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file

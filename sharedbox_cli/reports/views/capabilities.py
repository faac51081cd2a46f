"""What a platform supports, what it does not support, and why."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.texts import listed, tr
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.topics import CapabilitiesJson
from sharedbox_cli.reports.views.heads import heads


def capabilities_report(table: Capabilities) -> Report:
    """Return what is possible, what is not and why, and what applies if a spec does not say otherwise."""
    name = table.platform
    can = tuple((row.path, _meaning(table, row.path, row.meaning)) for row in table.rows if row.is_possible)
    cannot = tuple((row.path, tr(row.meaning)) for row in table.rows if not row.is_possible)
    heading = tr("{title} ({platform}) can", title=tr(table.title), platform=name)
    sections = (
        Section(heading, (Table(heads("key", "meaning"), can),)),
        Section(tr("{name} cannot", name=name), (Table(heads("key", "why, and what to do"), cannot),), Tone.CHANGE),
        Section(tr("Also"), tuple(_more(table))),
    )
    rows = tuple(
        (
            "yes" if one.is_possible else "no",
            one.path,
            one.meaning,
            ", ".join(table.values.get(one.path, ())),
            one.source,
        )
        for one in table.rows
    )
    flat = Table(("possible", "path", "meaning", "values", "source"), rows)
    data: CapabilitiesJson = {
        "platform": name,
        "title": table.title,
        "rows": to_plain(table.rows),
        "values": to_plain(table.values),
        "default_rights": to_plain(table.default_rights),
        "afterwards": table.afterwards,
    }
    return Report("capabilities", data, sections, (), flat, tr(table.title))


def _meaning(table: Capabilities, path: str, meaning: str) -> str:
    values = table.values.get(path)
    words = tr(meaning)
    if values and not _tells(meaning, values):
        return tr("{meaning} (one of: {values})", meaning=words, values=", ".join(values))
    return words


def _tells(meaning: str, values: tuple[str, ...]) -> bool:
    return all(f"`{value}`" in meaning for value in values)


def _more(table: Capabilities) -> Iterator[Line]:
    rights = listed([f"`{right}`" for right in table.default_rights])
    yield Line(tr("A member without `rights` gets {rights}.", rights=rights))
    if table.afterwards:
        yield Line(tr(table.afterwards))

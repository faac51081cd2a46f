"""What a platform supports, what it does not support, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sharedbox_cli.core.capability import Capabilities, Capability
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.needs import MAILBOX, Needs, needs_of
from sharedbox_cli.core.texts import listed, tr
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone
from sharedbox_cli.reports.shapes.topics import CapabilitiesJson, CapabilityJson
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
        *_permissions(table),
        Section(tr("Also"), tuple(_more(table))),
    )
    rows = tuple(
        (
            "yes" if one.is_possible else "no",
            one.path,
            one.meaning,
            ", ".join(table.values.get(one.path, ())),
            one.source,
            ", ".join(_needs(table, one).read),
            ", ".join(_needs(table, one).write),
        )
        for one in table.rows
    )
    flat = Table(("possible", "path", "meaning", "values", "source", "to read", "to write"), rows)
    of_mailbox = needs_of(table.needs, MAILBOX)
    data: CapabilitiesJson = {
        "platform": name,
        "title": table.title,
        "rows": [_row(table, one) for one in table.rows],
        "mailbox": {"read": [*of_mailbox.read], "write": [*of_mailbox.write]},
        "values": to_plain(table.values),
        "default_rights": to_plain(table.default_rights),
        "afterwards": table.afterwards,
    }
    return Report("capabilities", data, sections, (), flat, tr(table.title))


def _row(table: Capabilities, row: Capability) -> CapabilityJson:
    needs = _needs(table, row)
    return {
        "path": row.path,
        "is_possible": row.is_possible,
        "meaning": row.meaning,
        "source": row.source,
        "read": [*needs.read],
        "write": [*needs.write],
    }


def _needs(table: Capabilities, row: Capability) -> Needs:
    return needs_of(table.needs, row.path) if row.is_possible else Needs()


def _permissions(table: Capabilities) -> Iterator[Section]:
    """Return the permissions by key; keys with the same needs share a row."""
    base = needs_of(table.needs, MAILBOX)
    keys: dict[Needs, list[str]] = {base: [tr("every mailbox")]}
    for row in table.rows:
        needs = _needs(table, row)
        if needs != Needs():
            keys.setdefault(Needs(*(_beyond(base, names) for names in (needs.read, needs.write))), []).append(row.path)
    if len(table.needs) == 0:
        return
    rows = tuple(
        (", ".join(_sections(paths, table)), ", ".join(needs.read), ", ".join(needs.write))
        for needs, paths in keys.items()
        if needs != Needs()
    )
    note = tr("`sharedbox doctor SPECS` shows the smallest set for your specs. Docs: docs/how-to/least-privilege.md")
    yield Section(tr("Permissions"), (Table(heads("key", "to read", "to write"), rows), Line(note)))


def _sections(paths: Sequence[str], table: Capabilities) -> list[str]:
    """Return the keys of one group; a section of which the group has every key appears by its name alone."""
    everything = Counter(_section(row.path) for row in table.rows if _needs(table, row) != Needs())
    mine = Counter(map(_section, paths))
    whole = {name for name, count in mine.items() if count > 1 and count == everything[name]}
    return list(dict.fromkeys(_section(path) if _section(path) in whole else path for path in paths))


def _section(path: str) -> str:
    return path.partition(".")[0].removesuffix("[]")


def _beyond(base: Needs, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that not every mailbox needs to be read."""
    return tuple(name for name in names if name not in base.read)


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

"""The topics of `explain`: platforms, checks and guards."""

from __future__ import annotations

from collections.abc import Sequence

from sharedbox_cli.core.texts import mark_in, shown, tr, tr_in
from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.shapes.topics import TopicDetailJson, TopicJson


def topics_report(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Report:
    """Return the names in each group, with a sentence for each."""
    shown_rows = [(title, tuple((name, shown(text)) for name, text in rows)) for title, rows in groups]
    sections = tuple(Section(tr_in("topics", title), (Table(("", ""), rows),)) for title, rows in shown_rows)
    data = {title.lower(): [{"name": name, "about": text} for name, text in rows] for title, rows in groups}
    flat_rows = tuple((title, name, text) for title, rows in groups for name, text in rows)
    return Report("topics", data, sections, (), Table(("group", "name", "about"), flat_rows), tr("Topics"))


def topic_report(name: str, about: str, more: Sequence[tuple[str, str]]) -> Report:
    """Return one check or guard, with more texts by name."""
    lines = (Line(tr(about)), *(Line(f"{_key_words(key)}: {shown(text)}") for key, text in more if text))
    details: list[TopicDetailJson] = [{"key": key, "text": text} for key, text in more if text]
    data: TopicJson = {"name": name, "about": about, "details": details}
    rows = (("about", about), *more)
    return Report("topic", data, (Section(name, lines),), (), Table(("key", "value"), tuple(rows)), name)


def guide_report(name: str, about: str, steps: Sequence[tuple[str, str]]) -> Report:
    """Return a guide: a paragraph for each of its steps."""
    lines = [Line(tr(about))]
    for step, text in steps:
        lines += [Line(tr(step)), Line(tr(text), indent=6)]
    data: TopicJson = {"name": name, "about": about, "details": [{"key": key, "text": text} for key, text in steps]}
    rows = (("about", about), *steps)
    return Report("topic", data, (Section(name, tuple(lines)),), (), Table(("key", "value"), tuple(rows)), name)


def _key_words(key: str) -> str:
    """Return the name of a text; the name of a platform is the same in every language."""
    return tr_in("topic", _KEYS[key]) if key in _KEYS else key


_KEYS = {
    "severity": mark_in("topic", "severity"),
    "hint": mark_in("topic", "hint"),
    "source": mark_in("topic", "source"),
    "only_on": mark_in("topic", "only_on"),
    "not_on": mark_in("topic", "not_on"),
    "waive": mark_in("topic", "waive"),
}

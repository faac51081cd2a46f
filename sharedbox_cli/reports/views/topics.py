"""The topics of `explain`: platforms, checks and guards."""

from __future__ import annotations

from collections.abc import Sequence

from sharedbox_cli.reports.document import Line, Report, Section, Table
from sharedbox_cli.reports.shapes.topics import TopicDetailJson, TopicJson


def topics_report(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Report:
    """Return the names in each group, with a sentence for each."""
    sections = tuple(Section(title, (Table(("", ""), tuple(rows)),)) for title, rows in groups)
    data = {title.lower(): [{"name": name, "about": text} for name, text in rows] for title, rows in groups}
    flat_rows = tuple((title, name, text) for title, rows in groups for name, text in rows)
    return Report("topics", data, sections, (), Table(("group", "name", "about"), flat_rows), "Topics")


def topic_report(name: str, about: str, more: Sequence[tuple[str, str]]) -> Report:
    """Return one check or guard, with more texts by name."""
    lines = (Line(about), *(Line(f"{key}: {text}") for key, text in more if text))
    details: list[TopicDetailJson] = [{"key": key, "text": text} for key, text in more if text]
    data: TopicJson = {"name": name, "about": about, "details": details}
    rows = (("about", about), *more)
    return Report("topic", data, (Section(name, lines),), (), Table(("key", "value"), tuple(rows)), name)

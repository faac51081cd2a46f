"""Findings, checks and guards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.finding import Finding, Severity
from sharedbox_cli.reports.document import Line, Report, Section, Table, Tone

_TONES = {Severity.NOTE: Tone.QUIET, Severity.WARNING: Tone.CHANGE, Severity.ERROR: Tone.RISK}


def findings_report(findings: Sequence[Finding], not_checked: Sequence[str], checked: int) -> Report:
    """Return the findings by mailbox, the worst last."""
    sections = []
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for item in findings:
        found[item.mailbox, item.platform].append(item)
    is_mixed = len({item.platform for item in findings}) > 1
    for (mailbox, platform), items in sorted(found.items(), key=lambda pair: (_worst(pair[1]), *pair[0])):
        parts: list[Line | Table] = []
        for item in sorted(items, key=lambda f: (f.severity.rank, f.check, f.subject)):
            place = f" [{item.place}]" if item.place.file else ""
            parts.append(Line(f"{item.severity}: {item.summary} ({item.check}){place}", _TONES[item.severity]))
            parts.append(Line(f"{item.why} {item.hint}".strip(), indent=6))
        marker = f" ({platform})" if is_mixed and platform else ""
        sections.append(Section(f"{mailbox or 'the tenant'}{marker}", tuple(parts)))
    if not_checked:
        lines = (Line(", ".join(not_checked)),)
        sections.append(Section("Not checked, because the required data was not read", lines, Tone.QUIET))
    counts = {severity: sum(item.severity is severity for item in findings) for severity in Severity}
    data = {
        "counts": {str(key): value for key, value in counts.items()},
        "checked_mailboxes": checked,
        "findings": [to_plain(item) for item in findings],
        "not_checked": list(not_checked),
    }
    rows = tuple((str(f.severity), f.check, f.mailbox, f.subject, f.summary, f.why, f.hint, f.source) for f in findings)
    flat = Table(("severity", "check", "mailbox", "subject", "summary", "why", "hint", "source"), rows)
    text = ", ".join(f"{counts[s]} {s}{'' if counts[s] == 1 else 's'}" for s in reversed(Severity) if counts[s])
    tone = Tone.GOOD if not findings else Tone.CHANGE
    summary = Line(f"Checked {checked} mailbox{'' if checked == 1 else 'es'}: {text or 'nothing found'}.", tone)
    return Report("findings", data, tuple(sections), (summary,), flat, "Findings")


def _worst(findings: Sequence[Finding]) -> int:
    return max(item.severity.rank for item in findings)


def topics_report(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Report:
    """Return names with a sentence each, in groups."""
    sections = tuple(Section(title, (Table(("", ""), tuple(rows)),)) for title, rows in groups)
    data = {title.lower(): [{"name": name, "about": text} for name, text in rows] for title, rows in groups}
    flat_rows = tuple((title, name, text) for title, rows in groups for name, text in rows)
    return Report("topics", data, sections, (), Table(("group", "name", "about"), flat_rows), "Topics")


def topic_report(name: str, about: str, more: Sequence[tuple[str, str]]) -> Report:
    """Return one check or guard."""
    lines = (Line(about), *(Line(f"{key}: {text}") for key, text in more if text))
    data = {"name": name, "about": about, **dict(more)}
    rows = (("about", about), *more)
    return Report("topic", data, (Section(name, lines),), (), Table(("key", "value"), tuple(rows)), name)

"""Findings: what the checks report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from sharedbox_cli.core.finding import Finding, Severity, severity_words
from sharedbox_cli.core.texts import plural, tr, tr_count
from sharedbox_cli.reports.document import Base, Case, Line, Report, Result, Results, Section, Table, Tone
from sharedbox_cli.reports.page import Page
from sharedbox_cli.reports.shapes.findings import FindingJson, FindingsJson
from sharedbox_cli.reports.views.place import place_data

_TONES = {Severity.NOTE: Tone.QUIET, Severity.WARNING: Tone.CHANGE, Severity.ERROR: Tone.RISK}


def findings_report(
    findings: Sequence[Finding],
    not_checked: Sequence[str],
    checked: int,
    cases: Sequence[Case] = (),
    base: Base = Base(),  # noqa: B008
    page: Callable[[], Page] | None = None,
) -> Report:
    """Return the findings by mailbox, the worst last, with the checks that were run as `cases`."""
    sections = list(_sections(findings))
    if not_checked:
        lines = (Line(", ".join(not_checked)),)
        sections.append(Section(tr("Not checked, because the required data was not read"), lines, Tone.QUIET))
    counts = {severity: sum(item.severity is severity for item in findings) for severity in Severity}
    data: FindingsJson = {
        "counts": {str(key): value for key, value in counts.items()},
        "checked_mailboxes": checked,
        "findings": [_data(item) for item in findings],
        "not_checked": list(not_checked),
    }
    rows = tuple((str(f.severity), f.check, f.mailbox, f.subject, f.summary, f.why, f.hint, f.source) for f in findings)
    flat = Table(("severity", "check", "mailbox", "subject", "summary", "why", "hint", "source"), rows)
    text = ", ".join(_COUNTED[s](counts[s]) for s in reversed(Severity) if counts[s]) or tr("no findings")
    tone = Tone.GOOD if not findings else Tone.CHANGE
    one, many = plural("Checked {count} mailbox: {findings}.", "Checked {count} mailboxes: {findings}.")
    summary = Line(tr_count(one, many, checked, count=checked, findings=text), tone)
    results = Results(tuple(cases), tuple(_results(findings)), base)
    return Report("findings", data, tuple(sections), (summary,), flat, tr("Findings"), results=results, page=page)


_COUNTED: Mapping[Severity, Callable[[int], str]] = {
    Severity.NOTE: lambda count: tr_count("{count} note", "{count} notes", count, count=count),
    Severity.WARNING: lambda count: tr_count("{count} warning", "{count} warnings", count, count=count),
    Severity.ERROR: lambda count: tr_count("{count} error", "{count} errors", count, count=count),
}


def _data(item: Finding) -> FindingJson:
    return {
        "check": item.check,
        "severity": str(item.severity),
        "mailbox": item.mailbox,
        "platform": item.platform,
        "subject": item.subject,
        "summary": item.summary,
        "why": item.why,
        "hint": item.hint,
        "source": item.source,
        **place_data(item.place),
    }


def _sections(findings: Sequence[Finding]) -> Iterator[Section]:
    by_mailbox: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for item in findings:
        by_mailbox[item.mailbox, item.platform].append(item)
    is_mixed = len({item.platform for item in findings}) > 1
    for (mailbox, platform), items in sorted(by_mailbox.items(), key=lambda pair: (_worst(pair[1]), *pair[0])):
        parts: list[Line | Table] = []
        for item in sorted(items, key=lambda f: (f.severity.rank, f.check, f.subject)):
            place = f" [{item.place}]" if item.place.file else ""
            words = f"{severity_words(item.severity)}: {item.summary} ({item.check}){place}"
            parts.append(Line(words, _TONES[item.severity]))
            parts.append(Line(f"{item.why} {item.hint}".strip(), indent=6))
        suffix = f" ({platform})" if is_mixed and platform else ""
        yield Section(f"{mailbox or tr('the tenant')}{suffix}", tuple(parts))


def _results(findings: Sequence[Finding]) -> Iterator[Result]:
    """Yield the findings as results. If one address is a mailbox in two clouds, the platform is added."""
    prints = Counter(map(_fingerprint, findings))
    for item in findings:
        fingerprint = _fingerprint(item)
        yield Result(
            check=item.check,
            severity=item.severity,
            message=f"{item.mailbox or 'the tenant'}: {item.summary}. {item.why} {item.hint}",
            subject=item.mailbox or "tenant",
            fingerprint=f"{fingerprint}|{item.platform}" if prints[fingerprint] > 1 else fingerprint,
            place=item.place,
        )


def _fingerprint(item: Finding) -> str:
    return f"{item.check}|{item.mailbox}|{item.subject}".lower()


def _worst(findings: Sequence[Finding]) -> int:
    return max(item.severity.rank for item in findings)

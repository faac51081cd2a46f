"""One report on all tenants of a profile, and its exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sharedbox_cli.cli.connect import no_tenant
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import ExitCode, SharedboxError
from sharedbox_cli.reports.document import Line, Origin, Report, Section, Tone

if TYPE_CHECKING:
    from sharedbox_cli.cli.profile import Tenant
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.reports.render import PlainOutput

_TONES = {"ok": Tone.GOOD, "missing": Tone.RISK, "failed": Tone.RISK, "not checked": Tone.QUIET}


def diagnose_profile(session: Session, output: PlainOutput) -> int:
    """Return 0 if nothing is missing at any tenant of the profile, else 5. Raises UsageError."""
    profile = session.profile
    if not profile.tenants:
        raise no_tenant(profile, session.plugins.by_name.values())
    steps: list[dict[str, str]] = []
    sections: list[Section] = []
    for name, tenant in profile.tenants.items():
        diagnosis = _diagnose(session, tenant)
        steps += [{"cloud": name, **item} for item in diagnosis]
        sections.append(Section(f"{tenant.title} (profile {profile.name})", tuple(_lines(diagnosis))))
    bad = [profile.tenants[item["cloud"]].plugin.title for item in steps if item["status"] in ("missing", "failed")]
    where = ", ".join(f"{bad.count(title)} at {title}" for title in dict.fromkeys(bad))
    words = f"{len(bad)} of {len(steps)} to fix: {where}." if bad else "All is well."
    summary = Line(words, Tone.RISK if bad else Tone.GOOD)
    report = Report("doctor", {"steps": steps}, tuple(sections), (summary,), title="Doctor")
    show(session.terminal, report.based_on(Origin(profile.name)), output)
    return ExitCode.DENIED if bad else ExitCode.OK


def _diagnose(session: Session, tenant: Tenant) -> list[dict[str, str]]:
    """Return the diagnosis of one tenant; an error becomes a finding, so that the others are still diagnosed."""
    terminal = session.terminal
    try:
        steps = tenant.plugin.diagnose(tenant.connection, is_interactive=terminal.is_interactive, prompt=terminal.say)
    except SharedboxError as error:
        words = " ".join(part for part in (error.summary, error.where, error.why) if part)
        return [{"step": "diagnosis", "status": "failed", "detail": words, "hint": error.hint}]
    return [{"step": one.step, "status": one.status, "detail": one.detail, "hint": one.hint} for one in steps]


def _lines(steps: Sequence[dict[str, str]]) -> Iterator[Line]:
    for item in steps:
        yield Line(f"{item['status']}: {item['step']}: {item['detail']}", _TONES[item["status"]])
        yield from (Line(text, indent=6) for text in item["hint"].split("\n") if text)

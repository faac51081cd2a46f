"""Doctor's words and exit code: every cloud of a profile in one report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sharedbox_cli.cli.connect import no_tenant
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.reports.document import Line, Report, Section, Tone

if TYPE_CHECKING:
    from sharedbox_cli.cli.profile import Profile
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.providers.diagnosis import Diagnosis

_TONES = {"ok": Tone.GOOD, "missing": Tone.RISK, "failed": Tone.RISK, "not checked": Tone.QUIET}
_TITLES = {"microsoft365": "Microsoft 365", "google_workspace": "Google Workspace"}
EXIT_DENIED = 5


def diagnose_profile(session: Session, *, wants_json: bool) -> int:
    """Return 0 when everything is there on every cloud of the profile, 5 when something is missing."""
    clouds = tuple(_clouds(session.profile))
    if not clouds:
        raise no_tenant("microsoft365", session.profile)
    steps: list[dict[str, str]] = []
    sections: list[Section] = []
    for name, connection, who in clouds:
        found = _diagnosed(session, name, connection)
        steps += [{"cloud": name, **item} for item in found]
        sections.append(Section(f"{_TITLES[name]}: {who} (profile {session.profile.name})", tuple(_lines(found))))
    bad = [item["cloud"] for item in steps if item["status"] in ("missing", "failed")]
    where = ", ".join(f"{bad.count(name)} at {_TITLES[name]}" for name in dict.fromkeys(bad))
    words = f"{len(bad)} of {len(steps)} to mend: {where}." if bad else "All is well."
    summary = Line(words, Tone.RISK if bad else Tone.GOOD)
    data = {"profile": session.profile.name, "steps": steps}
    show(session, Report("doctor", data, tuple(sections), (summary,), title="Doctor"), "json" if wants_json else "text")
    return EXIT_DENIED if bad else 0


def _clouds(profile: Profile) -> Iterator[tuple[str, object, str]]:
    """Yield each configured cloud: its provider, its connection, and which tenant it is."""
    if profile.microsoft365 is not None:
        yield "microsoft365", profile.microsoft365, f"tenant {profile.microsoft365.tenant}"
    if profile.google_workspace is not None:
        google = profile.google_workspace
        customer = google.expected_customer or "the administrator's account"
        yield "google_workspace", google, f"{customer}, as {google.admin}"


def _diagnosed(session: Session, name: str, connection: object) -> list[dict[str, str]]:
    """Return what one cloud's doctor found; a doctor that fails is a finding, and does not stop the others."""
    terminal, module = session.terminal, f"sharedbox_cli.providers.{name}.doctor"
    try:
        doctor: Any = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return [{"step": "diagnosis", "status": "not checked", "detail": "its provider has no doctor", "hint": ""}]
    try:
        found: Sequence[Diagnosis] = doctor.diagnose(
            connection, is_interactive=terminal.is_interactive, prompt=terminal.say
        )
    except SharedboxError as error:
        words = " ".join(part for part in (error.summary, error.where, error.why) if part)
        return [{"step": "diagnosis", "status": "failed", "detail": words, "hint": error.hint}]
    return [{"step": one.step, "status": one.status, "detail": one.detail, "hint": one.hint} for one in found]


def _lines(steps: Sequence[dict[str, str]]) -> Iterator[Line]:
    for item in steps:
        yield Line(f"{item['status']}: {item['step']}: {item['detail']}", _TONES[item["status"]])
        yield from (Line(text, indent=6) for text in item["hint"].split("\n") if text)

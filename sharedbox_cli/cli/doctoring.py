"""Doctor's words and exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.present import show
from sharedbox_cli.core.codec import to_plain
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.reports.document import Line, Report, Section, Tone

if TYPE_CHECKING:
    from sharedbox_cli.cli.session import Session

_TONES = {"ok": Tone.GOOD, "missing": Tone.RISK, "failed": Tone.RISK, "not checked": Tone.QUIET}


def diagnose_profile(session: Session, *, wants_json: bool) -> int:
    """Return 0 when everything is there, 5 when something is missing."""
    from sharedbox_cli.providers.microsoft365.doctor import diagnose

    connection = session.profile.microsoft365
    if connection is None:
        raise UsageError(
            "no tenant is configured", where=f"profile {session.profile.name}",
            why="It names no Microsoft 365 tenant, and AZURE_TENANT_ID is not set.",
            mend="See docs/how-to/connect-microsoft365.md, or try it without a tenant:\n    sharedbox demo",
        )  # fmt: skip
    terminal = session.terminal
    found = diagnose(connection, is_interactive=terminal.is_interactive, prompt=terminal.say)
    lines: list[Line] = []
    for item in found:
        lines.append(Line(f"{item.status}: {item.step}: {item.detail}", _TONES[item.status]))
        lines += [Line(text, indent=6) for text in item.mend.split("\n") if text]
    bad = sum(item.status in ("missing", "failed") for item in found)
    summary = Line(f"{bad} of {len(found)} to mend." if bad else "All is well.", Tone.RISK if bad else Tone.GOOD)
    data = {"profile": session.profile.name, "steps": [to_plain(item) for item in found]}
    heading = f"profile {session.profile.name}: tenant {connection.tenant}"
    report = Report("doctor", data, (Section(heading, tuple(lines)),), (summary,), title="Doctor")
    show(session, report, "json" if wants_json else "text")
    return 5 if bad else 0

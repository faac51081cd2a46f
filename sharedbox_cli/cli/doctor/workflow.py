"""One report on all tenants of a profile, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from sharedbox_cli.cli.connect import no_tenant
from sharedbox_cli.cli.doctor.record import Recordings
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import utc_now
from sharedbox_cli.core.errors import ExitCode, SharedboxError, UsageError
from sharedbox_cli.core.needs import Needed, needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis
from sharedbox_cli.reports.document import Origin
from sharedbox_cli.reports.document import Tenant as AskedTenant
from sharedbox_cli.reports.views.doctor import Examined, doctor_report, is_bad
from sharedbox_cli.reports.views.recordings import recordings_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sharedbox_cli.cli.profile import Profile, Tenant
    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.model import Desired
    from sharedbox_cli.reports.render import PlainOutput


def diagnose_profile(session: Session, paths: Sequence[Path] | None, output: PlainOutput) -> int:
    """Return 0 if nothing is missing at any tenant of the profile, else 5. Raises UsageError, SpecError.

    With paths, what their specs need is compared with what is granted.
    """
    profile, asked_at = session.profile, utc_now()
    desired = session.desired(paths) if paths else None
    if not profile.tenants:
        raise no_tenant(profile, session.plugins.by_name.values())
    examined = []
    for name, tenant in profile.tenants.items():
        wanted = None if desired is None else _needed(session, tenant, desired)
        assessment = _assess(session, tenant, wanted)
        examined.append(Examined(name, tenant.plugin.title, tenant.title, wanted, assessment))
    report = doctor_report(examined, profile.name)
    show(session.terminal, report.based_on(_origin(profile, asked_at)), output)
    return ExitCode.DENIED if any(is_bad(step) for one in examined for step in one.assessment.steps) else ExitCode.OK


def _origin(profile: Profile, asked_at: datetime) -> Origin:
    """Return the tenants of a profile, by platform, and when they were asked."""
    tenants = {
        str(platform): AskedTenant(tenant.expected, tenant.name)
        for tenant in profile.tenants.values()
        for platform in sorted(tenant.plugin.platforms)
    }
    return Origin(profile.name, tenants, asked_at, is_reading=False)


def _needed(session: Session, tenant: Tenant, desired: Desired) -> Needed | None:
    """Return what the specs of a tenant's platforms need; None: they have none here."""
    found: Mapping[str, Needed] = {
        platform: needed(session.capabilities[platform].needs, part.mailboxes.values())
        for platform in sorted(tenant.plugin.platforms)
        if (part := desired.of_platforms(frozenset({platform}))).mailboxes
    }
    return reduce(or_, found.values()) if found else None


def _assess(session: Session, tenant: Tenant, wanted: Needed | None) -> Assessment:
    """Return the diagnosis of one tenant; an error becomes a finding, so that the others are still diagnosed."""
    terminal, connection = session.terminal, tenant.connection
    try:
        with tenant.calling("diagnosis") as plugin:
            if wanted is None:
                steps = plugin.diagnose(connection, is_interactive=terminal.is_interactive, prompt=terminal.say)
                return Assessment(tuple(steps))
            return plugin.assess(connection, wanted, is_interactive=terminal.is_interactive, prompt=terminal.say)
    except SharedboxError as error:
        words = " · ".join(part for part in (error.summary, error.where, error.why) if part)
        return Assessment((Diagnosis("diagnosis", "failed", words, error.hint),))


def record_tenants(
    session: Session, folder: Path, mailbox: str | None, paths: Sequence[Path] | None, output: PlainOutput
) -> int:
    """Return 0 if every answer was recorded, else 3. Raises UsageError, SpecError, AuthError."""
    profile, terminal, asked_at = session.profile, session.terminal, utc_now()
    if not profile.tenants:
        raise no_tenant(profile, session.plugins.by_name.values())
    mailboxes = _mailboxes(session, mailbox, paths)
    recordings = Recordings.create(folder)
    for name, tenant in profile.tenants.items():
        if (address := mailboxes.get(name)) is not None:
            with tenant.calling("record") as plugin:
                answers = plugin.record(
                    tenant.connection, address, is_interactive=terminal.is_interactive, prompt=terminal.say
                )
                recordings.keep(name, plugin.title, answers)
    report = recordings_report(recordings.recorded, str(folder))
    show(session.terminal, report.based_on(_origin(profile, asked_at)), output)
    return ExitCode.OK if all(item.status for item in recordings.recorded) else ExitCode.PARTLY


def _mailboxes(session: Session, mailbox: str | None, paths: Sequence[Path] | None) -> dict[str, str]:
    """Return the mailbox to read at each tenant: the one that is named, or the first one of the specs there."""
    tenants = session.profile.tenants
    if mailbox is not None:
        return dict.fromkeys(tenants, mailbox)
    hint = "Name one:\n    sharedbox doctor --record DIR --mailbox support@contoso.example"
    if not paths:
        raise UsageError("no mailbox to record", why="Answers are recorded for one mailbox.", hint=hint)
    desired = session.desired(paths)
    firsts = {
        name: next(iter(desired.of_platforms(one.plugin.platforms).mailboxes), None) for name, one in tenants.items()
    }
    found = {name: address.key for name, address in firsts.items() if address is not None}
    if not found:
        raise UsageError("no mailbox to record", why="The specs have none at a tenant of the profile.", hint=hint)
    return found

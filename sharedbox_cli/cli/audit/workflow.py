"""The audit of a whole tenant, specs or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.clouds import chosen_platforms, exit_code, read_platforms, tell_failures
from sharedbox_cli.cli.output import show
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.errors import NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.document import Deferred
from sharedbox_cli.reports.views.access import access_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.model import Observed, Platform


def audit_tenant(
    session: Session, arrangement: str, output: str, mailboxes: Sequence[str], platforms: Sequence[str]
) -> int:
    """Write who may do what; return the exit code. Raises UsageError, NotFound, ObserveError, AuthError."""
    wanted = frozenset(Address.of(text) for text in mailboxes) or None
    observations = read_platforms(
        session,
        {
            platform: lambda platform=platform: Scope(  # type: ignore[misc]
                frozenset({platform}), wanted, frozenset({Field.KIND}), frozenset(), wanted, with_members=True
            )
            for platform in chosen_platforms(session, platforms)
        },
    )
    session.stop_progress()
    boxes = [mailbox for observed in observations.values() for mailbox in observed.mailboxes.values()]
    missing = sorted((wanted or frozenset()) - {mailbox.address for mailbox in boxes})
    if missing:
        tell_failures(session)
        tenants = " and ".join(sorted({observed.tenant_name for observed in observations.values()}))
        raise NotFound(
            "no such mailbox",
            mailbox=str(missing[0]),
            why=f"No shared mailbox in {tenants} has this address.",
            hint=f"See who has it:\n    sharedbox show {missing[0]} --observed",
        )
    rows = Deferred(lambda: access_rows(observations))
    show(session, access_report(rows, arrangement, boxes, _notes(session, observations)), output)
    return exit_code(session, 0)


def _notes(session: Session, observations: Mapping[Platform, Observed]) -> tuple[str, ...]:
    """Return what a reader could take to be in the audit and is not, for each platform that has mailboxes."""
    platforms = (platform for platform, observed in sorted(observations.items()) if observed.mailboxes)
    gaps = ((platform, session.capabilities[platform].not_audited) for platform in platforms)
    return tuple(f"{platform}: {gap}" for platform, gap in gaps if gap)

"""The audit of a whole tenant, specs or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.options import addresses_of
from sharedbox_cli.cli.output import show
from sharedbox_cli.cli.pipeline import exit_code_of, origin_of
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.errors import ExitCode, NotFound
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Fact
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.document import Deferred
from sharedbox_cli.reports.safe import pasteable
from sharedbox_cli.reports.views.access import access_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sharedbox_cli.cli.session import Session
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.model import Platform
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.render import TableOutput
    from sharedbox_cli.reports.views.arrangement import Arrangement

_FIELDS = frozenset(
    {Field.KIND, Field.SIGN_IN, Field.FORWARDING_TO, Field.RULES, Field.GROUP_VIEWING, Field.GROUP_JOINING}
)
_FACTS = frozenset({Fact.FORWARDING_TO, Fact.SIGN_IN_STATE, Fact.IS_SUSPENDED, Fact.VIEWING})
"""Settings that can give access without a right."""


def audit_tenant(
    session: Session, arrangement: Arrangement, output: TableOutput, addresses: Sequence[str], platforms: Sequence[str]
) -> int:
    """Write the audit and return the exit code. Raises UsageError, NotFound, ObserveError, AuthError."""
    requested = addresses_of(addresses) or None
    scopes = {platform: _scope(platform, requested) for platform in session.platforms(platforms)}
    observed = session.observe(scopes)
    mailboxes = [mailbox for one in observed.observations.values() for mailbox in one.mailboxes.values()]
    unread = {item.mailbox for _, item in observed.unread}
    missing = sorted((requested or frozenset()) - {mailbox.address for mailbox in mailboxes} - unread)
    if missing:
        raise NotFound(
            "no such mailbox",
            mailbox=str(missing[0]),
            why=f"No shared mailbox in {' and '.join(observed.tenant_names)} has this address.",
            hint=f"To see what has it:\n    {pasteable('show', missing[0], '--observed')}",
        )
    rows = Deferred(lambda: access_rows(observed.observations))
    report = access_report(rows, arrangement, mailboxes, _notes(observed, session.capabilities))
    show(session.terminal, report.based_on(origin_of(session.profile.name, observed)), output)
    return exit_code_of(observed, ExitCode.OK)


def _scope(platform: Platform, addresses: frozenset[Address] | None) -> Scope:
    return Scope(frozenset({platform}), addresses, _FIELDS, _FACTS, grants_of=addresses, with_members=True)


def _notes(observed: Reading, capabilities: Mapping[Platform, Capabilities]) -> tuple[str, ...]:
    """Return what the audit does not cover, although a reader might expect it, per platform with mailboxes."""
    platforms = (platform for platform, one in sorted(observed.observations.items()) if one.mailboxes)
    gaps = ((platform, capabilities[platform].not_audited) for platform in platforms)
    return tuple(f"{platform}: {gap}" for platform, gap in gaps if gap)

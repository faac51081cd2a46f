"""The audit of a whole tenant, specs or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.present import show
from sharedbox_cli.core.access import access_rows
from sharedbox_cli.core.errors import NotFound, UsageError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import MICROSOFT365, Field, Observed, Platform
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.reports.views.access import access_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharedbox_cli.cli.session import Session


def audit_tenant(
    session: Session, arrangement: str, output: str, mailboxes: Sequence[str], platforms: Sequence[str]
) -> None:  # fmt: skip
    """Write who may do what. Raises UsageError, NotFound, ObserveError, AuthError."""
    for name in platforms:
        if name not in session.capabilities:
            raise UsageError("no such platform", where=name, why=f"There are: {', '.join(session.capabilities)}.")
    wanted = frozenset(Address.of(text) for text in mailboxes) or None
    provider = session.provider(MICROSOFT365)
    scope = Scope(provider.platforms, wanted, frozenset({Field.KIND}), frozenset(), wanted, with_members=True)
    world = provider.observe(scope, session.listener)
    session.stop_progress()
    missing = sorted((wanted or frozenset()) - set(world.mailboxes))
    if missing:
        raise NotFound(
            "no such mailbox",
            mailbox=str(missing[0]),
            why=f"{world.tenant_name} has no shared mailbox of this address.",
            mend=f"See who has it:\n    sharedbox show {missing[0]} --observed",
        )
    worlds: dict[Platform, Observed] = {MICROSOFT365: world}
    names = [box.address.text for _, box in sorted(world.mailboxes.items())]
    show(session, access_report(access_rows(worlds), arrangement, names), output)

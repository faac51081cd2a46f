"""Specs for the demo's tenant, and the path from them to outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import (
    MICROSOFT365,
    Desired,
    DesiredGrant,
    DesiredMailbox,
    MembersMode,
    Right,
    State,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.provider import Microsoft365
from tests.providers.google_setting import scope_of
from tests.providers.setting import Setting, at


def shared(
    local: str,
    settings: Mapping[Field, Value] | None = None,
    grants: Iterable[DesiredGrant] | None = None,
    mode: MembersMode = MembersMode.EXACT,
    state: State = State.PRESENT,
) -> DesiredMailbox:
    """Return the spec of a shared mailbox."""
    wanted = None if grants is None else tuple(grants)
    return DesiredMailbox(at(local), MICROSOFT365, state, settings or {}, wanted, members_mode=mode)


def user(local: str, right: Right = Right.FULL_ACCESS, automapping: bool | None = None) -> DesiredGrant:
    """Return a right that a spec gives to somebody."""
    return DesiredGrant(at(local), TrusteeKind.USER, right, automapping=automapping)


def group(local: str, right: Right = Right.FULL_ACCESS) -> DesiredGrant:
    """Return a right that a spec gives to a group."""
    return DesiredGrant(at(local), TrusteeKind.GROUP, right)


def observe(provider: Microsoft365, *mailboxes: DesiredMailbox) -> Observed:
    """Return what a plan for these boxes rests on."""
    return provider.observe(scope_of(mailboxes))


def plan(setting: Setting, provider: Microsoft365, *mailboxes: DesiredMailbox) -> tuple[Change, ...]:
    """Return what has to change."""
    desired = Desired({mailbox.address: mailbox for mailbox in mailboxes}, "digest", len(mailboxes))
    return make_plan(desired, {MICROSOFT365: observe(provider, *mailboxes)}, setting.clock.now(), "0").changes


def apply(provider: Microsoft365, changes: Iterable[Change]) -> dict[str, Outcome]:
    """Apply changes in their order; what needs a failed one is left out."""
    outcomes: dict[str, Outcome] = {}
    for change in changes:
        if all(outcomes[need].is_success for need in change.needs if need in outcomes):
            outcomes[change.key] = provider.apply(change)
    return outcomes

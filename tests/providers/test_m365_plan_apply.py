"""Plan, apply, plan: through the real SDKs the second plan is empty, for every field of a shared mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from sharedbox_cli.core.ensured import missing_items
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import (
    CALENDAR_ONLY,
    MICROSOFT365,
    DesiredGrant,
    DesiredMailbox,
    MembersMode,
    Right,
    State,
)
from sharedbox_cli.core.service_addresses import is_service_address
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from tests.field_values import rounds_on
from tests.providers.m365_specs import apply, group, observe, plan, shared, user
from tests.providers.setting import Setting
from tests.slow_rest import crossed

ROUNDS = rounds_on(MICROSOFT365)
GRANTS: dict[str, tuple[DesiredGrant, ...]] = {
    "nobody": (),
    "others": (user("anna"), user("chloe", Right.SEND_AS)),
    "all rights": tuple(user("emi", right) for right in (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)),
    "a group": (group("sg-audit"), group("sg-audit", Right.SEND_AS), group("sg-audit", Right.SEND_ON_BEHALF)),
    "no automapping": (user("dmitri", automapping=False), user("ben", automapping=True)),
    "one stays": (user("ben"),),
    "reading alone": (user("anna", Right.READ), group("sg-audit", Right.READ), user("ben")),
}


def _ends_empty(demo: Setting, mailbox: DesiredMailbox) -> None:
    demo.permit("User.ReadWrite.All")  # for licences of new mailboxes
    provider = demo.provider()
    outcomes = apply(provider, plan(demo, provider, mailbox))
    assert all(outcome.is_success for outcome in outcomes.values()), outcomes
    demo.forget()
    assert plan(demo, provider, mailbox) == ()
    assert demo.effects() == []
    if mailbox.state is State.ABSENT:
        return
    found = observe(provider, mailbox).mailboxes[mailbox.address].settings
    for name, value in mailbox.settings.items():
        held = found[name]
        other = SETTINGS[name].matters_with
        if other is not None and not found[other]:
            continue
        if name is Field.ALIASES and isinstance(held, tuple):  # Exchange gives each mailbox an address of its own
            held = tuple(address for address in held if not is_service_address(address))
        if SETTINGS[name].is_ensured:  # a folder comes with those above it
            assert missing_items(value, held) == ()
        else:
            assert held == value


@pytest.mark.parametrize(("local", "settings"), crossed(["sales", "brand-new", "info"], ROUNDS))
def test_plan_of_a_field_when_applied_then_the_next_is_empty(
    demo: Setting, local: str, settings: Mapping[Field, Value]
) -> None:
    _ends_empty(demo, replace(shared(local, settings), suite="SPE_E3" if local == "info" else ""))


@pytest.mark.parametrize(("local", "grants", "mode"), crossed(["sales", "brand-new"], GRANTS, MembersMode))
def test_plan_of_members_when_applied_then_the_next_is_empty(
    demo: Setting, local: str, grants: tuple[DesiredGrant, ...], mode: MembersMode
) -> None:
    _ends_empty(demo, shared(local, {}, grants, mode))


def test_plan_of_a_deletion_when_applied_then_the_next_is_empty(demo: Setting) -> None:
    _ends_empty(demo, shared("billing", state=State.ABSENT))


def test_every_right_of_the_platform_is_granted_here() -> None:
    (table,) = CAPABILITIES.values()
    rights = {row.path.rpartition(".")[2] for row in table.rows if row.is_possible and ".rights." in row.path}
    assert rights - {CALENDAR_ONLY} == {str(grant.right) for grants in GRANTS.values() for grant in grants}

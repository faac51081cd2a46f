"""Plan, apply, plan: through the real SDKs the second plan is empty, for every field of a shared mailbox."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import DesiredGrant, DesiredMailbox, MembersMode, Right, State
from sharedbox_cli.core.values import BLOCKED, COPY_BOTH, COPY_SENDER, LICENCE_NONE, PLAN_1, PLAN_2, Value
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from tests.providers.m365_specs import apply, group, observe, plan, shared, user
from tests.providers.setting import Setting

FIELDS: dict[str, dict[Field, Value]] = {
    "display name": {Field.DISPLAY_NAME: "Продажи & \"Co\" 'x' 佐藤"},
    "aliases": {Field.ALIASES: ("a@contoso.example", "vertrieb@contoso.example")},
    "no aliases": {Field.ALIASES: ()},
    "hidden": {Field.HIDDEN: True},
    "shown": {Field.HIDDEN: False},
    "sign-in": {Field.SIGN_IN: BLOCKED},
    "copies": {Field.SENT_AS: COPY_BOTH, Field.SENT_ON_BEHALF: COPY_BOTH},
    "no copies": {Field.SENT_AS: COPY_SENDER, Field.SENT_ON_BEHALF: COPY_SENDER},
    "small licence": {Field.LICENCE: PLAN_1},
    "large licence": {Field.LICENCE: PLAN_2},
    "no licence": {Field.LICENCE: LICENCE_NONE},
}
GRANTS: dict[str, tuple[DesiredGrant, ...]] = {
    "nobody": (),
    "others": (user("anna"), user("chloe", Right.SEND_AS)),
    "all rights": tuple(user("emi", right) for right in (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)),
    "a group": (group("sg-audit"), group("sg-audit", Right.SEND_AS), group("sg-audit", Right.SEND_ON_BEHALF)),
    "no automapping": (user("dmitri", automapping=False), user("ben", automapping=True)),
    "one stays": (user("ben"),),
}
PATHS = {
    Field.DISPLAY_NAME: "display_name",
    Field.ALIASES: "aliases",
    Field.HIDDEN: "hidden_from_address_lists",
    Field.SIGN_IN: "sign_in",
    Field.SENT_AS: "sent_items.send_as",
    Field.SENT_ON_BEHALF: "sent_items.send_on_behalf",
    Field.LICENCE: "storage.licence",
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
        assert found[name] == value


@pytest.mark.parametrize("settings", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize("local", ["sales", "brand-new", "info"])
def test_plan_of_a_field_when_applied_then_the_next_is_empty(
    demo: Setting, local: str, settings: dict[Field, Value]
) -> None:
    _ends_empty(demo, shared(local, settings))


@pytest.mark.parametrize("mode", list(MembersMode))
@pytest.mark.parametrize("grants", GRANTS.values(), ids=GRANTS)
@pytest.mark.parametrize("local", ["sales", "brand-new"])
def test_plan_of_members_when_applied_then_the_next_is_empty(
    demo: Setting, local: str, grants: tuple[DesiredGrant, ...], mode: MembersMode
) -> None:
    _ends_empty(demo, shared(local, {}, grants, mode))


def test_plan_of_a_deletion_when_applied_then_the_next_is_empty(demo: Setting) -> None:
    _ends_empty(demo, shared("billing", state=State.ABSENT))


def test_fields_when_compared_with_what_is_possible_then_each_is_planned_and_applied_here() -> None:
    (table,) = CAPABILITIES.values()
    tried = {PATHS[name] for settings in FIELDS.values() for name in settings}
    elsewhere = {"storage.warn_at", "members_mode", "state"}  # for `check`; and the other tests of this file
    possible = {row.path for row in table.rows if row.is_possible and not row.path.startswith("members[]")}
    assert possible - elsewhere == tried
    rights = {row.path.rpartition(".")[2] for row in table.rows if row.is_possible and ".rights." in row.path}
    assert rights == {str(grant.right) for grants in GRANTS.values() for grant in grants}

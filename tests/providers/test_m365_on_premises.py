"""Mailboxes that an on-premises directory is authoritative for: a plan promises nothing that the service refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, DesiredMailbox, Right, State
from sharedbox_cli.core.values import ALLOWED, Value
from sharedbox_cli.providers.microsoft365.columns import MASTERED
from sharedbox_cli.providers.microsoft365.errors import exchange_error
from sharedbox_cli.providers.responses import Answer
from tests.asked import each, every
from tests.conftest import Cli, Cloud
from tests.field_values import possible, rounds_on
from tests.providers.m365_specs import apply, plan, shared, user
from tests.providers.setting import Setting, trustee_id
from tests.slow_rest import in_turn

ROUNDS = rounds_on(MICROSOFT365)
SYNCED = json.dumps({"account_enabled": True, "usage_location": "DE", "on_premises": True})


def synchronise(setting: Setting, local: str) -> None:
    setting.tenant.run("update objects set doc = ? where id = ?", SYNCED, trustee_id(setting, local))


def refused_or_done(demo: Setting, spec: DesiredMailbox) -> set[str]:
    """Return the reasons of a refusal; without one, prove that the plan is carried out."""
    provider = demo.provider()
    try:
        changes = plan(demo, provider, spec)
    except SpecError as error:
        assert every(problem.summary == "mastered on premises" and problem.hint for problem in error.problems)
        assert demo.effects() == []
        return {problem.why for problem in error.problems}
    outcomes = apply(provider, changes)
    assert [outcome for outcome in outcomes.values() if not outcome.is_success] == []
    assert plan(demo, provider, spec) == ()
    return set()


@pytest.mark.parametrize("settings", in_turn(ROUNDS, 0, 5))
def test_plan_of_settings_is_refused_or_carried_out(demo: Setting, settings: Mapping[Field, Value]) -> None:
    synchronise(demo, "sales")
    demo.permit("User.ReadWrite.All")
    for name, value in each(settings.items()):
        alone = {name: value} if str(name) in dict(MASTERED) else possible({name: value}, MICROSOFT365)
        reasons = refused_or_done(demo, replace(shared("sales", alone), suite="SPE_E3"))
        assert [reason for reason in reasons if f"`{name}`" not in reason] == []
        assert not reasons or str(name) in dict(MASTERED)


def test_other_settings_are_written_alone(demo: Setting) -> None:
    synchronise(demo, "sales")
    spec = shared("sales", {Field.SENT_AS: "sender", Field.SENT_ON_BEHALF: "both", Field.SIGN_IN: ALLOWED})
    assert refused_or_done(demo, spec) == set()


def test_members_are_granted_and_revoked(demo: Setting) -> None:
    synchronise(demo, "sales")
    rights = (Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF)
    for people in (("anna", "emi"), ("ben",)):
        grants = [user(who, right) for who in people for right in rights]
        assert refused_or_done(demo, shared("sales", {}, grants)) == set()


@pytest.mark.parametrize(
    ("spec", "key"), [(shared("info"), "`platform`"), (shared("info", state=State.ABSENT), "`state`")]
)
def test_conversion_and_deletion_are_refused(demo: Setting, spec: DesiredMailbox, key: str) -> None:
    synchronise(demo, "info")
    [reason] = refused_or_done(demo, spec)
    assert key in reason


def test_everything_can_be_changed_in_the_cloud(demo: Setting) -> None:
    changes = plan(demo, demo.provider(), shared("sales", {Field.DISPLAY_NAME: "Vertrieb"}))
    assert [change.kind for change in changes] == [Kind.UPDATE]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("Microsoft.Exchange.Data.Directory.UnableToWriteToAadException", "Unable to write to AAD"),
        ("X.RecipientTaskException", "the object is being synchronized from your on-premises organization"),
    ],
)
def test_refusal_by_the_service_says_where_to_change_it(kind: str, sentence: str) -> None:
    details = [{"message": f"Ex1|{kind}|{sentence}"}]
    error = exchange_error(Answer(400, {}, json.dumps({"error": {"details": details}}).encode()), "Set-Mailbox")
    assert error is not None and "Set-RemoteMailbox" in error.hint


def test_check_advises_nothing_that_cannot_work(cloud: Cloud, cli: Cli) -> None:
    cloud.tenant.run("update objects set doc = ? where mail = 'sales@contoso.example'", SYNCED)
    findings = json.loads(cli("check", "--whole-tenant", "-o", "json").out)["findings"]
    hints = {item["mailbox"]: item["hint"] for item in findings if item["check"] == "sign-in-open"}
    assert "on-premises directory" in hints["sales@contoso.example"]

"""Changes against a directory and licences that show late: waited for, counted once, never called failed."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.core.values import ALLOWED, BLOCKED, LICENCE_NONE, PLAN_1, PLAN_2
from tests.providers.setting import Setting, at, creation_of, held, licence_of, scope, trustee_id, update_of

GOOD = (Status.DONE, Status.ALREADY_SO)


def seats(setting: Setting) -> int:
    """Return how many licences sales has."""
    sql = "select count(*) n from licences where user_id = ?"
    row = setting.tenant.row(sql, str(trustee_id(setting, "sales")))
    assert row is not None
    return int(row["n"])


@pytest.mark.parametrize("kind", ["", "reset_after", "reset_before"])
def test_licence_whose_plans_come_later_is_given_once_whatever_the_answer(demo: Setting, kind: str) -> None:
    demo.tenant.set_meta("lag:licence", "3600")
    if kind:
        demo.faults({"route": "graph.users.assignLicense", "kind": kind})
    provider = demo.provider()
    assert provider.apply(licence_of(demo, "sales", PLAN_2)).status in GOOD
    assert seats(demo) == 1
    assert provider.apply(licence_of(demo, "sales", PLAN_2)).status is Status.ALREADY_SO
    assert seats(demo) == 1


def test_licence_whose_plans_come_later_can_be_changed_and_taken_meanwhile(demo: Setting) -> None:
    demo.tenant.set_meta("lag:licence", "3600")
    provider = demo.provider()
    for wanted, count in ((PLAN_1, 1), (PLAN_2, 1), (LICENCE_NONE, 0)):
        assert provider.apply(licence_of(demo, "sales", wanted)).status is Status.DONE, wanted
        assert seats(demo) == count


def test_account_of_a_new_mailbox_is_waited_for_in_the_directory(demo: Setting) -> None:
    demo.tenant.set_meta("lag:directory", "60")
    provider = demo.provider()
    assert provider.apply(creation_of("support")).status is Status.DONE
    sql = "update objects set doc = json_set(doc, '$.usage_location', 'DE') where mail = 'support@contoso.example'"
    demo.tenant.run(sql)
    start = len(demo.clock.slept)
    assert provider.apply(licence_of(demo, "support", PLAN_1)).status is Status.DONE
    assert 30 <= sum(demo.clock.slept[start:]) <= 120
    assert provider.apply(update_of(demo, "support", {Field.SIGN_IN: BLOCKED})).status in GOOD


def test_account_that_this_run_did_not_make_is_not_waited_for(demo: Setting) -> None:
    change = licence_of(demo, "sales", PLAN_1)
    demo.tenant.run("update objects set deleted_at = 1 where mail = 'sales@contoso.example'")
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED and demo.clock.slept == []


def test_sign_in_that_shows_late_is_blocked_once_and_read_later(demo: Setting) -> None:
    demo.tenant.set_meta("lag:directory", "60")
    provider = demo.provider()
    assert provider.apply(update_of(demo, "sales", {Field.SIGN_IN: BLOCKED})).status is Status.DONE
    assert provider.observe(scope("sales")).mailboxes[at("sales")].settings[Field.SIGN_IN] == ALLOWED
    demo.tenant.clock.advance(61)
    assert provider.observe(scope("sales")).mailboxes[at("sales")].settings[Field.SIGN_IN] == BLOCKED


def test_owner_in_another_language_is_nobodys_grant(demo: Setting) -> None:
    before = held(demo.provider().observe(scope("sales")))
    demo.tenant.set_meta("self_name", "NT-AUTORITÄT\\SELBST")
    assert held(demo.provider().observe(scope("sales"))) == before

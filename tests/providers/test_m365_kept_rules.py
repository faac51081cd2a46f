"""Inbox rules that a spec cannot say: a mailbox with them is adopted, and nothing touches them."""

from __future__ import annotations

from itertools import combinations, permutations, product
from typing import Any

import pytest

from sharedbox_cli.cli.import_.adopt import adopt
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import rules_in
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.emulator.microsoft import folders, inbox_rules
from sharedbox_cli.providers.microsoft365.apply.rule_order import places, with_kept
from tests.asked import each
from tests.field_values import TABLES
from tests.providers.m365_specs import observe, plan, shared
from tests.providers.setting import Setting, at, trustee_id, update_of
from tests.providers.test_m365_rules import brought, facts_of, pairs, rule, somebody_adds, stored

UNSAYABLE: dict[str, dict[str, Any]] = {
    "sound": {"PlaySound": "ding.wav"},
    "alert": {"DisplayAlert": "Look!"},
    "deleted for a while": {"SoftDeleteMessage": True},
    "category of the service": {"ApplySystemCategory": ["Travel"]},
    "another flag": {"FlagMessage": "Flagged"},
    "bulk": {"BulkCategory": True},
    "classification": {"HasClassification": ["Secret"]},
    "two places": {"MyNameInToBox": True, "MyNameInCcBox": True},
    "many words": {"SubjectContainsWords": [f"word{number}" for number in range(51)]},
    "odd word": {"SubjectContainsWords": ["a\u202eb"]},
    "line break": {"BodyContainsWords": ["a\nb"]},
    "old date": {"ReceivedAfterDate": "1999-12-31T00:00:00Z"},
    "empty range": {"WithinSizeRangeMinimum": 5_000, "WithinSizeRangeMaximum": 5_010},
    "sender of another form": {"From": ["smtp:umläut@partner.example"]},
    "x" * 300: {},
    "spaces ": {},
    "odd\u202ename": {},
}


def folder_of(demo: Setting, kind: str) -> str:
    identity = str(trustee_id(demo, "sales"))
    top = folders.children(demo.tenant, identity, folders.root_of(demo.tenant, identity)["id"])
    return next(str(row["id"]) for row in top if row["type"] == kind)


def test_mailbox_with_rules_that_no_spec_can_say_is_adopted(demo: Setting) -> None:
    somebody_adds(demo, "Orders", SubjectContainsWords=["order"])
    for name, more in each(UNSAYABLE.items()):
        somebody_adds(demo, name, **more)
    somebody_adds(demo, "To a calendar", MoveToFolder=folder_of(demo, "Calendar"))
    somebody_adds(demo, "Last", HasAttachment=True)
    before = stored(demo)
    observed = observe(demo.provider(), shared("sales", {Field.RULES: ()}))
    adopted = adopt(observed.mailboxes[at("sales")], observed, TABLES, is_members_only=False)
    rules = adopted.mailbox.settings[Field.RULES]
    assert [one["name"] for one in rules_in(rules)] == ["Orders", "Last"]
    lost = {note.what for note in adopted.notes if note.is_lost}
    assert lost == {f"`{name}`" for name in (*UNSAYABLE, "To a calendar")}
    assert plan(demo, demo.provider(), shared("sales", {Field.RULES: rules})) == ()
    last, orders = rule("Last"), rule("Orders", ("when.subject_contains", ("order",)))
    brought(demo, last, rule("New"), orders)
    after = stored(demo)
    assert {name: after[name] for name in after if name != "New"} == before
    assert [name for name in after if name in ("Orders", "New", "Last")] == ["Last", "New", "Orders"]
    assert [name for name in after if name in lost] == [name for name in before if name in lost]
    brought(demo)
    assert not stored(demo).keys() & {"Orders", "New", "Last"} and len(stored(demo)) == len(UNSAYABLE) + 1


def test_rule_that_deletes_for_a_while_is_seen_by_checks(demo: Setting) -> None:
    somebody_adds(demo, "Hidden loss", SoftDeleteMessage=True, PlaySound="x")
    [found] = rules_in(facts_of(demo)[Fact.OTHER_RULES])
    assert found["then.delete"] is True and found["when.everything"] is True and pairs(demo) == []


@pytest.mark.parametrize("priorities", ["", "equal"])
def test_rules_that_stay_keep_their_place(demo: Setting, priorities: str) -> None:
    somebody_adds(demo, "a", HasAttachment=True)
    somebody_adds(demo, "Sound", PlaySound="x")
    somebody_adds(demo, "b", HasAttachment=True)
    demo.tenant.set_meta("rule_priorities", priorities)
    brought(demo, rule("b"), rule("a"))
    assert [*stored(demo)] == ["b", "Sound", "a"]


def test_order_that_is_not_kept_is_no_success(demo: Setting) -> None:
    somebody_adds(demo, "a", HasAttachment=True)
    somebody_adds(demo, "b", HasAttachment=True)
    demo.tenant.set_meta("rule_priorities", "fixed")
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.RULES: (rule("b"), rule("a"))}))
    assert outcome.status is Status.FAILED and "another order" in outcome.reason


def _written(priorities: dict[str, int], identity: str, place: int, *, shifts: bool) -> None:
    if shifts and place in priorities.values():
        for other, number in list(priorities.items()):
            priorities[other] = number + (number >= place)
    priorities[identity] = place


def _in_order(priorities: dict[str, int]) -> list[str]:
    return sorted(priorities, key=lambda one: priorities[one])


@pytest.mark.parametrize("shifts", [True, False])
def test_every_order_is_reached_in_three_passes(shifts: bool) -> None:
    starts = ({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 2, "b": 3, "c": 9, "d": 11})
    wishes = [one for count in range(1, 5) for some in combinations("abcd", count) for one in permutations(some)]
    for start, desired in each(product(starts, wishes)):
        priorities = dict(start)
        wanted = with_kept(desired, _in_order(priorities))
        for _ in range(3):
            read = dict(priorities)
            for identity, place in places(wanted, read, desired):
                if read[identity] != place:
                    _written(priorities, identity, place, shifts=shifts)
        assert _in_order(priorities) == wanted


def test_hidden_rules_of_the_service_take_no_place(demo: Setting) -> None:
    somebody_adds(demo, "Evil", kind=inbox_rules.HIDDEN, MoveToFolder=folder_of(demo, "Inbox"))
    brought(demo, rule("a"), rule("b"))
    brought(demo, rule("b"), rule("a"))
    assert [*stored(demo)] == ["b", "a"]

"""The guard on what keeps mail: each way to keep it for less is asked for, and no way to keep it for longer."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import pytest

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.fields import Field, fields_of
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.order import Phase, Topic
from sharedbox_cli.core.values import Value
from tests.asked import each
from tests.core.test_guards_reach import DESK, asked, observed, plan_of, refused, spec
from tests.field_values import values_of

Settings = Mapping[Field, Value]


@pytest.mark.parametrize(
    ("name", "longer", "shorter"),
    [
        (Field.ARCHIVE, True, False),
        (Field.HOLD, True, False),
        (Field.AUDIT_LOG, True, False),
        (Field.HOLD_DURATION, "unlimited", "3650d"),
        (Field.HOLD_DURATION, "365d", "364d"),
        (Field.HOLD_DURATION, "100d", "99d"),
        (Field.HOLD_DURATION, "7.12:00:00", "7d"),
        (Field.ITEM_RECOVERY, "14d", "none"),
        (Field.ITEM_RECOVERY, "30d", "14d"),
        (Field.DELETED_ITEMS, "1d", "0d"),
    ],
)
def test_less_is_asked_for_and_more_is_not(name: Field, longer: Value, shorter: Value) -> None:
    def asks(before: Value, after: Value, *waivers: str) -> list[str]:
        there = observed(settings={name: before}, platform=MICROSOFT365)
        return refused(spec(settings={name: after}, is_managed=False, platform=MICROSOFT365), there, *waivers)

    assert asks(longer, shorter) == ["retention-drop"]
    assert asks(longer, shorter, f"retention-drop={DESK}") == []
    assert asks(longer, shorter, "retention-drop=other@contoso.example") == ["retention-drop"]
    if "." not in str(longer):
        assert asks(shorter, longer) == []


def test_each_setting_that_keeps_mail_has_a_value_that_is_asked_for() -> None:
    keeping = fields_of(Topic.RETENTION) | fields_of(Topic.ARCHIVE)
    for name in each(sorted(keeping - {Field.HOLD_NOTE})):
        steps = permutations(values_of(name, MICROSOFT365), 2)
        found = [
            refused(
                spec(settings={name: after}, is_managed=False, platform=MICROSOFT365),
                observed(settings={name: before}, platform=MICROSOFT365),
            )
            for before, after in each(steps)
        ]
        assert ["retention-drop"] in found, f"{name}: add it to core/guards_retention.py"


@pytest.mark.parametrize(
    ("before", "after", "count"), [("", "Delete after a year", 1), ("Keep", "Delete", 1), ("Keep", "", 0)]
)
def test_policy_that_can_delete_mail_is_asked_for(before: str, after: str, count: int) -> None:
    there = observed(settings={Field.RETENTION_POLICY: before}, platform=MICROSOFT365)
    wanted = spec(settings={Field.RETENTION_POLICY: after}, is_managed=False, platform=MICROSOFT365)
    assert refused(wanted, there) == ["retention-drop"] * count


def test_value_that_was_not_read_can_be_the_longest() -> None:
    there = observed(platform=MICROSOFT365)
    change = Change(
        Kind.UPDATE, Phase.SETTINGS, DESK, MICROSOFT365, "g", after={Field.HOLD: False, Field.DELETED_ITEMS: "30d"}
    )
    plan = plan_of(spec(is_managed=False, platform=MICROSOFT365), there, change)
    assert asked(plan, there) == ["retention-drop", "retention-drop"]


def test_new_mailbox_has_nothing_to_keep() -> None:
    there = observed(is_there=False, platform=MICROSOFT365)
    wanted = spec(settings={Field.DELETED_ITEMS: "1d", Field.HOLD: False}, is_managed=False, platform=MICROSOFT365)
    assert refused(wanted, there) == []

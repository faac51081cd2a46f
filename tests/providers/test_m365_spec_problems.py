"""What a spec asks for and Exchange refuses: each problem names a way out, and nothing possible is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.providers.microsoft365.spec_problems import spec_problems

REFUSED: list[tuple[dict[str, Any], tuple[str, str], str]] = [
    ({"message_limits": {"send": "151MB"}}, ("message_limits", "send"), "150MB at most"),
    ({"message_limits": {"receive": "153601KB"}}, ("message_limits", "receive"), "150MB at most"),
    ({"retention": {"single_item_recovery": "31d"}}, ("retention", "single_item_recovery"), "`litigation_hold`"),
    ({"retention": {"deleted_items": "31d"}}, ("retention", "deleted_items"), "30 days at most"),
    ({"retention": {"hold_duration": "30000d"}}, ("retention", "hold_duration"), "`unlimited`"),
    ({"retention": {"hold_duration": "0d"}}, ("retention", "hold_duration"), "at least one day"),
    ({"storage": {"licence": "none"}, "retention": {"archive": True}}, ("retention", "archive"), "plan-2"),
    (
        {"storage": {"licence": "none"}, "retention": {"litigation_hold": True}},
        ("retention", "litigation_hold"),
        "plan-2",
    ),
]
POSSIBLE: list[dict[str, Any]] = [
    {},
    {"message_limits": {"send": "150MB", "receive": "500 KB"}},
    {"retention": {"single_item_recovery": "30d", "hold_duration": "24855d", "deleted_items": "0d"}},
    {"retention": {"single_item_recovery": "none", "hold_duration": "unlimited", "archive": True}},
    {"storage": {"licence": "exchange-online-plan-1"}, "retention": {"archive": True}},
    {"storage": {"licence": "none"}, "retention": {"archive": False, "litigation_hold": False}},
]


@pytest.mark.parametrize(("spec", "path", "way_out"), REFUSED)
def test_impossible_value_is_refused_with_a_way_out(spec: dict[str, Any], path: tuple[str, str], way_out: str) -> None:
    [(where, why)] = spec_problems(spec)
    assert where == path and way_out in why


@pytest.mark.parametrize("spec", POSSIBLE)
def test_possible_value_is_accepted(spec: dict[str, Any]) -> None:
    assert list(spec_problems(spec)) == []

"""Google's oddities in the pure functions that know them: words for strings, two names, filters without names."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.google_workspace.gmail_filters import filters_of, rules_of
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS, is_inbox, sender_of

LABELS = {"Label_1": "Orders", "Label_2": "Red"}
IDS = {name: key for key, name in LABELS.items()}


@pytest.mark.parametrize(("told", "expected"), [("true", True), ("false", False), ("", False), ("TRUE", False)])
def test_inbox_when_told_as_text_then_only_the_vendors_word_counts(told: str, expected: bool) -> None:
    assert is_inbox({"enableCollaborativeInbox": told}) is expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"default_sender": "GROUP"}, "GROUP"),
        ({"defaultSender": "GROUP"}, "GROUP"),
        ({"default_sender": "DEFAULT_SELF", "defaultSender": "GROUP"}, "DEFAULT_SELF"),
        ({}, None),
    ],
)
def test_sender_when_under_either_name_then_found(raw: dict[str, str], expected: str | None) -> None:
    assert sender_of(raw) == expected


def test_settings_when_one_is_left_out_then_an_error_and_when_unknown_then_its_own_word() -> None:
    wanted = frozenset({Field.GROUP_HISTORY, Field.GROUP_VIEWING})
    row = {"isArchived": "true", "whoCanViewGroup": "ALL_OWNERS_CAN_VIEW"}
    found = read_row(GROUP_SETTINGS, row, wanted, "desk")
    assert found[Field.GROUP_HISTORY] is True
    assert "ALL_OWNERS_CAN_VIEW" in str(found[Field.GROUP_VIEWING])
    with pytest.raises(ObserveError):
        read_row(GROUP_SETTINGS, {"isArchived": "true"}, wanted, "desk")


FILTERS: list[list[dict[str, Any]]] = [
    [{"id": "1", "criteria": {"from": "a@x.example"}, "action": {"addLabelIds": ["Label_1"]}}],
    [{"id": "1", "criteria": {"subject": "order", "hasAttachment": True}, "action": {"addLabelIds": ["STARRED"]}}],
    [{"id": "1", "criteria": {"query": "{a b}"}, "action": {"removeLabelIds": ["INBOX", "UNREAD"]}}],
    [{"id": "1", "criteria": {"to": "me@x.example"}, "action": {"forward": "x@y.example"}}],
    [],
]


@pytest.mark.parametrize("filters", FILTERS)
def test_filters_when_read_as_rules_and_written_again_then_they_mean_the_same(filters: list[dict[str, Any]]) -> None:
    rules = rules_of(filters, LABELS)
    assert rules_of([_reversed(one) for one in filters], LABELS) == rules, "the order of keys says nothing"
    bodies = [body for rule in rules for body in filters_of(rule, IDS)]
    again: tuple[Value, ...] = rules_of(bodies, LABELS)
    assert again == rules


def _reversed(item: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(reversed(value.items())) if isinstance(value, dict) else value for key, value in item.items()}

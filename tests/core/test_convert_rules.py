"""Mail rules for another platform: as a whole, or not at all."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.convert_rules import moved_rules
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import rules_in
from sharedbox_cli.core.model import GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.core.values import Value
from tests.field_values import TABLES

Pair = tuple[str, Value]
GOOGLE, MICROSOFT = TABLES[GOOGLE_DELEGATED], TABLES[MICROSOFT365]
WHEN: Pair = ("when.from", ("a@b.example",))
STAR: Pair = ("then.star", True)


def moved(platform: object, *pairs: Pair, folders: Value = ()) -> tuple[list[dict[str, Value]], list[str]]:
    table = TABLES[platform]  # type: ignore[index]
    kept, lost = moved_rules({Field.RULES: (tuple(sorted(pairs)),), Field.FOLDERS: folders}, table)
    return [*rules_in(kept)], [f"{words}: {why}" for words, why in lost]


@pytest.mark.parametrize(
    "pair",
    [
        ("unless.from", ("c@b.example",)),
        ("enabled", False),
        ("when.everything", True),
        ("when.message_type", "signed"),
        ("when.HasClassification", ("x",)),
        ("then.redirect_to", "c@b.example"),
        ("then.forward_to", ("c@b.example", "d@b.example")),
        ("then.PinMessage", True),
    ],
)
def test_rule_that_gmail_cannot_have_is_left_out_as_a_whole(pair: Pair) -> None:
    kept, [lost] = moved(GOOGLE_DELEGATED, ("name", "a"), WHEN, STAR, pair)
    assert kept == [] and lost.startswith("a: ")


def test_end_of_the_rules_is_lost_and_the_rule_stays() -> None:
    kept, [lost] = moved(GOOGLE_DELEGATED, ("name", "a"), WHEN, STAR, ("stop", True))
    assert kept == [dict([("name", "a"), WHEN, STAR])] and lost.startswith("a: stop")


@pytest.mark.parametrize(
    ("platform", "before", "after"),
    [
        (GOOGLE_DELEGATED, ("when.from_contains", ("@b.example",)), ("when.from", ("@b.example",))),
        (MICROSOFT365, ("when.from", ("@b.example",)), ("when.from_contains", ("@b.example",))),
        (MICROSOFT365, ("then.important", True), ("then.mark_importance", "high")),
        (GOOGLE_DELEGATED, ("then.mark_importance", "high"), ("then.important", True)),
        (MICROSOFT365, ("then.archive", True), ("then.move_to", "Archive")),
    ],
)
def test_key_with_another_name_is_renamed(platform: object, before: Pair, after: Pair) -> None:
    other = STAR if before[0].startswith("when.") else WHEN
    kept, lost = moved(platform, ("name", "a"), before, other)
    assert kept == [dict([("name", "a"), after, other])] and lost == []


@pytest.mark.parametrize(
    ("labels", "archive", "expected"),
    [
        (("Orders",), True, {"then.move_to": "Orders"}),
        (("Orders", "vip"), True, {"then.move_to": "Orders", "then.tag": ("vip",)}),
        (("Orders", "vip"), False, {"then.tag": ("Orders", "vip")}),
        (("a", "b"), True, {"then.move_to": "a", "then.tag": ("b",)}),
    ],
)
def test_labels_become_a_folder_and_tags(labels: Value, archive: bool, expected: dict[str, Value]) -> None:
    pairs = (WHEN, ("then.labels", labels), *((("then.archive", True),) if archive else ()))
    [kept], lost = moved(MICROSOFT365, *pairs, folders=("Orders",))
    assert kept == {**dict([WHEN]), **expected} and lost == []


@pytest.mark.parametrize("name", ["never_spam", "important"])
def test_action_that_outlook_does_not_have_is_lost(name: str) -> None:
    kept, [lost] = moved(MICROSOFT365, WHEN, (f"then.{name}", name != "important"))
    assert kept == [] and lost

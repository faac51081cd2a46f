"""Checks on mail rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.registry import CHECKS, run_checks, used_only_of
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_DELEGATED, MICROSOFT365, Desired, DesiredMailbox, Fact, Platform
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.microsoft365.folders import GRAPH_NAMES
from tests.asked import each
from tests.language.setting import NOW

DESK = Address.of("desk@contoso.example")
OWN = [check for check in CHECKS if check.id.startswith(("rule-", "rules-"))]
READ = ("then.mark_read", True)
Settings = dict[Field, Value]
Rule = tuple[tuple[str, Value], ...]


WIDE = ("co.uk", "@co.uk", ".com", "com", "de", "COM.AU", "e", "@", ".")
"""Parts that nearly every address has, or those of a whole country."""


def rule(*pairs: tuple[str, Value]) -> Value:
    return tuple(sorted((("name", "a"), *pairs)))


def found(platform: Platform, settings: Settings, wanted: Settings | None, **facts: Value) -> list[str]:
    """Return the checks that report something about a mailbox."""
    known = {Fact(name): value for name, value in facts.items()}
    mailbox = ObservedMailbox("1", DESK, platform, settings, facts=known)
    observed = Observed(
        "t", "Contoso", frozenset({platform}), frozenset({"contoso.example"}), NOW, mailboxes={DESK: mailbox}
    )
    specs = {} if wanted is None else {DESK: DesiredMailbox(DESK, platform, settings=wanted)}
    result = run_checks(Desired(specs, "d", len(specs)), {platform: observed}, NOW, OWN)
    assert result.not_checked == ()
    return [finding.check for finding in result.findings]


@pytest.mark.parametrize("platform", [MICROSOFT365, GOOGLE_DELEGATED])
@pytest.mark.parametrize("is_observed", [True, False])
@pytest.mark.parametrize(
    ("pairs", "is_reported"),
    [
        ((("when.everything", True), ("then.forward_to", "x@y.example")), True),
        ((("when.everything", True), ("then.redirect_to", ("x@y.example",))), True),
        ((("then.forward_to", "x@y.example"),), True),
        ((("when.from", ("@",)), ("then.forward_to", "x@y.example")), True),
        ((("when.larger_than", 1000), ("then.forward_to", "x@y.example")), True),
        ((("when.has_words", "*"), ("then.delete", True)), True),
        ((("when.has_words", "-unsubscribe -list"), ("then.forward_to", "x@y.example")), True),
        ((("when.has_words", "in:anywhere"), ("then.forward_to", "x@y.example")), True),
        ((("when.from search", "-boss@y.example"), ("then.forward_to", "x@y.example")), True),
        ((("when.has_words", "invoice -draft"), ("then.forward_to", "x@y.example")), False),
        *(((("when.from_contains", (text,)), ("then.delete", True)), True) for text in WIDE),
        *(((("when.from_contains", ("y.example", text)), ("then.forward_to", "x@y.example")), True) for text in WIDE),
        ((("when.from_contains", ("bbc.co.uk",)), ("then.delete", True)), False),
        ((("when.from_contains", ("@bbc.co.uk",)), ("then.forward_to", "x@y.example")), False),
        ((("when.everything", True), ("then.delete", True)), True),
        ((("when.has_attachment", True), ("then.delete", True)), True),
        ((("when.everything", True), ("then.PermanentDelete", True)), False),
        ((("when.everything", True), ("then.delete_permanently", True)), True),
        ((("when.everything", True), ("then.delete", True), ("enabled", False)), False),
        ((("when.everything", True), ("then.forward_to", "x@y.example"), ("enabled", False)), False),
        ((("when.everything", True), READ), False),
        ((("when.from", ("boss@y.example",)), ("then.forward_to", "x@y.example")), False),
        ((("when.subject_contains", ("order",)), ("then.delete", True)), False),
        ((("when.from_contains", ("news.example",)), ("then.delete", True)), False),
    ],
)
def test_rule_about_all_mail_is_reported(platform: Platform, is_observed: bool, pairs: Rule, is_reported: bool) -> None:
    rules: dict[Field, Value] = {Field.RULES: (rule(*pairs),)}
    reported = found(platform, rules, None) if is_observed else found(platform, {}, rules)
    assert reported == (["rule-takes-everything"] if is_reported else [])


@pytest.mark.parametrize(
    ("words", "quota", "is_reported"), [(600, None, True), (10, None, False), (200, 32 * 1024, True)]
)
def test_rules_above_the_quota_are_reported(words: int, quota: int | None, is_reported: bool) -> None:
    texts = tuple(f"{number:04}{'x' * 240}" for number in range(words))
    rules: dict[Field, Value] = {Field.RULES: (rule(("when.subject_contains", texts), READ),)}
    facts = {} if quota is None else {"rules_quota_bytes": quota}
    expected = ["rules-too-large"] if is_reported else []
    assert found(MICROSOFT365, rules, None, **facts) == found(MICROSOFT365, {}, rules, **facts) == expected
    off: dict[Field, Value] = {Field.RULES: (rule(("when.subject_contains", texts), READ, ("enabled", False)),)}
    assert found(MICROSOFT365, off, None, **facts) == []


@pytest.mark.parametrize(
    ("path", "is_reported"),
    [
        ("Nowhere", True),
        ("Inbox/Orders", False),
        ("inbox/orders", False),
        ("Archive", False),
        ("New", False),
        ("A", False),
    ],
)
def test_folder_that_nobody_has_is_reported(path: str, is_reported: bool) -> None:
    wanted: dict[Field, Value] = {
        Field.RULES: (rule(("when.has_attachment", True), ("then.move_to", path)),),
        Field.FOLDERS: ("New",),
    }
    there: dict[Field, Value] = {Field.FOLDERS: ("A/B", "Inbox/Orders")}
    expected = ["rule-folder-missing"] if is_reported else []
    assert found(MICROSOFT365, there, wanted) == expected
    assert found(MICROSOFT365, {}, wanted) == []  # the folders were not read


@pytest.mark.parametrize(
    ("pair", "is_reported"),
    [
        (("then.add Label_9", True), True),
        (("then.add CATEGORY_SOCIAL", True), False),
        (("then.labels", ("Orders",)), False),
    ],
)
def test_label_that_is_gone_is_reported(pair: tuple[str, Value], is_reported: bool) -> None:
    there: dict[Field, Value] = {Field.RULES: ((("when.from", ("a@b.example",)), pair),), Field.FOLDERS: ("Orders",)}
    assert found(GOOGLE_DELEGATED, there, None) == (["rule-label-missing"] if is_reported else [])


def test_folders_of_every_mailbox_are_those_of_the_provider() -> None:
    assert frozenset(GRAPH_NAMES) == limits.FOLDERS_OF_OUTLOOK


def test_rules_are_read_only_where_a_spec_has_rules() -> None:
    other = Address.of("other@contoso.example")
    specs = {
        DESK: DesiredMailbox(DESK, MICROSOFT365, settings={Field.RULES: ()}),
        other: DesiredMailbox(other, MICROSOFT365, settings={Field.HIDDEN: True}),
    }
    read = used_only_of(MICROSOFT365, CHECKS, Desired(specs, "d", 2))
    for name in each((Field.RULES, Field.FOLDERS)):
        assert read[name] == {DESK}
    needing = replace(OWN[0], needs=frozenset({Field.RULES}))
    assert Field.RULES not in used_only_of(MICROSOFT365, [needing], Desired(specs, "d", 2))

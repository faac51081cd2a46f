"""Mail rules of a spec: what they become, and what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from tests.asked import each
from tests.language.setting import document, only, problems


def rules(tmp_path: Path, *lines: str) -> Value:
    (tmp_path / "a.yaml").write_text(document("support@contoso.example", *lines), encoding="utf-8")
    mailbox = only(tmp_path)
    return mailbox.settings[Field.RULES]


def test_rules_keep_their_order_and_usual_values_are_left_out(tmp_path: Path) -> None:
    found = rules(
        tmp_path,
        "rules:",
        "- {name: z, when: {from: [b@x.example, a@x.example]}, then: {forward_to: c@x.example}, stop: false}",
        "- {name: a, when: {everything: true}, then: {redirect_to: [d@x.example, c@x.example]}, enabled: false}",
        "- {name: m, when: {received_after: 2027-01-01}, unless: {to: e@x.example}, then: {star: true}, stop: true}",
    )
    assert found == (
        (("name", "z"), ("then.forward_to", "c@x.example"), ("when.from", ("a@x.example", "b@x.example"))),
        (
            ("enabled", False),
            ("name", "a"),
            ("then.redirect_to", ("c@x.example", "d@x.example")),
            ("when.everything", True),
        ),
        (
            ("name", "m"),
            ("stop", True),
            ("then.star", True),
            ("unless.to", ("e@x.example",)),
            ("when.received_after", "2027-01-01T00:00:00Z"),
        ),
    )


@pytest.mark.parametrize(
    ("when", "word"),
    [
        ("larger_than: 9MB, smaller_than: 5MB", "larger_than"),
        ("larger_than: 5MB, smaller_than: 5000KB", "larger_than"),
        ("received_after: 2027-02-01, received_before: 2027-01-01", "before"),
    ],
)
def test_condition_that_no_message_meets_is_refused(tmp_path: Path, when: str, word: str) -> None:
    with pytest.raises(SpecError) as error:
        rules(tmp_path, f"rules: [{{name: a, when: {{{when}}}, then: {{star: true}}}}]")
    [problem] = error.value.problems
    assert word in problem.why


def test_two_rules_have_one_name_where_names_are_shared_and_they_say_different_things(tmp_path: Path) -> None:
    one = "- {name: orders, when: {from: a@x.example}, then: {star: true}}"
    other = "- {name: Orders, when: {from: b@x.example}, then: {star: true}}"
    copy = "- {name: ORDERS, when: {from: a@x.example}, then: {star: true}, enabled: false}"
    usual = "- {name: orders, when: {from: [a@x.example]}, then: {star: true}, stop: false}"
    for platform, lines, why in each(
        [
            ("microsoft365", (one, other), ""),
            ("microsoft365", (one, other, copy), "another rule of this name says the same"),
            ("microsoft365", (one, usual), "another rule of this name says the same"),
            ("google-delegated", (one, other), "each rule needs a different name"),
        ]
    ):
        text = document("support@contoso.example", "rules:", *lines)
        (tmp_path / "a.yaml").write_text(text.replace("microsoft365", platform), encoding="utf-8")
        assert [problem.why for problem in problems(tmp_path)] == ([f"`{lines[-1][9:15]}`: {why}."] if why else [])

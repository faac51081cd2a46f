"""Lists whose entries have several keys are changed in place: what stays keeps its text, its comments and its order."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.language.export.edit import CannotEdit, Wanted, edited
from sharedbox_cli.language.export.edit_entries import Entry

RULES = ("rules",)
TEXT = """\
version: 1
mailbox: sales@contoso.example
# in this order

# bills first
rules:
  # the shop's
  - name: 'bills'   # do not rename
    when: {subject_contains: [bill, "invoice"]}
    then:
      move_to: Inbox/Bills
    stop: true

  # from here on: people
  - name: boss
    when: {from: boss@contoso.example}
    then: {flag: true}
  - {name: spam, when: {from: x@y.example}, then: {delete: true}}
# nobody reads this
labels: {a: b}
"""
BILLS: dict[str, Any] = {
    "name": "bills",
    "when": {"subject_contains": ["bill", "invoice"]},
    "then": {"move_to": "Inbox/Bills"},
    "stop": True,
}
BOSS: dict[str, Any] = {"name": "boss", "when": {"from": "boss@contoso.example"}, "then": {"flag": True}}
SPAM: dict[str, Any] = {"name": "spam", "when": {"from": "x@y.example"}, "then": {"delete": True}}


def rules(text: str, *entries: Entry) -> str:
    """Return a text with other rules."""
    trees = [
        (BILLS, BOSS, SPAM)[one.source] if one.source is not None and not one.tree else one.tree for one in entries
    ]
    new = edited(text, 2, Wanted({RULES: trees}, {RULES: entries}))
    assert yaml.safe_load(new)["rules"] == trees
    return new


def kept(number: int) -> Entry:
    return Entry({}, number)


def test_entry_that_stays_keeps_its_text() -> None:
    assert rules(TEXT, kept(0), kept(1), kept(2)) == TEXT
    new: dict[str, Any] = {"name": "new", "when": {"has_attachment": True}, "then": {"mark_read": True}}
    lines = "  - name: new\n    when: {has_attachment: true}\n    then: {mark_read: true}\n"
    written = "  - {name: new, when: {has_attachment: true}, then: {mark_read: true}}\n"
    assert rules(TEXT, kept(0), Entry(new), kept(1), kept(2)) in (
        TEXT.replace("\n  # from here on", lines + "\n  # from here on"),
        TEXT.replace("\n  # from here on", written + "\n  # from here on"),
    )


def test_entry_that_goes_takes_its_comment_along_and_no_other() -> None:
    without = rules(TEXT, kept(1), kept(2))
    assert "the shop's" not in without and "do not rename" not in without
    assert "# bills first\nrules:\n\n  # from here on: people\n  - name: boss" in without
    assert "# nobody reads this" in without


def test_entries_in_another_order_take_their_comments_along() -> None:
    new = rules(TEXT, kept(2), kept(1), kept(0))
    assert new.index("spam") < new.index("# from here on") < new.index("boss") < new.index("# the shop's")


def test_only_the_key_that_differs_is_written_anew() -> None:
    stays = {key: value for key, value in BILLS.items() if key != "stop"}
    assert rules(TEXT, Entry(stays, 0, BILLS), kept(1), kept(2)) == TEXT.replace("    stop: true\n", "")
    other = {**BILLS, "then": {"move_to": "Inbox/Paid"}}
    assert rules(TEXT, Entry(other, 0, BILLS), kept(1), kept(2)) == TEXT.replace(
        "then:\n      move_to: Inbox/Bills", "then: {move_to: Inbox/Paid}"
    )
    more = {**BOSS, "enabled": False}
    assert rules(TEXT, kept(0), Entry(more, 1, BOSS), kept(2)) == TEXT.replace(
        "    then: {flag: true}\n", "    then: {flag: true}\n    enabled: false\n"
    )
    named = {**BILLS, "name": "invoices"}
    assert "- name: invoices   # do not rename\n" in rules(TEXT, Entry(named, 0, BILLS), kept(1), kept(2))


def test_windows_line_ends_and_a_file_without_a_last_one_stay() -> None:
    windows = TEXT.replace("\n", "\r\n")
    new = edited(windows, 2, Wanted({RULES: [BOSS]}, {RULES: [kept(1)]}))
    assert new == edited(TEXT, 2, Wanted({RULES: [BOSS]}, {RULES: [kept(1)]})).replace("\n", "\r\n")
    short = TEXT[: TEXT.index("# nobody")].rstrip()
    assert rules(short, kept(2), kept(0)).count("\n  - ") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("then:\n", "then:   # where it goes\n"),
        ("      move_to: Inbox/Bills\n", "      # where it goes\n      move_to: Inbox/Bills\n"),
    ],
)
def test_comment_inside_what_changes_is_left_to_a_person(old: str, new: str) -> None:
    other = {**BILLS, "then": {"move_to": "Inbox/Paid"}}
    with pytest.raises(CannotEdit, match="`then` of `bills` has comments"):
        rules(TEXT.replace(old, new), Entry(other, 0, BILLS), kept(1), kept(2))


def test_anchors_are_left_to_a_person() -> None:
    text = TEXT.replace("{from: x@y.example}", "&x {from: x@y.example}").replace(
        "{from: boss@contoso.example}", "{from: boss@contoso.example}"
    )
    text += "more: *x\n"
    aliased = text.replace("labels: {a: b}", "labels: &l {a: b}").replace("then: {flag: true}", "then: {flag: true}")
    assert edited(aliased, 2, Wanted({RULES: [BILLS, BOSS, SPAM]}, {RULES: [kept(0), kept(1), kept(2)]}))
    alias = TEXT.replace("version: 1", "version: &one 1").replace("stop: true", "stop: *one")
    with pytest.raises(CannotEdit, match="anchor"):
        edited(alias, 2, Wanted({RULES: [BOSS]}, {RULES: [kept(1)]}))


TREES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", "c: d", "# e", "ü"]), "when": st.fixed_dictionaries({"x": st.integers(0, 3)})},
    optional={"stop": st.booleans(), "text": st.sampled_from(["one", "two\nlines", "x # y"])},
)


@given(st.lists(TREES, min_size=1, max_size=4), st.data())
def test_any_list_becomes_any_other(before: list[dict[str, Any]], data: st.DataObject) -> None:
    head = "version: 1\nmailbox: a@x.example\nrules:\n"
    listed = yaml.safe_dump(before, default_flow_style=False, sort_keys=False, allow_unicode=True, indent=2)
    blocks = [f"# about {number}\n{block}" for number, block in enumerate(_blocks(listed))]
    text = head + "".join(blocks) + "sign_in: blocked\n"
    order = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True, max_size=len(before)))
    entries = []
    for number in order:
        other = data.draw(st.one_of(st.none(), TREES))
        entries.append(Entry({}, number) if other is None else Entry(other, number, before[number]))
    entries += [Entry(tree) for tree in data.draw(st.lists(TREES, max_size=2))]
    if not entries:
        return
    trees = [entry.tree or before[entry.source or 0] for entry in entries]
    new = edited(text, 2, Wanted({("rules",): trees}, {("rules",): entries}))
    read = yaml.safe_load(new)
    assert read == {"version": 1, "mailbox": "a@x.example", "rules": trees, "sign_in": "blocked"}
    assert [line for line in new.splitlines() if line.startswith("# about")] == [f"# about {n}" for n in order]


def _blocks(listed: str) -> list[str]:
    blocks: list[str] = []
    for line in listed.splitlines(keepends=True):
        if line.startswith("- "):
            blocks.append(line)
        else:
            blocks[-1] += line
    return blocks

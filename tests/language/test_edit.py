"""Spec files that are changed in place: only the lines of what differs, and nothing where that is not possible."""

from __future__ import annotations

import difflib

import pytest
import yaml

from sharedbox_cli.language.export.edit import CannotEdit, Wanted, edited
from sharedbox_cli.language.export.edit_person import without_person
from sharedbox_cli.language.export.readdress import readdressed
from sharedbox_cli.language.export.yaml import Tree
from sharedbox_cli.language.yaml_source import read_documents
from tests.asked import each

TEXT = """\
# yaml-language-server: $schema=x
version: 1
mailbox: sales@contoso.example   # the one
display_name: 'Sales: old'  # keep

aliases:
  - verkauf@contoso.example # German
  - ventes@contoso.example
# who works here
members:
  # the boss
  - user: ben@contoso.example # he
    rights: [full_access]
  # hugo@contoso.example: cannot sign in
  - user: hugo@contoso.example
  - {user: emi@contoso.example, reason: helps}
  # the end of the list
sent_items: {send_as: both}   # both
sign_in: &s blocked
labels: {x: *s}
"""


def changed(text: str, wanted: Wanted) -> list[str]:
    """Return the lines that an edit removes and adds."""
    lines = difflib.unified_diff(text.splitlines(), edited(text, 2, wanted).splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        (Wanted({("display_name",): "Sales"}), ["-display_name: 'Sales: old'  # keep", "+display_name: Sales  # keep"]),
        (
            Wanted({("sent_items", "send_as"): "sender"}),
            ["-sent_items: {send_as: both}   # both", "+sent_items: {send_as: sender}   # both"],
        ),
        (
            Wanted({("sent_items", "send_on_behalf"): "both"}),
            ["-sent_items: {send_as: both}   # both", "+sent_items: {send_as: both, send_on_behalf: both}   # both"],
        ),
        (
            Wanted({("aliases",): ["verkauf@contoso.example", "vendite@contoso.example"]}),
            ["-  - ventes@contoso.example", "+  - vendite@contoso.example"],
        ),
        (Wanted({("hidden_from_address_lists",): True}), ["+hidden_from_address_lists: true"]),
        (
            Wanted(members={"hugo@contoso.example": None}),
            ["-  # hugo@contoso.example: cannot sign in", "-  - user: hugo@contoso.example"],
        ),
        (Wanted(members={"emi@contoso.example": None}), ["-  - {user: emi@contoso.example, reason: helps}"]),
        (Wanted(members={"new@contoso.example": {"user": "new@contoso.example"}}), ["+  - user: new@contoso.example"]),
        (
            Wanted(members={"ben@contoso.example": {"user": "ben@contoso.example", "rights": ["send_as"]}}),
            ["-    rights: [full_access]", "+    rights: [send_as]"],
        ),
        (
            Wanted(members={"hugo@contoso.example": {"user": "hugo@contoso.example", "rights": ["read"]}}),
            ["+    rights: [read]"],
        ),
    ],
)
def test_only_what_differs_is_touched(wanted: Wanted, lines: list[str]) -> None:
    assert changed(TEXT, wanted) == lines
    assert edited(TEXT.replace("\n", "\r\n"), 2, wanted) == edited(TEXT, 2, wanted).replace("\n", "\r\n")
    assert edited("\ufeff" + TEXT, 2, wanted) == "\ufeff" + edited(TEXT, 2, wanted)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted({("sign_in",): "allowed"}), "`sign_in` in line 19 has the anchor `&s`"),
        (Wanted({("labels", "x"): "y"}), "`labels.x` in line 20 is the alias `\\*s` of the value in line 19"),
        (Wanted(members={"team@contoso.example": None}), "comes from a team"),
        (Wanted({("aliases",): ["other@contoso.example"]}), "no entry of the list stays"),
        (Wanted({("members",): []}), "comments inside"),
        (Wanted({("display_name", "x"): "y"}), "not a mapping"),
    ],
)
def test_what_only_a_person_should_change_is_refused(wanted: Wanted, why: str) -> None:
    with pytest.raises(CannotEdit, match=why):
        edited(TEXT, 2, wanted)


ENDING = """\
mailbox: fairs@contoso.example
members:
  - user: anna@contoso.example
    until: 2027-03-31   # the fair
    # why
    reason: fair
  - until: 2027-03-31
    user: ben@contoso.example   # he
  - {user: chloe@contoso.example, until: "2027-03-31", reason: 'a, b'}
  - {until: 2027-03-31, user: dora@contoso.example}
  - user: emi@contoso.example
    until: &end 2027-03-31
  - user: finn@contoso.example
    until: *end
  - {user: gil@contoso.example, until: *end }
  - {until: 2027-03-31, # the fair
     user: hal@contoso.example}
  - user: kim@contoso.example
    until: # the fair
      2027-03-31
  - {user: lea@contoso.example, # a, b
     until: 2027-03-31}
  - {user: max@contoso.example, # the fair,
     until: 2027-03-31}
  - {user: nia@contoso.example, reason: "a, # b", until: 2027-03-31}
  - user: ole@contoso.example
    until:
      2027-03-31 # the fair
  - user: ida@contoso.example"""
WITHOUT_END = {
    "anna": ["-    until: 2027-03-31   # the fair", "+    # the fair"],
    "ben": ["-  - until: 2027-03-31", "-    user: ben@contoso.example   # he", "+  - user: ben@contoso.example   # he"],
    "chloe": [
        "-  - {user: chloe@contoso.example, until: \"2027-03-31\", reason: 'a, b'}",
        "+  - {user: chloe@contoso.example, reason: 'a, b'}",
    ],
    "dora": ["-  - {until: 2027-03-31, user: dora@contoso.example}", "+  - {user: dora@contoso.example}"],
    "finn": ["-    until: *end"],
    "gil": ["-  - {user: gil@contoso.example, until: *end }", "+  - {user: gil@contoso.example }"],
    "nia": [
        '-  - {user: nia@contoso.example, reason: "a, # b", until: 2027-03-31}',
        '+  - {user: nia@contoso.example, reason: "a, # b"}',
    ],
    "ole": ["-    until:", "-      2027-03-31 # the fair", "+    # the fair"],
}
WITH_END = {
    "emi": "`until` in line 12 has the anchor `&end`",
    "hal": "`until` in line 16 has comments next to it",
    "kim": "`until` in line 19 has comments next to it",
    "lea": "`until` in line 22 has comments next to it",
    "max": "`until` in line 24 has comments next to it",
    "ida": "`until` comes from teams.yaml:3:5: remove it there",
    "jo": "`until` comes from teams.yaml:3:5: remove it there",
}


def endless(local: str) -> Wanted:
    """Return what is wanted of somebody who has no end any more."""
    address = f"{local}@contoso.example"
    return Wanted(members={address: {"user": address}}, endless={address: "teams.yaml:3:5"})


def test_end_that_is_gone_is_taken_out_of_its_line() -> None:
    for local, lines in each(WITHOUT_END.items()):
        assert changed(ENDING, endless(local)) == lines
        windows = edited(ENDING.replace("\n", "\r\n"), 2, endless(local))
        assert windows == edited(ENDING, 2, endless(local)).replace("\n", "\r\n")
        before, after = yaml.safe_load(ENDING), yaml.safe_load(edited(ENDING, 2, endless(local)))
        for line in each(before["members"]):
            if line["user"].startswith(local):
                del line["until"]
        assert before == after
    last = "mailbox: a@x.example\nmembers:\n  - user: b@x.example\n    until: 2027-03-31"
    wanted = Wanted(members={"b@x.example": {"user": "b@x.example"}}, endless={"b@x.example": "x"})
    assert edited(last, 1, wanted) == last.removesuffix("    until: 2027-03-31")
    assert edited(f"{last}\t# the fair", 1, wanted) == last.replace("until: 2027-03-31", "# the fair")


def test_end_that_is_gone_is_left_to_a_person_where_it_is_said_elsewhere_too() -> None:
    for local, why in each(WITH_END.items()):
        with pytest.raises(CannotEdit, match=why):
            edited(ENDING, 2, endless(local))


@pytest.mark.parametrize(
    ("text", "keys", "value", "why"),
    [
        (
            "blocked: *x",
            ("blocked",),
            ["b@x.example"],
            "`blocked` in line 3 is the alias `\\*x` of the value in line 1",
        ),
        (
            "storage: *s\n",
            ("storage", "licence"),
            "none",
            "`storage` in line 3 is the alias `\\*s` of the value in line 2",
        ),
        (
            "blocked:  # c: &d\n  *x",
            ("blocked",),
            "b",
            "`blocked` in line 3 is the alias `\\*x` of the value in line 1",
        ),
        ("labels: # c\n\n  # d\n  &y b", ("labels",), "c", "`labels` in line 3 has the anchor `&y`"),
        ("labels: {a: [b, *x]}", ("labels", "a"), "c", "`labels.a` in line 3 repeats the value in line 1 by an alias"),
        ("labels: [a, &y b]", ("labels",), "c", "`labels` in line 3 has an anchor in line 3"),
        ("labels:\n  - b\n  - *x", ("labels",), ["b", "c"], "`labels` in line 3 repeats the value in line 1"),
    ],
)
def test_value_that_is_repeated_elsewhere_is_named_with_its_line(
    text: str, keys: tuple[str, ...], value: Tree, why: str
) -> None:
    whole = f"mailbox: &x a@x.example\nbase: &s {{licence: basic}}\n{text}"
    with pytest.raises(CannotEdit, match=why):
        edited(whole, 1, Wanted({keys: value}))


def test_comment_of_a_value_stays_where_it_gets_several_lines() -> None:
    text = "mailbox: a@x.example\nrules: []   # none yet\nauto_reply:\n  internal: Soon.  # short\n"
    tree: list[Tree] = [{"name": "a", "when": {"from": "b@x.example"}, "then": {"flag": True}, "stop": True}]
    new = edited(text, 1, Wanted({("rules",): tree, ("auto_reply", "internal"): "One\nTwo"}))
    assert yaml.safe_load(new) == {"mailbox": "a@x.example", "rules": tree, "auto_reply": {"internal": "One\nTwo"}}
    assert "rules:   # none yet\n  - name: a\n" in new
    assert "internal: |-  # short\n    One\n    Two\n" in new


def test_second_document_of_a_file_is_found_by_its_line() -> None:
    text = "version: 1\nmailbox: a@x.example\ndisplay_name: A\n---\nversion: 1\nmailbox: b@x.example\ndisplay_name: B"
    new = edited(text, 6, Wanted({("display_name",): "C"}))
    assert new == text[:-1] + "C"


def test_new_member_follows_the_last_one_before_comments_and_the_next_document() -> None:
    text = "mailbox: a@x.example\nmembers:\n  - user: b@x.example\n    reason: c\n# end\n---\nmailbox: d@x.example\n"
    new = edited(text, 1, Wanted(members={"c@x.example": {"user": "c@x.example"}}))
    assert new == text.replace("reason: c\n", "reason: c\n  - user: c@x.example\n")
    lists = "mailbox: a@x.example\naliases:\n  - b@x.example\n# end\n---\nmailbox: d@x.example\n"
    new = edited(lists, 1, Wanted({("aliases",): ["b@x.example", "c@x.example"]}))
    assert new == lists.replace("b@x.example\n", "b@x.example\n  - c@x.example\n")


def test_last_member_leaves_an_empty_list() -> None:
    text = "mailbox: a@x.example\nmembers:\n  - user: b@x.example\nsign_in: blocked\n"
    assert edited(text, 1, Wanted(members={"b@x.example": None})) == (
        "mailbox: a@x.example\nmembers: []\nsign_in: blocked\n"
    )
    new = edited("mailbox: a@x.example\nmembers: []\n", 1, Wanted(members={"b@x.example": {"user": "b@x.example"}}))
    assert new == "mailbox: a@x.example\nmembers:\n  - user: b@x.example\n"


def test_file_without_a_line_end_is_continued() -> None:
    for text in each(["mailbox: a@x.example\nmembers:\n  - user: b@x.example", "mailbox: a@x.example\nmembers: []"]):
        new = edited(text, 1, Wanted(members={"c@x.example": {"user": "c@x.example"}}))
        assert new.endswith("\n  - user: c@x.example")


def test_tabs_that_a_spec_may_have_are_no_obstacle() -> None:
    text = "mailbox: desk@contoso.example\t# a tab\ndisplay_name:\tOld\t\nmembers:\n- {user: ben@contoso.example}\t\n"
    (read,), problems = read_documents(text, "desk.yaml")
    assert not problems and read.data["display_name"] == "Old"
    renamed = edited(text, 1, Wanted({("display_name",): "New"}))
    assert renamed == text.replace("Old", "New")
    assert without_person(text, "ben@contoso.example").endswith("members: []\t\n")
    assert readdressed(text, lambda _: "eve@contoso.example").text.count("eve@contoso.example") == 2

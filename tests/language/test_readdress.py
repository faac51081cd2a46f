"""Addresses in the text of specs: only they change, and nothing around them."""

from __future__ import annotations

import pytest

from sharedbox_cli.language.export.readdress import readdressed

NEW = {"anna@old.example": "anna@new.example", "o'neil@old.example": "o'neil@new.example", "ben@old.example": None}
TEXT = """\
# anna@old.example leads the team
version: 1
mailbox: info@old.example   # stays
display_name: anna@old.example
forwarding: {to: Anna@old.example, keep_copy: true}
aliases: [ "anna@old.example", 'other@old.example' ]
labels: &who {owner: anna@old.example}
members:
  - user:   'anna@old.example'  # she
    reason: asked anna@old.example
  - {user: "o'neil@old.example"}
  - user: ben@old.example
"""
EXPECTED = """\
# anna@old.example leads the team
version: 1
mailbox: info@old.example   # stays
display_name: anna@old.example
forwarding: {to: anna@new.example, keep_copy: true}
aliases: [ "anna@new.example", 'other@old.example' ]
labels: &who {owner: anna@new.example}
members:
  - user:   'anna@new.example'  # she
    reason: asked anna@old.example
  - {user: "o'neil@new.example"}
  - user: ben@old.example
"""


def new_of(address: str) -> str | None:
    return NEW.get(address.lower(), address)


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_only_whole_addresses_are_replaced(start: str, end: str) -> None:
    found = readdressed(start + TEXT.replace("\n", end), new_of)
    assert found.text == start + EXPECTED.replace("\n", end)
    assert [(item.line, item.column, item.new) for item in found.found if item.new is None] == [(12, 11, None)]
    assert len(found.changed) == 5


def test_text_without_known_addresses_stays() -> None:
    assert readdressed(TEXT, lambda address: address).text == TEXT
    assert readdressed("", new_of).text == ""
    assert readdressed("# nothing\n---\n", new_of).text == "# nothing\n---\n"


def test_value_of_an_anchor_is_replaced_once() -> None:
    text = "a: {user: &x anna@old.example}\nb: {user: *x}\n"
    assert readdressed(text, new_of).text == "a: {user: &x anna@new.example}\nb: {user: *x}\n"

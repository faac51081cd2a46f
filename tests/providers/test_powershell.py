"""Names in commands of PowerShell are one literal, whatever they contain."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.providers.microsoft365.powershell import any_address, listed, quoted

_QUOTES = "'\u2018\u2019\u201a\u201b"


def read(literal: str) -> str:
    """Return the text of a literal, as PowerShell reads it. Raises AssertionError for one that ends early."""
    assert literal[0] == literal[-1] == "'"
    found, rest = "", literal[1:-1]
    while rest:
        if rest[0] in _QUOTES:
            assert len(rest) > 1 and rest[1] in _QUOTES, literal
            found, rest = found + rest[0], rest[2:]
        else:
            found, rest = found + rest[0], rest[1:]
    return found


@given(st.text(alphabet=st.characters(exclude_categories=("C", "Z")) | st.sampled_from(_QUOTES + ' $`";&|')))
def test_text_is_read_as_it_is(text: str) -> None:
    assert read(quoted(text)) == text


@given(st.text())
def test_literal_is_one_visible_line(text: str) -> None:
    literal = quoted(text)
    assert not {unicodedata.category(letter) for letter in literal} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(literal.splitlines()) == 1
    read(literal)


def test_filter_quotes_addresses_twice() -> None:
    assert read(any_address(["o'brien@x.example", "a@x.example"])) == (
        "PrimarySmtpAddress -eq 'o''brien@x.example' -or PrimarySmtpAddress -eq 'a@x.example'"
    )
    assert listed(("a", "b's")) == "'a','b''s'"

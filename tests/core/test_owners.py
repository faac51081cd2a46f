"""People who share mail: shares of senders without gap or overlap, names, and colours that stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.owners import buckets, colours, name_of
from tests.asked import each, every

ALL = set("abcdefghijklmnopqrstuvwxyz0123456789")


@given(st.integers(1, len(ALL)))
def test_each_last_character_falls_to_one_member(count: int) -> None:
    shares = buckets(count)
    assert len(shares) == count and every(shares)
    assert sorted("".join(shares)) == sorted(ALL)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_members_have_frequent_and_rare_characters() -> None:
    for share in each(buckets(4)):
        assert set(share) & set("enrsatol"), "nobody gets only what is rare"


@pytest.mark.slow
@given(st.lists(st.emails(), min_size=1, max_size=20, unique=True))
def test_colours_differ_while_there_are_enough(addresses: list[str]) -> None:
    found = colours(addresses)
    assert len(found) == len(addresses)
    assert len(set(found)) == min(len(addresses), 9)
    assert "green" not in found
    assert dict(zip(addresses, found, strict=True)) == dict(
        zip(reversed(addresses), colours([*reversed(addresses)]), strict=True)
    ), "the order of the members changes nothing"


def test_name_comes_from_the_address() -> None:
    names = {
        "anna@x.example": "Anna",
        "anna.mueller@x.example": "Anna Mueller",
        "o'brien-jones+desk@x.example": "O'brien Jones",
        "JSmith@x.example": "JSmith",
        "_@x.example": "_",
    }
    for address, name in each(names.items()):
        assert name_of(Address.of(address)) == name

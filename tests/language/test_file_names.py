"""Names of spec files: safe everywhere, and one each."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.identity import Address
from sharedbox_cli.language.export.file_names import file_names
from tests.asked import every

LOCALS = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", fullmatch=True)
ADDRESSES = st.builds(
    lambda local, domain: Address.of(f"{local}@{domain}"), LOCALS, st.sampled_from(["a.example", "b.example"])
)


def names(*addresses: str, taken: tuple[str, ...] = ()) -> list[str]:
    return [*file_names(map(Address.of, addresses), taken).values()]


@given(st.sets(ADDRESSES, min_size=1, max_size=20))
def test_names_are_safe_and_different(addresses: set[Address]) -> None:
    found = [*file_names(addresses).values()]
    assert len({name.lower() for name in found}) == len(addresses)
    assert every(re.fullmatch(r"[a-z0-9_][a-z0-9._-]*\.yaml", name) for name in found), found
    assert found == [*file_names(sorted(addresses, reverse=True)).values()]


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (("Sales@a.example",), ["sales.yaml"]),
        (("info@a.example", "info@b.example"), ["info-a.example.yaml", "info-b.example.yaml"]),
        (("teams@a.example",), ["teams-a.example.yaml"]),
        (("_defaults@a.example",), ["_defaults-a.example.yaml"]),
        (("con@a.example",), ["con-a.example.yaml"]),
        (("a/b@a.example",), ["a-b.yaml"]),
        (("..@a.example",), ["mailbox.yaml"]),
    ],
)
def test_name_is_the_local_part_unless_that_is_not_safe(addresses: tuple[str, ...], expected: list[str]) -> None:
    assert names(*addresses) == expected


def test_name_that_is_taken_gets_the_domain() -> None:
    assert names("sales@a.example", taken=("Sales.yaml",)) == ["sales-a.example.yaml"]

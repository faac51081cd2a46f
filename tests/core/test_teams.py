"""Teams that are found in lists of members: they repeat each list exactly, and have names that people understand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.teams import Split, name_of, split
from tests.asked import each

PEOPLE = st.frozensets(st.sampled_from("abcdefgh"), max_size=6)
MAILBOXES = st.dictionaries(
    st.sampled_from(
        [Address.of(f"{local}@contoso.example") for local in ("sales", "sales-eu", "sales-us", "hr", "it")]
    ),
    PEOPLE,
)


def parted(lists: Mapping[str, str], known: Mapping[str, str] | None = None, **names: str) -> Split[str]:
    """Return a split of lists of one-letter people, by the local part of a mailbox."""
    return split(
        {Address.of(f"{local}@contoso.example"): frozenset(people) for local, people in lists.items()},
        {name: frozenset(people) for name, people in (known or {}).items()},
        lambda lines: names.get("".join(sorted(lines)), ""),
        {},
    )


@given(MAILBOXES, st.dictionaries(st.sampled_from(["north", "south"]), PEOPLE))
def test_lists_are_repeated_exactly(
    lists: Mapping[Address, frozenset[str]], known: Mapping[str, frozenset[str]]
) -> None:
    found = split(lists, known, lambda _: "", {})
    for address, people in lists.items():
        parts = [{**known, **found.teams}[name] for name in found.named[address]]
        assert frozenset[str]().union(found.rest[address], *parts) == people
        assert sum(map(len, parts)) + len(found.rest[address]) == len(people), "nobody is named twice"


@given(MAILBOXES)
def test_teams_have_two_people_and_two_mailboxes(lists: Mapping[Address, frozenset[str]]) -> None:
    found = split(lists, {}, lambda _: "", {})
    for name, people in found.teams.items():
        assert len(people) > 1
        assert sum(name in teams for teams in found.named.values()) > 1


@pytest.mark.parametrize(
    ("lists", "teams"),
    [
        ({"sales": "abc", "sales-eu": "abc"}, {"sales": "abc"}),
        ({"sales": "ab", "sales-eu": "ab"}, {}),
        ({"sales": "ab", "sales-eu": "ab", "sales-us": "ab"}, {"sales": "ab"}),
        ({"sales": "a", "hr": "a", "it": "a"}, {}),
        ({"x": "abcd", "y": "abce", "z": "abcf"}, {"contoso": "abc"}),
        ({"sales": "", "sales-eu": ""}, {}),
        ({"eu-sales": "abc", "us-sales": "abc"}, {"sales": "abc"}),
    ],
)
def test_set_is_a_team_where_it_is_easier_to_read(lists: Mapping[str, str], teams: Mapping[str, str]) -> None:
    assert parted(lists).teams == {name: frozenset(people) for name, people in teams.items()}


def test_known_team_keeps_its_name_and_is_used_inside_longer_lists() -> None:
    found = parted({"sales": "abcx", "hr": "abc"}, {"Desk": "abc"})
    assert found.teams == {}
    assert [*found.named.values()] == [("Desk",), ("Desk",)]


def test_group_gives_its_name() -> None:
    assert list(parted({"x": "abc", "y": "abc"}, abc="Service Desk").teams) == ["service-desk"]


def test_two_teams_never_share_a_name() -> None:
    found = parted({"sales-1": "abc", "sales-2": "abc", "sales-3": "def", "sales-4": "def"})
    assert len(found.teams) == 2
    for name in each(found.teams):
        assert name == name_of(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Größe & Co", "groesse-co"), ("窓口", ""), ("--A--", "a"), ("x" * 99, "x" * 40), ("Łódź", "lodz"), ("", "")],
)
def test_name_is_one_that_a_spec_accepts(text: str, name: str) -> None:
    assert name_of(text) == name

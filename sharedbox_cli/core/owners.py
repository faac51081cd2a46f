"""The people who share the mail of a mailbox: their names, colours, and the senders that fall to each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sharedbox_cli.core.identity import Address

_LETTERS = "enrsatolidmhykgcpbzfuwvjxq1203456789"
"""The last character before the `@` of a sender, the most frequent ones first, as names of people end in Europe.

An estimate: the shares of the members are about equal for senders who are people, and not for newsletters or systems.
"""
_COLOURS = ("blue", "red", "orange", "purple", "teal", "yellow", "pink", "brown", "grey")
"""Those of owners. Green is for what is handled."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person who takes messages."""

    address: Address
    name: str


def name_of(address: Address) -> str:
    """Return the name of a person in tags: `anna.mueller@…` is `Anna Mueller`."""
    words = re.split(r"[._\-]+", address.text.rpartition("@")[0].partition("+")[0])
    return " ".join(f"{word[:1].upper()}{word[1:]}" for word in words if word) or address.local


def owner_tag(name: str) -> str:
    """Return the tag of what somebody has taken."""
    return f"owner: {name}"


def owner_folder(name: str) -> str:
    """Return the folder of what is assigned to somebody."""
    return f"Assigned/{name}"


def buckets(count: int) -> list[str]:
    """Return the last characters of senders that fall to each of so many people: about equal shares, without a gap."""
    rounds = [_LETTERS[start : start + count] for start in range(0, len(_LETTERS), count)]
    shares = [""] * count
    for number, letters in enumerate(rounds):
        for place, letter in enumerate(letters):
            shares[place if number % 2 == 0 else count - 1 - place] += letter
    return shares


def colours(addresses: Sequence[str]) -> list[str]:
    """Return a colour for each person, which rarely changes if others join or leave; two can share one."""
    taken: dict[str, str] = {}
    for address in sorted(addresses):
        first = sum(address.encode()) % len(_COLOURS)
        free = [colour for colour in (*_COLOURS[first:], *_COLOURS[:first]) if colour not in taken.values()]
        taken[address] = free[0] if free else _COLOURS[first]
    return [taken[address] for address in addresses]

"""Finds the sets of people that recur in lists of members, so that each is written once, as a team.

Teams repeat each list exactly: one that adds a person would grant access. Sets of one person are never teams.
The method: first lists that are equal as a whole, then people who occur in exactly the same mailboxes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sharedbox_cli.core.identity import Address

L = TypeVar("L", bound=Hashable)
"""One line of a list of members: somebody, with rights and terms."""
_WORDS = re.compile(r"[a-z0-9]+")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "đ": "d"})
_LONGEST_NAME = 40
NO_NAME = "team"


@dataclass(frozen=True, slots=True)
class Split(Generic[L]):
    """Lists of members as teams and single lines."""

    teams: Mapping[str, frozenset[L]] = field(default_factory=dict)
    """The lines of each new team, by name."""
    named: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    """The teams of each mailbox, known ones too."""
    rest: Mapping[Address, frozenset[L]] = field(default_factory=dict)
    """The lines that stay in each mailbox."""


def split(
    members: Mapping[Address, frozenset[L]],
    known: Mapping[str, frozenset[L]],
    proposed: Callable[[frozenset[L]], str],
    titles: Mapping[Address, str],
    *,
    adds_teams: bool = True,
) -> Split[L]:
    """Return lists of members as teams and single lines.

    `known` teams are tried first. `proposed` returns a name for some sets, such as that of a group with the same
    members, and nothing for others. `titles` has the display names of the mailboxes.
    """
    rest = dict(members)
    named: dict[Address, tuple[str, ...]] = dict.fromkeys(members, ())
    for name, lines in sorted(known.items(), key=lambda item: (-len(item[1]), item[0])):
        _use(name, lines, rest, named)
    teams: dict[str, frozenset[L]] = {}
    if adds_teams:
        for find in (_equal_lists, _inner_sets):
            for lines, addresses in find(rest):
                name = _new_name(proposed(lines), addresses, titles, {*known, *teams})
                teams[name] = lines
                _use(name, lines, rest, named)
    return Split(dict(sorted(teams.items())), named, rest)


def _use(
    name: str, lines: frozenset[L], rest: dict[Address, frozenset[L]], named: dict[Address, tuple[str, ...]]
) -> None:
    """Replace the lines of a team by its name in every list that has all of them."""
    for address, left in rest.items():
        if lines and lines <= left:
            rest[address] = left - lines
            named[address] = (*named[address], name)


def _equal_lists(rest: Mapping[Address, frozenset[L]]) -> list[tuple[frozenset[L], tuple[Address, ...]]]:
    """Return the lists that several mailboxes have, the largest first: it may hold a smaller one."""
    mailboxes: dict[frozenset[L], list[Address]] = {}
    for address, lines in sorted(rest.items(), key=lambda item: item[0]):
        mailboxes.setdefault(lines, []).append(address)
    equal = [(lines, tuple(addresses)) for lines, addresses in mailboxes.items() if _pays(len(lines), len(addresses))]
    return sorted(equal, key=lambda item: (-len(item[0]), item[1]))


def _inner_sets(rest: Mapping[Address, frozenset[L]]) -> list[tuple[frozenset[L], tuple[Address, ...]]]:
    """Return sets inside longer lists: lines that occur in exactly the same mailboxes."""
    mailboxes: dict[L, list[Address]] = {}
    for address, lines in sorted(rest.items(), key=lambda item: item[0]):
        for line in lines:
            mailboxes.setdefault(line, []).append(address)
    together: dict[tuple[Address, ...], set[L]] = {}
    for line, addresses in mailboxes.items():
        together.setdefault(tuple(addresses), set()).add(line)
    inner = [
        (frozenset(lines), addresses) for addresses, lines in together.items() if len(addresses) > 2 and len(lines) > 2
    ]
    return sorted(inner, key=lambda item: (-len(item[0]), item[1]))


def _pays(people: int, mailboxes: int) -> bool:
    """Return whether a team is easier to read than its lines: two people in two mailboxes are not."""
    return people > 1 and mailboxes > 1 and people + mailboxes > 4


def _new_name(
    proposed: str, addresses: Sequence[Address], titles: Mapping[Address, str], taken: Collection[str]
) -> str:
    """Return a name that no other team has: of a group, of what the mailboxes share, or of the first of them."""
    candidates = (
        name_of(proposed),
        name_of(" ".join(_common([address.local for address in addresses]))),
        name_of(" ".join(_common([titles.get(address, "") for address in addresses]))),
        *_domain(addresses),
        *(name_of(f"{address.local}-team") for address in addresses),
        *(name_of(f"{address.local}-{address.domain}-team") for address in addresses),
    )
    for name in candidates:
        if name and name not in taken:
            return name
    start = candidates[-1] or NO_NAME
    return next(name for number in range(2, 1_000_000) if (name := f"{start}-{number}") not in taken)


def _domain(addresses: Iterable[Address]) -> Iterable[str]:
    """Yield the first part of the domain, if all mailboxes share it."""
    domains = {address.domain for address in addresses}
    if len(domains) == 1:
        yield name_of(domains.pop().partition(".")[0])


def _common(texts: Sequence[str]) -> list[str]:
    """Return the words with which all texts begin, else those that all of them have, in the order of the first."""
    words = [_WORDS.findall(_plain(text)) for text in texts]
    start = []
    for same in zip(*words, strict=False):
        if len(set(same)) > 1:
            break
        start.append(same[0])
    shared = set(words[0]).intersection(*words[1:])
    return start or [word for word in words[0] if word in shared and not word.isdigit()]


def name_of(text: str) -> str:
    """Return a text as the name of a team or a file: words of ASCII letters and digits, joined by hyphens."""
    name = "-".join(_WORDS.findall(_plain(text)))
    return name[:_LONGEST_NAME].strip("-")


def _plain(text: str) -> str:
    lower = text.lower().translate(_SPELLED)
    return unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()

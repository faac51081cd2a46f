"""Single values of cells: people, rights, days, and yes or no, as spreadsheets and PowerShell write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sharedbox_cli.core.model import Right
from sharedbox_cli.language.csv.names import NAMES, plain

YES = frozenset({"x", "ja", "j", "yes", "y", "true", "1", "wahr", "✓", "✔", "$true", "on", "allow"})
NO = frozenset({"nein", "n", "no", "false", "0", "falsch", "$false", "off", "-", "\u2013", "✗", "✘"})
NOBODY = frozenset(
    {"-", "\u2013", "\u2014", "none", "nobody", "keine", "keiner", "niemand", "n/a", "null", "$null", "{}", "[]"}
)
_RIGHTS = {
    "full_access": Right.FULL_ACCESS,
    "read": Right.READ,
    "send_as": Right.SEND_AS,
    "send_on_behalf": Right.SEND_ON_BEHALF,
    "owners": Right.OWNER,
    "members": Right.MEMBER,
}
_ROLES = {"manager": Right.MANAGER, "managers": Right.MANAGER}
_NO_RIGHTS = frozenset({"readpermission", "changepermission", "changeowner", "deleteitem", "externalaccount"})
"""Entries of an Exchange mailbox that are about its list of rights, or that no spec has."""
_OBJECT = re.compile(r"(System\.|Microsoft\.)[A-Za-z.]+(\[\]|`1.*|Property|List)?\s*$")
_SELF = re.compile(r"nt[ -](authority|autorit.{1,2}t)\\", re.IGNORECASE)
_SID = re.compile(r"s-1-5-[0-9-]+$", re.IGNORECASE)
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?:mailto:)?(?P<address>[^<>\s]+)\s*>\s*$", re.IGNORECASE)
_PREFIX = re.compile(r"^(mailto|smtp):\s*", re.IGNORECASE)
_HARD = re.compile(r"[;|\n]")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$")
_GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})$")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})$")
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?( AM)?Z?$")


class NotReadable(ValueError):
    """A value that cannot be read; `why` and `hint` say more."""

    def __init__(self, why: str, hint: str = "") -> None:
        self.why, self.hint = why, hint
        super().__init__(why)


@dataclass(slots=True)
class People:
    """The people of a cell: addresses as written, and what is not a person."""

    found: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    """What, and why."""


def people_in(text: str, *, has_domain: bool = False) -> People:
    """Return the people of a cell, separated by `;`, `|`, line breaks or commas. Raises NotReadable."""
    text = text.strip()
    if _OBJECT.match(text):
        hint = "Export it as text: @{n='Users';e={$_.Users -join ';'}}"
        raise NotReadable("PowerShell wrote the type of a list, not the list.", hint)
    if text[:1] == "{" and text[-1:] == "}":
        text = text[1:-1].strip()
        if text.endswith(("...", "…")):
            raise NotReadable("PowerShell cut the list off.", "Export it as text, with `-join ';'`.")
    people = People()
    pieces = _outside_quotes(text, _HARD)
    for piece in pieces:
        for person in _by_comma(piece, is_alone=len(pieces) == 1, has_domain=has_domain):
            _sort_in(person, people)
    return people


def _sort_in(person: str, people: People) -> None:
    if _SELF.match(person):
        people.ignored.append((person, "an account of the system."))
    elif _SID.match(person):
        people.ignored.append((person, "a deleted account, of which only the number is left."))
    elif person.lower() in NOBODY:
        people.ignored.append((person, "read as nobody."))
    elif person.lower() in YES | NO:
        raise NotReadable(f"`{person}` is not a person.", "Yes and no need a column that names the person of the row.")
    else:
        people.found.append(person)


def _by_comma(piece: str, *, is_alone: bool, has_domain: bool) -> Iterator[str]:
    """Yield people of a piece without other separators. A comma can be part of a name: `Meyer, Anna <anna@…>`."""
    parts = [part for part in _outside_quotes(piece, re.compile(",")) if part]
    waiting: list[str] = []
    for part in parts:
        named = _NAMED.match(part)
        if named is None and "@" not in part:
            waiting.append(part)
            continue
        if waiting and named is not None and (not has_domain or not is_alone) and len(waiting) == 1:
            waiting = []  # the family name of this person
        elif waiting and named is not None and has_domain:
            why = f"`{waiting[-1]}` could be a person or the beginning of a name."
            raise NotReadable(why, "Separate people by semicolons.")
        yield from waiting
        waiting = []
        if named is not None:
            yield named["address"]
        elif " " in part and all("@" in word for word in part.split()):
            yield from part.split()
        else:
            yield _PREFIX.sub("", part)
    yield from waiting


def _outside_quotes(text: str, separator: re.Pattern[str]) -> list[str]:
    """Split a text at separators that are neither in quotes nor in angle brackets."""
    kept = re.sub(r'"[^"\n]*"|<[^<>\n]*>', lambda found: re.sub(r"[^\n]", "_", found[0]), text)
    parts, start = [], 0
    for found in separator.finditer(kept):
        parts.append(text[start : found.start()])
        start = found.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def is_yes(text: str) -> bool | None:
    """Return whether a cell says yes; None if it is empty. Raises NotReadable."""
    word = text.strip().lower()
    if not word:
        return None
    if word in YES:
        return True
    if word in NO or word == "deny":
        return False
    raise NotReadable("It is neither yes nor no.", "Write TRUE or FALSE, ja or nein, or x.")


def is_flag(text: str) -> bool:
    """Return whether a cell is empty, yes or no."""
    word = text.strip().lower()
    return not word or word in YES or word in NO


def rights_in(text: str) -> tuple[frozenset[Right], list[str]]:
    """Return the rights of a cell, and entries that no spec has. Raises NotReadable."""
    rights: set[Right] = set()
    unknown: list[str] = []
    for part in re.split(r"[;,|/+&\n]", text.strip().strip("{}")):
        word = plain(part)
        right = _ROLES.get(word) or _RIGHTS.get(NAMES.get(word, ""))
        if right is not None:
            rights.add(right)
        elif word in _NO_RIGHTS:
            unknown.append(part.strip())
        elif word:
            raise NotReadable(f"`{part.strip()[:40]}` is not a right.", "Write FullAccess, SendAs or SendOnBehalf.")
    return frozenset(rights), unknown


def day_of(text: str) -> date:
    """Return a day. Raises NotReadable."""
    text = _MIDNIGHT.sub("", text.strip())
    iso, german, slashes = _ISO.match(text), _GERMAN.match(text), _SLASHES.match(text)
    if iso is not None:
        numbers = int(iso[1]), int(iso[2]), int(iso[3])
    elif german is not None:
        numbers = int(german[3]), int(german[2]), int(german[1])
    elif slashes is not None:
        first, second = int(slashes[1]), int(slashes[2])
        if first <= 12 and second <= 12 and first != second:
            raise NotReadable("It is unclear which number is the day.", "Write it as 2027-03-31.")
        month, day = (first, second) if second > 12 else (second, first)
        numbers = int(slashes[3]), month, day
    else:
        raise NotReadable("It is not a day.", "Write it as 2027-03-31 or 31.03.2027.")
    try:
        found = date(*numbers)
    except ValueError as error:
        raise NotReadable("There is no such day.", "Write it as 2027-03-31.") from error
    if not 2000 <= found.year < 2200:
        raise NotReadable("The year is not between 2000 and 2199.")
    return found

"""Old and new addresses: for a move of people to another tenant or platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.csv.addresses import AddressNotReadable, address_in
from sharedbox_cli.language.csv.names import plain
from sharedbox_cli.language.csv.table import NO_HEADER, NO_ROWS, Cell, Table

_OLD_WORDS = """
    old oldaddress oldemail oldemailaddress olduser oldupn alt alteadresse altemailadresse alteemailadresse source
    sourceaddress sourceuser from von quelle before vorher bisher bisherigeadresse
"""
_NEW_WORDS = """
    new newaddress newemail newemailaddress newuser newupn neu neueadresse neueemailadresse target targetaddress
    targetuser to nach ziel zieladresse after nachher kuenftig
"""
_OLD, _NEW = frozenset(_OLD_WORDS.split()), frozenset(_NEW_WORDS.split())


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """The new address of each old one, all in lower case."""

    new_of: Mapping[str, str] = field(default_factory=dict)
    """Old texts can be addresses, or names that a CSV file has in place of them."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """The new domain of an old one: `@old.example`."""
    targets: frozenset[str] = frozenset()
    """All new addresses."""

    def new(self, text: str) -> str | None:
        """Return the new address for an address or a name; the same if it is new already; None: no counterpart."""
        key = " ".join(text.lower().split())
        if key in self.new_of:
            return self.new_of[key] or None
        local, at, domain = key.rpartition("@")
        if at and domain in self.domains:
            return f"{local}@{self.domains[domain]}"
        return text if key in self.targets or domain in self.domains.values() else None


def people_map(table: Table) -> PeopleMap:
    """Return the map of a file with two columns, with or without a header. Raises SpecError."""
    problems = [problem for problem in table.problems if problem.summary not in (NO_ROWS, NO_HEADER)]
    old, new, rows = _columns(table, problems)
    if problems:
        raise SpecError(problems)
    new_of: dict[str, str] = {}
    domains: dict[str, str] = {}
    first: dict[str, Place] = {}
    for row in rows:
        key, target = (_text(row, index) for index in (old, new))
        place = table.place(row[0])
        if not key:
            if target:
                problems.append(Problem(place, "a row without an old address", f"`{target[:60]}` replaces nobody."))
            continue
        key = " ".join(key.lower().removeprefix("*").split())
        is_domain = key.startswith("@")
        problem = _target_problem(target, is_domain=is_domain)
        if problem:
            problems.append(Problem(place, "not an address", problem))
            continue
        target = target.lower().removeprefix("*")
        known, value = (domains, target.removeprefix("@")) if is_domain else (new_of, target)
        key = key.removeprefix("@")
        if known.get(key, value) != value:
            why = f"`{key[:60]}` has two new addresses."
            problems.append(Problem(place, "one person, two new addresses", why, "Keep one.", first[key]))
        known.setdefault(key, value)
        first.setdefault(key, place)
    if problems:
        raise SpecError(problems)
    return PeopleMap(new_of, domains, frozenset(filter(None, new_of.values())))


def _target_problem(target: str, *, is_domain: bool) -> str:
    if is_domain and not target.removeprefix("*").startswith("@"):
        return f"`{target[:60]}` replaces a domain: write `@new.example`."
    if not target:
        return ""
    try:
        address_in(f"x{target.removeprefix('*')}" if is_domain else target, "")
    except AddressNotReadable as error:
        return error.why
    return ""


def _columns(table: Table, problems: list[Problem]) -> tuple[int, int, list[list[Cell]]]:
    """Return the two columns, and all rows: the first line is one if it has addresses."""
    names = [plain(cell.text) for cell in table.header]
    rows = [list(row) for row in table.rows]
    old = [index for index, name in enumerate(names) if name in _OLD]
    new = [index for index, name in enumerate(names) if name in _NEW]
    if len(old) == len(new) == 1:
        return old[0], new[0], rows
    if len(names) == 2 and "@" in table.header[0].text:
        return 0, 1, [list(table.header), *rows]
    if len(names) == 2 and not old and not new:
        return 0, 1, rows
    if not problems:
        where = table.place(table.header[0]) if table.header else Place(table.file)
        hint = "Name the columns `old` and `new`."
        problems.append(Problem(where, "which columns?", "A map of people has an old and a new address.", hint))
    return 0, 1, rows


def _text(row: list[Cell], index: int) -> str:
    return row[index].text.strip() if index < len(row) else ""

"""What the columns of a CSV file hold: by the names that Exchange, Google and people give them, or as named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from sharedbox_cli.core.errors import Problem, UsageError
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import Right
from sharedbox_cli.language.csv.names import NAMES, plain
from sharedbox_cli.language.csv.table import Cell, Table
from sharedbox_cli.language.csv.values import is_flag

LABEL = "label."


class Use(StrEnum):
    """What a column can hold: the words of `--column NAME=FIELD`."""

    MAILBOX = "mailbox"
    DISPLAY_NAME = "display_name"
    ALIASES = "aliases"
    ALIAS = "alias"
    """Exchange's short name of a mailbox: its address without a domain, where no other column has the address."""
    NAME = "name"
    HIDDEN = "hidden_from_address_lists"
    FORWARDING = "forwarding"
    SENT_AS = "sent_items.send_as"
    SENT_ON_BEHALF = "sent_items.send_on_behalf"
    TYPE = "type"
    """What the mailbox is: rows of other mailboxes are skipped."""
    MEMBERS = "members"
    FULL_ACCESS = "full_access"
    READ = "read"
    SEND_AS = "send_as"
    SEND_ON_BEHALF = "send_on_behalf"
    OWNERS = "owners"
    MANAGERS = "managers"
    GROUPS = "groups"
    """Groups with the rights of members."""
    RIGHTS = "rights"
    KIND = "kind"
    """Whether the members of the row are users or groups."""
    AUTOMAPPING = "automapping"
    UNTIL = "until"
    REASON = "reason"
    DENY = "deny"
    INHERITED = "inherited"
    ACCOUNT = "account"
    """The name of an account for sign-in: of the mailbox or of a person, so that it is used only as named."""
    SECRET = "password"  # noqa: S105 - the name of a column
    IGNORE = "ignore"


PEOPLE = (Use.MEMBERS, Use.FULL_ACCESS, Use.READ, Use.SEND_AS, Use.SEND_ON_BEHALF, Use.OWNERS, Use.MANAGERS, Use.GROUPS)
"""Columns with people in them."""
RIGHTS: Mapping[Use, Right] = {
    Use.FULL_ACCESS: Right.FULL_ACCESS,
    Use.READ: Right.READ,
    Use.SEND_AS: Right.SEND_AS,
    Use.SEND_ON_BEHALF: Right.SEND_ON_BEHALF,
    Use.OWNERS: Right.OWNER,
    Use.MANAGERS: Right.MANAGER,
}
"""Columns of one right each."""
MANY = frozenset({*PEOPLE, Use.ALIASES, Use.IGNORE, Use.SECRET})
"""What several columns of a file can hold."""
_MAILBOX_FIRST = (Use.MAILBOX, Use.ALIAS, Use.NAME)
_SUFFIX = re.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read."""

    name: str
    index: int
    place: Place
    use: Use
    label: str = ""
    """For `label.NAME`: the name."""
    why: str = ""
    """Why it is not used, or how it is."""

    @property
    def field(self) -> str:
        """Return the field as `--column` names it."""
        return f"{LABEL}{self.label}" if self.label else str(self.use)


@lru_cache(maxsize=1024)
def use_of(name: str) -> Use | None:
    """Return what a column with a usual name holds. A number at the end counts columns: `User2`."""
    word = plain(name)
    found = NAMES.get(word) or NAMES.get(_SUFFIX.sub("", word))
    return None if found is None else Use(found)


def is_known(name: str) -> bool:
    """Return whether a text is a usual name of a column."""
    return use_of(name) is not None


def mapping_of(options: Sequence[str]) -> Mapping[str, str]:
    """Return `NAME=FIELD` options as fields by the plain name of a column. Raises UsageError."""
    fields = [str(use) for use in Use]
    mapping: dict[str, str] = {}
    for option in options:
        name, equals, field = (part.strip() for part in option.rpartition("="))
        label = field.startswith(LABEL) and len(field) > len(LABEL)
        if not equals or not name or not (field in fields or label):
            near = get_close_matches(field.lower(), fields, n=1)
            hint = f"Did you mean `{near[0]}`?" if equals and near else "Write NAME=FIELD."
            why = f"The fields are: {', '.join(fields)}, {LABEL}NAME."
            raise UsageError("no such field", where=f"--column {option}", why=why, hint=hint)
        mapping[_key(name)] = field
    return mapping


def _key(name: str) -> str:
    return plain(name) or name.strip().lower()


def columns_of(table: Table, mapping: Mapping[str, str], used: set[str]) -> tuple[list[Column], list[Problem]]:
    """Return how each column of a table is read, and what is unclear. `used` collects the names of the mapping."""
    columns = [_column(table, cell, index, mapping, used) for index, cell in enumerate(table.header)]
    columns, problems = _with_mailbox(table, columns)
    return columns if problems else _each_once(table, columns, problems), problems


def _column(table: Table, cell: Cell, index: int, mapping: Mapping[str, str], used: set[str]) -> Column:
    name, place = " ".join(cell.text.split()), table.place(cell)
    for key in (_key(name), str(index + 1)):
        if key in mapping:
            used.add(key)
            field = mapping[key]
            if field.startswith(LABEL):
                return Column(name, index, place, Use.IGNORE, field.removeprefix(LABEL), "as named")
            return Column(name, index, place, Use(field), why="as named")
    use = use_of(name)
    if use is None:
        is_empty = not any(row[index].text.strip() for row in table.rows)
        why = "no usual name: to use it, name it with `--column`" if name else "" if is_empty else "no name"
        return Column(name, index, place, Use.IGNORE, why=why)
    if use is Use.SECRET:
        return Column(name, index, place, Use.IGNORE, why="specs hold no passwords. Delete it from the file, too")
    if use is Use.ACCOUNT:
        why = "the account of a mailbox or of a person: name it with `--column` if it is an address"
        return Column(name, index, place, Use.IGNORE, why=why)
    return Column(name, index, place, use)


def _with_mailbox(table: Table, columns: list[Column]) -> tuple[list[Column], list[Problem]]:
    """Choose the one column that says which mailbox a row is about."""
    named = [column for column in columns if column.use is Use.MAILBOX and column.why]
    found = named or [column for column in columns if column.use is Use.MAILBOX]
    if not found:
        found = [column for use in (Use.ALIAS, Use.NAME) for column in columns if column.use is use][:1]
    chosen, problems = _chosen(table, found)
    if chosen is None and not problems:
        names = ", ".join(f"`{column.name}`" for column in columns[:20] if column.name)
        problems = [
            Problem(
                table.place(table.header[0]),
                "no column with the mailbox",
                f"The columns are: {names}.",
                f"Name one of them, for example: --column '{columns[0].name or 1}=mailbox'",
            )
        ]
    if chosen is None:
        return columns, problems
    has_title = any(column.use is Use.DISPLAY_NAME for column in columns)
    result = []
    for column in columns:
        if column is chosen:
            result.append(
                _as(column, Use.MAILBOX, "" if column.use is Use.MAILBOX else "no other column has the address")
            )
        elif column.use in (Use.MAILBOX, Use.NAME) and not has_title and not _has_addresses(table, column):
            result.append(_as(column, Use.DISPLAY_NAME, ""))
            has_title = True
        elif column.use in _MAILBOX_FIRST:
            result.append(_rest(table, column, chosen))
        else:
            result.append(column)
    return result, problems


def _rest(table: Table, column: Column, chosen: Column) -> Column:
    """Return a further column that could have named the mailbox."""
    if column.use is Use.ALIAS and _has_addresses(table, column):
        return _as(column, Use.ALIASES, "it holds addresses")
    if column.use is Use.ALIAS:
        return _as(column, Use.IGNORE, "no spec sets the short name of a mailbox")
    return _as(column, Use.IGNORE, f"`{chosen.name}` says which mailbox it is")


def _chosen(table: Table, found: Sequence[Column]) -> tuple[Column | None, list[Problem]]:
    """Return the column with the addresses of the mailboxes, or why it is unclear which one that is."""
    if len(found) < 2:
        return (found[0] if found else None), []
    primary = [column for column in found if plain(column.name).startswith(("primary", "primaer", "haupt"))]
    with_address = primary or [column for column in found if _has_addresses(table, column)] or list(found)
    first = with_address[0]
    for other in (column for column in found if column is not first and not primary):
        is_other = _columns_differ(table, first, other) if other in with_address else _repeats(table, other, first)
        if is_other:
            why = f"`{first.name}` and `{other.name}` both could be the address of the mailbox."
            mailbox, people = (first, other) if other in with_address else (other, first)
            hint = f"Name both, for example: --column '{mailbox.name}=mailbox' --column '{people.name}=members'"
            return None, [Problem(other.place, "which column is the mailbox?", why, hint, first.place)]
    return first, []


def _columns_differ(table: Table, first: Column, other: Column) -> bool:
    """Return whether two columns have different values in a row."""
    return any(_differ(row, first, other) for row in table.rows)


def _repeats(table: Table, names: Column, addresses: Column) -> bool:
    """Return whether one mailbox has several addresses: they are people, and the mailbox is the other column."""
    first: dict[str, str] = {}
    pairs = ((_text(row, names).lower(), _text(row, addresses).lower()) for row in table.rows)
    return any(name and first.setdefault(name, address) != address for name, address in pairs)


def _differ(row: Sequence[Cell], first: Column, other: Column) -> bool:
    one, two = _text(row, first).lower(), _text(row, other).lower()
    return bool(one and two and one != two)


def _text(row: Sequence[Cell], column: Column) -> str:
    return row[column.index].text.strip()


def _has_addresses(table: Table, column: Column) -> bool:
    return any("@" in _text(row, column) for row in table.rows)


def _as(column: Column, use: Use, why: str) -> Column:
    return Column(column.name, column.index, column.place, use, column.label, why or column.why)


def _each_once(table: Table, columns: Sequence[Column], problems: list[Problem]) -> list[Column]:
    """Return the columns; of two that hold the same single value, the first is used if no row differs."""
    first: dict[str, Column] = {}
    result = []
    for column in columns:
        if (column.use in MANY and not column.label) or column.field not in first:
            first.setdefault(column.field, column)
            result.append(column)
            continue
        twin = first[column.field]
        if _columns_differ(table, twin, column):
            why = f"`{twin.name}` and `{column.name}` both are read as `{column.field}`, and their values differ."
            hint = f"Leave one out: --column {column.index + 1}=ignore"
            problems.append(Problem(column.place, "two columns for one value", why, hint, twin.place))
        result.append(_as(column, Use.IGNORE, f"the same as `{twin.name}`"))
    return result


def flag_columns(table: Table, columns: Sequence[Column]) -> list[Column]:
    """Return the columns of rights that only say yes or no about the person of the row."""
    if not any(column.use in (Use.MEMBERS, Use.GROUPS) for column in columns):
        return []
    found = []
    for column in columns:
        if column.use in RIGHTS:
            texts = [row[column.index].text for row in table.rows]
            if any(text.strip() for text in texts) and all(map(is_flag, texts)):
                found.append(column)
    return found

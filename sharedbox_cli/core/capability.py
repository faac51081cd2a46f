"""What each platform can do, as rows: read by validation, by `explain` and by the docs.

A path that a platform does not list is refused there. A platform lists what it can do, and refuses a path itself
only where it knows a better reason than "it belongs to another platform".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import GRANTABLE, LEVELLED, MEMBER_RIGHTS, Platform, Right
from sharedbox_cli.core.needs import NeedsTable
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import Value

LEVEL_PATHS = tuple(f"{right}.{key}" for right in LEVELLED for key in ("members", "people"))
"""Keys that give people levels: no settings. `values` has the levels that are possible, by the first key of each."""
NOT_YET = mark("this version does not manage it yet. Leave the key out.")
_RIGHTS = "members[].rights."


def _unchanged(name: Field, value: Value) -> Value:
    return value


SpecProblem = tuple[tuple[str | int, ...], str]
"""The path of a value in a document, and why the platform refuses it."""


def _none(_spec: Mapping[str, Any]) -> Iterable[SpecProblem]:
    return ()


@dataclass(frozen=True, slots=True)
class Capability:
    """One path of the spec language on one platform."""

    path: str
    """As in a spec: `members[].rights.read`, `storage.licence`, `calendar`."""
    is_possible: bool
    meaning: str
    """What it becomes there; or why it is not possible, and what to write instead."""
    source: str = ""


def can(path: str, meaning: str, source: str = "") -> Capability:
    """Return the row of a path that a platform supports, with everything below it."""
    return Capability(path, True, meaning, source)


def cannot(path: str, meaning: str, source: str = "") -> Capability:
    """Return the row of a path that a platform refuses for its own reason."""
    return Capability(path, False, meaning, source)


COMMON = (
    can("members[].until", "kept by sharedbox: the first apply after it revokes the rights"),
    can("members_mode", "`exact` or `at-least`"),
)
"""What sharedbox itself does, on every platform."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All rows of one platform."""

    platform: Platform
    title: str
    rows: tuple[Capability, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For paths with listed values: those that are possible here."""
    default_rights: tuple[Right, ...] = (Right.FULL_ACCESS, Right.SEND_AS)
    """What a member without `rights` gets."""
    group_rights: tuple[Right, ...] | None = None
    """The rights that a group can hold as a member. None: the same as a person."""
    afterwards: str = ""
    """What people must know after a change: how long it takes to take effect."""
    labels_are_shared: bool = False
    """Whether folders and tags are one thing there, with one set of names."""
    rules_share_names: bool = False
    """Whether mail rules with different contents can have one name there."""
    built_in_folders: frozenset[str] = frozenset()
    """Folders that every mailbox has: rules can name them without a spec that lists them."""
    read_singly: frozenset[Field] = frozenset()
    """Settings that no list of the tenant has: reading them takes a request for every few mailboxes."""
    inside: frozenset[Right] = frozenset()
    """Rights that are kept inside each mailbox: reading them takes requests for every few mailboxes, too."""
    audited_inside: frozenset[Field] = frozenset()
    """Settings that an audit reads only if it was asked to look inside mailboxes."""
    audited_rights: frozenset[Right] = frozenset()
    """Rights inside mailboxes that every audit reads, as they cost no further request."""
    audited_inside_rights: frozenset[Right] = frozenset()
    """Those that it reads only if it was asked to look inside mailboxes."""
    not_audited: str = ""
    """What a reader could expect in an audit of this platform and is not in it."""
    not_audited_outside: str = ""
    """The same for an audit that does not look inside mailboxes."""
    canonical: Callable[[Field, Value], Value] = _unchanged
    """Returns a desired value in the form in which the platform reports it."""
    spec_problems: Callable[[Mapping[str, Any]], Iterable[SpecProblem]] = _none
    """Returns what a document with its defaults asks for and the platform refuses: values, and combinations of keys."""
    needs: NeedsTable = field(default_factory=dict)
    """The permissions that each key needs, by path; a platform that lists none is not asked for any."""
    _row_of_path: Mapping[str, Capability] = field(init=False, repr=False, compare=False)
    _refusals: dict[str, Capability | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Answers already given: every spec asks for the same few paths."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_row_of_path", {row.path: row for row in (*COMMON, *self.rows)})

    def row(self, path: str) -> Capability | None:
        """Return the row of exactly this path."""
        return self._row_of_path.get(path)

    def describes(self, path: str) -> bool:
        """Return whether the table says what an entry of a list can have; otherwise it can have everything."""
        return any(row.path.startswith(f"{path}[].") for row in self.rows)

    def refusal(self, path: str) -> Capability | None:
        """Return why a path is not possible, or nothing where it is.

        The path's own row decides, or one above it; a section is possible if a key in it is.
        """
        if path not in self._refusals:
            self._refusals[path] = self._refusal(path)
        return self._refusals[path]

    def _refusal(self, path: str) -> Capability | None:
        rows = [row for step in _prefixes(path) if (row := self.row(step)) is not None]
        if refused := next((row for row in rows if not row.is_possible), None):
            return refused
        if rows or any(row.is_possible and row.path.startswith(f"{path}.") for row in self.rows):
            return None
        return cannot(path, "this platform does not support it. Leave the key out.")


def completed(tables: Mapping[Platform, Capabilities]) -> Mapping[Platform, Capabilities]:
    """Return the tables with a row for each path that only other platforms have, or none."""
    return {
        platform: replace(table, rows=tuple({row.path: row for row in _all_rows(table, tables)}.values()))
        for platform, table in tables.items()
    }


def _all_rows(table: Capabilities, tables: Mapping[Platform, Capabilities]) -> Iterator[Capability]:
    yield from table.rows
    yield from (row for row in COMMON if all(row.path != own.path for own in table.rows))
    for path in _paths(tables):
        whole, is_item, _ = path.partition("[]")
        if is_item and whole != "members" and not table.describes(whole):
            continue
        refused = next((step for step in _prefixes(path) if table.refusal(step) is not None), None)
        if refused is not None and table.row(refused) is None:
            yield cannot(refused, _reason(refused, table, tables))


def _paths(tables: Mapping[Platform, Capabilities]) -> Iterator[str]:
    yield from (str(name) for name, setting in SETTINGS.items() if setting.is_in_spec)
    yield from LEVEL_PATHS
    yield from (f"{_RIGHTS}{right}" for right in MEMBER_RIGHTS)
    yield from (row.path for table in tables.values() for row in table.rows)


def _reason(path: str, table: Capabilities, tables: Mapping[Platform, Capabilities]) -> str:
    """Return why a platform does not have a path, from those that have it."""
    owners = sorted(platform for platform, other in tables.items() if other.refusal(path) is None)
    if not owners:
        return NOT_YET
    platforms = _several(owners)
    if not path.startswith(_RIGHTS):
        return mark("it belongs to {platforms}. Leave the key out.", platforms=platforms)
    here = [f"`{right}`" for right in GRANTABLE if table.refusal(f"{_RIGHTS}{right}") is None]
    if not here:
        return mark("it belongs to {platforms}. Leave the right out.", platforms=platforms)
    return mark("it belongs to {platforms}. Use {rights}.", platforms=platforms, rights=_one_of(here))


def _several(words: Sequence[str]) -> str:
    """Return words with `and` before the last one."""
    return words[0] if len(words) == 1 else mark("{first} and {last}", first=", ".join(words[:-1]), last=words[-1])


def _one_of(words: Sequence[str]) -> str:
    """Return words with `or` before the last one."""
    return words[0] if len(words) == 1 else mark("{first} or {last}", first=", ".join(words[:-1]), last=words[-1])


def _prefixes(path: str) -> Iterator[str]:
    steps = path.split(".")
    return (".".join(steps[:count]) for count in range(1, len(steps) + 1))

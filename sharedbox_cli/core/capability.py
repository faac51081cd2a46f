"""What a platform can do, as rows: read by validation, by `explain` and by the docs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Platform, Right
from sharedbox_cli.core.values import Value


def _as_it_is(name: Field, value: Value) -> Value:
    return value


@dataclass(frozen=True, slots=True)
class Capability:
    """One path of the spec language on one platform."""

    path: str
    """As in a spec: `members[].rights.read`, `storage.licence`, `calendar`."""
    is_possible: bool
    meaning: str
    """What it becomes there; or why it is not possible and what to write instead."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """All rows of one platform."""

    platform: Platform
    title: str
    rows: tuple[Capability, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For paths with listed values: those that are possible here."""
    default_rights: tuple[Right, ...] = (Right.FULL_ACCESS, Right.SEND_AS)
    """What a member gets whose line says nothing."""
    afterwards: str = ""
    """What people must know after a change: how long it takes until it works."""
    not_audited: str = ""
    """What a reader could take to be in an audit of this platform and is not."""
    canonical: Callable[[Field, Value], Value] = _as_it_is
    """Returns a wanted value in the form in which the platform tells it."""

    _row_of_path: Mapping[str, Capability] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the rows by path; of two, the first counts."""
        object.__setattr__(self, "_row_of_path", {row.path: row for row in reversed(self.rows)})

    def row(self, path: str) -> Capability | None:
        """Return the row of a path, or None if the platform says nothing about it."""
        return self._row_of_path.get(path)

    def refusal(self, path: str) -> Capability | None:
        """Return the row that rules a path out, its own or one above it."""
        steps = path.split(".")
        found = (self.row(".".join(steps[:count])) for count in range(1, len(steps) + 1))
        return next((row for row in found if row is not None and not row.is_possible), None)

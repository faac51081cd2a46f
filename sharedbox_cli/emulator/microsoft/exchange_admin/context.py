"""What a cmdlet is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tenant import Tenant

Row = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One cmdlet with its bound parameters."""

    observed: World
    cmdlet: str
    parameters: dict[str, Any]
    anchor: str = ""
    roles: frozenset[str] = frozenset()
    """Directory roles of the caller, by template id."""

    @property
    def tenant(self) -> Tenant:
        """Return the tenant."""
        return self.observed.tenant

    @property
    def now(self) -> float:
        """Return the emulator's time in seconds."""
        return self.observed.clock.now()

    def text(self, name: str) -> str:
        """Return a parameter as text."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def has(self, name: str) -> bool:
        """Return whether a switch is on."""
        return bool(self.parameters.get(name))


@dataclass(slots=True)
class Result:
    """What comes back."""

    rows: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    effect: str = ""

"""The input and the output of a cmdlet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tenant import Tenant

Row = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One cmdlet with its bound parameters."""

    context: ServiceContext
    cmdlet: str
    parameters: dict[str, Any]
    anchor: str = ""
    roles: frozenset[str] = frozenset()
    """The directory roles of the caller, as template ids."""

    @property
    def tenant(self) -> Tenant:
        """Return the tenant."""
        return self.context.tenant

    @property
    def now(self) -> float:
        """Return the emulator's time in seconds."""
        return self.context.clock.now()

    def text(self, name: str) -> str:
        """Return a parameter as text."""
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def has(self, name: str) -> bool:
        """Return whether a switch is on."""
        return bool(self.parameters.get(name))


@dataclass(slots=True)
class Result:
    """The output of a cmdlet."""

    rows: list[Row] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    effect: str = ""

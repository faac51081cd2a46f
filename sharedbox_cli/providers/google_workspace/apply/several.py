"""Several writes of one change that do not need each other: one that Google refuses does not stop the others."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import Conflict, Refused
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.safe_write import done, outcome_of


@dataclass(slots=True)
class Several:
    """What became of the writes so far."""

    failures: list[Outcome] = field(default_factory=list)

    async def run(self, write: Awaitable[object]) -> bool:
        """Wait for a write, and return whether it succeeded. Raises every error but a refusal."""
        try:
            result = await write
        except (Refused, Conflict) as error:
            result = outcome_of(error)
        if isinstance(result, Outcome) and not result.is_success:
            self.failures.append(result)
            return False
        return True

    def fail(self, why: str) -> None:
        """Record something that was not written."""
        self.failures.append(Outcome(Status.FAILED, why))

    def outcome(self) -> Outcome:
        """Return the outcome of all, with each reason once."""
        if not self.failures:
            return done()
        first = self.failures[0]
        reasons = dict.fromkeys(one.reason for one in self.failures)
        return Outcome(
            first.status,
            ". ".join(reason.rstrip(".") for reason in reasons),
            next((one.request_id for one in self.failures if one.request_id), ""),
            stops_run=any(one.stops_run for one in self.failures),
            is_denial=any(one.is_denial for one in self.failures),
        )

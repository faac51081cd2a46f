"""What every provider does in the same way: one event loop, policies per host, and each change sent safely.

A provider of a vendor says how it reads a tenant, sends one change, and finds the effect of a change.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import NEW, Change, Kind, Party
from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import LEVELLED, Platform, Right
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Columns
from sharedbox_cli.providers.safe_write import Sending, send_safely, settle
from sharedbox_cli.providers.transport import Clock, Gate, Loop, Policy, SystemClock


class TenantProvider(ABC):
    """One tenant. Calls may come from several threads; one loop carries all of them."""

    platforms: frozenset[Platform]
    columns: Mapping[Platform, Columns]
    """Every setting that each platform knows: a change of any other setting is refused before it is sent."""

    def __init__(self, clock: Clock | None, rng: random.Random | None) -> None:
        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._loop = Loop()
        self._policies: list[Policy] = []

    def _policy(self, gate: Gate, renew: Callable[[str], None]) -> Policy:
        """Return the policy for one host; the listener and the deadline of this provider apply to it."""
        policy = Policy(self._clock, self._rng, gate, renew)
        self._policies.append(policy)
        return policy

    @abstractmethod
    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return what each platform of this provider can do."""

    @abstractmethod
    async def _observe(self, scope: Scope) -> Observed:
        """Return everything in scope, complete. Raises ObserveError, AuthError, CloudError."""

    @abstractmethod
    async def _send(self, change: Change, request_id: str) -> Outcome:
        """Send one change once. Raises CloudError; Ambiguous where the effect is not known."""

    @abstractmethod
    async def _is_there(self, change: Change) -> bool:
        """Return whether a reading shows the effect of a change now. Raises SharedboxError."""

    @abstractmethod
    async def _found(self, change: Change, error: Ambiguous) -> Outcome:
        """Return the outcome of a change whose effect was found after an ambiguous response."""

    @abstractmethod
    async def _close(self) -> None:
        """Release the connections."""

    def _listen(self, listener: Listener) -> None:
        """Report to a listener from now on."""
        for policy in self._policies:
            policy.listener = listener

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return everything in scope, complete. Raises ObserveError, AuthError, CloudError."""
        self._listen(listener)
        return self._loop.run(self._observe(scope))

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Send one change; an ambiguous response is settled by reading, and the change is sent once more at most."""
        self._listen(listener)
        if why := self._refusal(change):
            return Outcome(Status.FAILED, f"{why} Nothing was sent.")
        sending = Sending(
            lambda: self._send(change, request_id),
            lambda: self._is_there(change),
            lambda error: self._found(change, error),
            self._clock,
        )
        return self._loop.run(send_safely(sending))

    def settle(self, change: Change) -> Effect:
        """Return whether the effect of a change is there now, by reading only."""
        if self._refusal(change):
            return Effect.UNCLEAR
        return self._loop.run(settle(lambda: self._is_there(change)))

    def _refusal(self, change: Change) -> str:
        """Return why a change cannot be carried out on its platform; empty: it can."""
        known = self.columns.get(change.platform)
        if known is None:
            return f"{change.platform} is not a platform of this provider."
        unknown = [name for name, value in change.after.items() if name not in known and not _comes_new(change, name)]
        if unknown:
            return f"{change.platform} has no setting `{unknown[0]}`."
        misplaced = [name for name in change.after if (SETTINGS[name].topic is Topic.GRANT) is not bool(change.party)]
        if misplaced:
            return f"`{misplaced[0]}` is not a setting of a {'grant' if change.party else 'mailbox'}."
        if change.kind is Kind.CREATE and change.how == NEW:
            later = [name for name in change.after if name is not Field.DISPLAY_NAME and not _comes_new(change, name)]
            if later:
                return f"A mailbox cannot be created with `{later[0]}`: it needs a separate change."
        if change.party is None and change.kind in (Kind.GRANT, Kind.REVOKE):
            return "The change names no trustee."
        if not change.after and change.kind in (Kind.UPDATE, Kind.LICENCE):
            return "The change names no setting."
        if change.party is not None:
            right, table = change.party.right, self.capabilities()[change.platform]
            path = f"{right}.members" if right in LEVELLED else f"members[].rights.{right}"
            if table.refusal(path) is not None:
                return f"{change.platform} has no right `{change.party.right}`."
            return _misnamed(change, change.party)
        return ""

    def finish_within(self, seconds: float | None) -> None:
        """Let no call wait for the service beyond so many seconds from now."""
        until = None if seconds is None else self._clock.monotonic() + seconds
        for policy in self._policies:
            policy.deadline = until

    def close(self) -> None:
        """Release the connections and stop the loop."""
        self._loop.run(self._close())
        self._loop.close()


def _misnamed(change: Change, party: Party) -> str:
    """Return why a change of a right contradicts itself: what people read is what is sent."""
    has_levels = party.right in (*LEVELLED, Right.READ)
    other = sorted(change.after.keys() - {Field.LEVEL} if has_levels else change.after.keys() & {Field.LEVEL})
    if other:
        return f"`{other[0]}` does not belong to the right `{party.right}`."
    if Field.LEVEL in change.after and change.after[Field.LEVEL] != party.detail:
        return f"The change names two levels: `{change.after[Field.LEVEL]}` and `{party.detail}`."
    return ""


def _comes_new(change: Change, name: Field) -> bool:
    """Return whether a creation names a value that every new mailbox has."""
    return change.kind is Kind.CREATE and change.after[name] == SETTINGS[name].new

"""Google Workspace: wires reading and writing of both kinds of mailbox into the Provider protocol."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Observed, Platform
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.api import MOST, Google
from sharedbox_cli.providers.google_workspace.apply import accounts, groups
from sharedbox_cli.providers.google_workspace.apply.content import change_content
from sharedbox_cli.providers.google_workspace.apply.grants import change_grant
from sharedbox_cli.providers.google_workspace.apply.settle import is_there
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.observe.content import CONTENT
from sharedbox_cli.providers.google_workspace.observe.tenant import observe_tenant
from sharedbox_cli.providers.google_workspace.scopes import DOORS
from sharedbox_cli.providers.safe_write import Sending, send_safely, settle
from sharedbox_cli.providers.transport import Clock, Gate, Loop, Policy, SystemClock

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection
    from sharedbox_cli.auth.google import GoogleCredentials

Act = Callable[[Writer, Change], Awaitable[Outcome]]


class GoogleWorkspace:
    """One Workspace account. Calls may come from several threads; one loop carries all of them."""

    platforms: frozenset[Platform] = frozenset({GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE})

    def __init__(
        self,
        connection: GoogleConnection,
        *,
        credentials: GoogleCredentials | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        is_interactive: bool = False,
        prompt: Callable[[str], None] | None = None,
    ) -> None:
        from sharedbox_cli.auth.google import GoogleCredentials

        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._loop = Loop()
        self._policies: dict[str, Policy] = {}
        self._google = self._loop.run(self._connect(connection, credentials or GoogleCredentials(connection)))
        self._writer = Writer(self._google, self._clock)

    async def _connect(self, connection: GoogleConnection, credentials: GoogleCredentials) -> Google:
        for api in DOORS:
            start, most = MOST.get(api, (8, 12))
            self._policies[api] = Policy(self._clock, self._rng, Gate(start, most), lambda: None)
        return Google(connection, credentials, self._policies)

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return everything in scope of one platform, complete. Raises ObserveError, AuthError, CloudError."""
        self._listen(listener)
        return self._loop.run(observe_tenant(self._google, scope, self._clock.now()))

    def _listen(self, listener: Listener) -> None:
        for policy in self._policies.values():
            policy.listener = listener
        self._writer.listener = listener

    def finish_within(self, seconds: float | None) -> None:
        """Let no call wait for the service beyond so many seconds from now."""
        until = None if seconds is None else self._clock.monotonic() + seconds
        for policy in self._policies.values():
            policy.deadline = until

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Send one change; what is ambiguous is settled by reading, and sent at most once more."""
        self._listen(listener)
        return self._loop.run(self._apply(change))

    async def _apply(self, change: Change) -> Outcome:
        act = _act_of(change)

        async def found(error: Ambiguous) -> Outcome:
            if change.kind is Kind.CREATE:
                return await act(self._writer, change)  # it goes on with the steps that come after the first
            return Outcome(Status.DONE, "no answer came, and the effect is there", error.request_id)

        return await send_safely(
            Sending(lambda: act(self._writer, change), lambda: is_there(self._writer, change), found, self._clock)
        )

    def settle(self, change: Change) -> Effect:
        """Return whether the effect of a change is there now, by reading only."""
        return self._loop.run(settle(lambda: is_there(self._writer, change)))

    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return what both platforms can do."""
        return CAPABILITIES

    def close(self) -> None:
        """Give back connections."""
        self._loop.run(self._google.close())
        self._loop.close()


def _act_of(change: Change) -> Act:
    is_group = change.platform == GOOGLE_COLLABORATIVE
    match change.kind:
        case Kind.CREATE:
            return groups.create if is_group else accounts.create
        case Kind.DELETE:
            return groups.refuse_deletion if is_group else accounts.delete
        case Kind.GRANT | Kind.REVOKE:
            return change_grant
        case Kind.LICENCE:
            return accounts.licence
        case Kind.UPDATE:
            if change.party is not None:
                return change_grant
            if set(change.after) <= CONTENT:
                return change_content
            return groups.update if is_group else accounts.update

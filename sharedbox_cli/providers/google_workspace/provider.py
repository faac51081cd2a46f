"""Google Workspace: wires reading and writing of both kinds of mailbox into the Provider protocol."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import (
    Ambiguous,
    AuthError,
    CloudError,
    PermissionDenied,
    SharedboxError,
    Throttled,
)
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Observed, Platform
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.answers import PORTAL, Unreachable
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.api import MOST, Google
from sharedbox_cli.providers.google_workspace.apply import accounts, groups
from sharedbox_cli.providers.google_workspace.apply.content import change_content
from sharedbox_cli.providers.google_workspace.apply.grants import change_grant
from sharedbox_cli.providers.google_workspace.apply.settle import settle, settle_patiently
from sharedbox_cli.providers.google_workspace.apply.writer import Unready, Writer, failed
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.errors import CERTIFICATE, DAILY
from sharedbox_cli.providers.google_workspace.observe.content import CONTENT
from sharedbox_cli.providers.google_workspace.observe.tenant import observe_tenant
from sharedbox_cli.providers.google_workspace.scopes import DOORS
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
        try:
            return await act(self._writer, change)
        except Ambiguous as error:
            return await self._settled(change, act, error)
        except SharedboxError as error:
            return _told(error)

    async def _settled(self, change: Change, act: Act, error: Ambiguous) -> Outcome:
        match await settle_patiently(self._writer, change):
            case Effect.PRESENT:
                return await self._found(change, act, error)
            case Effect.UNCLEAR:
                words = f"{error.summary}; reading did not settle it"
                return Outcome(Status.UNKNOWN, words, error.request_id, stops_run=error.code == PORTAL)
            case Effect.ABSENT:
                try:
                    return await act(self._writer, change)
                except Ambiguous as second:
                    if await settle_patiently(self._writer, change) is Effect.PRESENT:
                        return await self._found(change, act, second)
                    stops = second.code == PORTAL
                    return Outcome(Status.UNKNOWN, f"{second.summary}, twice", second.request_id, stops_run=stops)
                except SharedboxError as second:
                    return _told(second)

    async def _found(self, change: Change, act: Act, error: Ambiguous) -> Outcome:
        """Return success; a creation goes on with the steps that come after the first."""
        if change.kind is Kind.CREATE:
            try:
                return await act(self._writer, change)
            except SharedboxError as second:
                return _told(second)
        return Outcome(Status.DONE, "no answer came, and the effect is there", error.request_id)

    def settle(self, change: Change) -> Effect:
        """Return whether the effect of a change is there now, by reading only."""
        return self._loop.run(settle(self._writer, change))

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


def _told(error: SharedboxError) -> Outcome:
    if isinstance(error, Unready):
        return Outcome(Status.SKIPPED, f"{error.summary}: {error.why}")
    if isinstance(error, CloudError):
        told = failed(error)
        lost_role = isinstance(error, PermissionDenied) and error.is_whole_route
        stops = lost_role or isinstance(error, (Unreachable, Throttled)) or error.code in (CERTIFICATE, DAILY)
        return Outcome(told.status, told.reason, told.request_id, stops_run=stops)
    if isinstance(error, AuthError):  # the engine knows a denial by these words, and people mend it by the rest
        parts = (
            f"{AuthError.summary}: {error.summary}.",
            f"{error.where}." if error.where else "",
            error.why,
            error.mend,
        )
        return Outcome(Status.FAILED, " ".join(part for part in parts if part), stops_run=True)
    return Outcome(Status.FAILED, f"{error.summary}. {error.why}")

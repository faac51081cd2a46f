"""Google Workspace: wires reading and writing of both platforms into the Provider protocol."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sharedbox_cli.core.access_why import LoggedGrant
from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Platform
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import carrier_of
from sharedbox_cli.providers.google_workspace.api import MOST, Google
from sharedbox_cli.providers.google_workspace.apply import accounts, groups, licences
from sharedbox_cli.providers.google_workspace.apply.calendar import change_calendar
from sharedbox_cli.providers.google_workspace.apply.content import change_content
from sharedbox_cli.providers.google_workspace.apply.grants import change_grant
from sharedbox_cli.providers.google_workspace.apply.settle import is_there
from sharedbox_cli.providers.google_workspace.apply.writer import Writer
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.columns import ACCOUNT, COLUMNS, INBOX, LICENCE
from sharedbox_cli.providers.google_workspace.gmail_columns import GMAIL
from sharedbox_cli.providers.google_workspace.observe.grant_log import read_grant_log
from sharedbox_cli.providers.google_workspace.observe.tenant import observe_tenant
from sharedbox_cli.providers.google_workspace.scopes import APIS
from sharedbox_cli.providers.tenant_provider import TenantProvider
from sharedbox_cli.providers.transport import Clock, Gate

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection
    from sharedbox_cli.auth.google import GoogleCredentials

Act = Callable[[Writer, Change], Awaitable[Outcome]]


class GoogleWorkspace(TenantProvider):
    """One Google Workspace account."""

    platforms = frozenset({GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE})
    columns = COLUMNS

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

        super().__init__(clock, rng)
        self._google = self._loop.run(self._connect(connection, credentials or GoogleCredentials(connection)))
        self._writer = Writer(self._google, self._clock)

    async def _connect(self, connection: GoogleConnection, credentials: GoogleCredentials) -> Google:
        policies = {api: self._policy(Gate(*MOST.get(api, (8, 12))), lambda _: None) for api in APIS}
        return Google(connection, credentials, policies)

    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return what both platforms can do."""
        return CAPABILITIES

    async def _observe(self, scope: Scope) -> Observed:
        return await observe_tenant(self._google, scope, self._clock.now())

    log_name = "google"

    def grant_log(self, since: datetime | None, listener: Listener = SILENT) -> tuple[LoggedGrant, ...]:
        """Return who added and removed members of groups. Raises AuthError, CloudError, ObserveError."""
        self._listen(listener)
        return self._loop.run(read_grant_log(self._google, since))

    async def _send(self, change: Change, request_id: str) -> Outcome:
        return await _act_of(change)(self._writer, change)

    async def _is_there(self, change: Change) -> bool:
        return await is_there(self._writer, change)

    async def _found(self, change: Change, error: Ambiguous) -> Outcome:
        if change.kind is Kind.CREATE:
            return await _act_of(change)(self._writer, change)  # it continues with the steps after the first
        return Outcome(Status.DONE, "no response came, but the effect is there", error.request_id)

    def _listen(self, listener: Listener) -> None:
        super()._listen(listener)
        self._writer.listener = listener

    async def _close(self) -> None:
        await self._google.close()


def _act_of(change: Change) -> Act:
    """Return the function that sends a change. Raises SharedboxError where none carries all of its settings."""
    is_group = change.platform == GOOGLE_COLLABORATIVE
    match change.kind:
        case Kind.CREATE:
            return groups.create if is_group else accounts.create
        case Kind.DELETE:
            return groups.refuse_deletion if is_group else accounts.delete
        case Kind.GRANT | Kind.REVOKE:
            return change_grant
        case Kind.UPDATE | Kind.LICENCE if change.party is not None:
            return change_grant
        case Kind.UPDATE | Kind.LICENCE if is_group:
            return carrier_of(change.after, ((INBOX, groups.update),))
        case Kind.UPDATE | Kind.LICENCE:
            return carrier_of(
                change.after,
                (
                    (ACCOUNT, accounts.update),
                    (LICENCE, licences.licence),
                    (GMAIL, change_content),
                    (CALENDAR, change_calendar),
                ),
            )

"""Microsoft 365: wires reading and writing into the Provider protocol."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.core.events import SILENT, Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Observed, Platform
from sharedbox_cli.core.outcome import Effect, Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.apply import grants, licences, mailboxes
from sharedbox_cli.providers.microsoft365.apply.settle import is_there
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.tenant import observe_tenant
from sharedbox_cli.providers.safe_write import Sending, send_safely, settle
from sharedbox_cli.providers.transport import Clock, Gate, Loop, Policy, SystemClock

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from sharedbox_cli.auth.connection import MicrosoftConnection

Act = Callable[[Writer, Change, str], Awaitable[Outcome]]


class Microsoft365:
    """One tenant. Calls may come from several threads; one loop carries all of them."""

    platforms: frozenset[Platform] = frozenset({MICROSOFT365})

    def __init__(
        self,
        connection: MicrosoftConnection,
        *,
        credential: TokenCredential | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        is_interactive: bool = False,
        prompt: Callable[[str], None] | None = None,
    ) -> None:
        from sharedbox_cli.auth.claims import token_claims
        from sharedbox_cli.auth.microsoft import Renewable, credential_for

        self._clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        made = credential or credential_for(connection, is_interactive=is_interactive, prompt=prompt)
        renewable = Renewable(made)
        claims = token_claims(made, connection.exchange_scope)
        self._loop = Loop()
        self._policies: tuple[Policy, ...] = ()
        self._graph, self._exchange = self._loop.run(
            self._connect(connection, renewable, claims.tenant_id or connection.tenant)
        )
        self._writer = Writer(self._graph, self._exchange, self._clock)

    async def _connect(
        self, connection: MicrosoftConnection, credential: object, tenant: str
    ) -> tuple[Graph, ExchangeAdmin]:
        from sharedbox_cli.auth.microsoft import Renewable, bearer_auth

        if not isinstance(credential, Renewable):
            message = "a renewable credential is wanted"
            raise TypeError(message)
        graph = Policy(self._clock, self._rng, Gate(16, 32), credential.force_refresh)
        exchange = Policy(self._clock, self._rng, Gate(4, 10), credential.force_refresh)
        self._policies = (graph, exchange)
        auth = bearer_auth(credential, connection.exchange_scope, connection.exchange_origin)
        return (
            Graph(credential, connection.graph_scope, connection.graph_origin, graph),
            ExchangeAdmin(auth, connection.exchange_origin, tenant, exchange),
        )

    def observe(self, scope: Scope, listener: Listener = SILENT) -> Observed:
        """Return everything in scope, complete. Raises ObserveError, AuthError, CloudError."""
        self._listen(listener)
        return self._loop.run(observe_tenant(self._graph, self._exchange, scope, self._clock.now()))

    def _listen(self, listener: Listener) -> None:
        for policy in self._policies:
            policy.listener = listener
        if hasattr(self, "_writer"):
            self._writer.listener = listener

    def finish_within(self, seconds: float | None) -> None:
        """Let no call wait for the service beyond so many seconds from now."""
        until = None if seconds is None else self._clock.monotonic() + seconds
        for policy in self._policies:
            policy.deadline = until

    def apply(self, change: Change, listener: Listener = SILENT, *, request_id: str = "") -> Outcome:
        """Send one change; what is ambiguous is settled by reading, and sent at most once more."""
        self._listen(listener)
        return self._loop.run(self._apply(change, request_id))

    async def _apply(self, change: Change, request_id: str) -> Outcome:
        act = _act_of(change)
        return await send_safely(
            Sending(
                lambda: act(self._writer, change, request_id),
                lambda: is_there(self._writer, change),
                lambda error: self._found(change, error),
                self._clock,
            )
        )

    async def _found(self, change: Change, error: Ambiguous) -> Outcome:
        identity = ""
        if change.kind is Kind.CREATE:
            row = await self._writer.mailbox_row(change.mailbox.text)
            identity = str((row or {}).get("ExternalDirectoryObjectId") or "")
            self._writer.made[change.mailbox] = identity
        return Outcome(Status.DONE, "no answer came, and the effect is there", error.request_id, identity)

    def settle(self, change: Change) -> Effect:
        """Return whether the effect of a change is there now, by reading only."""
        return self._loop.run(settle(lambda: is_there(self._writer, change)))

    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return what the platform can do."""
        return CAPABILITIES

    def close(self) -> None:
        """Give back connections."""
        self._loop.run(self._graph.close())
        self._loop.run(self._exchange.close())
        self._loop.close()


def _act_of(change: Change) -> Act:
    match change.kind:
        case Kind.CREATE:
            return mailboxes.create
        case Kind.DELETE:
            return mailboxes.delete
        case Kind.GRANT:
            return grants.grant
        case Kind.REVOKE:
            return grants.revoke
        case Kind.LICENCE:
            return licences.licence
        case Kind.UPDATE:
            if change.party is not None:
                return grants.automapping
            return mailboxes.convert if Field.KIND in change.after else mailboxes.update

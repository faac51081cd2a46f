"""Microsoft 365: wires reading and writing into the Provider protocol."""

from __future__ import annotations

import random
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Ambiguous
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.model import MICROSOFT365, Platform
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import Columns, carrier_of
from sharedbox_cli.providers.microsoft365.apply import (
    archive,
    content,
    folder_rights,
    grants,
    inside,
    licences,
    mailboxes,
    rules,
)
from sharedbox_cli.providers.microsoft365.apply.settle import is_there
from sharedbox_cli.providers.microsoft365.apply.writer import Writer
from sharedbox_cli.providers.microsoft365.auto_reply import AUTO_REPLY
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.categories import CATEGORIES
from sharedbox_cli.providers.microsoft365.client_access import ACCESS
from sharedbox_cli.providers.microsoft365.columns import COLUMNS, LICENCE, MAILBOX, SIGN_IN
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.folder_rights import FOLDER_OF, FOLDER_RIGHTS
from sharedbox_cli.providers.microsoft365.folders import FOLDERS
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.microsoft365.observe.tenant import observe_tenant
from sharedbox_cli.providers.microsoft365.regional import REGIONAL
from sharedbox_cli.providers.microsoft365.retention import ARCHIVE
from sharedbox_cli.providers.microsoft365.rules import RULES
from sharedbox_cli.providers.tenant_provider import TenantProvider
from sharedbox_cli.providers.transport import EXCHANGE_REQUEST_SECONDS, Clock, Gate

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from sharedbox_cli.auth.connection import MicrosoftConnection
    from sharedbox_cli.auth.microsoft import Renewable

Act = Callable[[Writer, Change, str], Awaitable[Outcome]]


class Microsoft365(TenantProvider):
    """One tenant of Microsoft 365."""

    platforms = frozenset({MICROSOFT365})
    columns = COLUMNS

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

        super().__init__(clock, rng)
        credential = credential or credential_for(connection, is_interactive=is_interactive, prompt=prompt)
        tenant = token_claims(credential, connection.exchange_scope).tenant_id or connection.tenant
        self._graph, self._exchange = self._loop.run(self._connect(connection, Renewable(credential), tenant))
        self._writer = Writer(self._graph, self._exchange, self._clock)

    async def _connect(
        self, connection: MicrosoftConnection, credential: Renewable, tenant: str
    ) -> tuple[Graph, ExchangeAdmin]:
        from sharedbox_cli.auth.microsoft import bearer_auth

        _skip_optional_imports()
        graph = self._policy(Gate(16, 32), credential.force_refresh)
        exchange = self._policy(Gate(4, 10), credential.force_refresh)
        exchange.request_seconds = EXCHANGE_REQUEST_SECONDS
        auth = bearer_auth(credential, connection.exchange_scope, connection.exchange_origin)
        return (
            Graph(credential, connection.graph_scope, connection.graph_origin, graph),
            ExchangeAdmin(auth, connection.exchange_origin, tenant, exchange),
        )

    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return what the platform can do."""
        return CAPABILITIES

    async def _observe(self, scope: Scope) -> Observed:
        return await observe_tenant(self._graph, self._exchange, scope, self._clock.now())

    async def _send(self, change: Change, request_id: str) -> Outcome:
        return await _act_of(change)(self._writer, change, request_id)

    async def _is_there(self, change: Change) -> bool:
        return await is_there(self._writer, change)

    async def _found(self, change: Change, error: Ambiguous) -> Outcome:
        identity = ""
        if change.kind is Kind.CREATE:
            row = await self._writer.mailbox_row(change.mailbox.text)
            identity = str((row or {}).get("ExternalDirectoryObjectId") or "")
            self._writer.created[change.mailbox] = identity
        return Outcome(Status.DONE, "no response came, but the effect is there", error.request_id, identity)

    def _listen(self, listener: Listener) -> None:
        super()._listen(listener)
        self._writer.listener = listener

    async def _close(self) -> None:
        await self._graph.close()
        await self._exchange.close()


CARRIERS: tuple[tuple[Columns, Act], ...] = (
    (ARCHIVE, archive.set_archive),
    (MAILBOX, mailboxes.update),
    (SIGN_IN, mailboxes.update_sign_in),
    (LICENCE, licences.licence),
    (ACCESS, inside.set_access),
    (AUTO_REPLY, inside.set_auto_reply),
    (REGIONAL, inside.set_language),
    (FOLDER_RIGHTS, folder_rights.set_levels),
    ({**FOLDERS, **CATEGORIES}, content.write_content),
    (RULES, rules.write_rules),
)
"""Which function sends the settings of a change: all of them are columns of one group."""


def _skip_optional_imports() -> None:
    """Make two imports fail at once: httpcore tries sniffio at every request, and httpx loads its command line."""
    sys.modules.setdefault("httpx._main", cast("Any", None))  # httpx works without it; commands start 50 ms sooner
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        cast("dict[str, Any]", sys.modules)["sniffio"] = None


def _act_of(change: Change) -> Act:
    """Return the function that sends a change. Raises SharedboxError where no request can carry all of it."""
    match change.kind:
        case Kind.CREATE:
            return mailboxes.create
        case Kind.DELETE:
            return mailboxes.delete
        case Kind.GRANT | Kind.REVOKE | Kind.UPDATE if change.party is not None and change.party.right in FOLDER_OF:
            return folder_rights.act_of(change)
        case Kind.GRANT:
            return grants.grant
        case Kind.REVOKE:
            return grants.revoke
        case Kind.UPDATE | Kind.LICENCE if change.party is not None:
            return grants.set_automapping
        case Kind.UPDATE | Kind.LICENCE:
            return carrier_of(change.after, CARRIERS)

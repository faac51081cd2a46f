"""What the routes of a mailbox share: how it is found, who reaches it, and how often."""

from __future__ import annotations

import math

from sharedbox_cli.emulator.http import Request
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, access_denied, not_modelled
from sharedbox_cli.emulator.microsoft.graph.objects import Directory
from sharedbox_cli.emulator.microsoft.graph.permissions import claims_of
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of
from sharedbox_cli.emulator.microsoft.origin import origin_of
from sharedbox_cli.emulator.service import ServiceContext

_CALLS, _SECONDS = 10_000, 600.0
Calls = dict[tuple[str, str], tuple[float, int]]
"""When the window of an application at a mailbox began, and its calls since then."""


class MailboxRoutes:
    """Routes below /users/{id} that need a mailbox."""

    subject = "a mailbox"
    """What the query options are about that are not modelled."""

    def __init__(self, context: ServiceContext, calls: Calls) -> None:
        self._context = context
        self._directory = Directory(context.tenant)
        self._calls = calls

    def _mailbox(self, request: Request, captured: dict[str, str], options: frozenset[str] = NONE) -> str:
        """Return the id of the mailbox. Raises GraphError where there is none, or too much was asked of it.

        The options of a route that Graph has are a 501, and all others are its own error.
        """
        if options_of(request, options):
            raise not_modelled(f"query options of {self.subject}")
        return self._found(request, captured)

    def _found(self, request: Request, captured: dict[str, str]) -> str:
        user = self._directory.find("user", captured["id"])
        if user is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{captured['id']}' is invalid.")
        return _mailbox_of(self._context, request, user["id"], self._calls)

    def _metadata(self, request: Request, mailbox: str, path: str) -> str:
        """Return the `@odata.context` of a list of the mailbox."""
        origin = origin_of(request, self._context, GRAPH_HOSTS)
        return f"{origin}/v1.0/$metadata#users('{mailbox}')/{path}"


def _mailbox_of(context: ServiceContext, request: Request, identity: str, calls: Calls) -> str:
    """Return the id of a user's mailbox. Raises GraphError: 404 without one, 429 above the limit per application.

    A person reaches only the own mailbox: what a delegated permission allows in another one is not modelled.
    """
    tenant, claims = context.tenant, claims_of(context, request)
    now = tenant.clock.now()
    if not tenant.row("select 1 from mailboxes where id = ? and visible_at <= ?", identity, now):
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", text)
    if claims.get("idtyp") == "user" and claims.get("oid") != identity:
        raise access_denied()
    most, _, seconds = tenant.meta("outlook_limit", f"{_CALLS}/{_SECONDS}").partition("/")
    key = (str(claims.get("appid", "")), identity)
    started, count = calls.get(key, (-math.inf, 0))
    window = float(seconds or _SECONDS)
    started, count = (now, 0) if now - started >= window else (started, count)
    calls[key] = (started, count + 1)
    if count >= int(most):
        headers = {"Retry-After": str(max(1, math.ceil(started + window - now)))}
        text = "Application is over its MailboxConcurrency limit."
        raise GraphError(429, "ApplicationThrottled", text, headers)
    return identity

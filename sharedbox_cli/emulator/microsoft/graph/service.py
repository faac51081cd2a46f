"""Microsoft Graph v1.0: permission checks, error format, batches, throttling."""

from __future__ import annotations

import base64
import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response
from sharedbox_cli.emulator.microsoft import folders, inbox_rules, replication
from sharedbox_cli.emulator.microsoft.graph import outlook
from sharedbox_cli.emulator.microsoft.graph.batch import answer_batch
from sharedbox_cli.emulator.microsoft.graph.calendar_permissions import CalendarPermissionRoutes
from sharedbox_cli.emulator.microsoft.graph.deleted import DeletionRoutes
from sharedbox_cli.emulator.microsoft.graph.directory import DirectoryRoutes
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, envelope, not_modelled
from sharedbox_cli.emulator.microsoft.graph.licences import LicenceRoutes
from sharedbox_cli.emulator.microsoft.graph.mail_folders import MailFolderRoutes
from sharedbox_cli.emulator.microsoft.graph.mailbox_routes import Calls
from sharedbox_cli.emulator.microsoft.graph.message_rules import MessageRuleRoutes
from sharedbox_cli.emulator.microsoft.graph.permissions import claims_of, require
from sharedbox_cli.emulator.microsoft.graph.query import GRAPH_HOSTS, NONE, options_of
from sharedbox_cli.emulator.microsoft.graph.reports import DOWNLOAD_HOST, DOWNLOADS, ReportRoutes
from sharedbox_cli.emulator.microsoft.graph.sign_in import SignInRoutes
from sharedbox_cli.emulator.microsoft.graph.units import Units
from sharedbox_cli.emulator.microsoft.graph.unmodelled import GraphRouter
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tokens import TokenInvalid

_AUTHORITY = "https://login.microsoftonline.com/common/oauth2/authorize"
_CHALLENGE = {"WWW-Authenticate": f'Bearer realm="", authorization_uri="{_AUTHORITY}"'}
_REVOKED = (
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
    "TokenIssuedBeforeRevocationTimestamp"
)
WITHOUT_TOKEN = "reports.download"  # noqa: S105 - the name of a route


class Graph:
    """graph.microsoft.com."""

    name = "graph"

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        replication.prepare(context.tenant)
        outlook.prepare(context.tenant)
        folders.prepare(context.tenant)
        inbox_rules.prepare(context.tenant)
        calls: Calls = {}
        self._units = Units(context.tenant)
        self.router: Router = GraphRouter(
            (
                Route("POST", "/v1.0/$batch", self._batch, "batch"),
                *DirectoryRoutes(context).routes(),
                *SignInRoutes(context).routes(),
                *DeletionRoutes(context).routes(),
                *LicenceRoutes(context).routes(),
                *outlook.OutlookRoutes(context, calls).routes(),
                *CalendarPermissionRoutes(context, calls).routes(),
                *MessageRuleRoutes(context, calls).routes(),
                *MailFolderRoutes(context, calls).routes(),
                *ReportRoutes(context).routes(),
            ),
            self._unmodelled,
        )

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        own_paths = ("/v1.0/", "/beta/", f"{DOWNLOADS}/")
        return host in GRAPH_HOSTS or host == DOWNLOAD_HOST or path.lower().startswith(own_paths)

    def route_name(self, route: Route, request: Request) -> str:
        """Return the name of the route."""
        return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in the format of Graph."""
        return envelope(status, code, message)

    def unknown(self, request: Request, status: int) -> Response:
        """Return the response for a path or method that does not exist."""
        return self.refuse(status, "BadRequest", f"Resource not found for the segment {request.path}.")

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the response, or the vendor's error."""
        headers: dict[str, str] = {}
        try:
            if route.name != WITHOUT_TOKEN:
                claims = claims_of(self._context, request)
                if claims["iat"] < float(self._context.tenant.meta("tokens_revoked_at", "0")):
                    return envelope(401, "InvalidAuthenticationToken", _REVOKED, request, _insufficient(claims))
                headers = self._units.spend(route.name, request, str(claims.get("appid", "")))
                require(self._context, request, route.name)
            answer = route.handler(request, captured)
        except TokenInvalid as error:
            return envelope(401, "InvalidAuthenticationToken", str(error), request, _CHALLENGE)
        except GraphError as error:
            answer = envelope(error.status, error.code, error.message, request, error.headers)
        answer.headers = headers | answer.headers
        return answer

    def _unmodelled(self, request: Request, captured: dict[str, str]) -> Response:
        raise not_modelled(captured["path"])

    def _batch(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        return answer_batch(self._context, request)


def _insufficient(claims: dict[str, Any]) -> dict[str, str]:
    """Return the challenge of continuous access evaluation: the client must request a token with these claims.

    learn.microsoft.com/entra/identity-platform/claims-challenge, read 2026-11.
    """
    asked = {"access_token": {"nbf": {"essential": True, "value": str(claims["iat"] + 1)}}}
    text = base64.b64encode(json.dumps(asked).encode()).decode()
    return {"WWW-Authenticate": f'{_CHALLENGE["WWW-Authenticate"]}, error="insufficient_claims", claims="{text}"'}

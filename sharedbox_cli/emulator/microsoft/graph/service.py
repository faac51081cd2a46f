"""Microsoft Graph v1.0: permission checks, errors in its shape, batches, throttling."""

from __future__ import annotations

import base64
import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response
from sharedbox_cli.emulator.microsoft import replication
from sharedbox_cli.emulator.microsoft.graph.batch import answer_batch
from sharedbox_cli.emulator.microsoft.graph.directory import DirectoryRoutes
from sharedbox_cli.emulator.microsoft.graph.errors import GraphError, envelope
from sharedbox_cli.emulator.microsoft.graph.licences import LicenceRoutes
from sharedbox_cli.emulator.microsoft.graph.permissions import claims_of, require
from sharedbox_cli.emulator.microsoft.graph.query import NONE, options_of
from sharedbox_cli.emulator.microsoft.graph.reports import ReportRoutes
from sharedbox_cli.emulator.microsoft.graph.sign_in import SignInRoutes
from sharedbox_cli.emulator.microsoft.graph.units import Units
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tokens import TokenInvalid

HOSTS = ("graph.microsoft.com",)
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

    def __init__(self, observed: World) -> None:
        self._world = observed
        replication.prepare(observed.tenant)
        self._units = Units(observed.tenant)
        self.router = Router(
            (
                Route("POST", "/v1.0/$batch", self._batch, "batch"),
                *DirectoryRoutes(observed).routes(),
                *SignInRoutes(observed).routes(),
                *LicenceRoutes(observed).routes(),
                *ReportRoutes(observed).routes(),
            )
        )

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return host in HOSTS or path.lower().startswith(("/v1.0/", "/beta/", "/reports-data/"))

    def route_name(self, route: Route, request: Request) -> str:
        """Return the route's own name."""
        return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in Graph's shape."""
        return envelope(status, code, message)

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the answer, or the vendor's error."""
        headers: dict[str, str] = {}
        try:
            if route.name != WITHOUT_TOKEN:
                claims = claims_of(self._world, request)
                if claims["iat"] < float(self._world.tenant.meta("tokens_revoked_at", "0")):
                    return envelope(401, "InvalidAuthenticationToken", _REVOKED, request, _insufficient(claims))
                headers = self._units.spend(route.name, request, str(claims.get("appid", "")))
                require(self._world, request, route.name)
            answer = route.handler(request, captured)
        except TokenInvalid as error:
            return envelope(401, "InvalidAuthenticationToken", str(error), request, _CHALLENGE)
        except GraphError as error:
            answer = envelope(error.status, error.code, error.message, request, error.headers)
        answer.headers = headers | answer.headers
        return answer

    def _batch(self, request: Request, captured: dict[str, str]) -> Response:
        options_of(request, NONE)
        return answer_batch(self._world, request)


def _insufficient(claims: dict[str, Any]) -> dict[str, str]:
    """Return the challenge of continuous access evaluation: a client that knows it asks for a token with these claims.

    learn.microsoft.com/entra/identity-platform/claims-challenge, read 2026-11.
    """
    asked = {"access_token": {"nbf": {"essential": True, "value": str(claims["iat"] + 1)}}}
    text = base64.b64encode(json.dumps(asked).encode()).decode()
    return {"WWW-Authenticate": f'{_CHALLENGE["WWW-Authenticate"]}, error="insufficient_claims", claims="{text}"'}

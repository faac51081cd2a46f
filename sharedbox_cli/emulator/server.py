"""The emulator: all services at one HTTPS origin on the loopback interface."""

from __future__ import annotations

import random
import ssl
import tempfile
import threading
import uuid
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.connection import Server
from sharedbox_cli.emulator.faults import Faults
from sharedbox_cli.emulator.google.environment import google_environment
from sharedbox_cli.emulator.google.service import Google, overridden
from sharedbox_cli.emulator.http import Request, Response, json_response, named_by
from sharedbox_cli.emulator.log import Log
from sharedbox_cli.emulator.microsoft import control as microsoft_control
from sharedbox_cli.emulator.microsoft.exchange_admin.service import ExchangeAdmin
from sharedbox_cli.emulator.microsoft.graph.reports import DOWNLOAD_HOST
from sharedbox_cli.emulator.microsoft.graph.service import Graph
from sharedbox_cli.emulator.microsoft.login.forms import HOSTS as LOGIN_HOSTS
from sharedbox_cli.emulator.microsoft.login.service import Login
from sharedbox_cli.emulator.quota import Quotas
from sharedbox_cli.emulator.router import normal_path
from sharedbox_cli.emulator.service import Injected, Service, ServiceContext, injected
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.emulator.tokens import Tokens

VENDOR_HOSTS = (
    *LOGIN_HOSTS,
    "graph.microsoft.com",
    DOWNLOAD_HOST,
    "outlook.office365.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
    "admin.googleapis.com",
    "gmail.googleapis.com",
    "licensing.googleapis.com",
    "iamcredentials.googleapis.com",
    "cloudidentity.googleapis.com",
    "vault.googleapis.com",
    "accounts.google.com",
    "sts.googleapis.com",
    "groupssettings.googleapis.com",
    "*.googleapis.com",
)


class Emulator:
    """A running tenant. Use it as a context manager, or call start() and stop()."""

    def __init__(
        self,
        tenant: Tenant,
        *,
        port: int = 0,
        log: Path | None = None,
        faults: Faults | None = None,
        latency_seconds: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.tenant = tenant
        self.clock: Clock = tenant.clock
        self.log = Log(self.clock, log)
        self.faults = faults or Faults()
        self._quotas = Quotas(tenant)
        self._latency = latency_seconds
        self._port = port
        rng = random.Random(seed)  # noqa: S311 - the order of responses, no secret
        self.context = ServiceContext(tenant, self.clock, Tokens(self.clock), self.log, self.faults, rng)
        self.context.answer_part = self._part
        self.google = Google(self.context)
        self.services: tuple[Service, ...] = (
            self.google,
            Login(self.context),
            ExchangeAdmin(self.context),
            Graph(self.context),
        )
        self._server: Server | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def origin(self) -> str:
        """Return the origin: `https://127.0.0.1:PORT`."""
        return self.context.origin

    @property
    def ca_file(self) -> Path:
        """Return the file with the certificate of the certificate authority."""
        if self._folder is None:
            message = "the emulator is not started"
            raise RuntimeError(message)
        return Path(self._folder.name) / "ca.pem"

    def start(self) -> Emulator:
        """Start listening and return self."""
        authority, context = _identity()
        self._folder = tempfile.TemporaryDirectory(prefix="sharedbox-emulator-")
        self.ca_file.write_bytes(authority)
        self._server = Server(("127.0.0.1", self._port), context, self.serve)
        self.context.origin = f"https://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_until_stopped, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening and close everything."""
        if self._server is not None:
            self._server.stop()
        self.log.close()
        if self._folder is not None:
            self._folder.cleanup()
        self._server = self._folder = None

    def __enter__(self) -> Emulator:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return the variables with which `sharedbox` and the vendors' SDKs find this tenant."""
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        variables = dict.fromkeys(names, str(self.ca_file)) | dict.fromkeys(
            ("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"
        )
        if self.google.store.is_there:
            variables |= google_environment(self.google.store, self.origin, self.ca_file)
        app = self.tenant.row("select client_id, secret from apps order by rowid limit 1")
        if app is not None:
            variables |= {
                "AZURE_AUTHORITY_HOST": self.origin,
                "AZURE_TENANT_ID": self.tenant.id,
                "AZURE_CLIENT_ID": app["client_id"],
                "AZURE_CLIENT_SECRET": app["secret"],
                "SHAREDBOX_GRAPH_URL": self.origin,
                "SHAREDBOX_EXCHANGE_URL": self.origin,
            }
        return variables

    def serve(self, request: Request) -> Injected:
        """Return the response to a request, and how to deliver it."""
        if self._latency:
            threading.Event().wait(self._latency)
        if request.path.startswith("/_emulator/"):
            return self._control(request), "whole"
        response, manner = self._answer(request)
        response.headers.setdefault("request-id", request.id)
        response.headers.setdefault("Date", self.clock.moment().strftime("%a, %d %b %Y %H:%M:%S GMT"))
        if "client-request-id" in request.headers:
            response.headers.setdefault("client-request-id", request.headers["client-request-id"])
        return response, manner

    def _answer(self, request: Request) -> Injected:
        request = overridden(request)
        service = self._service(request)
        if service is not self.google:
            request = replace(request, path=normal_path(request.path))
            service = self._service(request)
        if service is None:
            self.log.add(request, 404, "unknown")
            return Response(404), "whole"
        route, captured, is_known = service.router.find(request.method, request.path)
        if route is None:
            response = service.unknown(request, 405 if is_known else 404)
            self.log.add(request, response.status, f"{service.name}.unknown")
            return response, "whole"
        name = f"{service.name}.{service.route_name(route, request)}"

        def act() -> Response:
            with self.tenant.lock:
                wait = 0 if route.name.lower().endswith("batch") else self._quotas.wait(service.name)
                if wait:
                    answer = service.refuse(429, "TooManyRequests", "Too many requests.")
                    answer.headers["Retry-After"] = str(wait)
                    return answer
                return service.answer(route, request, captured)

        fault = self.faults.hit(name, request.method, lambda: named_by(request))
        response, manner = injected(fault, service, act) if fault else (act(), "whole")
        self.log.add(request, response.status, name, response.effect)
        return response, manner

    def _service(self, request: Request) -> Service | None:
        host = request.host.partition(":")[0].lower()
        return next((one for one in self.services if one.owns(host, request.path)), None)

    def _part(self, request: Request) -> Response:
        """Return the response to one part of a batch. A connection cannot break within a batch."""
        part = replace(request, id=str(uuid.uuid4()))
        response, manner = self._answer(part)
        return Response(503) if manner != "whole" else response

    def _control(self, request: Request) -> Response:
        """Answer requests to the emulator itself, which tests and pipelines send."""
        match (request.method, request.path):
            case ("GET", "/_emulator/log"):
                return json_response(200, {"lines": self.log.lines, "effects": self.log.effects})
            case ("POST", "/_emulator/clock"):
                self.clock.advance(float(request.json()["advance"]))
                return json_response(200, {"now": self.clock.moment().isoformat()})
            case ("POST", "/_emulator/faults"):
                return self._set_faults(request.json())
            case ("POST", "/_emulator/lag"):
                for kind, seconds in request.json().items():
                    self.tenant.set_meta(f"lag:{kind}", str(float(seconds)))
                return json_response(200, {})
            case ("POST", "/_emulator/microsoft/sign-in"):
                with self.tenant.lock:
                    return microsoft_control.answer(self.tenant, request)
            case _:
                with self.tenant.lock:
                    return self.google.control(request)

    def require_known_routes(self, patterns: Sequence[str]) -> None:
        """Raise ValueError for a pattern of a fault schedule that matches no route."""
        from sharedbox_cli.emulator.route_names import require_known

        require_known(patterns, self.services)

    def _set_faults(self, schedule: Any) -> Response:
        try:
            Faults(schedule)
            self.require_known_routes([line["route"] for line in schedule])
            self.faults.set(schedule)
        except (ValueError, TypeError, AttributeError) as error:
            return json_response(400, {"error": str(error)})
        return json_response(200, {})


@cache
def _identity() -> tuple[bytes, ssl.SSLContext]:
    """Return the authority's certificate and what serves with its signature, made once per process."""
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", "::1", *VENDOR_HOSTS).configure_cert(context)
    context.set_alpn_protocols(["http/1.1"])
    return authority.cert_pem.bytes(), context

"""Callers of the emulated Google: the vendor's client, and plain requests that this client would not send."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httplib2
import httpx
import jwt
import pytest
from google.auth.crypt import RSASigner
from google.oauth2 import service_account
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError

from sharedbox_cli.emulator.company import PLATFORMS
from sharedbox_cli.emulator.google.builder import ADMIN, SCOPES, GoogleBuilder
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.keys import rsa_key
from sharedbox_cli.emulator.seed import Seeded, demo
from sharedbox_cli.emulator.server import Emulator
from sharedbox_cli.emulator.tenant import Tenant
from tests.emulated import Emulated
from tests.emulator.google_documents import OWN

AUTH = "https://www.googleapis.com/auth/"
AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ANNA, BEN, HUGO = "anna@contoso.example", "ben@contoso.example", "hugo@contoso.example"
PRESS, JOBS = "press@contoso.example", "jobs@contoso.example"
ORDERS, EVENTS, STAFF = "orders@contoso.example", "events@contoso.example", "staff-google@contoso.example"
DIRECTORY, GMAIL = "/admin/directory/v1", "/gmail/v1/users/me"
SETTINGS = f"{GMAIL}/settings"
VERSIONS = {
    "directory": ("admin", "directory_v1"),
    "reports": ("admin", "reports_v1"),
    "gmail": ("gmail", "v1"),
    "calendar": ("calendar", "v3"),
    "groupssettings": ("groupssettings", "v1"),
    "licensing": ("licensing", "v1"),
    "cloudidentity": ("cloudidentity", "v1"),
    "vault": ("vault", "v1"),
    "iamcredentials": ("iamcredentials", "v1"),
}
NEW_USER = {
    "primaryEmail": "new@contoso.example",
    "password": "correct horse",
    "name": {"givenName": "N", "familyName": "E"},
}


@cache
def _signer(key: str) -> Any:
    """Return the signer of a key. Loading takes time."""
    return RSASigner.from_string(key)  # type: ignore[no-untyped-call]


@dataclass
class Workspace(Emulated):
    """A running emulator and its callers."""

    key: dict[str, str]
    _http: httpx.Client = field(init=False)
    _tokens: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    _connections: list[httplib2.Http] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.emulator.origin, verify=_trusting(self.emulator))

    @property
    def store(self) -> Store:
        return self.emulator.google.store

    @property
    def make(self) -> GoogleBuilder:
        return GoogleBuilder(self.emulator.tenant, 0)

    def assertion(self, **changed: Any) -> str:
        """Return a signed assertion like google-auth's, with changed claims. None omits a claim."""
        now = int(self.emulator.clock.now())
        claims: dict[str, Any] = {
            "iss": self.key["client_email"],
            "scope": " ".join(SCOPES),
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + 3600,
            "sub": ADMIN,
            **changed,
        }
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(given, rsa_key("service-account"), "RS256")

    def grant(self, assertion: str, grant_type: str = GRANT) -> httpx.Response:
        """Post to the token endpoint."""
        return self.form("/token", {"assertion": assertion, "grant_type": grant_type})

    def token(self, subject: str | None = ADMIN, *scopes: str) -> str:
        """Return a token. The default is all granted scopes."""
        key = (subject or "", scopes)
        if key not in self._tokens:
            answer = self.grant(self.assertion(sub=subject, scope=" ".join(scopes or SCOPES)))
            assert answer.status_code == 200, answer.text
            self._tokens[key] = answer.json()["access_token"]
        return self._tokens[key]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        subject: str | None = ADMIN,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send one request unchanged."""
        sent = {"Authorization": f"Bearer {self.token(subject) if token is None else token}", **(headers or {})}
        if token == "":
            del sent["Authorization"]
        return self._http.request(method, path, json=body, content=content, headers=sent)

    def api(self, name: str, subject: str | None = ADMIN, *scopes: str) -> Any:
        """Return one API, built by the vendor's unmodified client."""
        credentials = service_account.Credentials(  # type: ignore[no-untyped-call]
            _signer(self.key["private_key"]),
            self.key["client_email"],
            self.key["token_uri"],
            scopes=list(scopes or SCOPES),
            subject=subject,
        )
        http = AuthorizedHttp(credentials, http=self.plain())
        origin = f"{self.emulator.origin}/"
        endpoint = origin + {"groupssettings": "groups/v1/groups/", "calendar": "calendar/v3/"}.get(name, "")
        if name == "contactdelegation":
            document = json.dumps(OWN["contactDelegation"])
            return build_from_document(document, http=http, client_options={"api_endpoint": origin})
        service, version = VERSIONS[name]
        return build(service, version, http=http, client_options={"api_endpoint": endpoint}, cache_discovery=False)

    def plain(self) -> httplib2.Http:
        """Return an HTTP object that trusts the emulator."""
        self._connections.append(httplib2.Http(ca_certs=str(self.emulator.ca_file)))
        return self._connections[-1]

    def form(self, path: str, data: dict[str, str]) -> httpx.Response:
        """Post a form without a token."""
        return self._http.post(path, data=data)

    def delegates(self, subject: str = PRESS) -> Any:
        return self.api("gmail", subject).users().settings().delegates()

    def close(self) -> None:
        self._http.close()
        for one in self._connections:
            one.close()
        self.emulator.stop()
        self.emulator.tenant.close()


def _trusting(emulator: Emulator) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(emulator.ca_file))


WorkspaceMaker = Callable[[Callable[[Tenant], Seeded]], Workspace]


@contextmanager
def opened(fill: Callable[[Tenant], Seeded], port: int = 0) -> Iterator[Workspace]:
    """Yield a workspace that a function fills."""
    tenant = Tenant()
    seeded = fill(tenant)
    emulator = Emulator(tenant, port=port).start()
    key = json.loads(Path(emulator.environment()["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    workspace = Workspace(emulator, seeded, key)
    try:
        yield workspace
    finally:
        workspace.close()


def both(tenant: Tenant) -> Seeded:
    """Fill the demo tenant of all platforms."""
    return demo(tenant, PLATFORMS)


@pytest.fixture
def google() -> Iterator[Workspace]:
    """Return the running Google part of the demo. The test can change it."""
    with opened(both) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def strict() -> Iterator[Workspace]:
    """Return the Google part of the demo for tests that only cause errors and change nothing."""
    with opened(both) as workspace:
        yield workspace


def reason(answer: httpx.Response) -> tuple[int, str]:
    """Verify an error in the older format, and return its status and reason."""
    assert answer.status_code >= 400, answer.text
    error = answer.json()["error"]
    assert set(error) <= {"code", "message", "errors", "status", "details"}
    assert error["code"] == answer.status_code
    [item] = error["errors"]
    assert {"message", "domain", "reason"} <= set(item) <= {"message", "domain", "reason", "location", "locationType"}
    return answer.status_code, item["reason"]


def said(answer: httpx.Response) -> str:
    """Return the message of an error."""
    return str(answer.json()["error"]["message"])


def refused(request: Any) -> tuple[int, str]:
    """Return the status and reason of the error that the client receives."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    error = json.loads(caught.value.content)["error"]
    return error["code"], error["errors"][0]["reason"]


def flat(answer: httpx.Response) -> tuple[int, str, str]:
    """Verify the flat format of an OAuth error and return it."""
    data = answer.json()
    assert set(data) == {"error", "error_description"}
    return answer.status_code, data["error"], data["error_description"]

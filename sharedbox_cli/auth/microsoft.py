"""Sign-in to Microsoft 365: one credential for Graph and Exchange, keyless first. Tokens never leave in text."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sharedbox_cli.auth.failures import auth_error
from sharedbox_cli.auth.secrets import secret_of
from sharedbox_cli.core.errors import AuthError

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import AccessToken, TokenCredential

WELL_KNOWN_AUTHORITIES = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn"})


class Method(StrEnum):
    """How to sign in."""

    AUTO = "auto"
    CLIENT_SECRET = "client-secret"  # noqa: S105
    CERTIFICATE = "certificate"
    WORKLOAD_IDENTITY = "workload-identity"
    GITHUB = "github"
    AZURE_DEVOPS = "azure-devops"
    MANAGED_IDENTITY = "managed-identity"
    DEVICE_CODE = "device-code"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Cloud:
    """The hosts of one sovereign cloud (learn.microsoft.com/graph/deployments, read 2026-11)."""

    authority: str
    graph: str
    exchange: str


CLOUDS: Mapping[str, Cloud] = {
    "worldwide": Cloud("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"),
    "gcc-high": Cloud("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"),
    "dod": Cloud("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us"),
    "china": Cloud("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "outlook.office365.cn"),
}


@dataclass(frozen=True, slots=True)
class MicrosoftConnection:
    """Where a tenant is and how to sign in to it; holds no secret."""

    tenant: str
    client_id: str = ""
    method: Method = Method.AUTO
    cloud: str = "worldwide"
    authority: str = ""
    """Origin of the login service where it is not the cloud's own; likewise the next two."""
    graph_url: str = ""
    exchange_url: str = ""
    certificate_path: str = ""
    state_dir: Path | None = None
    """Where the record of a person's sign-in is kept (no token)."""

    @property
    def login_origin(self) -> str:
        """Return the login service's origin."""
        return self.authority or f"https://{CLOUDS[self.cloud].authority}"

    @property
    def graph_origin(self) -> str:
        """Return Graph's origin."""
        return self.graph_url or f"https://{CLOUDS[self.cloud].graph}"

    @property
    def exchange_origin(self) -> str:
        """Return the Exchange admin API's origin."""
        return self.exchange_url or f"https://{CLOUDS[self.cloud].exchange}"

    @property
    def graph_scope(self) -> str:
        """Return the scope of Graph, by cloud: an emulator's host does not change it."""
        return f"https://{CLOUDS[self.cloud].graph}/.default"

    @property
    def exchange_scope(self) -> str:
        """Return the scope of the Exchange admin API."""
        return f"https://{CLOUDS[self.cloud].exchange}/.default"


def chosen_method(connection: MicrosoftConnection, environment: Mapping[str, str], *, is_interactive: bool) -> Method:
    """Return how to sign in: as configured, else by what the environment holds. Raises AuthError.

    An explicit order and never a silent chain, which could pick the wrong identity.
    """
    if connection.method is not Method.AUTO:
        return connection.method
    order = (
        ("AZURE_CLIENT_SECRET", Method.CLIENT_SECRET),
        ("AZURE_CLIENT_SECRET_FILE", Method.CLIENT_SECRET),
        ("AZURE_CLIENT_CERTIFICATE_PATH", Method.CERTIFICATE),
        ("AZURE_FEDERATED_TOKEN_FILE", Method.WORKLOAD_IDENTITY),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", Method.GITHUB),
        ("SYSTEM_OIDCREQUESTURI", Method.AZURE_DEVOPS),
        ("IDENTITY_ENDPOINT", Method.MANAGED_IDENTITY),
    )
    for name, method in order:
        if environment.get(name):
            return method
    if connection.certificate_path:
        return Method.CERTIFICATE
    if is_interactive:
        return Method.DEVICE_CODE
    raise AuthError(
        "no way to sign in",
        why="Nothing in the environment says how: no AZURE_CLIENT_SECRET, certificate or federated identity.",
        mend="docs/how-to/connect-microsoft365.md lists the ways. On a terminal, a device code works without.",
    )


def credential_for(
    connection: MicrosoftConnection,
    environment: Mapping[str, str] | None = None,
    *,
    is_interactive: bool = False,
    prompt: Callable[[str], None] | None = None,
) -> TokenCredential:
    """Return a credential for both resources. Raises AuthError where a part is missing."""
    env = os.environ if environment is None else environment
    method = chosen_method(connection, env, is_interactive=is_interactive)
    if not connection.client_id and method is not Method.MANAGED_IDENTITY:
        raise AuthError(
            "no application is configured",
            why="Signing in needs the application (client) id of your app registration.",
            mend="Set AZURE_CLIENT_ID, or `client_id` in the profile.",
        )
    try:
        return _made(connection, method, env, prompt)
    except ValueError as error:
        raise AuthError(
            "the credential cannot be used", where=str(method), why=str(error).split("\n")[0], mend=_mend(method)
        ) from error


def _mend(method: Method) -> str:
    if method is Method.CERTIFICATE:
        return "The file holds an RSA private key and its certificate, as PEM or PFX."
    return "See docs/how-to/connect-microsoft365.md."


def _made(
    connection: MicrosoftConnection, method: Method, env: Mapping[str, str], prompt: Callable[[str], None] | None
) -> TokenCredential:
    import azure.identity as identity

    host = urlsplit(connection.login_origin).netloc
    common = {"authority": connection.login_origin, "retry_total": 3, "retry_backoff_factor": 0.4}
    if host not in WELL_KNOWN_AUTHORITIES:
        common["disable_instance_discovery"] = True
    tenant, client = connection.tenant, connection.client_id
    match method:
        case Method.CLIENT_SECRET:
            return identity.ClientSecretCredential(tenant, client, secret_of(env, "AZURE_CLIENT_SECRET"), **common)
        case Method.CERTIFICATE:
            path = connection.certificate_path or env.get("AZURE_CLIENT_CERTIFICATE_PATH", "")
            password = env.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")
            if not Path(path).is_file():
                raise AuthError("no certificate", where=path, why="There is no such file.", mend=_mend(method))
            return identity.CertificateCredential(tenant, client, path, password=password, **common)
        case Method.WORKLOAD_IDENTITY:
            file = env.get("AZURE_FEDERATED_TOKEN_FILE", "")
            return identity.WorkloadIdentityCredential(
                tenant_id=tenant, client_id=client, token_file_path=file, **common
            )
        case Method.GITHUB:
            from sharedbox_cli.auth.github import github_assertion

            return identity.ClientAssertionCredential(tenant, client, lambda: github_assertion(env), **common)
        case Method.AZURE_DEVOPS:
            connection_id = env.get("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "")
            token = secret_of(env, "SYSTEM_ACCESSTOKEN")
            return identity.AzurePipelinesCredential(
                tenant_id=tenant, client_id=client, service_connection_id=connection_id, system_access_token=token,
                **common,
            )  # fmt: skip
        case Method.MANAGED_IDENTITY:
            return identity.ManagedIdentityCredential(client_id=client or None)
        case _:
            from sharedbox_cli.auth.people import person_credential

            return person_credential(connection, method is Method.INTERACTIVE, common, prompt)


class Renewable:
    """A credential that can be told to pass its cache by: the service refused a token that looked good."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self._is_forced = False

    def force_refresh(self) -> None:
        """Ask for a new token next time."""
        self._is_forced = True

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token, as azure-identity does. Raises AuthError."""
        if self._is_forced and not options.get("claims"):
            # A claims challenge makes azure-identity pass its cache by; an empty one asks for nothing more.
            options["claims"] = "{}"
        try:
            token = self._credential.get_token(*scopes, **options)
        except Exception as error:  # noqa: BLE001 - azure-identity raises many kinds; all mean the same to people
            raise auth_error(error) from None
        self._is_forced = False
        return token


class Bearer:
    """Puts the token on requests to one origin, and on no other."""

    def __init__(self, credential: Renewable, scope: str, origin: str) -> None:
        self._credential = credential
        self._scope = scope
        self._origin = origin.rstrip("/").lower()

    def header(self, url: str) -> dict[str, str]:
        """Return the Authorization header for a URL, or nothing for a foreign one. Raises AuthError."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}".lower() != self._origin:
            return {}
        return {"Authorization": f"Bearer {self._credential.get_token(self._scope).token}"}


def bearer_auth(credential: Renewable, scope: str, origin: str) -> httpx.Auth:
    """Return a `Bearer` as httpx wants it."""
    import httpx

    bearer = Bearer(credential, scope, origin)

    class _Auth(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            request.headers.update(bearer.header(str(request.url)))
            yield request

    return _Auth()

"""Sign-in to Microsoft 365: one credential for Graph and Exchange, keyless first. Tokens never leave in text."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.auth.failures import auth_error
from sharedbox_cli.auth.secrets import secret_of
from sharedbox_cli.core.errors import AuthError

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import AccessToken, TokenCredential

WELL_KNOWN_AUTHORITIES = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn"})


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
        hint="docs/how-to/connect-microsoft365.md lists the ways. On a terminal, a device code works without.",
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
            hint="Set AZURE_CLIENT_ID, or `client_id` in the profile.",
        )
    try:
        return _made(connection, method, env, prompt)
    except ValueError as error:
        raise AuthError(
            "the credential cannot be used", where=str(method), why=str(error).split("\n")[0], hint=_mend(method)
        ) from error


def _mend(method: Method) -> str:
    if method is Method.CERTIFICATE:
        return "The file holds an RSA private key and its certificate, as PEM or PFX."
    return "See docs/how-to/connect-microsoft365.md."


def _made(
    connection: MicrosoftConnection, method: Method, env: Mapping[str, str], prompt: Callable[[str], None] | None
) -> TokenCredential:
    import logging

    import azure.identity as identity

    for name in ("azure", "msal"):
        # Their warnings would go to stderr beside our own words, which say the same for people.
        logging.getLogger(name).addHandler(logging.NullHandler())
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
                raise AuthError("no certificate", where=path, why="There is no such file.", hint=_mend(method))
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
                tenant_id=tenant,
                client_id=client,
                service_connection_id=connection_id,
                system_access_token=token,
                **common,
            )
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

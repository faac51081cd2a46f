"""Sign-in to Microsoft 365: one credential for Graph and Exchange. Tokens never appear in text."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sharedbox_cli.auth.connection import Method, MicrosoftConnection
from sharedbox_cli.auth.failures import auth_error
from sharedbox_cli.auth.secrets import secret_of
from sharedbox_cli.core.endpoints import is_private
from sharedbox_cli.core.errors import AuthError

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import AccessToken, TokenCredential

WELL_KNOWN_AUTHORITIES = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn"})


def chosen_method(connection: MicrosoftConnection, environment: Mapping[str, str], *, is_interactive: bool) -> Method:
    """Return the configured sign-in method, or the one that the environment provides. Raises AuthError.

    The order is explicit. A chain of attempts could select the wrong identity.
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
        "no credentials are configured",
        why="The environment has no AZURE_CLIENT_SECRET, no certificate and no federated identity.",
        hint="docs/how-to/connect-microsoft365.md lists the methods. On a terminal, a device code needs none of these.",
    )


def credential_for(
    connection: MicrosoftConnection,
    environment: Mapping[str, str] | None = None,
    *,
    is_interactive: bool = False,
    prompt: Callable[[str], None] | None = None,
) -> TokenCredential:
    """Return a credential for Graph and Exchange. Raises AuthError if a part is missing."""
    env = os.environ if environment is None else environment
    method = chosen_method(connection, env, is_interactive=is_interactive)
    if not connection.client_id and method is not Method.MANAGED_IDENTITY:
        raise AuthError(
            "no application is configured",
            why="To sign in, sharedbox needs the application (client) id of your app registration.",
            hint="Set AZURE_CLIENT_ID, or `client_id` in the profile.",
        )
    try:
        return _new_credential(connection, method, env, prompt)
    except ValueError as error:
        raise AuthError(
            "the credential cannot be used", where=str(method), why=str(error).split("\n")[0], hint=_hint(method)
        ) from error


def _hint(method: Method) -> str:
    if method is Method.CERTIFICATE:
        return "The file must contain an RSA private key and its certificate, as PEM or PFX."
    return "See docs/how-to/connect-microsoft365.md."


def _new_credential(
    connection: MicrosoftConnection, method: Method, env: Mapping[str, str], prompt: Callable[[str], None] | None
) -> TokenCredential:
    import logging

    import azure.identity as identity

    for name in ("azure", "msal"):
        # Their warnings would be printed to stderr in addition to our messages.
        logging.getLogger(name).addHandler(logging.NullHandler())
    host = urlsplit(connection.login_origin).netloc
    common = {
        "authority": connection.login_origin,
        "retry_total": 3,
        "retry_backoff_factor": 0.4,
        "connection_timeout": CONNECT_SECONDS,
    }
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
                raise AuthError("no certificate", where=path, why="The file does not exist.", hint=_hint(method))
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
            if not is_private(env.get("SYSTEM_OIDCREQUESTURI", "")):
                why = "SYSTEM_OIDCREQUESTURI must be https://HOST."
                raise AuthError("no identity token from Azure DevOps", why=why, hint=_hint(method))
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


CONNECT_SECONDS = 10
"""The SDK waits five minutes for each connection, and a dead proxy can accept none."""
RENEW_SECONDS = 300
"""How long before its end a token is replaced, as in azure-identity."""


class Renewable:
    """A credential that can skip its cache, for a token that looked valid but was rejected by the service.

    It keeps tokens itself, because azure-identity searches its whole cache at every request.
    """

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential
        self._is_forced = False
        self._claims = ""
        self._tokens: dict[tuple[str, ...], AccessToken] = {}

    def force_refresh(self, claims: str = "") -> None:
        """Request a new token next time, with the claims that the service asks for."""
        self._is_forced, self._claims = True, claims

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token, as azure-identity does. Raises AuthError."""
        if self._is_forced and not options.get("claims"):
            # A claims challenge makes azure-identity skip its cache; an empty one has no other effect.
            options["claims"] = self._claims or "{}"
        kept = self._tokens.get(scopes)
        if kept is not None and not options.get("claims") and kept.expires_on - time.time() > RENEW_SECONDS:
            return kept
        try:
            token = self._credential.get_token(*scopes, **options)
        except Exception as error:  # noqa: BLE001 - azure-identity raises many kinds
            raise auth_error(error) from None
        self._is_forced, self._claims = False, ""
        self._tokens[scopes] = token
        return token


class Bearer:
    """Adds the token to requests to one origin, and to no others."""

    def __init__(self, credential: Renewable, scope: str, origin: str) -> None:
        self._credential = credential
        self._scope = scope
        self._origin = origin.rstrip("/").lower()

    def header(self, url: str) -> dict[str, str]:
        """Return the Authorization header for a URL, or nothing for another origin. Raises AuthError."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}".lower() != self._origin:
            return {}
        return {"Authorization": f"Bearer {self._credential.get_token(self._scope).token}"}


def bearer_auth(credential: Renewable, scope: str, origin: str) -> httpx.Auth:
    """Return a `Bearer` as an `httpx.Auth`."""
    import httpx

    bearer = Bearer(credential, scope, origin)

    class _Auth(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            request.headers.update(bearer.header(str(request.url)))
            yield request

    return _Auth()

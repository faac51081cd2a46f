"""Sign-in of a person: device code or browser. The sign-in is cached between commands."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential
    from azure.identity import AuthenticationRecord

    from sharedbox_cli.auth.connection import MicrosoftConnection


ACCOUNT = "account.json"


def person_credential(
    connection: MicrosoftConnection, is_browser: bool, common: dict[str, Any], prompt: Callable[[str], None] | None
) -> TokenCredential:
    """Return a credential of a person. Its cache is encrypted by the system; otherwise there is no cache."""
    import azure.identity as identity

    record = _record(connection)
    shared: dict[str, Any] = {"tenant_id": connection.tenant, **common, "authentication_record": record}
    if record is None:
        shared["client_id"] = connection.client_id
    else:
        del shared["authority"]  # the record names it, and azure-identity takes no second one
    if (cache := _cache()) is not None:
        shared["cache_persistence_options"] = cache
    if is_browser:
        return _signed_in(identity.InteractiveBrowserCredential(**shared), connection, record)

    def show_code(uri: str, code: str, _: object) -> None:
        if prompt is not None:
            where = f"application {connection.client_id} of tenant {connection.tenant}"
            prompt(f"To sign in to {where}, open {uri} and enter the code {code}.")

    return _signed_in(identity.DeviceCodeCredential(prompt_callback=show_code, **shared), connection, record)


class OneSignIn:
    """A person's credential with one cache.

    azure-identity keeps tokens for continuous access evaluation in a cache of their own, and would ask the person to
    sign in a second time. Tokens without it end within the hour and can be renewed.
    """

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token, as azure-identity does."""
        options.pop("enable_cae", None)
        return self._credential.get_token(*scopes, **options)


def _signed_in(
    credential: Any, connection: MicrosoftConnection, record: AuthenticationRecord | None
) -> TokenCredential:
    """Sign in and return the credential. The account (no token) is stored, so that the cache is found next time."""
    from sharedbox_cli.auth.failures import auth_error

    if connection.state_dir is not None and record is None:
        try:
            record = credential.authenticate(scopes=[connection.graph_scope])
        except Exception as error:  # noqa: BLE001 - azure-identity raises many kinds
            raise auth_error(error) from None
        _store(connection.state_dir, record.serialize())
    return OneSignIn(credential)


def _store(folder: Path, text: str) -> None:
    """Write the account. If that fails, the next command asks again, so it is no reason to end this one."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / ACCOUNT, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return


def _cache() -> Any:
    """Return an encrypted cache, or None if the system has none. The cache is never unencrypted."""
    import azure.identity as identity
    from msal_extensions import build_encrypted_persistence  # type: ignore[import-untyped]

    try:
        build_encrypted_persistence("")
    except Exception:  # noqa: BLE001 - a system without a keyring raises many kinds
        return None
    return identity.TokenCachePersistenceOptions(name="sharedbox", allow_unencrypted_storage=False)


def _record(connection: MicrosoftConnection) -> AuthenticationRecord | None:
    """Return the account that signed in before, if it did so to this application and tenant.

    azure-identity uses the application and the host of a record, so they are never taken from the file.
    """
    from azure.identity import AuthenticationRecord

    if connection.state_dir is None:
        return None
    try:
        kept = AuthenticationRecord.deserialize((connection.state_dir / ACCOUNT).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if kept.client_id != connection.client_id or not _is_same_tenant(connection.tenant, str(kept.tenant_id)):
        return None
    return AuthenticationRecord(
        tenant_id=kept.tenant_id,
        client_id=connection.client_id,
        authority=connection.login_origin,
        home_account_id=kept.home_account_id,
        username=kept.username,
    )


def _is_same_tenant(name: str, tenant_id: str) -> bool:
    """Return whether a tenant can be the one with this id. A domain can; the service compares it."""
    try:
        return uuid.UUID(name) == uuid.UUID(tenant_id)
    except ValueError:
        return "." in name

"""Sign-in of a person: device code or browser. The sign-in is cached between commands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.identity import AuthenticationRecord

    from sharedbox_cli.auth.connection import MicrosoftConnection


def person_credential(
    connection: MicrosoftConnection, is_browser: bool, common: dict[str, Any], prompt: Callable[[str], None] | None
) -> TokenCredential:
    """Return a credential of a person. Its cache is encrypted by the system; otherwise there is no cache."""
    import azure.identity as identity

    cache = _cache()
    shared: dict[str, Any] = {
        "tenant_id": connection.tenant,
        "client_id": connection.client_id,
        **common,
        "authentication_record": _record(connection.state_dir),
    }
    if cache is not None:
        shared["cache_persistence_options"] = cache
    credential: identity.InteractiveBrowserCredential | identity.DeviceCodeCredential
    if is_browser:
        credential = identity.InteractiveBrowserCredential(**shared)
        return _signed_in(credential, connection)

    def show_code(uri: str, code: str, _: object) -> None:
        if prompt is not None:
            where = f"application {connection.client_id} of tenant {connection.tenant}"
            prompt(f"To sign in to {where}, open {uri} and enter the code {code}.")

    credential = identity.DeviceCodeCredential(prompt_callback=show_code, **shared)
    return _signed_in(credential, connection)


def _signed_in(credential: Any, connection: MicrosoftConnection) -> TokenCredential:
    """Sign in and return the credential. The account (no token) is stored, so that the cache is found next time."""
    from sharedbox_cli.auth.failures import auth_error

    folder = connection.state_dir
    if folder is None or _record(folder) is not None:
        cached: TokenCredential = credential
        return cached
    try:
        record = credential.authenticate(scopes=[connection.graph_scope])
    except Exception as error:  # noqa: BLE001 - azure-identity raises many kinds
        raise auth_error(error) from None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "account.json"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(record.serialize())
    signed_in: TokenCredential = credential
    return signed_in


def _cache() -> Any:
    """Return an encrypted cache, or None if the system has none. The cache is never unencrypted."""
    import azure.identity as identity
    from msal_extensions import build_encrypted_persistence  # type: ignore[import-untyped]

    try:
        build_encrypted_persistence("")
    except Exception:  # noqa: BLE001 - a system without a keyring raises many kinds
        return None
    return identity.TokenCachePersistenceOptions(name="sharedbox", allow_unencrypted_storage=False)


def _record(folder: Path | None) -> AuthenticationRecord | None:
    from azure.identity import AuthenticationRecord

    if folder is None or not (folder / "account.json").is_file():
        return None
    try:
        return AuthenticationRecord.deserialize((folder / "account.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None

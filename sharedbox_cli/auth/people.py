"""Sign-in of a person: device code or browser, remembered between commands."""

from __future__ import annotations

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
    """Return a credential of a person; its cache is encrypted by the system, or there is none."""
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
    if is_browser:
        return identity.InteractiveBrowserCredential(**shared)

    def tell(uri: str, code: str, _: object) -> None:
        if prompt is not None:
            prompt(f"To sign in, open {uri} and enter the code {code}.")

    return identity.DeviceCodeCredential(prompt_callback=tell, **shared)


def _cache() -> Any:
    """Return an encrypted cache, or nothing where the system has none: never unencrypted silently."""
    import azure.identity as identity
    from msal_extensions import build_encrypted_persistence  # type: ignore[import-untyped]

    try:
        build_encrypted_persistence("")
    except Exception:  # noqa: BLE001 - a system without a keyring raises what it likes
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

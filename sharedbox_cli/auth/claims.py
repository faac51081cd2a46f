"""The claims of a token, for `doctor` and for the guard against the wrong tenant."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sharedbox_cli.auth.failures import auth_error

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """The claims of a token. They are not verified here, because the service verifies them."""

    tenant_id: str
    app_id: str
    name: str
    app_roles: tuple[str, ...]
    directory_roles: tuple[str, ...]
    scopes: tuple[str, ...]
    expires_at: datetime | None
    object_id: str = ""
    """Of the person, or of the enterprise application."""


def token_claims(credential: TokenCredential, scope: str) -> TokenClaims:
    """Return the claims of the token for a scope. Raises AuthError."""
    try:
        token = credential.get_token(scope).token
    except Exception as error:  # noqa: BLE001 - azure-identity raises many kinds
        raise auth_error(error) from None
    data = _payload(token)
    expires = data.get("exp")
    return TokenClaims(
        tenant_id=str(data.get("tid", "")),
        app_id=str(data.get("appid", "")),
        name=str(data.get("app_displayname", data.get("upn", ""))),
        app_roles=tuple(sorted(map(str, data.get("roles", ())))),
        directory_roles=tuple(sorted(map(str, data.get("wids", ())))),
        scopes=tuple(sorted(str(data.get("scp", "")).split())),
        expires_at=datetime.fromtimestamp(expires, UTC) if isinstance(expires, (int, float)) else None,
        object_id=str(data.get("oid", "")),
    )


def _payload(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}

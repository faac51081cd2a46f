"""Who may call: the token's audience, its app role or scope, and the caller's directory role.

learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2, read 2026-11: no app role is 401, an app role
without a directory role is 403. Which roles of the tenant hold which cmdlet is narrowed to three directory roles.
"""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, RoleMissing
from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tokens import TokenInvalid

AUDIENCE = "https://outlook.office365.com"
APP_ROLE, SCOPE = "Exchange.ManageAsApp", "Exchange.Manage"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
WRITERS = frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR})
READERS = WRITERS | {GLOBAL_READER}
"""Directory roles by template id."""


def directory_roles(observed: World, authorization: str, tenant: str) -> frozenset[str]:
    """Return the caller's directory roles. Raises TokenInvalid, CmdletError."""
    claims = observed.tokens.read(authorization, AUDIENCE)
    if not _is_consented(claims):
        raise TokenInvalid(f"{APP_ROLE} is missing.")
    if tenant.lower() not in {observed.tenant.id.lower(), *observed.tenant.domains()} or _is_foreign(claims, observed):
        raise CmdletError(403, "Microsoft.Exchange.Authorization.TenantMismatch", "Wrong tenant in the path.")
    roles = frozenset(claims.get("wids", ()))
    if not roles & READERS:
        kind = "Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException"
        raise CmdletError(403, kind, "The role assigned to the application is not supported in this scenario.")
    return roles


def _is_consented(claims: dict[str, Any]) -> bool:
    if claims.get("idtyp") == "user":
        return SCOPE in str(claims.get("scp", "")).split()
    return APP_ROLE in claims.get("roles", ())


def _is_foreign(claims: dict[str, Any], observed: World) -> bool:
    return bool(claims.get("tid", observed.tenant.id) != observed.tenant.id)


def require_role(roles: frozenset[str], cmdlet: str) -> None:
    """Raise RoleMissing where the caller's roles do not hold a cmdlet."""
    if not cmdlet.startswith("Get-") and not roles & WRITERS:
        raise RoleMissing(cmdlet)

"""Access control: the audience of the token, its app role or scope, and the directory role of the caller.

learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2, read 2026-11: without an app role the answer is
401, and with an app role but no directory role 403. The emulator knows three directory roles.
"""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.microsoft.exchange_admin.errors import CmdletError, RoleMissing
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tokens import TokenInvalid

AUDIENCE = "https://outlook.office365.com"
APP_ROLE, SCOPE = "Exchange.ManageAsApp", "Exchange.Manage"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
WRITERS = frozenset({GLOBAL_ADMINISTRATOR, EXCHANGE_ADMINISTRATOR})
READERS = WRITERS | {GLOBAL_READER}
"""Directory roles per template id."""


def directory_roles(context: ServiceContext, authorization: str, tenant: str) -> frozenset[str]:
    """Return the directory roles of the caller. Raises TokenInvalid, CmdletError."""
    claims = context.tokens.read(authorization, AUDIENCE)
    if not _is_consented(claims):
        raise TokenInvalid(f"{APP_ROLE} is missing.")
    if tenant.lower() not in {context.tenant.id.lower(), *context.tenant.domains()} or _is_foreign(claims, context):
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


def _is_foreign(claims: dict[str, Any], context: ServiceContext) -> bool:
    return bool(claims.get("tid", context.tenant.id) != context.tenant.id)


def require_role(roles: frozenset[str], cmdlet: str) -> None:
    """Raise RoleMissing if the roles of the caller do not include a cmdlet."""
    if not cmdlet.startswith("Get-") and not roles & WRITERS:
        raise RoleMissing(cmdlet)

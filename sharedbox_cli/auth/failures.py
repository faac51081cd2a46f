"""What sign-in answers, in words: AADSTS codes and broken connections.

Codes: learn.microsoft.com/entra/identity-platform/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import re

from sharedbox_cli.core.errors import AuthError

_MEANINGS = {
    700016: ("the application is not in this tenant", "Check AZURE_CLIENT_ID and AZURE_TENANT_ID belong together."),
    7000215: ("the client secret is wrong", "Take the secret's value, not its id, from Certificates & secrets."),
    7000222: ("the client secret has expired", "Make a new one under Certificates & secrets, or go keyless."),
    700027: ("the certificate is not registered", "Upload its public part under Certificates & secrets."),
    700213: ("no federated identity fits", "Compare issuer, subject and audience of the federated credential."),
    70021: ("no federated identity fits", "Compare issuer, subject and audience of the federated credential."),
    90002: ("there is no such tenant", "Check AZURE_TENANT_ID: the tenant's id or one of its domains."),
    65001: ("consent is missing", "An administrator grants it under API permissions of the app registration."),
    50105: ("this account is not assigned to the application", "Assign it under Enterprise applications."),
    53003: ("a conditional access policy blocks it", "Ask whoever looks after conditional access."),
}
_DOCTOR = "To see all that is missing, and where to click:\n    sharedbox doctor"


def auth_error(error: BaseException) -> AuthError:
    """Return an error in words; never the vendor's text, which may quote a request."""
    if isinstance(error, AuthError):
        return error
    text = str(error)
    found = re.search(r"AADSTS(\d+)", text)
    number = int(found[1]) if found else 0
    if number in _MEANINGS:
        why, hint = _MEANINGS[number]
        return AuthError("sign-in failed", where=f"AADSTS{number}", why=f"{why[:1].upper()}{why[1:]}.", hint=hint)
    if number:
        return AuthError("sign-in failed", where=f"AADSTS{number}", why="The login service refused.", hint=_DOCTOR)
    lowered = text.lower()
    if "unable to get authority configuration" in lowered:
        why, hint = _MEANINGS[90002]
        return AuthError("sign-in failed", where="AADSTS90002", why=f"{why[:1].upper()}{why[1:]}.", hint=hint)
    if "certificate verify failed" in lowered or "ssl" in lowered or "certificate bundle" in lowered:
        why = "The login service's certificate is not trusted: a proxy that looks inside?"
        hint = "Point REQUESTS_CA_BUNDLE and SSL_CERT_FILE at the certificate of your proxy."
        return AuthError("sign-in failed", why=why, hint=hint)
    if any(word in lowered for word in ("connection", "timed out", "resolve", "unreachable")):
        return AuthError("sign-in failed", why="The login service cannot be reached.", hint="Check network and proxy.")
    return AuthError("sign-in failed", why=f"{type(error).__name__}.", hint=_DOCTOR)

"""Turns errors of Microsoft's sign-in into messages: AADSTS codes and connection failures.

Codes: learn.microsoft.com/entra/identity-platform/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import re

from sharedbox_cli.core.errors import AuthError

_MEANINGS = {
    700016: (
        "the application is not in this tenant",
        "Check that AZURE_CLIENT_ID and AZURE_TENANT_ID belong together.",
    ),
    7000215: (
        "the client secret is wrong",
        "Use the value of the secret, not its id. See Certificates & secrets of the app registration.",
    ),
    7000222: (
        "the client secret has expired",
        "Create a new secret under Certificates & secrets, or use keyless authentication.",
    ),
    700027: (
        "the certificate is not registered",
        "Upload the public part of the certificate under Certificates & secrets.",
    ),
    700213: (
        "no federated credential matches",
        "Compare the issuer, subject and audience of the federated credential.",
    ),
    70021: ("no federated credential matches", "Compare the issuer, subject and audience of the federated credential."),
    90002: ("the tenant does not exist", "Set AZURE_TENANT_ID to the id of the tenant or to one of its domains."),
    65001: (
        "admin consent is missing",
        "Ask an administrator to grant consent under API permissions of the app registration.",
    ),
    50105: ("this account is not assigned to the application", "Assign the account under Enterprise applications."),
    53003: ("a Conditional Access policy blocks the sign-in", "Ask the administrator who manages Conditional Access."),
}
_DOCTOR = "To see what is missing and where to fix it, run:\n    sharedbox doctor"


def auth_error(error: BaseException) -> AuthError:
    """Return an error with a message of our own. The vendor's text can quote a request, so it is never used."""
    if isinstance(error, AuthError):
        return error
    text = str(error)
    match = re.search(r"AADSTS(\d+)", text)
    number = int(match[1]) if match else 0
    if number in _MEANINGS:
        why, hint = _MEANINGS[number]
        return AuthError("sign-in failed", where=f"AADSTS{number}", why=f"{why[:1].upper()}{why[1:]}.", hint=hint)
    if number:
        return AuthError(
            "sign-in failed", where=f"AADSTS{number}", why="The login service rejected the request.", hint=_DOCTOR
        )
    lowered = text.lower()
    if "unable to get authority configuration" in lowered:
        why, hint = _MEANINGS[90002]
        return AuthError("sign-in failed", where="AADSTS90002", why=f"{why[:1].upper()}{why[1:]}.", hint=hint)
    if "certificate verify failed" in lowered or "ssl" in lowered or "certificate bundle" in lowered:
        why = "The certificate of the login service is not trusted. Is there a proxy that inspects TLS?"
        hint = "Set REQUESTS_CA_BUNDLE and SSL_CERT_FILE to the certificate of your proxy."
        return AuthError("sign-in failed", why=why, hint=hint)
    if any(word in lowered for word in ("connection", "timed out", "resolve", "unreachable")):
        return AuthError(
            "sign-in failed", why="The login service cannot be reached.", hint="Check the network and the proxy."
        )
    return AuthError("sign-in failed", why=f"{type(error).__name__}.", hint=_DOCTOR)

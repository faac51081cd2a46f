"""Turns errors of Microsoft's sign-in into messages: AADSTS codes and connection failures.

Codes: learn.microsoft.com/entra/identity-platform/reference-error-codes, read 2026-11.
"""

from __future__ import annotations

import re

from sharedbox_cli.core.errors import AuthError

_PAGE = "See docs/how-to/connect-microsoft365.md."
_CONSENT = "Ask an administrator to select Grant admin consent under API permissions of the app registration."
_REDIRECT = (
    "Under Authentication of the app registration, add the platform Mobile and desktop applications with the "
    "redirect URI http://localhost. A device code needs none: set `method: device-code`."
)
_AGAIN = "Run the command again and sign in."
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
    7000218: (
        "the application does not allow people to sign in without a secret",
        "For a person, set Allow public client flows to Yes under Authentication of the app registration.\n"
        f"Without a person, set AZURE_CLIENT_SECRET. {_PAGE}",
    ),
    700025: (
        "the application is a public client, and a secret was sent",
        "Remove the secret from the environment, or add the platform Web under Authentication of the app registration.",
    ),
    65001: (
        "admin consent is missing",
        "Ask an administrator to grant consent under API permissions of the app registration.\n"
        f"A person needs delegated permissions; application permissions do not count for people. {_PAGE}",
    ),
    90094: ("admin consent is missing", _CONSENT),
    90095: ("an administrator has to approve the request for consent", _CONSENT),
    650056: ("the app registration is incomplete, or consent is missing", _CONSENT),
    650057: (
        "the app registration does not list this service",
        "Add the delegated permissions of Microsoft Graph and of Office 365 Exchange Online under API permissions.\n"
        f"{_PAGE}",
    ),
    50011: ("the redirect URI is not registered", _REDIRECT),
    500113: ("no redirect URI is registered", _REDIRECT),
    9002327: ("the redirect URI is registered for another platform", _REDIRECT),
    50105: ("this account is not assigned to the application", "Assign the account under Enterprise applications."),
    53003: ("a Conditional Access policy blocks the sign-in", "Ask the administrator who manages Conditional Access."),
    53000: (
        "a Conditional Access policy requires a compliant device",
        "Use a browser on a managed device (`method: interactive`), or ask who manages Conditional Access.",
    ),
    530033: (
        "a Conditional Access policy blocks device codes",
        "Use `method: interactive` in the profile, or ask the administrator who manages Conditional Access.",
    ),
    50020: ("this account is not in the tenant", "Sign in with an account of the tenant, or invite this one."),
    50034: ("this account does not exist in the tenant", "Sign in with an account of the tenant."),
    50057: ("this account is disabled", "Sign in with another account."),
    50076: ("this account needs multi-factor authentication", _AGAIN),
    50079: ("this account has to register for multi-factor authentication", _AGAIN),
    50173: ("the sign-in was revoked", _AGAIN),
    700082: ("the sign-in is too old", _AGAIN),
    70043: ("the sign-in is too old", _AGAIN),
    70019: ("the code has expired", _AGAIN),
    70020: ("the code has expired", _AGAIN),
}
"""What each number means, and what to do. Those of people: the page on error codes, and public reports."""
_DOCTOR = "To see what is missing and where to fix it, run:\n    sharedbox doctor"


def auth_error(error: BaseException) -> AuthError:
    """Return an error with a message of our own. The vendor's text can quote a request, so it is never used."""
    if isinstance(error, AuthError):
        return error
    text = str(error)
    match = re.search(r"AADSTS(\d+)", text)
    number = int(match[1]) if match else 0
    if number in _MEANINGS:
        return _meaning(number)
    if number:
        return AuthError(
            "sign-in failed", where=f"AADSTS{number}", why="The login service rejected the request.", hint=_DOCTOR
        )
    lowered = text.lower()
    if "unable to get authority configuration" in lowered:
        return _meaning(90002)
    if "timed out waiting for user" in lowered:
        return _meaning(70020)
    if any(words in lowered for words in ("failed to open a browser", "couldn't start an http server")):
        hint = "Set `method: device-code` in the profile: it needs no browser on this machine."
        return AuthError("sign-in failed", why="No browser can be used on this machine.", hint=hint)
    if "certificate verify failed" in lowered or "ssl" in lowered or "certificate bundle" in lowered:
        why = "The certificate of the login service is not trusted. Is there a proxy that inspects TLS?"
        hint = "Set REQUESTS_CA_BUNDLE and SSL_CERT_FILE to the certificate of your proxy."
        return AuthError("sign-in failed", why=why, hint=hint)
    if any(word in lowered for word in ("connection", "timed out", "resolve", "unreachable")):
        return AuthError(
            "sign-in failed", why="The login service cannot be reached.", hint="Check the network and the proxy."
        )
    return AuthError("sign-in failed", why=f"{type(error).__name__}.", hint=_DOCTOR)


def _meaning(number: int) -> AuthError:
    why, hint = _MEANINGS[number]
    return AuthError("sign-in failed", where=f"AADSTS{number}", why=f"{why[:1].upper()}{why[1:]}.", hint=hint)

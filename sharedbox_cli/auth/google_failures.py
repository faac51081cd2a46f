"""Turns errors of Google's sign-in into messages with a way to fix them.

Codes: developers.google.com/identity/protocols/oauth2/service-account#jwt-error-codes, read 2026-11. The vendor's
text can quote a request, so it is never used.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import AuthError, CloudError, NotFound, Refused, Throttled, Unreachable

if TYPE_CHECKING:
    from google.auth.exceptions import GoogleAuthError

    from sharedbox_cli.auth.connection import GoogleConnection

_CALL = "sign-in"
_DOCTOR = "To see what is missing and where to fix it, run:\n    sharedbox doctor"
_ACCOUNTS = "console.cloud.google.com > IAM & Admin > Service accounts"
_NETWORK = "Check the network and the proxy."
_LATER = "Try again later."


def words_of_refresh_error(
    error: GoogleAuthError, subject: str, scopes: Sequence[str], connection: GoogleConnection, *, client_id: str = ""
) -> CloudError | AuthError:
    """Return the error of a token request: AuthError for the set-up, CloudError for a mailbox or the network."""
    from google.auth import exceptions

    from sharedbox_cli.auth.google_signing import SigningRefused, SourceRefused

    below = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    if isinstance(error, SigningRefused):
        return _signing(error.status, error.reason, connection)
    if isinstance(error, SourceRefused):
        if isinstance(error.error, exceptions.TransportError) or error.error.retryable:
            return words_of_refresh_error(error.error, subject, scopes, connection)
        return source_error(error.error, connection.key_path)
    if isinstance(error, exceptions.TransportError) or below is not None:
        return _transport(below or error, subject)
    code, description = _answer_of(error)
    if error.retryable or code in ("server_error", "temporarily_unavailable", "internal_failure"):
        hint = "Try again later. Check whether a proxy sent this response."
        return Unreachable("the login service failed", mailbox=subject, call=_CALL, code=code, hint=hint)
    if code in ("rate_limit_exceeded", "quota_exceeded"):
        return Throttled("the login service limits requests", mailbox=subject, call=_CALL, code=code, hint=_LATER)
    if code in ("unauthorized_client", "access_denied"):
        return _not_delegated(code, subject, scopes, client_id or _client_id(connection))
    if code == "invalid_scope":
        return _not_a_scope(subject, scopes)
    about = _of_account(code, description.lower(), connection)
    return about or _of_subject(code, description.lower(), subject, connection)


def source_error(error: BaseException, path: str = "") -> AuthError:
    """Return the error of the identity that asks IAM to sign."""
    code, _ = _answer_of(error)
    kind = type(error).__name__
    if kind == "DefaultCredentialsError" and not path:
        return AuthError(
            "no identity for keyless sign-in",
            where="Google Workspace",
            why="Keyless sign-in needs workload identity federation, a Google Cloud machine or gcloud.",
            hint="Set GOOGLE_APPLICATION_CREDENTIALS to the configuration file of the federation. As a person, run:\n"
            "    gcloud auth application-default login",
        )
    if kind == "OAuthError":
        return AuthError(
            "workload identity federation failed",
            where=code or path,
            why="Google does not accept the token of this pipeline or machine.",
            hint="Compare the issuer, audience and attribute condition at console.cloud.google.com > IAM & Admin > "
            "Workload Identity Federation.",
        )
    if code in ("invalid_grant", "invalid_rapt"):
        return AuthError(
            "the identity for keyless sign-in has expired",
            where=code,
            why="Its sign-in was revoked or is too old.",
            hint="As a person, run:\n    gcloud auth application-default login",
        )
    return AuthError(
        "the identity for keyless sign-in cannot be used",
        where=code or path,
        why=f"{kind}.",
        hint="See the section on keyless authentication in docs/how-to/connect-google-workspace.md.",
    )


def _answer_of(error: BaseException) -> tuple[str, str]:
    """Return the OAuth code and description. Each is empty if the response has none."""
    body: Any = error.args[1] if len(error.args) > 1 else (error.args[0] if error.args else "")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return "", ""
    if not isinstance(body, Mapping):
        return "", ""
    code = str(body.get("error", ""))
    return (code if re.fullmatch(r"[a-z_]{1,40}", code) else ""), str(body.get("error_description", ""))


def _transport(error: BaseException, subject: str) -> CloudError | AuthError:
    text = str(error)
    if isinstance(error, ssl.SSLError) or "SSL" in type(error).__name__ or "CERTIFICATE_VERIFY_FAILED" in text:
        return AuthError(
            "sign-in failed",
            where="Google",
            why="The certificate of the login service is not trusted. Is there a proxy that inspects TLS?",
            hint="Set REQUESTS_CA_BUNDLE and HTTPLIB2_CA_CERTS to the certificate of your proxy.",
        )
    if "CA certificate bundle" in text:
        hint = "Set REQUESTS_CA_BUNDLE to a file with certificates."
        return AuthError("sign-in failed", where="REQUESTS_CA_BUNDLE", why="The file does not exist.", hint=hint)
    return Unreachable("the login service cannot be reached", mailbox=subject, call=_CALL, hint=_NETWORK)


def _signing(status: int, reason: str, connection: GoogleConnection) -> CloudError | AuthError:
    where = " · ".join(part for part in ("signBlob", str(status), reason) if part)
    account = connection.service_account
    if status == 429:
        return Throttled("IAM limits requests", call="signBlob", status=status, code=reason, hint=_LATER)
    if status >= 500 or status in (200, 408):
        return Unreachable("IAM failed", call="signBlob", status=status, code=reason, hint=_LATER)
    if reason == "SERVICE_DISABLED":
        return AuthError(
            "IAM did not allow signing",
            where=where,
            why="The API is not enabled in the project of the service account.",
            hint="Enable it at console.cloud.google.com > APIs & Services > IAM Service Account Credentials API.",
        )
    if status == 404:
        return AuthError(
            "the service account does not exist",
            where=where,
            why=f"IAM has no service account {account}.",
            hint=f"Compare the address with {_ACCOUNTS}.",
        )
    if status == 403:
        return AuthError(
            "IAM did not allow signing",
            where=where,
            why=f"The caller has no permission to sign for {account}, or the account does not exist.",
            hint=f"Grant the role Service Account Token Creator at {_ACCOUNTS} > {account} > Permissions.",
        )
    return AuthError("IAM did not sign", where=where, why="It rejected the identity of the caller.", hint=_DOCTOR)


def _not_delegated(code: str, subject: str, scopes: Sequence[str], client_id: str) -> AuthError:
    number = client_id or f"the account's *unique id* ({_ACCOUNTS})"
    listed = ",".join(sorted(set(scopes)))
    return AuthError(
        "the service account may not act on behalf of users",
        where=f"{code} · {subject}",
        why=f"Domain-wide delegation for client id {number} is missing, or lacks one of these scopes. A broader "
        "scope does not include a narrower one.",
        hint="Add it at admin.google.com > Security > Access and data control > API controls > Domain-wide delegation "
        f"> Add new. Client id: {number}. Scopes:\n    {listed}\nA change takes effect within minutes, or up to a day. "
        "To list all scopes that your specs need, run:\n    sharedbox doctor SPECS",
    )


def _not_a_scope(subject: str, scopes: Sequence[str]) -> AuthError:
    listed = " ".join(sorted(set(scopes))) or "none"
    return AuthError(
        "Google does not know a scope",
        where=f"invalid_scope · {subject}",
        why=f"Requested scopes: {listed}.",
        hint="This is a bug in sharedbox. Please report it.",
    )


def _of_account(code: str, text: str, connection: GoogleConnection) -> AuthError | None:
    """Return the error of the service account, its key or the clock of this machine, or None."""
    account = connection.service_account or "the service account"
    if "signature" in text:
        why = "The key was deleted, or it belongs to another account."
        return AuthError(
            "the key is not accepted", where=code, why=why, hint=f"Create a new key at {_ACCOUNTS} > Keys."
        )
    if "timeframe" in text or "short-lived" in text:
        why = "The clock of this machine is wrong, so its signatures are not valid now."
        return AuthError("sign-in failed", where=code, why=why, hint="Set the clock, with NTP if possible.")
    if code == "invalid_client" or "account not found" in text:
        why = f"{account[:1].upper()}{account[1:]} was deleted or disabled."
        return AuthError(
            "the service account does not exist", where=code, why=why, hint=f"Compare the address with {_ACCOUNTS}."
        )
    return None


def _of_subject(code: str, text: str, subject: str, connection: GoogleConnection) -> CloudError | AuthError:
    """Return why nobody can act as a user: AuthError for the administrator, otherwise CloudError for the mailbox."""
    kind: type[CloudError] = Refused
    if text.startswith("invalid email or user id"):
        summary, why, kind = (
            "the user does not exist",
            "The organisation has no user with this address, or not yet.",
            NotFound,
        )
    elif "not a valid email" in text:
        summary, why = (
            "sharedbox cannot act as this user",
            "It is not the address of a user, or the service account was deleted.",
        )
    elif "disabled" in text or "suspended" in text:
        summary, why = "the user is suspended", "sharedbox cannot act as a suspended user."
    elif "impersonation" in text:
        summary, why = (
            "sharedbox cannot act as this user",
            "The address is an alias or a group, or belongs to another organisation.",
        )
    else:
        where = " · ".join(part for part in (code, subject) if part)
        return AuthError("sign-in failed", where=where, why="The login service rejected the request.", hint=_DOCTOR)
    if subject.lower() == connection.admin.lower():
        hint = "Set `admin` in the profile, or SHAREDBOX_GOOGLE_ADMIN, to the primary address of an administrator."
        return AuthError(summary, where=f"{code} · administrator {subject}", why=why, hint=hint)
    return kind(summary, mailbox=subject, call=_CALL, code=code, why=why, hint="Use the primary address of the user.")


def _client_id(connection: GoogleConnection) -> str:
    from sharedbox_cli.auth.google_files import credential_file

    try:
        file = credential_file(connection, {})
    except AuthError:
        return ""
    is_same = file is not None and connection.service_account.lower() in ("", file.email.lower())
    return file.client_id if file is not None and is_same else ""

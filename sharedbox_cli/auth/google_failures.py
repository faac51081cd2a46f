"""What Google's sign-in answers, in words, and where to click.

Codes: developers.google.com/identity/protocols/oauth2/service-account#jwt-error-codes, read 2026-11. Never the
vendor's own text, which may quote a request.
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
_DOCTOR = "To see all that is missing, and where to click:\n    sharedbox doctor"
_ACCOUNTS = "console.cloud.google.com > IAM & Admin > Service accounts"
_NETWORK = "Check network and proxy."
_LATER = "Try again later."


def words_of_refresh_error(
    error: GoogleAuthError, subject: str, scopes: Sequence[str], connection: GoogleConnection, *, client_id: str = ""
) -> CloudError | AuthError:
    """Return what a refused token means: of the set-up an AuthError, of a mailbox or the network a CloudError."""
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
        hint = "Try again later. Is it a proxy that answers in its place?"
        return Unreachable("the login service failed", mailbox=subject, call=_CALL, code=code, hint=hint)
    if code in ("rate_limit_exceeded", "quota_exceeded"):
        return Throttled("the login service asks for patience", mailbox=subject, call=_CALL, code=code, hint=_LATER)
    if code in ("unauthorized_client", "access_denied"):
        return _not_delegated(code, subject, scopes, client_id or _client_id(connection))
    if code == "invalid_scope":
        return _not_a_scope(subject, scopes)
    about = _of_account(code, description.lower(), connection)
    return about or _of_subject(code, description.lower(), subject, connection)


def source_error(error: BaseException, path: str = "") -> AuthError:
    """Return what is wrong with the identity that asks IAM to sign."""
    code, _ = _answer_of(error)
    kind = type(error).__name__
    if kind == "DefaultCredentialsError" and not path:
        return AuthError(
            "no identity to start from",
            where="Google Workspace",
            why="Keyless sign-in needs one: workload identity federation, a Google Cloud machine or gcloud.",
            hint="Point GOOGLE_APPLICATION_CREDENTIALS at the federation's file, or for a person:\n"
            "    gcloud auth application-default login",
        )
    if kind == "OAuthError":
        return AuthError(
            "workload identity federation refused",
            where=code or path,
            why="Google does not accept the token of this pipeline or machine.",
            hint="Compare issuer, audience and attribute condition: console.cloud.google.com > IAM & Admin > "
            "Workload Identity Federation.",
        )
    if code in ("invalid_grant", "invalid_rapt"):
        return AuthError(
            "the starting identity is worn out",
            where=code,
            why="Its sign-in was revoked or is too old.",
            hint="For a person:\n    gcloud auth application-default login",
        )
    return AuthError(
        "the starting identity cannot be used",
        where=code or path,
        why=f"{kind}.",
        hint="See docs/how-to/connect-google-workspace.md: keyless.",
    )


def _answer_of(error: BaseException) -> tuple[str, str]:
    """Return OAuth's code and description, each empty where the answer has none."""
    body: Any = error.args[1] if len(error.args) > 1 else (error.args[0] if error.args else "")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
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
            why="The login service's certificate is not trusted: a proxy that looks inside?",
            hint="Point REQUESTS_CA_BUNDLE and HTTPLIB2_CA_CERTS at the certificate of your proxy.",
        )
    if "CA certificate bundle" in text:
        hint = "Point REQUESTS_CA_BUNDLE at a file of certificates."
        return AuthError("sign-in failed", where="REQUESTS_CA_BUNDLE", why="There is no such file.", hint=hint)
    return Unreachable("the login service cannot be reached", mailbox=subject, call=_CALL, hint=_NETWORK)


def _signing(status: int, reason: str, connection: GoogleConnection) -> CloudError | AuthError:
    where = " · ".join(part for part in ("signBlob", str(status), reason) if part)
    account = connection.service_account
    if status == 429:
        return Throttled("IAM asks for patience", call="signBlob", status=status, code=reason, hint=_LATER)
    if status >= 500 or status in (200, 408):
        return Unreachable("IAM failed", call="signBlob", status=status, code=reason, hint=_LATER)
    if reason == "SERVICE_DISABLED":
        return AuthError(
            "IAM may not sign",
            where=where,
            why="The API is switched off in the service account's project.",
            hint="console.cloud.google.com > APIs & Services > IAM Service Account Credentials API > Enable.",
        )
    if status == 404:
        return AuthError(
            "no such service account",
            where=where,
            why=f"IAM does not know {account}.",
            hint=f"Compare it with {_ACCOUNTS}.",
        )
    if status == 403:
        return AuthError(
            "IAM may not sign",
            where=where,
            why=f"Who asks has no right to sign for {account}, or it is not there.",
            hint=f"{_ACCOUNTS} > {account} > Permissions > Grant access: Service Account Token Creator.",
        )
    return AuthError("IAM did not sign", where=where, why="It refuses the identity that asked.", hint=_DOCTOR)


def _not_delegated(code: str, subject: str, scopes: Sequence[str], client_id: str) -> AuthError:
    number = client_id or f"the account's *unique id* ({_ACCOUNTS})"
    listed = ",".join(sorted(set(scopes)))
    return AuthError(
        "the service account may not act as people",
        where=f"{code} · {subject}",
        why=f"Domain-wide delegation of client id {number} is missing, or lacks one of these scopes; a broader one "
        "does not stand for a narrower.",
        hint="admin.google.com > Security > Access and data control > API controls > Domain-wide delegation > Add new. "
        f"Client id: {number}. Scopes:\n    {listed}\nA change takes minutes, at most a day.",
    )


def _not_a_scope(subject: str, scopes: Sequence[str]) -> AuthError:
    listed = " ".join(sorted(set(scopes))) or "none"
    return AuthError(
        "Google knows no such scope",
        where=f"invalid_scope · {subject}",
        why=f"Asked for: {listed}.",
        hint="Please report it: sharedbox asks for scopes, not you.",
    )


def _of_account(code: str, text: str, connection: GoogleConnection) -> AuthError | None:
    """Return what is wrong with the service account, its key or this machine's clock, or nothing."""
    account = connection.service_account or "the service account"
    if "signature" in text:
        why = "The key was deleted or belongs to another account."
        return AuthError("the key is not accepted", where=code, why=why, hint=f"Make a new one: {_ACCOUNTS} > Keys.")
    if "timeframe" in text or "short-lived" in text:
        why = "This machine's clock is wrong: what it signs is not of now."
        return AuthError("sign-in failed", where=code, why=why, hint="Set the clock, with NTP where possible.")
    if code == "invalid_client" or "account not found" in text:
        why = f"{account[:1].upper()}{account[1:]} was deleted or disabled."
        return AuthError("no such service account", where=code, why=why, hint=f"Compare it with {_ACCOUNTS}.")
    return None


def _of_subject(code: str, text: str, subject: str, connection: GoogleConnection) -> CloudError | AuthError:
    """Return why nobody can act as this person: of the administrator an AuthError, else about the mailbox."""
    kind: type[CloudError] = Refused
    if text.startswith("invalid email or user id"):
        summary, why, kind = "no such user", "The Workspace has none of this address, or had not yet.", NotFound
    elif "not a valid email" in text:
        summary, why = "nobody can act as this user", "It is no user's address, or the service account was deleted."
    elif "disabled" in text or "suspended" in text:
        summary, why = "the user is suspended", "Nobody can act as a suspended user."
    elif "impersonation" in text:
        summary, why = "nobody can act as this user", "It is an alias, a group, or of another Workspace."
    else:
        where = " · ".join(part for part in (code, subject) if part)
        return AuthError("sign-in failed", where=where, why="The login service refused.", hint=_DOCTOR)
    if subject.lower() == connection.admin.lower():
        hint = "`admin` in the profile, or SHAREDBOX_GOOGLE_ADMIN, is an administrator's primary address."
        return AuthError(summary, where=f"{code} · administrator {subject}", why=why, hint=hint)
    return kind(summary, mailbox=subject, call=_CALL, code=code, why=why, hint="Write the user's primary address.")


def _client_id(connection: GoogleConnection) -> str:
    from sharedbox_cli.auth.google_files import credential_file

    try:
        file = credential_file(connection, {})
    except AuthError:
        return ""
    is_same = file is not None and connection.service_account.lower() in ("", file.email.lower())
    return file.client_id if file is not None and is_same else ""

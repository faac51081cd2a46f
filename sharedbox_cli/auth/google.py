"""Sign-in to Google Workspace: a service account acts on behalf of users. Keys and tokens never appear in text."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sharedbox_cli.auth.connection import GOOGLE_TOKEN_URL, GoogleConnection, GoogleMethod
from sharedbox_cli.auth.google_failures import source_error, words_of_refresh_error
from sharedbox_cli.auth.google_files import VARIABLE, CredentialFile, credential_file, refuse_unsafe_file
from sharedbox_cli.core.errors import AuthError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.crypt import Signer

    from sharedbox_cli.auth.google_signing import Delegated, TokenRequest

__all__ = ["GoogleCredentials", "chosen_google_method", "words_of_refresh_error"]

_PAGE = "docs/how-to/connect-google-workspace.md"


def chosen_google_method(connection: GoogleConnection, file: CredentialFile | None) -> GoogleMethod:
    """Return the configured sign-in method, or the one that the credential file implies. Raises AuthError."""
    method = connection.method
    if method is GoogleMethod.AUTO:
        if file is not None and file.is_key:
            return GoogleMethod.KEY
        if connection.service_account:
            return GoogleMethod.KEYLESS
        what = "no service account" if file else f"neither a service account nor {VARIABLE}"
        raise AuthError(
            "no credentials are configured",
            where="Google Workspace",
            why=f"There is {what}.",
            hint="For keyless sign-in, set SHAREDBOX_GOOGLE_SERVICE_ACCOUNT, or `service_account` in the profile, to "
            f"the email address of the account. Otherwise, set {VARIABLE} to its key file. See {_PAGE}.",
        )
    if method is GoogleMethod.KEYLESS and not connection.service_account:
        raise AuthError(
            "no service account is configured",
            why="Keyless sign-in needs the address of the service account.",
            hint="Set SHAREDBOX_GOOGLE_SERVICE_ACCOUNT, or `service_account` in the profile, to its email address.",
        )
    if method is GoogleMethod.KEY and (file is None or not file.is_key):
        raise AuthError(
            "no key of a service account",
            where=file.path if file else "",
            hint=f"Set {VARIABLE} to the JSON key file.",
            why="The file is not a service account key." if file else f"{VARIABLE} is not set.",
        )
    return method


@dataclass(frozen=True, slots=True)
class _Identity:
    """The signer, and the service that issues tokens."""

    signer: Signer
    email: str
    token_url: str
    request: TokenRequest


class GoogleCredentials:
    """Credentials per user and scopes. Each is created once. Threads can share this object."""

    def __init__(self, connection: GoogleConnection, *, environment: Mapping[str, str] | None = None) -> None:
        self._connection = connection
        self._environment = os.environ if environment is None else environment
        self._lock = threading.RLock()
        self._credentials: dict[tuple[str, tuple[str, ...]], Delegated] = {}
        self._file: tuple[CredentialFile | None] | None = None
        self._identity: _Identity | None = None

    def of(self, subject: str, scopes: Sequence[str]) -> Credentials:
        """Return the credentials that act as a user, always the same object. Sends no request. Raises AuthError."""
        if not subject:
            raise AuthError(
                "no administrator is configured",
                where="Google Workspace",
                why="A service account has no access to the organisation unless it acts on behalf of a user.",
                hint="Set SHAREDBOX_GOOGLE_ADMIN, or `admin` in the profile, to the address of an administrator.",
            )
        key = (subject.lower(), tuple(sorted(set(scopes))))
        with self._lock:
            credentials = self._credentials.get(key)
            if credentials is None:
                credentials = self._credentials[key] = self._new(subject, key[1])
            return credentials

    def forget(self, subject: str) -> None:
        """Make the next call on behalf of a user request a new token."""
        with self._lock:
            for (name, _), credentials in self._credentials.items():
                if name == subject.lower():
                    credentials.expire()

    def close(self) -> None:
        """Close the connections to the token service."""
        with self._lock:
            if self._identity is not None:
                self._identity.request.session.close()

    @property
    def client_id(self) -> str:
        """Return the client id of the service account, or an empty text if it is not known."""
        file = self._credential_file()
        is_same = file and self._connection.service_account.lower() in ("", file.email.lower())
        return file.client_id if file and is_same else ""

    @property
    def identity(self) -> str:
        """Return the address of the service account, or an empty text if none is configured."""
        file = self._credential_file()
        return self._connection.service_account or (file.email if file else "")

    def _credential_file(self) -> CredentialFile | None:
        with self._lock:
            if self._file is None:
                self._file = (credential_file(self._connection, self._environment),)
            return self._file[0]

    def _new(self, subject: str, scopes: tuple[str, ...]) -> Delegated:
        from sharedbox_cli.auth.google_signing import Delegated

        if self._identity is None:
            self._identity = self._signing()
        who = self._identity
        credentials = Delegated(who.signer, who.email, who.token_url, scopes=list(scopes), subject=subject)
        credentials.ask_with(who.request)
        return credentials

    def _signing(self) -> _Identity:
        import logging

        from sharedbox_cli.auth.google_signing import TokenRequest

        # Its warnings would be printed to stderr in addition to our messages.
        logging.getLogger("google").addHandler(logging.NullHandler())
        file = self._credential_file()
        method = chosen_google_method(self._connection, file)
        if file is not None:
            refuse_unsafe_file(file, self._environment)
        request = TokenRequest()
        if method is GoogleMethod.KEY and file is not None:
            return self._with_key(file, request)
        return self._keyless(file, request)

    def _with_key(self, file: CredentialFile, request: TokenRequest) -> _Identity:
        named = self._connection.service_account
        if named and named.lower() != file.email.lower():
            raise AuthError(
                "a key of another service account",
                where=file.path,
                why=f"The key is for {file.email or 'no account'}, but {named} is configured.",
                hint="Use the key of the configured service account, or configure the account of the key.",
            )
        signer = _signer(file)
        token_url = self._connection.token_url
        if token_url == GOOGLE_TOKEN_URL:
            token_url = str(file.info["token_uri"])
        return _Identity(signer, file.email, token_url, request)

    def _keyless(self, file: CredentialFile | None, request: TokenRequest) -> _Identity:
        from google.auth.exceptions import GoogleAuthError

        from sharedbox_cli.auth.google_signing import IamSigner, source_credentials

        connection = self._connection
        try:
            source = source_credentials(file.info if file else None, request)
        except (GoogleAuthError, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise source_error(error, file.path if file else "") from None
        signer = IamSigner(request, source, connection.service_account, connection.iam_url)
        return _Identity(signer, connection.service_account, connection.token_url, request)


@lru_cache(maxsize=1)
def _loaded(key: str, identity: str) -> Signer:
    """Return the signer of a key after a test signature. Loading takes time, so a process does it once per key."""
    from google.auth.crypt import RSASigner

    signer: Signer = RSASigner.from_string(key, identity or None)  # type: ignore[no-untyped-call]
    signer.sign(b"")  # type: ignore[no-untyped-call]
    return signer


def _signer(file: CredentialFile) -> Signer:
    """Return a signer with the key. Raises AuthError."""
    from google.oauth2 import service_account

    if file.info.get("universe_domain", "googleapis.com") != "googleapis.com":
        raise AuthError(
            "the key is for another Google universe",
            where=file.path,
            why="Only googleapis.com allows a service account to act on behalf of users.",
        )
    try:
        service_account.Credentials(None, file.info["client_email"], file.info["token_uri"])  # type: ignore[no-untyped-call]
        signer = _loaded(str(file.info["private_key"]), str(file.info.get("private_key_id", "")))
    except Exception as error:  # noqa: BLE001 - cryptography raises many kinds, and their texts may quote the key
        raise AuthError(
            "the key cannot be used",
            where=file.path,
            why=f"The file is incomplete or was edited ({type(error).__name__}).",
            hint="Download a new key: console.cloud.google.com > IAM & Admin > Service accounts > Keys.",
        ) from None
    return signer

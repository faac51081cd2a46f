"""Sign-in to Google Workspace: a service account that acts as people. Keys and tokens never leave in text."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sharedbox_cli.auth.connection import GOOGLE_TOKEN_URL, GoogleConnection, GoogleMethod
from sharedbox_cli.auth.google_failures import source_error, words_of_refresh_error
from sharedbox_cli.auth.google_files import VARIABLE, CredentialFile, credential_file
from sharedbox_cli.core.errors import AuthError

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.crypt import Signer

    from sharedbox_cli.auth.google_signing import Delegated, TokenRequest

__all__ = ["GoogleCredentials", "chosen_google_method", "words_of_refresh_error"]

_PAGE = "docs/how-to/connect-google-workspace.md"


def chosen_google_method(connection: GoogleConnection, file: CredentialFile | None) -> GoogleMethod:
    """Return how to sign in: as configured, else by what the file is. Raises AuthError."""
    method = connection.method
    if method is GoogleMethod.AUTO:
        if file is not None and file.is_key:
            return GoogleMethod.KEY
        if connection.service_account:
            return GoogleMethod.KEYLESS
        what = "no service account" if file else f"neither a service account nor {VARIABLE}"
        raise AuthError(
            "no way to sign in",
            where="Google Workspace",
            why=f"There is {what}.",
            hint="Set SHAREDBOX_GOOGLE_SERVICE_ACCOUNT, or `service_account` in the profile, to its e-mail (keyless); "
            f"or {VARIABLE} to the file of its key. {_PAGE} compares them.",
        )
    if method is GoogleMethod.KEYLESS and not connection.service_account:
        raise AuthError(
            "no service account is configured",
            why="Without a key, nothing says who is to sign.",
            hint="Set SHAREDBOX_GOOGLE_SERVICE_ACCOUNT, or `service_account` in the profile, to its e-mail.",
        )
    if method is GoogleMethod.KEY and (file is None or not file.is_key):
        raise AuthError(
            "no key of a service account",
            where=file.path if file else "",
            hint=f"{VARIABLE} names its JSON file.",
            why="The file is of another kind." if file else f"{VARIABLE} is not set.",
        )
    return method


@dataclass(frozen=True, slots=True)
class _Identity:
    """Who signs, and where tokens are asked for."""

    signer: Signer
    email: str
    token_url: str
    request: TokenRequest


class GoogleCredentials:
    """Credentials by person and scopes, each made once; safe to share between threads."""

    def __init__(self, connection: GoogleConnection, *, environment: Mapping[str, str] | None = None) -> None:
        self._connection = connection
        self._environment = os.environ if environment is None else environment
        self._lock = threading.RLock()
        self._made: dict[tuple[str, tuple[str, ...]], Delegated] = {}
        self._file: tuple[CredentialFile | None] | None = None
        self._identity: _Identity | None = None

    def of(self, subject: str, scopes: Sequence[str]) -> Credentials:
        """Return credentials that act as a person, the same object each time. Raises AuthError; asks no network."""
        if not subject:
            raise AuthError(
                "no administrator to act as",
                where="Google Workspace",
                why="A service account sees nothing of a Workspace by itself.",
                hint="Set SHAREDBOX_GOOGLE_ADMIN, or `admin` in the profile, to an administrator's address.",
            )
        key = (subject.lower(), tuple(sorted(set(scopes))))
        with self._lock:
            found = self._made.get(key)
            if found is None:
                found = self._made[key] = self._new(subject, key[1])
            return found

    def forget(self, subject: str) -> None:
        """Let the next call of everybody who acts as this person ask for a new token."""
        with self._lock:
            for (name, _), made in self._made.items():
                if name == subject.lower():
                    made.expire()

    def close(self) -> None:
        """Give back the connections that tokens came through."""
        with self._lock:
            if self._identity is not None:
                self._identity.request.session.close()

    @property
    def client_id(self) -> str:
        """Return the service account's number, or nothing where only an administrator can look it up."""
        file = self._credential_file()
        is_same = file and self._connection.service_account.lower() in ("", file.email.lower())
        return file.client_id if file and is_same else ""

    @property
    def identity(self) -> str:
        """Return the service account's e-mail, or nothing where none is configured."""
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
        made = Delegated(who.signer, who.email, who.token_url, scopes=list(scopes), subject=subject)
        made.ask_with(who.request)
        return made

    def _signing(self) -> _Identity:
        import logging

        from sharedbox_cli.auth.google_signing import TokenRequest

        # Its warnings would go to stderr beside our own words, which say the same for people.
        logging.getLogger("google").addHandler(logging.NullHandler())
        file = self._credential_file()
        method = chosen_google_method(self._connection, file)
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
                why=f"It is of {file.email or 'nobody'}; configured is {named}.",
                hint="Make the two agree.",
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
    """Return the signer of a key that was checked and tried: that takes a while, and a process has one."""
    from google.auth.crypt import RSASigner

    made: Signer = RSASigner.from_string(key, identity or None)  # type: ignore[no-untyped-call]
    made.sign(b"")  # type: ignore[no-untyped-call]
    return made


def _signer(file: CredentialFile) -> Signer:
    """Return what signs with the key, tried once. Raises AuthError."""
    from google.oauth2 import service_account

    if file.info.get("universe_domain", "googleapis.com") != "googleapis.com":
        raise AuthError(
            "a key of another Google", where=file.path, why="Only googleapis.com lets a service account act as people."
        )
    try:
        service_account.Credentials(None, file.info["client_email"], file.info["token_uri"])  # type: ignore[no-untyped-call]
        signer = _loaded(str(file.info["private_key"]), str(file.info.get("private_key_id", "")))
    except Exception as error:  # noqa: BLE001 - cryptography raises many kinds, and their texts may quote the key
        raise AuthError(
            "the key cannot be used",
            where=file.path,
            why=f"It is cut or edited ({type(error).__name__}).",
            hint="Download a new one: console.cloud.google.com > IAM & Admin > Service accounts > Keys.",
        ) from None
    return signer

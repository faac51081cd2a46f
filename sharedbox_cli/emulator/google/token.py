"""Google's token services: jwt-bearer grants with domain-wide delegation, STS, and signing by IAM.

developers.google.com/identity/protocols/oauth2/service-account and
docs.cloud.google.com/iam/docs/reference/credentials/rest, read 2026-11.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.google.errors import unauthenticated
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.keys import rsa_key
from sharedbox_cli.emulator.tokens import LIFETIME, Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

AUDIENCE = "https://oauth2.googleapis.com/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name, not a secret
_SUBJECT_TOKENS = frozenset(
    f"urn:ietf:params:oauth:token-type:{name}" for name in ("jwt", "id_token", "saml2", "access_token")
) | {"urn:ietf:params:aws:token-type:aws4_request"}
API = "google"
SKEW = 300
_SCOPE = re.compile(r"https://(www\.googleapis\.com/auth/[a-z0-9._-]+|mail\.google\.com/)")


class TokenRefusal(Exception):
    """An OAuth error in the flat format of the token services."""

    def __init__(self, error: str, text: str, status: int = 400) -> None:
        self.error, self.text, self.status = error, text, status
        super().__init__(text)

    def response(self) -> Response:
        """Return the error as a response."""
        return json_response(self.status, {"error": self.error, "error_description": self.text})


class TokenService:
    """oauth2.googleapis.com, sts.googleapis.com and iamcredentials.googleapis.com."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store, self._tokens = store, tokens

    def grant(self, request: Request) -> Response:
        """Answer a jwt-bearer grant."""
        try:
            form = _form(request)
            if form.get("grant_type") != JWT_BEARER:
                raise TokenRefusal("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
            claims, account = self._verified(form.get("assertion", ""))
            subject = self._subject(claims, account)
            scopes = self._scopes(str(claims.get("scope", "")), account, subject)
        except TokenRefusal as refusal:
            return refusal.response()
        return json_response(
            200,
            {
                "access_token": self.issue(
                    subject or account["email"], scopes, account["email"], delegated=bool(subject)
                ),
                "expires_in": LIFETIME,
                "token_type": "Bearer",
            },
        )

    def issue(self, subject: str, scopes: Sequence[str], account: str, *, delegated: bool = False) -> str:
        """Return a token. Its calls use the quota of the project of the account."""
        project = account.partition("@")[2].partition(".")[0]
        return self._tokens.issue(
            {"aud": API, "sub": subject, "scope": " ".join(scopes), "delegated": delegated, "project": project}
        )

    def _verified(self, assertion: str) -> tuple[dict[str, Any], sqlite3.Row]:
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise TokenRefusal("invalid_grant", "Invalid JWT: Failed to parse.") from error
        account = self._account(str(claims.get("iss", "")))
        self._check_signature(assertion, account)
        if claims.get("aud") != AUDIENCE:
            raise TokenRefusal("invalid_grant", "Invalid JWT: Failed audience check.")
        self._check_times(claims)
        return claims, account

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._store.now
        issued, expires = claims.get("iat"), claims.get("exp")
        if not (type(issued) is int and type(expires) is int) or not (
            0 < expires - issued <= 3600 and issued <= now + SKEW and expires > now - SKEW
        ):
            text = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
                "iat and exp values in the JWT claim."
            )
            raise TokenRefusal("invalid_grant", text)

    def _account(self, issuer: str) -> sqlite3.Row:
        account = self._store.row("select * from g_service_accounts where email = ?", issuer)
        if account is None:
            raise TokenRefusal("invalid_grant", "Invalid grant: account not found")
        return account

    def _check_signature(self, assertion: str, account: sqlite3.Row) -> None:
        import jwt

        keys = list(json.loads(account["keys"]).values())
        keys.append(_public_pem(self.signing_key()))
        for key in keys:
            try:
                jwt.decode(
                    assertion,
                    key,
                    ["RS256"],
                    options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
                )
            except jwt.PyJWTError:
                continue
            return
        raise TokenRefusal("invalid_grant", "Invalid JWT Signature.")

    def _subject(self, claims: Mapping[str, Any], account: sqlite3.Row) -> str:
        subject = str(claims.get("sub") or "")
        if not subject or subject == account["email"]:
            return ""
        if subject.count("@") != 1 or not all(subject.split("@")):
            raise TokenRefusal("invalid_grant", "Not a valid email or user ID.")
        if subject.lower().partition("@")[2] not in self._store.domains():
            raise TokenRefusal("invalid_request", 'Invalid impersonation "sub" field')
        user = self._store.user(subject)
        if user is None or user["visible_at"] > self._store.now or self._store.is_renaming(user["id"]):
            raise TokenRefusal("invalid_grant", "Invalid email or User ID")
        if user["email"] != subject.lower():
            raise TokenRefusal("invalid_request", 'Invalid impersonation "sub" field')
        if json.loads(user["doc"]).get("suspended"):
            raise TokenRefusal("invalid_grant", "Account has been disabled.")
        return str(user["email"])

    def _scopes(self, text: str, account: sqlite3.Row, subject: str) -> list[str]:
        scopes = text.split()
        if not scopes:
            raise TokenRefusal("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        if not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise TokenRefusal("invalid_scope", f"{text} is not a valid audience string.")
        if subject and not set(scopes) <= set(json.loads(account["scopes"])):
            raise TokenRefusal(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "
                "of the scopes requested.",
                401,
            )
        return scopes

    def exchange(self, request: Request) -> Response:
        """Answer a token exchange of workload identity federation."""
        try:
            return self._exchanged(_form(request))
        except TokenRefusal as refusal:
            return refusal.response()

    def _exchanged(self, form: Mapping[str, str]) -> Response:
        needed = ("grant_type", "audience", "requested_token_type", "subject_token", "subject_token_type", "scope")
        absent = [name for name in needed if not form.get(name)]
        if absent or form["grant_type"] != EXCHANGE:
            raise TokenRefusal("invalid_request", f"Invalid or missing: {', '.join(absent) or 'grant_type'}")
        if form["requested_token_type"] != ACCESS_TOKEN or form["subject_token_type"] not in _SUBJECT_TOKENS:
            raise TokenRefusal("invalid_request", "Invalid requested_token_type or subject_token_type")
        trusted = json.loads(self._store.tenant.meta("google:federated", "{}"))
        principal = trusted.get(form["audience"])
        if principal is None or form["subject_token"] not in principal["tokens"]:
            text = "The audience in ID Token does not match the expected audience, or its subject is not mapped."
            raise TokenRefusal("invalid_grant", text)
        token = self.issue(f"principal://{principal['name']}", form["scope"].split(), "")
        return json_response(
            200,
            {"access_token": token, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": LIFETIME},
        )

    def signing_key(self) -> RSAPrivateKey:
        """Return the key that Google manages for each service account."""
        key: RSAPrivateKey = rsa_key("google")
        return key

    def self_signed(self, token: str, audiences: Collection[str]) -> dict[str, Any]:
        """Return the claims of a self-signed token of a service account. Raises GoogleError."""
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
            account = self._account(str(claims.get("iss", "")))
            self._check_signature(token, account)
            self._check_times(claims)
        except (jwt.PyJWTError, TokenRefusal) as error:
            raise unauthenticated() from error
        scopes, audience = str(claims.get("scope", "")), claims.get("aud")
        is_for_us = audience in audiences or (scopes and audience is None)
        if claims["exp"] <= self._store.now or claims.get("sub") != account["email"] or not is_for_us:
            raise unauthenticated()
        project = account["email"].partition("@")[2].partition(".")[0]
        return {"sub": account["email"], "scope": scopes or "*", "delegated": False, "project": project}


def _form(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises TokenRefusal for a duplicate field."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise TokenRefusal("invalid_request", "Bad Request: the body is no form.")
    pairs = parse_qsl(request.body.decode("utf-8", "replace"))
    if len(dict(pairs)) != len(pairs):
        raise TokenRefusal("invalid_request", "Parameters must not be repeated.")
    return dict(pairs)


def _public_pem(key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

"""Google's token services: jwt-bearer grants with domain-wide delegation, STS, and IAM's signing.

developers.google.com/identity/protocols/oauth2/service-account and
docs.cloud.google.com/iam/docs/reference/credentials/rest, read 2026-11.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.google.errors import GoogleError
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.tokens import LIFETIME, Tokens

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

AUDIENCE = "https://oauth2.googleapis.com/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
API = "google"
SKEW = 300


class TokenRefusal(Exception):
    """An OAuth error, flat as the token services tell it."""

    def __init__(self, error: str, text: str, status: int = 400) -> None:
        self.error, self.text, self.status = error, text, status
        super().__init__(text)

    def response(self) -> Response:
        """Return it as an answer."""
        return json_response(self.status, {"error": self.error, "error_description": self.text})


class TokenService:
    """oauth2.googleapis.com, sts.googleapis.com and iamcredentials.googleapis.com."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store, self._tokens = store, tokens
        self._system_key: RSAPrivateKey | None = None

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
        return json_response(200, {
            "access_token": self._issue(subject or account["email"], scopes, delegated=bool(subject)),
            "expires_in": LIFETIME, "token_type": "Bearer",
        })  # fmt: skip

    def _issue(self, subject: str, scopes: list[str], *, delegated: bool) -> str:
        return self._tokens.issue({"aud": API, "sub": subject, "scope": " ".join(scopes), "delegated": delegated})

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
        now = self._store.now
        issued, expires = claims.get("iat"), claims.get("exp")
        if not (isinstance(issued, int) and isinstance(expires, int)) or not (
            expires - issued <= 3600 and issued <= now + SKEW and expires > now - SKEW
        ):
            text = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
                "iat and exp values in the JWT claim."
            )
            raise TokenRefusal("invalid_grant", text)
        return claims, account

    def _account(self, issuer: str) -> sqlite3.Row:
        account = self._store.row("select * from g_service_accounts where email = ?", issuer)
        if account is None:
            raise TokenRefusal("invalid_grant", "Invalid grant: account not found")
        return account

    def _check_signature(self, assertion: str, account: sqlite3.Row) -> None:
        import jwt

        keys = list(json.loads(account["keys"]).values())
        if self._system_key is not None:
            keys.append(_public_pem(self._system_key))
        for key in keys:
            try:
                jwt.decode(assertion, key, ["RS256"], options={
                    "verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False,
                })  # fmt: skip
            except jwt.PyJWTError:
                continue
            return
        raise TokenRefusal("invalid_grant", "Invalid JWT Signature.")

    def _subject(self, claims: Mapping[str, Any], account: sqlite3.Row) -> str:
        subject = str(claims.get("sub") or "")
        if not subject or subject == account["email"]:
            return ""
        if "@" not in subject:
            raise TokenRefusal("invalid_grant", "Not a valid email or user ID.")
        user = self._store.user(subject)
        if user is None or user["visible_at"] > self._store.now:
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
        if any("://" not in scope for scope in scopes):
            raise TokenRefusal("invalid_scope", f"{text} is not a valid audience string.")
        if subject and not set(scopes) <= set(json.loads(account["scopes"])):
            raise TokenRefusal(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any "
                "of the scopes requested.", 401,
            )  # fmt: skip
        return scopes

    def exchange(self, request: Request) -> Response:
        """Answer a token exchange of workload identity federation."""
        form = _form(request)
        needed = ("grant_type", "audience", "requested_token_type", "subject_token", "subject_token_type")
        absent = [name for name in needed if not form.get(name)]
        if absent or form["grant_type"] != EXCHANGE:
            return TokenRefusal(
                "invalid_request", f"Invalid or missing: {', '.join(absent) or 'grant_type'}"
            ).response()
        trusted = json.loads(self._store.tenant.meta("google:federated", "{}"))
        principal = trusted.get(form["audience"])
        if principal is None or form["subject_token"] not in principal["tokens"]:
            text = "The audience in ID Token does not match the expected audience, or its subject is not mapped."
            return TokenRefusal("invalid_grant", text).response()
        token = self._issue(f"principal://{principal['name']}", form.get("scope", "").split(), delegated=False)
        return json_response(200, {
            "access_token": token, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer", "expires_in": LIFETIME,
        })  # fmt: skip

    def sign(self, request: Request, email: str, payload: Mapping[str, Any], caller: str, *, jwt_form: bool) -> Any:
        """Answer signBlob or signJwt. Raises GoogleError."""
        account = self._store.row("select * from g_service_accounts where email = ?", email)
        if account is None or caller not in json.loads(account["signers"]):
            raise GoogleError(
                403, f"Permission 'iam.serviceAccounts.{'signJwt' if jwt_form else 'signBlob'}' denied on resource (or "
                "it may not exist).", "forbidden",
            )  # fmt: skip
        key = self._signing_key()
        if not jwt_form:
            from cryptography.hazmat.primitives import hashes
            from cryptography.hazmat.primitives.asymmetric import padding

            data = base64.b64decode(str(payload.get("payload", "")))
            signed = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
            return {"keyId": "system", "signedBlob": base64.b64encode(signed).decode()}
        import jwt

        try:
            claims = json.loads(str(payload.get("payload", "")))
        except ValueError as error:
            raise GoogleError(400, "Request contains an invalid argument.") from error
        if int(claims.get("exp", 0)) > self._store.now + 12 * 3600:
            raise GoogleError(400, "exp claim must be no more than 12 hours in the future.")
        return {"keyId": "system", "signedJwt": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "system"})}

    def _signing_key(self) -> RSAPrivateKey:
        if self._system_key is None:
            from cryptography.hazmat.primitives.asymmetric import rsa

            self._system_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return self._system_key

    def self_signed(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that a service account signed itself. Raises GoogleError."""
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
            account = self._account(str(claims.get("iss", "")))
            self._check_signature(token, account)
        except (jwt.PyJWTError, TokenRefusal) as error:
            raise unauthenticated() from error
        if int(claims.get("exp", 0)) <= self._store.now or claims.get("sub") != account["email"]:
            raise unauthenticated()
        scopes = str(claims.get("scope", "")) or "*"
        return {"sub": account["email"], "scope": scopes, "delegated": False}


def unauthenticated() -> GoogleError:
    """Return what a call without a good token gets."""
    return GoogleError(
        401, "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
        "valid authentication credential.", "authError", location="Authorization",
    )  # fmt: skip


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace")))


def _public_pem(key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

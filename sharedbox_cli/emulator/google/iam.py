"""IAM service account credentials: signing without a key file, and tokens for another account.

docs.cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts, read 2026-11.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
from datetime import UTC, datetime
from typing import Any

from sharedbox_cli.emulator.google.call import Call, Handlers
from sharedbox_cli.emulator.google.errors import GoogleError, not_modelled
from sharedbox_cli.emulator.google.token import TokenService

_MOST_JWT_SECONDS = 12 * 3600
_MOST_TOKEN_SECONDS = 3600


class Signing:
    """signBlob, signJwt and generateAccessToken, for callers with roles/iam.serviceAccountTokenCreator."""

    def __init__(self, tokens: TokenService) -> None:
        self._tokens = tokens

    def handlers(self) -> Handlers:
        """Return the methods by id."""
        base = "iamcredentials.projects.serviceAccounts."
        return {
            f"{base}signBlob": self._sign_blob,
            f"{base}signJwt": self._sign_jwt,
            f"{base}generateAccessToken": self._generate,
        }

    def _account(self, call: Call, permission: str) -> sqlite3.Row:
        project, _, email = call.text("name").removeprefix("projects/").partition("/serviceAccounts/")
        if project != "-":
            raise _invalid()
        if call.body.get("delegates"):
            raise not_modelled("chains of delegates")
        row = call.store.row("select * from g_service_accounts where ? in (email, client_id)", email)
        if row is None or call.subject not in json.loads(row["signers"]):
            text = f"Permission 'iam.serviceAccounts.{permission}' denied on resource (or it may not exist)."
            raise GoogleError(403, text, "forbidden")
        return row

    def _sign_blob(self, call: Call) -> Any:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        self._account(call, "signBlob")
        try:
            data = base64.b64decode(str(call.body.get("payload") or ""), validate=True)
        except binascii.Error as error:
            raise _invalid() from error
        if not data:
            raise _invalid()
        signed = self._tokens.signing_key().sign(data, padding.PKCS1v15(), hashes.SHA256())
        return {"keyId": "system", "signedBlob": base64.b64encode(signed).decode()}

    def _sign_jwt(self, call: Call) -> Any:
        import jwt

        self._account(call, "signJwt")
        try:
            claims = json.loads(str(call.body.get("payload") or ""))
        except ValueError as error:
            raise _invalid() from error
        if not isinstance(claims, dict):
            raise _invalid()
        expires = claims.get("exp", 0)
        if type(expires) is not int or expires > call.store.now + _MOST_JWT_SECONDS:
            raise GoogleError(400, "The exp claim must be a number, at most 12 hours in the future.")
        key = self._tokens.signing_key()
        return {"keyId": "system", "signedJwt": jwt.encode(claims, key, algorithm="RS256", headers={"kid": "system"})}

    def _generate(self, call: Call) -> Any:
        account = self._account(call, "getAccessToken")
        lifetime = re.fullmatch(r"([0-9]+)s", str(call.body.get("lifetime") or "3600s"))
        scopes = call.body.get("scope") or []
        if lifetime is None or not 0 < int(lifetime[1]) <= _MOST_TOKEN_SECONDS or not scopes:
            raise _invalid()
        token = self._tokens.issue(account["email"], scopes, account["email"])
        ends = datetime.fromtimestamp(call.store.now + int(lifetime[1]), UTC)
        return {"accessToken": token, "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}


def _invalid() -> GoogleError:
    return GoogleError(400, "Request contains an invalid argument.")

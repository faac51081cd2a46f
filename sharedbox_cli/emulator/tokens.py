"""Signed tokens, as the real service issues them: clients read their claims."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.clock import Clock

LIFETIME = 3599


class TokenInvalid(Exception):
    """A token that is missing, expired, foreign, or for another audience."""


class Tokens:
    """One signing key; made on first use, as that takes a while."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key: Any = None

    def _signing_key(self) -> Any:
        if self._key is None:
            from cryptography.hazmat.primitives.asymmetric import rsa

            self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return self._key

    def issue(self, claims: dict[str, Any]) -> str:
        """Return a token that is good for an hour."""
        import jwt

        now = int(self._clock.now())
        stamped = {"iat": now, "nbf": now, "exp": now + LIFETIME, "ver": "1.0", **claims}
        return jwt.encode(stamped, self._signing_key(), algorithm="RS256", headers={"kid": "emulator"})

    def read(self, header: str, audience: str) -> dict[str, Any]:
        """Return the claims of an Authorization header. Raises TokenInvalid."""
        import jwt

        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenInvalid("Access token is empty.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._signing_key().public_key(), algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise TokenInvalid("Access token validation failure.") from error
        if str(claims.get("aud", "")).rstrip("/") != audience:
            raise TokenInvalid("Access token validation failure. Invalid audience.")
        if claims["exp"] <= self._clock.now():
            raise TokenInvalid("Lifetime validation failed, the token is expired.")
        return claims

"""Signed tokens like those of the real service: clients read their claims."""

from __future__ import annotations

from typing import Any

from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.keys import rsa_key

LIFETIME = 3599


class TokenInvalid(Exception):
    """A token that is missing, expired, foreign, or for another audience."""


class Tokens:
    """Issues and verifies the tokens of one service."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._verified: dict[str, dict[str, Any]] = {}
        """The claims per token. A signature is verified once, because verifying costs more than most responses."""

    def issue(self, claims: dict[str, Any]) -> str:
        """Return a token that is valid for one hour."""
        import jwt

        now = int(self._clock.now())
        stamped = {"iat": now, "nbf": now, "exp": now + LIFETIME, "ver": "1.0", **claims}
        return jwt.encode(stamped, rsa_key("tokens"), algorithm="RS256", headers={"kid": "emulator"})

    def read(self, header: str, audience: str) -> dict[str, Any]:
        """Return the claims of an Authorization header. Raises TokenInvalid."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenInvalid("Access token is empty.")
        claims = self._verified.get(token)
        if claims is None:
            claims = self._verified[token] = _verified(token)
        if str(claims.get("aud", "")).rstrip("/") != audience:
            raise TokenInvalid("Access token validation failure. Invalid audience.")
        if claims["exp"] <= self._clock.now():
            raise TokenInvalid("Lifetime validation failed, the token is expired.")
        return claims


def _verified(token: str) -> dict[str, Any]:
    """Return the claims of a token that this emulator signed, even if it has expired. Raises TokenInvalid."""
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            rsa_key("tokens").public_key(),
            algorithms=["RS256"],
            options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise TokenInvalid("Access token validation failure.") from error
    return claims

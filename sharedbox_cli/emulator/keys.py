"""RSA keys, generated on first use and once per process, because that takes time. They sign nothing real."""

from __future__ import annotations

from functools import cache
from typing import Any

BITS = 2048


@cache
def rsa_key(purpose: str) -> Any:
    """Return the key of a purpose: `tokens`, `service-account` …"""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)

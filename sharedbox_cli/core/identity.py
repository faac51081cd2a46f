"""Addresses and immutable ids: the only place that compares them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NewType

TrusteeId = NewType("TrusteeId", str)
"""The platform's immutable id of a user or group, or the bare SID of one that was deleted."""

LOCAL_MAX_BYTES = 64
ADDRESS_MAX_BYTES = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])\Z")


class AddressInvalid(ValueError):
    """Text that is not an address; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A mail address; compared casefolded (`key`), shown as written (`text`)."""

    key: str
    text: str = field(compare=False)

    @classmethod
    def of(cls, text: str) -> Address:
        """Return the address as a cloud wrote it, unchecked: it exists."""
        key = text.lower()
        return cls(key, key if key == text else text)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address of a spec; its domain must be ASCII (A-labels). Raises AddressInvalid."""
        problem = address_problem(text)
        if problem:
            raise AddressInvalid(problem)
        return cls(text.lower(), text)

    @property
    def local(self) -> str:
        """Return the part before the `@`."""
        return self.key.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """Return the part after the `@`, in lower case."""
        return self.key.rpartition("@")[2]

    def __str__(self) -> str:
        """Return the address as written."""
        return self.text


def _address_in(text: str) -> str:
    """Return the address in `Name <address>`, `<address>` or `mailto:address`; nothing for any other text."""
    match = re.fullmatch(r"\s*(?:[^<>]*<([^<>\s]+)>|mailto:([^\s?]+)(?:\?.*)?)\s*", text, re.IGNORECASE)
    return (match[1] or match[2]) if match else ""


def address_problem(text: str) -> str:
    """Return what is wrong with an address of a spec, or nothing (RFC 5321 §4.5.3.1, dot-atoms only)."""
    if (bare := _address_in(text)) and not address_problem(bare):
        return f"write the address alone: `{bare}`"
    if not text.isascii():
        return "only ASCII letters can be compared safely in an address"
    if text.count("@") != 1:
        return "an address has exactly one @"
    local, _, domain = text.partition("@")
    if local[:1] in ("-", "=", "+", "'"):
        return f"the part before the @ must not start with `{local[:1]}`"
    if len(local) > LOCAL_MAX_BYTES or len(text) > ADDRESS_MAX_BYTES:
        return f"at most {LOCAL_MAX_BYTES} bytes before the @ and {ADDRESS_MAX_BYTES} in total"
    if not _LOCAL.match(local):
        return "the part before the @ has a character or dot that is not allowed there"
    if not _DOMAIN.match(domain):
        return "the domain is not a domain name"
    return ""

"""Addresses of cells: complete ones, or short names that a domain completes."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from sharedbox_cli.core.identity import Address
from sharedbox_cli.language.models.base import address_text
from sharedbox_cli.language.text import text_problem


class AddressNotReadable(ValueError):
    """A text that is not an address; `why` says why."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def address_in(text: str, domain: str) -> Address:
    """Return the address of a text; a short name gets the domain, if there is one. Raises AddressNotReadable."""
    if problem := text_problem(text):
        raise AddressNotReadable(f"{problem[:1].upper()}{problem[1:]}.")
    if "@" not in text and not domain:
        raise AddressNotReadable(f"`{_short(text)}` has no domain.")
    try:
        return Address.of(address_text(text if "@" in text else f"{text}@{domain}"))
    except PydanticCustomError as error:
        raise AddressNotReadable(f"`{_short(text)}`: {error.message()}") from error


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def hint_for(text: str, domain: str) -> str:
    """Return how to fix a text that is not an address."""
    if "@" in text:
        return ""
    if "\\" in text or " " in text.strip():
        return "Give names and accounts their addresses with `--people`."
    return "" if domain else "Complete short names with `--domain`."

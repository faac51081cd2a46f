"""What all sections share: strict models, addresses, texts."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.language.problems import nearest
from sharedbox_cli.language.text import looks_like_placeholder, one_line_problem

MAX_NAME = 256
"""Characters of a display name (learn.microsoft.com, cmdlet page Set-Mailbox, read 2026-08)."""


MAX_KNOWN_ADDRESSES = 10_000
"""The same people are members of many mailboxes: each address is checked once."""
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""ASCII only: `str.lower` would turn the Kelvin sign into a `k`, and one domain into another."""


class Strict(BaseModel):
    """Unknown keys and other types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


@lru_cache(maxsize=MAX_KNOWN_ADDRESSES)
def address_text(text: str) -> str:
    """Return an address with its domain as A-labels (IDNA 2008). Raises PydanticCustomError."""
    if looks_like_placeholder(text):
        raise PydanticCustomError(
            "placeholder", "This looks like a template. Specs are applied as they are. Write the address."
        )
    local, mark, domain = text.rpartition("@")
    if mark and (not domain.isascii() or "xn--" in domain.lower()):
        text = f"{local}@{_a_label(domain.translate(_SMALL))}"
    problem = address_problem(text)
    if problem:
        raise PydanticCustomError("address", "Not an address: {problem}.", {"problem": problem})
    return text


def _a_label(domain: str) -> str:
    """Return a domain as IDNA 2008 writes it in ASCII; nothing is mapped, so that no two names become one."""
    import idna

    try:
        return idna.encode(domain, strict=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise PydanticCustomError(
            "address", "Not a domain name: {problem}. Write it in lower case.", {"problem": str(error).rstrip(".")}
        ) from error


def one_line(text: str) -> str:
    """Return a text that is one clean line. Raises PydanticCustomError."""
    problem = one_line_problem(text)
    if problem:
        raise PydanticCustomError("text", "Not a clean line of text: {problem}.", {"problem": problem})
    return text


def _text_schema(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": _LINE}


_LINE = r"^\S(.*\S)?$"
_ADDRESS = (
    r"^(?=[^@]{1,64}@)(?!.*(\$\{|\{\{|\{%|<%))(?![-=+'])[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([^\s@.\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+\.)+[^\s@.0-9\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"
    r"[^\s@.\x00-\x2c\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+$"
)


def address_schema() -> dict[str, Any]:
    """Return the schema of an address, for editors."""
    return {"type": "string", "maxLength": 254, "pattern": _ADDRESS}


AddressText = Annotated[str, AfterValidator(address_text), WithJsonSchema(address_schema())]


def word_or_address(*words: str) -> AfterValidator:
    """Return the check of a text that is one of some words, or else an address."""
    listed = ", ".join(f"`{word}`" for word in words)

    def checked(text: str) -> str:
        if "@" in text:
            return address_text(text)
        if text not in words:
            near = nearest(text, words)
            hint = f" {near}" if near else ""
            raise PydanticCustomError("word", "One of {listed}, or an address.{hint}", {"listed": listed, "hint": hint})
        return text

    return AfterValidator(checked)


def word_or_address_schema(*words: str) -> WithJsonSchema:
    """Return the schema of such a text, for editors."""
    return WithJsonSchema({"anyOf": [{"enum": list(words)}, {"type": "string", "maxLength": 254, "pattern": _ADDRESS}]})


NameText = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(one_line), WithJsonSchema(_text_schema(MAX_NAME))]
WORD = "^[a-z0-9][a-z0-9-]*$"
WORD_MAX = 64
Word = Annotated[str, Field(pattern=WORD, max_length=WORD_MAX)]
"""A name that others refer to: a platform, a team."""

"""What all sections share: strict models, addresses, texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.spec.text import looks_like_placeholder

MAX_NAME = 256
"""Characters of a display name (learn.microsoft.com, cmdlet page Set-Mailbox, read 2026-08)."""


class Strict(BaseModel):
    """Unknown keys and other types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def address_text(text: str) -> str:
    """Return an address with its domain as A-labels (IDNA 2008). Raises PydanticCustomError."""
    if looks_like_placeholder(text):
        raise PydanticCustomError(
            "placeholder", "This looks like a template: what you read is what is applied. Write the address."
        )
    local, mark, domain = text.rpartition("@")
    if mark and not domain.isascii():
        text = f"{local}@{_a_label(domain)}"
    problem = address_problem(text)
    if problem:
        raise PydanticCustomError("address", "Not an address: {problem}.", {"problem": problem})
    return text


def _a_label(domain: str) -> str:
    import idna

    try:
        return idna.encode(domain, uts46=False).decode()
    except idna.IDNAError as error:
        raise PydanticCustomError("address", "Not a domain name: {problem}.", {"problem": str(error)}) from error


def name_text(text: str) -> str:
    """Return a name that has something in it. Raises PydanticCustomError."""
    if not text.strip():
        raise PydanticCustomError("name", "A name has at least one letter.")
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("name", "A name stands on one line, without tabs.")
    return text


AddressText = Annotated[
    str, AfterValidator(address_text), WithJsonSchema({"type": "string", "pattern": "^[^@\\s]+@[^@\\s]+$"})
]
NameText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_NAME),
    AfterValidator(name_text),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": "\\S"}),
]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
"""A name that others refer to: a platform, a team."""

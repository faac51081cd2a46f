"""How a mailbox presents itself: the language of its mail program, its signature, and further senders."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.core.languages import TAG, is_tag
from sharedbox_cli.core.signatures import image_problems
from sharedbox_cli.language.models.base import AddressText, NameText, Strict
from sharedbox_cli.language.models.content import text_block

MAX_TAG = 35
MAX_SIGNATURE = 10_000
"""Characters of HTML (support pages of makers of signatures for Gmail, read 2026-11)."""


def _tag(value: Any) -> Any:
    if isinstance(value, str) and not (is_tag(value) and len(value) <= MAX_TAG):
        raise PydanticCustomError(
            "language", "Not the tag of a language. Write it with hyphens: `de`, `en-GB`, `es-419`, `pt-BR`."
        )
    return value


def _signature(text: str) -> str:
    text = text_block(text)
    if problems := image_problems(text):
        raise PydanticCustomError(
            "signature",
            "The image `{source}` is not on the web, so nobody sees it. Use an address with `https://`.",
            {"source": problems[0] if len(problems[0]) <= 40 else f"{problems[0][:40]}…"},
        )
    return text


LanguageTag = Annotated[
    str, BeforeValidator(_tag), WithJsonSchema({"type": "string", "maxLength": MAX_TAG, "pattern": TAG})
]
SignatureText = Annotated[str, Field(max_length=MAX_SIGNATURE), AfterValidator(_signature)]


class Sender(Strict):
    """A further address to send from. Leave out the address of the mailbox: it can always send from it."""

    address: AddressText = Field(description="The address.")
    display_name: NameText | None = Field(None, description="The name that recipients see.")
    reply_to: AddressText | None = Field(None, description="The address that replies go to.")
    signature: SignatureText | None = Field(
        None,
        description="The signature of messages from it: text, or HTML. An empty text removes it. Without the key: any.",
    )
    default: bool | None = Field(None, description="Whether it is the default sender of new messages.")


Senders = Annotated[
    list[Sender],
    Field(
        json_schema_extra={
            "contains": {"properties": {"default": {"const": True}}, "required": ["default"]},
            "minContains": 0,
            "maxContains": 1,
        }
    ),
]

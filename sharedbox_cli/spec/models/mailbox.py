"""One document: what a mailbox should be."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.spec.models.base import AddressText, NameText, Strict, Word
from sharedbox_cli.spec.models.members import Member

LATER = (
    "calendar", "contacts", "folders", "tags", "rules", "auto_reply", "forwarding", "access", "retention",
)  # fmt: skip
"""Keys of the language that this version does not manage yet: asking for one is an error, never skipped."""


def _percent(value: Any) -> int:
    text = value.removesuffix("%").strip() if isinstance(value, str) else ""
    if not (text.isascii() and text.isdecimal() and value.endswith("%") and 1 <= int(text) <= 100):
        raise PydanticCustomError("percent", "A share of the quota, from 1% to 100%.")
    return int(text)


Percent = Annotated[
    int, PlainValidator(_percent), WithJsonSchema({"type": "string", "pattern": "^([1-9][0-9]?|100)%$"})
]
Copies = Literal["sender", "both"]
SignIn = Literal["blocked", "allowed"]
Licence = Literal["none", "exchange-online-plan-1", "exchange-online-plan-2"]
State = Literal["present", "absent"]
Mode = Literal["exact", "at-least"]


class SentItems(Strict):
    """Where a message sent from the mailbox is kept."""

    send_as: Copies | None = Field(None, description="Of messages sent as the mailbox: `sender` or `both`.")
    send_on_behalf: Copies | None = Field(None, description="Of messages sent on its behalf: `sender` or `both`.")


class Storage(Strict):
    """How much it may hold."""

    warn_at: Percent | None = Field(None, description="`check` warns above this share of the quota; 80% otherwise.")
    licence: Licence | None = Field(None, description="The licence of the mailbox itself.")


Labels = Annotated[
    dict[str, str],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]
Members = Annotated[list[Member], BeforeValidator(lambda value: value)]


class Settings(Strict):
    """What may stand in a document and in `_defaults.yaml`."""

    version: Literal[1] | None = Field(None, description="The version of the language: 1.")
    platform: Word | None = Field(None, description="`microsoft365`; others with their providers.")
    display_name: NameText | None = Field(None, description="The name that people see.")
    hidden_from_address_lists: bool | None = Field(None, description="Whether address books leave it out.")
    sign_in: SignIn | None = Field(None, description="Sign-in to the mailbox's own account; `blocked` is right.")
    labels: Labels | None = Field(None, description="For filters and reports; never sent to a cloud.")
    members: Members | None = Field(None, description="Who may do what. Present: it is the whole list.")
    members_mode: Mode | None = Field(None, description="`exact`, or `at-least`: others keep their rights.")
    sent_items: SentItems | None = Field(None, description="Where sent messages are kept.")
    storage: Storage | None = Field(None, description="Size and licence.")
    state: State | None = Field(None, description="`absent` deletes it (soft), guarded and by name.")


class Mailbox(Settings):
    """One mailbox."""

    version: Literal[1] = Field(description="The version of the language: 1.")
    mailbox: AddressText = Field(description="Its primary address.")
    aliases: list[AddressText] | None = Field(None, description="Its further addresses: the whole list.")

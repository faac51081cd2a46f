"""One document: what a mailbox should be."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, NameText, Strict, Word
from sharedbox_cli.language.models.content import Access, AutoReply, FolderPath, Forwarding, Rule, Senders, Tag
from sharedbox_cli.language.models.google import Google, Group
from sharedbox_cli.language.models.members import Member

LATER = ("calendar", "contacts", "retention")
"""Keys of the language that this version does not manage yet: asking for one is an error, never skipped."""


_PERCENT = "^([1-9][0-9]?|100)%$"


def _percent(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(_PERCENT, value):
        raise PydanticCustomError("percent", "A share of the quota is meant, from 1% to 100%: `80%`.")
    return int(value.removesuffix("%"))


Percent = Annotated[int, PlainValidator(_percent), WithJsonSchema({"type": "string", "pattern": _PERCENT})]
Copies = Literal["sender", "both"]
SignIn = Literal["blocked", "allowed"]
Licence = Literal[
    "none",
    "exchange-online-plan-1",
    "exchange-online-plan-2",
    "google-workspace-business-starter",
    "google-workspace-business-standard",
    "google-workspace-business-plus",
    "google-workspace-enterprise-starter",
    "google-workspace-enterprise-standard",
    "google-workspace-enterprise-plus",
    "google-workspace-frontline-starter",
]
State = Literal["present", "absent"]
Mode = Literal["exact", "at-least"]


def _whole(value: Any) -> Any:
    if isinstance(value, bool):  # to Python, `true` equals 1
        raise PydanticCustomError("version", "It is the number 1.")
    return value


Version = Annotated[Literal[1], BeforeValidator(_whole)]


class SentItems(Strict):
    """Where a message sent from the mailbox is kept."""

    send_as: Copies | None = Field(None, description="Of messages sent as the mailbox: `sender` or `both`.")
    send_on_behalf: Copies | None = Field(None, description="Of messages sent on its behalf: `sender` or `both`.")


class Storage(Strict):
    """How much it may hold."""

    warn_at: Percent | None = Field(None, description="`check` warns above this share of the quota; 80% otherwise.")
    licence: Licence | None = Field(None, description="The licence of the mailbox itself.")


Labels = Annotated[dict[NameText, NameText], Field(max_length=100)]
Addresses = Annotated[list[AddressText], Field(json_schema_extra={"uniqueItems": True})]
Members = list[Member]
Folders = Annotated[list[FolderPath], Field(json_schema_extra={"uniqueItems": True})]
NEEDED_BY_ABSENT = frozenset({"version", "mailbox", "platform", "labels", "state"})
"""What a mailbox that is to be absent may say of itself: anything else would be lost work."""
NOT_A_DEFAULT = frozenset({"mailbox", "aliases", "state"})
"""What belongs to one mailbox alone."""


class Settings(Strict):
    """What may stand in a document and in `_defaults.yaml`."""

    version: Version | None = Field(None, description="The version of the language: 1.")
    platform: Word | None = Field(
        None, description="`microsoft365`, `google-delegated`, `google-collaborative`; others with their providers."
    )
    display_name: NameText | None = Field(None, description="The name that people see.")
    hidden_from_address_lists: bool | None = Field(None, description="Whether address books leave it out.")
    sign_in: SignIn | None = Field(None, description="Sign-in to the mailbox's own account; `blocked` is right.")
    labels: Labels | None = Field(None, description="For filters and reports; never sent to a cloud.")
    members: Members | None = Field(None, description="Who may do what. Present: it is the whole list.")
    members_mode: Mode | None = Field(None, description="`exact`, or `at-least`: others keep their rights.")
    sent_items: SentItems | None = Field(None, description="Where sent messages are kept.")
    storage: Storage | None = Field(None, description="Size and licence.")
    folders: Folders | None = Field(None, description="Folders that must be there, by path; others stay.")
    tags: list[Tag] | None = Field(None, description="Tags that must be there; others stay.")
    rules: list[Rule] | None = Field(None, description="What happens to incoming messages: the whole list.")
    senders: Senders | None = Field(None, description="Further addresses to send from: the whole list.")
    auto_reply: AutoReply | None = Field(None, description="An answer that is sent by itself.")
    forwarding: Forwarding | None = Field(None, description="Where all mail goes as well.")
    access: Access | None = Field(None, description="Which programs may open it.")
    google: Google | None = Field(None, description="Of `google-delegated` alone: the account.")
    group: Group | None = Field(None, description="Of `google-collaborative` alone: the group.")


class Mailbox(Settings):
    """One mailbox."""

    version: Version = Field(description="The version of the language: 1.")
    mailbox: AddressText = Field(description="Its primary address.")
    aliases: Addresses | None = Field(None, description="Its further addresses: the whole list.")
    state: State | None = Field(
        None,
        description="`present`, or `absent`: deleted softly, guarded and by name. An absent mailbox says nothing "
        "else but `platform` and `labels`.",
    )

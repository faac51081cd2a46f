"""One document: the desired state of a mailbox."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, NameText, Strict, Word
from sharedbox_cli.language.models.calendar import Calendar, Contacts
from sharedbox_cli.language.models.content import Access, AutoReply, FolderPath, Forwarding, Tag
from sharedbox_cli.language.models.google import Google, Group
from sharedbox_cli.language.models.incoming import Incoming
from sharedbox_cli.language.models.members import Member
from sharedbox_cli.language.models.presentation import LanguageTag, Senders, SignatureText
from sharedbox_cli.language.models.retention import MessageLimits, Retention
from sharedbox_cli.language.models.rules import Rule
from sharedbox_cli.language.models.workflow import Workflow

_PERCENT = "^([1-9][0-9]?|100)%$"


def _percent(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(_PERCENT, value):
        raise PydanticCustomError("percent", "Write a percentage of the quota, from 1% to 100%: `80%`.")
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
        raise PydanticCustomError("version", "Write the number 1.")
    return value


Version = Annotated[Literal[1], BeforeValidator(_whole)]


class SentItems(Strict):
    """Who keeps a copy of sent messages: the `sender`, or `both` sender and mailbox."""

    send_as: Copies | None = Field(None, description="Of messages sent as the mailbox: only the `sender`, or `both`.")
    send_on_behalf: Copies | None = Field(
        None, description="Of messages sent on its behalf: only the `sender`, or `both`."
    )


class Storage(Strict):
    """Size and licence."""

    warn_at: Percent | None = Field(None, description="`check` warns above this share of the quota. Default: 80%.")
    licence: Licence | None = Field(None, description="The licence of the mailbox itself.")
    suite: NameText | None = Field(
        None,
        description="The product with more than a mailbox (`SPE_E3`) that may be assigned or removed for the licence. "
        "Without it, no suite is.",
    )


Labels = Annotated[dict[NameText, NameText], Field(max_length=100)]
Addresses = Annotated[list[AddressText], Field(json_schema_extra={"uniqueItems": True})]
Members = list[Member]
Folders = Annotated[list[FolderPath], Field(json_schema_extra={"uniqueItems": True})]
NEEDED_BY_ABSENT = frozenset({"version", "mailbox", "platform", "labels", "state"})
"""The keys that the spec of an absent mailbox can hold: anything else would have no effect."""
NOT_A_DEFAULT = frozenset({"mailbox", "aliases", "state"})
"""Keys that belong to one mailbox and cannot be defaults."""


class Mailbox(Strict):
    """One mailbox. A leaf whose path is a `Field` is a setting; the order of keys is that of a written document."""

    version: Version = Field(description="The version of the language: 1.")
    mailbox: AddressText = Field(description="The primary address.")
    platform: Word | None = Field(
        None, description="`microsoft365`, `google-delegated`, `google-collaborative`, or the platform of a plug-in."
    )
    state: State | None = Field(
        None,
        description="`present`, or `absent` to delete the mailbox (soft delete, guarded). The spec of an absent "
        "mailbox holds only `platform` and `labels`.",
    )
    display_name: NameText | None = Field(None, description="The name that people see.")
    aliases: Addresses | None = Field(None, description="Further addresses: the complete list.")
    hidden_from_address_lists: bool | None = Field(None, description="Whether address lists leave it out.")
    sign_in: SignIn | None = Field(
        None, description="Whether the mailbox's own account can sign in; it should be `blocked`."
    )
    labels: Labels | None = Field(None, description="For filters and reports. Never sent to a cloud.")
    members: Members | None = Field(None, description="Who has access: the complete list.")
    members_mode: Mode | None = Field(
        None, description="`exact`, or `at-least`: people who are not listed keep their rights."
    )
    sent_items: SentItems | None = Field(
        None, description="Who keeps a copy of sent messages: the `sender`, or `both`."
    )
    storage: Storage | None = Field(None, description="Size and licence.")
    language: LanguageTag | None = Field(
        None, description="The language in which the mail program shows itself: `de`, `en-GB`, `pt-BR`."
    )
    signature: SignatureText | None = Field(
        None, description="The signature of new messages: text, or HTML. An empty text removes it."
    )
    calendar: Calendar | None = Field(None, description="Who can see and change the calendar of the mailbox.")
    contacts: Contacts | None = Field(None, description="Who can see and change the contacts of the mailbox.")
    folders: Folders | None = Field(None, description="Folders that must exist, by path; others stay.")
    tags: list[Tag] | None = Field(None, description="Tags that must exist; others stay.")
    rules: list[Rule] | None = Field(None, description="What happens to incoming messages: the complete list.")
    workflow: Workflow | None = Field(
        None, description="How members share the mail: expands to tags, folders and rules."
    )
    senders: Senders | None = Field(None, description="Further addresses to send from: the complete list.")
    auto_reply: AutoReply | None = Field(None, description="An automatic reply.")
    forwarding: Forwarding | None = Field(None, description="Where all mail is forwarded.")
    access: Access | None = Field(None, description="Which programs can open the mailbox.")
    incoming: Incoming | None = Field(None, description="Who can send to it, and whose messages wait for approval.")
    message_limits: MessageLimits | None = Field(None, description="How large a message can be.")
    retention: Retention | None = Field(None, description="What is kept although somebody deletes it.")
    audit_log: bool | None = Field(None, description="Whether access to it is recorded.")
    google: Google | None = Field(None, description="The account, on `google-delegated` only.")
    group: Group | None = Field(None, description="The group, on `google-collaborative` only.")


_SHARED: dict[str, Any] = {
    name: (info.annotation, info) for name, info in Mailbox.model_fields.items() if name not in NOT_A_DEFAULT
}
_SHARED["version"] = (Version | None, Field(None, description="The version of the language: 1."))
Defaults = create_model(
    "Defaults",
    __base__=Strict,
    __doc__="What a `_defaults.yaml` can hold: the keys of a document that mailboxes can share.",
    **_SHARED,
)

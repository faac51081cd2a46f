"""Mail rules: the conditions on a message, and what happens to it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, NameText, Strict, address_schema
from sharedbox_cli.language.models.content import FolderPath
from sharedbox_cli.language.models.members import Beginning

_SIZE = r"^[1-9][0-9]{0,6} ?(KB|MB|GB)$"
_UNITS = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}


def _size(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(_SIZE, value):
        raise PydanticCustomError("size", "Write a size: `500KB`, `5MB`, `1GB`.")
    return int(re.sub(r"\D", "", value)) * _UNITS[value[-2:]]


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Size = Annotated[int, PlainValidator(_size), WithJsonSchema({"type": "string", "pattern": _SIZE})]
Texts = Annotated[
    list[NameText],
    BeforeValidator(_texts),
    Field(min_length=1, max_length=50),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 256},
                {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": 256},
                    "minItems": 1,
                    "maxItems": 50,
                },
            ]
        }
    ),
]
Addresses = Annotated[
    list[AddressText],
    BeforeValidator(_texts),
    Field(min_length=1, max_length=50),
    WithJsonSchema(
        {"anyOf": [address_schema(), {"type": "array", "items": address_schema(), "minItems": 1, "maxItems": 50}]}
    ),
]
Importance = Literal["high", "normal", "low"]
Sensitivity = Literal["normal", "personal", "private", "confidential"]
MailboxIs = Literal["to", "cc", "to-or-cc", "not-in-to", "only-recipient"]
MessageType = Literal[
    "automatic-reply",
    "automatic-forward",
    "encrypted",
    "calendaring",
    "calendaring-response",
    "permission-controlled",
    "voicemail",
    "signed",
    "approval-request",
    "read-receipt",
    "non-delivery-report",
]
Flag = Literal[
    "any",
    "call",
    "do-not-forward",
    "for-your-information",
    "forward",
    "no-response-necessary",
    "read",
    "reply",
    "reply-to-all",
    "review",
]
"""What a flag says. For follow-up there is `star`."""
FlaggedFor = Literal[Flag, "follow-up"]


class When(Strict):
    """Conditions on a message. In `when`, all of them must hold; in `unless`, one is enough."""

    model_config = ConfigDict(
        json_schema_extra={"minProperties": 1, "if": {"required": ["everything"]}, "then": {"maxProperties": 1}}
    )

    everything: Literal[True] | None = Field(None, description="Every message: there is no condition.")
    from_: Texts | None = Field(None, alias="from", description="The sender is one of these.")
    to: Texts | None = Field(None, description="A recipient is one of these.")
    from_contains: Texts | None = Field(None, description="The address of the sender contains one of these.")
    to_contains: Texts | None = Field(None, description="The address of a recipient contains one of these.")
    mailbox_is: MailboxIs | None = Field(
        None,
        description="The mailbox itself is in the line `to` or `cc`, in one of them (`to-or-cc`), not in `to` "
        "(`not-in-to`), or the `only-recipient`.",
    )
    subject_contains: Texts | None = Field(None, description="The subject contains one of these.")
    body_contains: Texts | None = Field(None, description="The text contains one of these.")
    subject_or_body_contains: Texts | None = Field(None, description="The subject or the text contains one of these.")
    header_contains: Texts | None = Field(None, description="The header contains one of these.")
    has_words: NameText | None = Field(None, description="These words, in the search syntax of the platform.")
    without_words: NameText | None = Field(None, description="None of these words.")
    has_tag: Texts | None = Field(None, description="The message has one of these tags.")
    has_any_tag: Literal[True] | None = Field(None, description="The message has a tag.")
    has_attachment: Literal[True] | None = Field(None, description="The message has an attachment.")
    message_type: MessageType | None = Field(None, description="What the message is.")
    importance: Importance | None = Field(None, description="The importance that the sender has set.")
    sensitivity: Sensitivity | None = Field(None, description="The sensitivity that the sender has set.")
    flagged_for: FlaggedFor | None = Field(None, description="The action that the sender asks for by a flag.")
    larger_than: Size | None = Field(None, description="The message is larger than this.")
    smaller_than: Size | None = Field(None, description="The message is smaller than this.")
    received_after: Beginning | None = Field(None, description="Received after this; a day starts at 00:00 UTC.")
    received_before: Beginning | None = Field(None, description="Received before this; a day starts at 00:00 UTC.")

    @model_validator(mode="after")
    def _some(self) -> When:
        if not self.model_fields_set:
            raise PydanticCustomError("when", "A rule needs at least one condition.")
        if self.everything and len(self.model_fields_set) > 1:
            raise PydanticCustomError(
                "when", "`everything` cannot be combined with conditions: leave it out, or remove the others."
            )
        low, high = self.larger_than, self.smaller_than
        if low is not None and high is not None and low >= high:
            raise PydanticCustomError(
                "when", "No message is larger than `larger_than` and smaller than `smaller_than`."
            )
        first, last = self.received_after, self.received_before
        if first is not None and last is not None and first >= last:
            raise PydanticCustomError("when", "`received_after` must be before `received_before`.")
        return self


class Then(Strict):
    """The actions of a mail rule: all of them are taken."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    move_to: FolderPath | None = Field(None, description="Moves the message from the inbox to this folder.")
    copy_to: FolderPath | None = Field(None, description="Copies the message to this folder.")
    tag: Annotated[list[FolderPath], Field(min_length=1, max_length=20)] | None = Field(
        None, description="Adds these tags."
    )
    star: Literal[True] | None = Field(None, description="Adds a star; in Outlook, a flag.")
    flag: Flag | None = Field(None, description="Adds a flag that says what to do.")
    clear_flag: Literal[True] | None = Field(None, description="Removes its flag.")
    complete_flag: Literal[True] | None = Field(None, description="Marks its flag as done.")
    clear_tags: Literal[True] | None = Field(None, description="Removes its tags.")
    pin: Literal[True] | None = Field(None, description="Keeps it at the top of the folder.")
    mark_read: Literal[True] | None = Field(None, description="Marks it as read.")
    archive: Literal[True] | None = Field(None, description="Removes it from the inbox.")
    delete: Literal[True] | None = Field(None, description="Moves it to the bin.")
    delete_permanently: Literal[True] | None = Field(None, description="Deletes it for good.")
    never_spam: Literal[True] | None = Field(None, description="Never treats it as spam.")
    important: bool | None = Field(None, description="Always (`true`) or never (`false`) marks it as important.")
    mark_importance: Importance | None = Field(None, description="Sets the importance.")
    forward_to: Addresses | None = Field(None, description="Forwards a copy to this address, or these.")
    forward_as_attachment_to: Addresses | None = Field(None, description="Forwards a copy as an attachment.")
    redirect_to: Addresses | None = Field(
        None, description="Sends it on to this address, or these, as if its sender had written to them."
    )

    @model_validator(mode="after")
    def _some(self) -> Then:
        if not self.model_fields_set:
            raise PydanticCustomError("then", "A rule needs at least one action.")
        if self.star and self.flag:
            raise PydanticCustomError("then", "A message has one flag: use only one of `star` and `flag`.")
        return self


class Rule(Strict):
    """A rule for incoming messages. The list is complete: a rule that is not in it is deleted."""

    model_config = ConfigDict(
        json_schema_extra={"not": {"required": ["unless"], "properties": {"unless": {"required": ["everything"]}}}}
    )

    name: NameText = Field(description="The name. Some platforms have no names for rules.")
    when: When = Field(description="The conditions; all of them must hold.")
    unless: When | None = Field(None, description="The exceptions: the rule does nothing if one of them holds.")
    then: Then = Field(description="The actions.")
    stop: bool | None = Field(None, description="Whether later rules are skipped if this one applies. Usually `false`.")
    enabled: bool | None = Field(None, description="Whether the rule is on. Usually `true`.")

    @model_validator(mode="after")
    def _has_exceptions(self) -> Rule:
        if self.unless is not None and self.unless.everything:
            raise PydanticCustomError("unless", "The rule would never apply. Write `enabled: false`.")
        return self

"""What is inside a mailbox: folders, tags, rules, senders, auto-reply, forwarding, client access."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, NameText, Strict, word_or_address, word_or_address_schema
from sharedbox_cli.language.models.members import Beginning, Moment

MAX_PATH = 225
MAX_REPLY = 10_000
Colour = Literal["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "grey", "black"]
_STEP = r"[^\s/]([^/]*[^\s/])?"
_SIZE = r"^[1-9][0-9]{0,6} ?(KB|MB|GB)$"
_UNITS = {"KB": 1000, "MB": 1000**2, "GB": 1000**3}


def _path(text: str) -> str:
    if len(text) > MAX_PATH or any(not step.strip() or step != step.strip() for step in text.split("/")):
        raise PydanticCustomError(
            "folder", "Not a path of folders: names between single `/`, {most} characters at most.", {"most": MAX_PATH}
        )
    return text


def _size(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(_SIZE, value):
        raise PydanticCustomError("size", "A size is meant: `500KB`, `5MB`, `1GB`.")
    return int(re.sub(r"\D", "", value)) * _UNITS[value[-2:]]


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


FolderPath = Annotated[
    NameText,
    AfterValidator(_path),
    WithJsonSchema({"type": "string", "maxLength": MAX_PATH, "pattern": f"^{_STEP}(/{_STEP})*$"}),
]
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


def _text_block(text: str) -> str:
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise PydanticCustomError("text", "Not a clean text: it has control characters.")
    return text.rstrip("\n")


ReplyText = Annotated[str, Field(max_length=MAX_REPLY), AfterValidator(_text_block)]


class Tag(Strict):
    """A mark for messages."""

    name: FolderPath = Field(description="Its name.")
    color: Colour | None = Field(None, description="Its colour; any, where it is not said.")


class When(Strict):
    """What a message must be like: all of these."""

    model_config = ConfigDict(
        json_schema_extra={"minProperties": 1, "not": {"required": ["larger_than", "smaller_than"]}}
    )

    from_: Texts | None = Field(None, alias="from", description="From one of these.")
    to: Texts | None = Field(None, description="To one of these.")
    subject_contains: Texts | None = Field(None, description="One of these in the subject.")
    has_words: NameText | None = Field(None, description="These words, in the platform's search language.")
    without_words: NameText | None = Field(None, description="None of these words.")
    has_attachment: Literal[True] | None = Field(None, description="With an attachment.")
    larger_than: Size | None = Field(None, description="Larger than this.")
    smaller_than: Size | None = Field(None, description="Smaller than this.")

    @model_validator(mode="after")
    def _some(self) -> When:
        if not self.model_fields_set:
            raise PydanticCustomError("when", "A rule needs at least one condition.")
        if self.larger_than is not None and self.smaller_than is not None:
            raise PydanticCustomError("when", "Either `larger_than` or `smaller_than`: platforms know one of them.")
        return self


class Then(Strict):
    """What happens to it: all of these."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    move_to: FolderPath | None = Field(None, description="Out of the inbox, into this folder.")
    tag: Annotated[list[FolderPath], Field(min_length=1, max_length=20)] | None = Field(
        None, description="These tags are put on it."
    )
    star: Literal[True] | None = Field(None, description="It is starred.")
    mark_read: Literal[True] | None = Field(None, description="It counts as read.")
    archive: Literal[True] | None = Field(None, description="Out of the inbox.")
    delete: Literal[True] | None = Field(None, description="To the bin.")
    never_spam: Literal[True] | None = Field(None, description="Never taken for spam.")
    important: bool | None = Field(None, description="Important, or never so.")
    forward_to: AddressText | None = Field(None, description="A copy goes there.")

    @model_validator(mode="after")
    def _some(self) -> Then:
        if not self.model_fields_set:
            raise PydanticCustomError("then", "A rule needs at least one action.")
        return self


class Rule(Strict):
    """A rule for incoming messages."""

    name: NameText = Field(description="What people call it; some platforms have no names for rules.")
    when: When = Field(description="Conditions, all of which must hold.")
    then: Then = Field(description="What happens.")


class Sender(Strict):
    """A further address that the mailbox sends from."""

    address: AddressText = Field(description="The address.")
    display_name: NameText | None = Field(None, description="The name beside it.")
    reply_to: AddressText | None = Field(None, description="Where answers go.")
    default: bool | None = Field(None, description="Whether new messages start with it.")


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


class AutoReply(Strict):
    """An answer that is sent by itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"enabled": {"const": True}}, "required": ["enabled"]},
            "then": {"anyOf": [{"required": ["subject"]}, {"required": ["internal"]}]},
        }
    )

    enabled: bool | None = Field(None, description="Whether it is on.")
    subject: NameText | None = Field(None, description="Its subject.")
    internal: ReplyText | None = Field(None, description="Its text; on platforms with one text for all: that text.")
    external: ReplyText | None = Field(None, description="Its text for people outside the organisation.")
    audience: Literal["all", "known", "organization"] | None = Field(
        None, description="Who gets it: `all`, `known` contacts, or the `organization` alone."
    )
    start: Beginning | None = Field(None, description="From when on; a day from its first hour (UTC).")
    end: Moment | None = Field(None, description="Until when; a day to its last hour (UTC).")

    @model_validator(mode="after")
    def _whole(self) -> AutoReply:
        if self.enabled and not (self.subject or self.internal):
            raise PydanticCustomError("auto_reply", "An auto-reply that is on needs a `subject` or an `internal` text.")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise PydanticCustomError("auto_reply", "`start` must be before `end`.")
        return self


Target = Annotated[str, word_or_address("none"), word_or_address_schema("none")]


class Forwarding(Strict):
    """Where all mail goes as well."""

    to: Target | None = Field(None, description="An address, or `none`.")
    keep_copy: bool | None = Field(None, description="Whether the mailbox keeps it too.")


class Access(Strict):
    """Which programs may open it."""

    web: bool | None = Field(None, description="The web client.")
    mobile: bool | None = Field(None, description="Phones.")
    mapi: bool | None = Field(None, description="Outlook.")
    imap: bool | None = Field(None, description="IMAP programs.")
    pop: bool | None = Field(None, description="POP programs.")

"""What is inside a mailbox: folders, tags, auto-reply, forwarding, client access. `rules` has its mail rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import NameText, Strict, word_or_address, word_or_address_schema
from sharedbox_cli.language.models.members import Beginning, Moment

MAX_PATH = 225
MAX_REPLY = 10_000
Colour = Literal["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "grey", "black"]
_STEP = r"[^\s/]([^/]*[^\s/])?"


def _path(text: str) -> str:
    if len(text) > MAX_PATH or any(not step.strip() or step != step.strip() for step in text.split("/")):
        raise PydanticCustomError(
            "folder", "Not a folder path: names separated by single `/`, at most {most} characters.", {"most": MAX_PATH}
        )
    return text


FolderPath = Annotated[
    NameText,
    AfterValidator(_path),
    WithJsonSchema({"type": "string", "maxLength": MAX_PATH, "pattern": f"^{_STEP}(/{_STEP})*$"}),
]


def text_block(text: str) -> str:
    """Return a text without line ends after it. Raises PydanticCustomError for control characters."""
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        raise PydanticCustomError("text", "The text contains control characters.")
    return text.rstrip("\n")


ReplyText = Annotated[str, Field(max_length=MAX_REPLY), AfterValidator(text_block)]


class Tag(Strict):
    """A label for messages. Where a platform stores folders and tags as one thing, they share one set of names."""

    name: FolderPath = Field(description="The name.")
    color: Colour | None = Field(None, description="The colour. Without the key: any colour.")


class AutoReply(Strict):
    """An automatic reply."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"enabled": {"const": True}}, "required": ["enabled"]},
            "then": {"anyOf": [{"required": ["subject"]}, {"required": ["internal"]}]},
        }
    )

    enabled: bool | None = Field(None, description="Whether it is on.")
    subject: NameText | None = Field(None, description="The subject of the reply.")
    internal: ReplyText | None = Field(
        None, description="The text for the organisation; for everyone where there is one text."
    )
    external: ReplyText | None = Field(None, description="The text for people outside the organisation.")
    audience: Literal["all", "known", "organization"] | None = Field(
        None, description="Who receives it: `all`, `known` contacts, or only the `organization`."
    )
    start: Beginning | None = Field(None, description="When it starts; a day starts at 00:00 UTC.")
    end: Moment | None = Field(None, description="When it ends; a day ends at 24:00 UTC.")

    @model_validator(mode="after")
    def _whole(self) -> AutoReply:
        if self.enabled and not (self.subject or self.internal):
            raise PydanticCustomError("auto_reply", "An auto-reply that is on needs a `subject` or an `internal` text.")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise PydanticCustomError("auto_reply", "`start` must be before `end`.")
        return self


Target = Annotated[str, word_or_address("none"), word_or_address_schema("none")]


class Forwarding(Strict):
    """Forwarding of all mail."""

    to: Target | None = Field(None, description="An address, or `none`.")
    keep_copy: bool | None = Field(None, description="Whether the mailbox keeps a copy.")


def _own_or_organization(value: Any) -> bool | str:
    if isinstance(value, bool) or value == "organization":
        return value if isinstance(value, bool) else "organization"
    raise PydanticCustomError(
        "switch", "Write `true`, `false`, or `organization` for what the organisation has set for all mailboxes."
    )


OwnOrOrganization = Annotated[
    bool | Literal["organization"],
    PlainValidator(_own_or_organization),
    WithJsonSchema({"enum": [True, False, "organization"]}),
]


class Access(Strict):
    """Which programs can open the mailbox."""

    web: bool | None = Field(None, description="The web client.")
    mobile: bool | None = Field(None, description="Mobile devices.")
    mapi: bool | None = Field(None, description="Outlook (MAPI).")
    imap: bool | None = Field(None, description="IMAP clients.")
    pop: bool | None = Field(None, description="POP clients.")
    smtp_auth: OwnOrOrganization | None = Field(
        None, description="Sending by SMTP with a sign-in (SMTP AUTH); `organization`: as the organisation has set it."
    )

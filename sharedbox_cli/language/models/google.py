"""What belongs to Google Workspace alone: an account's place, a group's settings."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import Strict, word_or_address, word_or_address_schema

_UNIT = r"^/$|^(/[^/]+)+$"


def _unit(text: str) -> str:
    if not re.fullmatch(_UNIT, text):
        raise PydanticCustomError("unit", "An organisational unit begins with `/` and does not end with one.")
    return text


OrgUnit = Annotated[str, AfterValidator(_unit), WithJsonSchema({"type": "string", "pattern": _UNIT})]
Keepers = Literal["members", "owners-and-managers", "owners", "nobody"]
Assistants = Literal["members", "owners-and-managers", "managers", "owners", "nobody"]
_REPLY_TO = ("sender", "group", "owners", "managers", "everyone-decides")
ReplyTo = Annotated[str, word_or_address(*_REPLY_TO), word_or_address_schema(*_REPLY_TO)]


class Google(Strict):
    """A delegated mailbox's account."""

    org_unit: OrgUnit | None = Field(None, description="The organisational unit it is in: `/Shared mailboxes`.")
    show_delegate: bool | None = Field(
        None, description="Whether recipients see which delegate sent a message; no API lets it be set."
    )


class Group(Strict):
    """A collaborative inbox's group."""

    description: Annotated[str, Field(max_length=300)] | None = Field(None, description="What it is for.")
    posting: Literal["anyone", "organization", "members", "managers", "owners", "nobody"] | None = Field(
        None, description="Who may write to it."
    )
    post_as_group: bool | None = Field(None, description="Whether members may send as the group, on the web.")
    default_sender: Literal["sender", "group"] | None = Field(None, description="Who a message is from at first.")
    reply_to: ReplyTo | None = Field(None, description="Where answers go: one of these, or an address.")
    viewing: Literal["anyone", "organization", "members", "managers"] | None = Field(
        None, description="Who may read the conversations."
    )
    members_viewing: Literal["organization", "members", "managers"] | None = Field(
        None, description="Who may see its members."
    )
    joining: Literal["anyone", "organization", "invited", "on-request"] | None = Field(
        None, description="Who may come in."
    )
    leaving: Literal["members", "managers", "nobody"] | None = Field(None, description="Who may leave by themselves.")
    external_members: bool | None = Field(None, description="Whether people of other organisations may be members.")
    assisting: Assistants | None = Field(None, description="Who may take, assign and complete conversations.")
    moderating: Keepers | None = Field(None, description="Who may approve, delete and lock.")
    managing_members: Keepers | None = Field(None, description="Who may add and remove members.")
    contacting: Literal["anyone", "organization", "members", "managers", "owners"] | None = Field(
        None, description="Who may write to its owners."
    )
    discovering: Literal["anyone", "organization", "members"] | None = Field(
        None, description="Who finds it in searches."
    )
    moderation: Literal["none", "new-members", "non-members", "all"] | None = Field(
        None, description="Whose messages wait for approval."
    )
    spam: Literal["allow", "moderate", "silently-moderate", "reject"] | None = Field(
        None, description="What happens to what looks like spam."
    )
    history: bool | None = Field(
        None, description="Whether conversations are kept; without it there is nothing to assign."
    )

"""Keys for Google Workspace only: the settings of an account and of a group."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import Strict, word_or_address, word_or_address_schema

_UNIT = r"^/$|^(/[^/]+)+$"


def _unit(text: str) -> str:
    if not re.fullmatch(_UNIT, text):
        raise PydanticCustomError(
            "unit", "An organisational unit is a path that starts with `/` and does not end with `/`."
        )
    return text


OrgUnit = Annotated[str, AfterValidator(_unit), WithJsonSchema({"type": "string", "pattern": _UNIT})]
Keepers = Literal["members", "owners-and-managers", "owners", "nobody"]
Assistants = Literal["members", "owners-and-managers", "managers", "owners", "nobody"]
_REPLY_TO = ("sender", "group", "owners", "managers", "everyone-decides")
ReplyTo = Annotated[str, word_or_address(*_REPLY_TO), word_or_address_schema(*_REPLY_TO)]


class Google(Strict):
    """The account of a delegated mailbox."""

    org_unit: OrgUnit | None = Field(None, description="The organisational unit of the account: `/Shared mailboxes`.")
    show_delegate: bool | None = Field(
        None, description="Whether recipients see which delegate sent a message. No API can set it."
    )


class Group(Strict):
    """The group of a collaborative inbox."""

    description: Annotated[str, Field(max_length=300)] | None = Field(None, description="The purpose of the group.")
    posting: Literal["anyone", "organization", "members", "managers", "owners", "nobody"] | None = Field(
        None, description="Who can send messages to it."
    )
    post_as_group: bool | None = Field(None, description="Whether members can send as the group, on the web.")
    default_sender: Literal["sender", "group"] | None = Field(None, description="The default sender of a message.")
    reply_to: ReplyTo | None = Field(None, description="Where replies go: one of these, or an address.")
    viewing: Literal["anyone", "organization", "members", "managers"] | None = Field(
        None, description="Who can read the conversations."
    )
    members_viewing: Literal["organization", "members", "managers"] | None = Field(
        None, description="Who can see the members."
    )
    joining: Literal["anyone", "organization", "invited", "on-request"] | None = Field(
        None, description="Who can join."
    )
    leaving: Literal["members", "managers", "nobody"] | None = Field(None, description="Who can leave the group.")
    external_members: bool | None = Field(None, description="Whether people of other organisations can be members.")
    assisting: Assistants | None = Field(None, description="Who can take, assign and complete conversations.")
    moderating: Keepers | None = Field(None, description="Who can approve, delete and lock messages.")
    managing_members: Keepers | None = Field(None, description="Who can add and remove members.")
    contacting: Literal["anyone", "organization", "members", "managers", "owners"] | None = Field(
        None, description="Who can contact the owners."
    )
    discovering: Literal["anyone", "organization", "members"] | None = Field(
        None, description="Who can find the group in searches."
    )
    moderation: Literal["none", "new-members", "non-members", "all"] | None = Field(
        None, description="Whose messages wait for approval."
    )
    spam: Literal["allow", "moderate", "silently-moderate", "reject"] | None = Field(
        None, description="What happens to suspected spam."
    )
    enforce_until: bool | None = Field(
        None,
        description="Whether Google itself ends the access of members when `until` is over. Owners and managers stay.",
    )
    history: bool | None = Field(
        None, description="Whether conversations are kept. Without history, nothing can be assigned."
    )

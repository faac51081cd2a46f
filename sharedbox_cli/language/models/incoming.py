"""Who can send messages to a mailbox, and whose messages wait for approval."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, Strict

Recipients = Annotated[list[AddressText], Field(json_schema_extra={"uniqueItems": True}, max_length=1000)]


class Incoming(Strict):
    """Who can send messages to the mailbox, and whose messages wait for approval."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"moderated": {"const": True}}, "required": ["moderated"]},
            "then": {"properties": {"moderators": {"minItems": 1}}},
        }
    )

    accept_from: Recipients | None = Field(
        None, description="Only these people and groups can send to it: the complete list. `[]`: everyone."
    )
    reject_from: Recipients | None = Field(
        None, description="These people and groups cannot send to it: the complete list."
    )
    moderated: bool | None = Field(None, description="Whether messages wait for approval.")
    moderators: Recipients | None = Field(None, description="Who approves messages: the complete list.")
    bypass_moderation: Recipients | None = Field(
        None, description="Whose messages need no approval: the complete list."
    )
    notify_senders: Literal["always", "internal", "never"] | None = Field(
        None, description="Which senders learn that their message was rejected: all, those inside, or none."
    )

    @model_validator(mode="after")
    def _has_moderators(self) -> Incoming:
        if self.moderated and self.moderators == []:
            raise PydanticCustomError("incoming", "A mailbox that is `moderated` needs `moderators`.")
        return self

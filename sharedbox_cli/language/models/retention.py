"""How long messages are kept, how large they can be, and whether access to them is recorded."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import NameText, Strict

_DAYS = r"(0|[1-9][0-9]{0,4})d"
_DAYS_OR_NONE = rf"^({_DAYS}|none)$"
_DAYS_OR_UNLIMITED = rf"^({_DAYS}|unlimited)$"
_ONLY_DAYS = rf"^{_DAYS}$"
_SIZE = r"^[1-9][0-9]{0,6} ?(KB|MB)$"
_UNITS = {"KB": 1024, "MB": 1024**2}


def _matching(pattern: str, message: str) -> PlainValidator:
    def checked(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise PydanticCustomError("days", "{message}", {"message": message})
        return value

    return PlainValidator(checked)


def _size(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(_SIZE, value):
        raise PydanticCustomError("size", "Write a size: `500KB`, `35MB`.")
    return int(re.sub(r"\D", "", value)) * _UNITS[value[-2:]]


def _clearable(text: str) -> str:
    return "" if text == "none" else text


MessageSize = Annotated[int, PlainValidator(_size), WithJsonSchema({"type": "string", "pattern": _SIZE})]
"""A size in bytes. Units are binary, as mail systems count the size of a message."""
Days = Annotated[
    str,
    _matching(_ONLY_DAYS, "Write a number of days: `30d`."),
    WithJsonSchema({"type": "string", "pattern": _ONLY_DAYS}),
]
DaysOrNone = Annotated[
    str,
    _matching(_DAYS_OR_NONE, "Write a number of days, or `none`: `30d`."),
    WithJsonSchema({"type": "string", "pattern": _DAYS_OR_NONE}),
]
DaysOrUnlimited = Annotated[
    str,
    _matching(_DAYS_OR_UNLIMITED, "Write a number of days, or `unlimited`: `365d`."),
    WithJsonSchema({"type": "string", "pattern": _DAYS_OR_UNLIMITED}),
]
NameOrNone = Annotated[NameText, AfterValidator(_clearable)]


class Retention(Strict):
    """What is kept although somebody deletes it."""

    archive: bool | None = Field(None, description="Whether it has an archive mailbox.")
    litigation_hold: bool | None = Field(None, description="Whether all messages are kept, also deleted ones.")
    hold_duration: DaysOrUnlimited | None = Field(None, description="How long the hold keeps a message.")
    hold_note: NameOrNone | None = Field(None, description="What Outlook says about the hold, or `none`.")
    single_item_recovery: DaysOrNone | None = Field(
        None, description="How long administrators can recover messages that somebody purged, or `none`."
    )
    deleted_items: Days | None = Field(None, description="How long deleted messages can be recovered.")
    policy: NameOrNone | None = Field(None, description="The name of the retention policy, or `none`.")

    @model_validator(mode="after")
    def _one_span(self) -> Retention:
        both = {self.single_item_recovery, self.deleted_items} - {None, "none"}
        if len(both) > 1:
            raise PydanticCustomError(
                "retention", "`single_item_recovery` and `deleted_items` are one span. Leave `deleted_items` out."
            )
        return self


class MessageLimits(Strict):
    """How large a message can be."""

    send: MessageSize | None = Field(None, description="The largest message that it can send.")
    receive: MessageSize | None = Field(None, description="The largest message that it can receive.")

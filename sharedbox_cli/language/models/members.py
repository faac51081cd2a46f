"""Who may do what: members of a mailbox, and teams."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.core.model import CALENDAR_ONLY, MEMBER_RIGHTS, ROLES, Right
from sharedbox_cli.core.until import end_of_day
from sharedbox_cli.language.models.base import AddressText, NameText, Strict, Word
from sharedbox_cli.language.problems import nearest

_MOMENT = (
    "^2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
)
"""Years from 2000 to 2199: 20270 and 0227 are typing errors."""
_LIKE_A_MOMENT = (
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2}))?([.,][0-9]+)?(?: ?(Z|z|[+-][0-9:]+))?)?"
)


def _moment(value: Any) -> datetime:
    """Return the UTC instant at which something ends: a day lasts until 24:00 UTC, a time needs its zone."""
    return _instant(value, end_of_day)


def _beginning(value: Any) -> datetime:
    """Return the UTC instant at which something begins: a day does at 00:00 UTC."""
    return _instant(value, lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))


def _instant(value: Any, of_day: Callable[[date], datetime]) -> datetime:
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, str) and re.fullmatch(_MOMENT, text):
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return instant.astimezone(UTC) if "T" in text else of_day(instant.date())
    raise PydanticCustomError("moment", "{what}", {"what": _what_is_wrong(text)})


def _what_is_wrong(text: Any) -> str:
    """Return what is wrong with a day or a time, and what to write."""
    match = re.fullmatch(_LIKE_A_MOMENT, text) if isinstance(text, str) else None
    if match is None:
        return "Not a day: write `2027-03-31`, or a time with its zone: `2027-03-31T18:00:00+02:00`."
    day, minute, second, fraction, zone = match.groups()
    if not 2000 <= int(day[:4]) <= 2199:
        return "Write a year from 2000 to 2199."
    try:
        date.fromisoformat(day)
    except ValueError:
        return f"There is no day `{day}`: write one that the calendar has."
    known = _zone(zone) or "Z"
    if int(minute[:2]) > 23:
        return f"An hour is 00 to 23: write `{day}T23:59:59{known}` for the end of that day, or another time."
    if int(minute[3:]) > 59:
        return f"A minute is 00 to 59: write `{day}T{minute[:2]}:59:59{known}`, or another time."
    if second is not None and int(second) > 59:
        return f"A second is 00 to 59: write `{day}T{minute}:59{known}`, or the next minute."
    whole = f"{day}T{minute}:{second or '00'}"
    if fraction:
        return f"Only whole seconds can be written: write `{whole}{known}`."
    if not zone:
        return f"A time needs its zone: write `{whole}Z` for UTC, or `{whole}+02:00`."
    if right := _zone(zone):
        return f"Not a time with a zone: write `{whole}{right}`."
    return f"Not a time with a zone: write `{whole}Z` for UTC, or `{whole}+02:00`."


def _zone(text: str | None) -> str:
    """Return a zone as it is to be written; empty if it is none."""
    if text in ("z", "Z"):
        return "Z"
    match = re.fullmatch("([+-](?:[01][0-9]|2[0-3])):?([0-5][0-9])", text or "")
    return f"{match[1]}:{match[2]}" if match is not None else ""


def _right(value: Any) -> Right:
    right = MEMBER_RIGHTS.get(value) if isinstance(value, str) else None
    if right is None:
        names = ", ".join(MEMBER_RIGHTS)
        hint = nearest(str(value), MEMBER_RIGHTS)
        raise PydanticCustomError(
            "right", "Not a right. The rights are: {names}. {hint}", {"names": names, "hint": hint}
        )
    return right


def _once(rights: tuple[Right, ...]) -> tuple[Right, ...]:
    if len(set(rights)) < len(rights):
        twice = sorted({str(right) for right in rights if rights.count(right) > 1})
        raise PydanticCustomError("rights", "A right is listed twice: {twice}.", {"twice": ", ".join(twice)})
    if Right.CALENDAR in rights and len(rights) > 1:
        raise PydanticCustomError(
            "rights", "`calendar_only` is for people without other rights: leave one of them out."
        )
    if sum(right in ROLES for right in rights) > 1:
        raise PydanticCustomError("rights", "Give each person one role: `member`, `manager` or `owner`.")
    return rights


Moment = Annotated[datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "pattern": _MOMENT})]
Beginning = Annotated[datetime, PlainValidator(_beginning), WithJsonSchema({"type": "string", "pattern": _MOMENT})]
RightName = Annotated[Right, PlainValidator(_right), WithJsonSchema({"enum": [*MEMBER_RIGHTS]})]
Rights = Annotated[
    tuple[RightName, ...],
    BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
    Field(min_length=1),
    AfterValidator(_once),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"enum": [*MEMBER_RIGHTS]},
            "minItems": 1,
            "uniqueItems": True,
            "contains": {"enum": [str(role) for role in ROLES]},
            "minContains": 0,
            "maxContains": 1,
            "if": {"contains": {"const": CALENDAR_ONLY}},
            "then": {"maxItems": 1},
        }
    ),
]


class _Person(Strict):
    user: AddressText | None = Field(None, description="The address of a person.")
    group: AddressText | None = Field(None, description="The address of a group that can hold rights.")


class _PersonOrTeam(_Person):
    team: Word | None = Field(None, description="A team that teams.yaml defines.")


class _Entry(Strict):
    rights: Rights | None = Field(
        None, description="The rights of this member. Without the key: the platform's default."
    )
    automapping: bool | None = Field(None, description="Whether Outlook adds the mailbox automatically.")
    delivery: Literal["all", "daily", "digest", "none", "disabled"] | None = Field(
        None, description="How a member of a group receives messages by mail."
    )
    until: Moment | None = Field(None, description="Access ends at the end of this day (UTC).")
    reason: NameText | None = Field(None, description="Why, for those who review access. Never sent to a cloud.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        kinds = [name for name in ("user", "group", "team") if getattr(self, name, None) is not None]
        if len(kinds) != 1:
            raise PydanticCustomError(
                "one_of",
                "A member is exactly one of `user`, `group` or `team`; here: {found}.",
                {"found": ", ".join(kinds) or "none"},
            )
        return self


class Member(_Entry, _PersonOrTeam):
    """An entry of `members`: exactly one of `user`, `group` or `team`."""


class TeamMember(_Entry, _Person):
    """An entry of a team: a `user` or a `group`."""


class Team(Strict):
    """A named set of people and groups, with their rights."""

    members: list[TeamMember] = Field(min_length=1, description="Who is in the team. An empty team is an error.")
    rights: Rights | None = Field(None, description="The rights of all members whose own line has no `rights`.")
    reason: NameText | None = Field(None, description="What the team is for. Never sent to a cloud.")

"""Who can use the calendar and the contacts of a mailbox."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sharedbox_cli.language.models.base import AddressText, NameText, Strict
from sharedbox_cli.language.models.members import Moment

CalendarLevel = Literal["none", "availability", "details", "reader", "editor"]
AnonymousLevel = Literal["none", "availability", "details", "reader"]
ContactsLevel = Literal["none", "reader", "editor"]
_PEOPLE = "People and groups with a level of their own, in addition to the members: the complete list."
_MEMBERS = "The level of every entry of `members`, teams included, with its `until`."


class _LevelOf(Strict):
    user: AddressText | None = Field(None, description="The address of a person.")
    group: AddressText | None = Field(None, description="The address of a group that can hold rights.")
    level: str
    until: Moment | None = Field(None, description="The level ends at the end of this day (UTC).")
    reason: NameText | None = Field(None, description="Why, for those who review access. Never sent to a cloud.")

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.user is None) is (self.group is None):
            found = "both" if self.user is not None else "none"
            raise PydanticCustomError(
                "one_of", "An entry is exactly one of `user` and `group`; here: {found}.", {"found": found}
            )
        return self


class CalendarPerson(_LevelOf):
    """Exactly one of `user` and `group`. Whoever is also a member has this level, and not that of the members."""

    level: CalendarLevel = Field(description="The level. `none`: that of everybody in the organisation.")


class ContactsPerson(_LevelOf):
    """Exactly one of `user` and `group`. Whoever is also a member has this level, and not that of the members."""

    level: ContactsLevel = Field(description="The level. `none`: that of everybody in the organisation.")


class Calendar(Strict):
    """Who can use the calendar.

    `availability` shows when it is busy, `details` also with what and where, `reader` shows events, `editor` changes
    them.
    """

    default: CalendarLevel | None = Field(
        None, description="What everybody in the organisation can do who has no level of their own."
    )
    anonymous: AnonymousLevel | None = Field(
        None, description="What everybody on the web can do. Above `none`, the calendar is public."
    )
    members: CalendarLevel | None = Field(None, description=_MEMBERS)
    people: list[CalendarPerson] | None = Field(None, description=_PEOPLE)


class Contacts(Strict):
    """Who can use the contacts: `reader` shows them, `editor` changes them."""

    default: ContactsLevel | None = Field(
        None, description="What everybody in the organisation can do who has no level of their own."
    )
    members: ContactsLevel | None = Field(None, description=_MEMBERS)
    people: list[ContactsPerson] | None = Field(None, description=_PEOPLE)

"""Who can use the calendar of a mailbox."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sharedbox_cli.language.models.base import Strict

CalendarLevel = Literal["none", "availability", "reader", "editor"]
AnonymousLevel = Literal["none", "availability", "reader"]


class Calendar(Strict):
    """Who can use the calendar: `availability` shows when it is busy, `reader` shows events, `editor` changes them."""

    default: CalendarLevel | None = Field(
        None, description="What everybody in the organisation can do who has no level of their own."
    )
    anonymous: AnonymousLevel | None = Field(
        None, description="What everybody on the web can do. Above `none`, the calendar is public."
    )

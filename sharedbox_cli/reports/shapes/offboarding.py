"""Specs without a person who leaves."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.words import Mailbox, Platform


class OffboardedJson(TypedDict):
    """One mailbox whose spec names the person."""

    mailbox: Mailbox
    platform: Platform
    rights: Annotated[list[str], "What the spec gives to the person."]
    file: Annotated[str, "The file that gives it: of the mailbox, or of a team."]
    is_last: Annotated[bool, "Whether nobody else could read the mailbox."]
    settings: Annotated[list[str], "Settings that name the person. They are not changed."]
    by_hand: Annotated[str, "What has to be done by hand, and why; empty if nothing."]


class OffboardingJson(TypedDict):
    """Every mailbox whose spec names the person."""

    person: Annotated[str, "The address."]
    successor: Annotated[str, "The address; empty if none is named."]
    mailboxes: list[OffboardedJson]
    diff: Annotated[str, "The changes of the files, as a unified diff."]
    is_written: Annotated[bool, "Whether the files were changed."]
    next_command: Annotated[
        str, "Applies the specs of the changed mailboxes, and of no others; empty until they are written."
    ]

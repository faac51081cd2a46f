"""An access review: its sheets, and what owners decided."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.words import Column, Line, Mailbox, Platform


class SheetJson(TypedDict):
    """The sheet of one owner."""

    owner: Annotated[str, "The label of the mailboxes; empty: they have no owner."]
    file: Annotated[str, "The file that was written."]
    mailboxes: Annotated[int, "How many mailboxes it has."]
    rows: Annotated[int, "How many rights it has."]


class SheetsJson(TypedDict):
    """All sheets."""

    sheets: list[SheetJson]


class ReviewedJson(TypedDict):
    """One right."""

    mailbox: Mailbox
    platform: Platform
    person: Annotated[str, "The holder, as the sheet has it."]
    right: Annotated[str, "The right, such as `full_access`."]
    through: Annotated[str, "The groups that give the right, the outer one first; empty: it is direct."]


class DecisionJson(ReviewedJson):
    """A right that an owner decided on."""

    decision: Annotated[str, "`yes`, `no`, or `until` and a day."]
    reviewer: Annotated[str, "Who decided."]
    note: str
    result: Annotated[
        str,
        "`kept`, `removed`, `ends`, `already so`, `by hand`, `own access` (nobody decides on their own) or "
        "`changed since`.",
    ]
    why: Annotated[str, "Why the spec is not changed; empty if it is, or need not be."]


class OpenJson(ReviewedJson):
    """A right without a decision."""

    file: Annotated[str, "The sheet."]
    line: Line
    column: Column


class DecisionsJson(TypedDict):
    """All rows of some sheets."""

    decisions: list[DecisionJson]
    open: Annotated[list[OpenJson], "Rows without a decision."]
    diff: Annotated[str, "The changes of specs, as a unified diff."]
    recorded: Annotated[int, "How many decisions are new in the record."]
    is_written: Annotated[bool, "Whether specs and record were changed."]
    next_command: Annotated[
        str, "Applies the specs of the changed mailboxes, and of no others; empty until they are written."
    ]

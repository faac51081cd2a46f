"""A plan and its run."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.header import PlaceJson, RefusalJson
from sharedbox_cli.reports.shapes.words import Counts, Instant, Mailbox, Platform, Settings


class TrusteeJson(TypedDict):
    """Whom a change of a grant is about, and which right."""

    id: Annotated[str, "The immutable ID on the platform."]
    kind: Annotated[str, "`user`, `group`, `orphan` (a deleted account) or `other`."]
    address: Annotated[str, "The primary address; empty if it has none."]
    name: Annotated[str, "The display name."]
    right: Annotated[str, "The right, such as `full_access`."]
    detail: Annotated[str, "Of the calendar and of contacts, the level; otherwise the platform's own name of a right."]


class RecordedChangeJson(PlaceJson):
    """One change, as the journal records it."""

    kind: Annotated[str, "`create`, `update`, `grant`, `revoke`, `licence` or `delete`."]
    mailbox: Mailbox
    platform: Platform
    mailbox_id: Annotated[str, "The immutable ID of the mailbox; empty until it is created."]
    created_by: Annotated[str, "Of a creation: `new` or `restore`."]
    before: Settings
    after: Settings
    trustee: Annotated[TrusteeJson | None, "Of a grant or revocation."]
    risk: Annotated[str, "`low`, `medium` or `high`."]
    why: Annotated[str, "The reason of the change, for people."]
    needs: Annotated[list[str], "Keys of changes that must succeed first."]


class ChangeJson(RecordedChangeJson):
    """One change of a plan."""

    key: Annotated[str, "Identifies the change within its plan."]
    words: Annotated[str, "The change in one line, for people."]
    is_reversible: Annotated[bool, "Whether an inverse change exists."]


class NoteJson(TypedDict):
    """Something a reader of a plan must know that is not a change."""

    mailbox: Mailbox
    text: str


class UnmanagedJson(TypedDict):
    """What exists and is not managed."""

    mailboxes: Annotated[int, "Mailboxes without a spec."]
    extra_grants: Annotated[int, "Grants kept because of `members_mode: at-least`."]
    special_entries: Annotated[int, "Deny, inherited and unknown entries, and rights of deleted accounts."]
    settings: Annotated[dict[str, list[str]], "By mailbox: the settings that its spec does not name."]


class PlanJson(TypedDict):
    """A plan."""

    id: Annotated[str, "The digest of the plan."]
    created_at: Instant
    rules_version: Annotated[str, "The version of the rules that order and compare."]
    spec_digest: Annotated[str, "The digest of all specs."]
    risk: Annotated[str, "The highest risk of all changes."]
    counts: Annotated[Counts, "Changes by kind."]
    changes: Annotated[list[ChangeJson], "The changes, in order."]
    notes: list[NoteJson]
    unmanaged: UnmanagedJson
    refusals: Annotated[list[RefusalJson], "What the guards would refuse."]


class OutcomeJson(TypedDict):
    """The outcome of a change."""

    status: Annotated[str, "`done`, `already_so`, `failed`, `skipped` or `unknown`."]
    reason: Annotated[str, "Why, for people; empty if it is done."]
    request_id: Annotated[str, "The request ID, for the support of the service."]
    mailbox_id: Annotated[str, "Of a creation: the immutable ID of the new mailbox."]


class ResultJson(TypedDict):
    """A change and its outcome."""

    change: ChangeJson
    outcome: OutcomeJson


class RunJson(TypedDict):
    """An apply."""

    run: Annotated[str, "The ID of the run; empty if there was nothing to do."]
    exit_code: int
    counts: Annotated[Counts, "Changes by outcome."]
    results: list[ResultJson]
    unwritten: Annotated[list[str], "Outcomes that could not be recorded in the journal."]

"""The header of every document, and errors."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from sharedbox_cli.reports.shapes.words import Column, File, Line, Platform


class PlaceJson(TypedDict):
    """A place in a spec file."""

    file: File
    line: Line
    column: Column


class ProblemJson(PlaceJson):
    """One problem of a spec."""

    summary: Annotated[str, "What is wrong, in fixed words."]
    why: Annotated[str, "Why it is wrong."]
    hint: Annotated[str, "How to fix it."]


class RefusalJson(TypedDict):
    """What one guard refuses."""

    guard: Annotated[str, "The name of the guard."]
    why: Annotated[str, "Why it refuses, with the numbers."]
    found: Annotated[int, "The number that was found."]
    limit: Annotated[str, "The limit of the profile."]
    waiver: Annotated[str, "The value of `--allow` that waives it; empty if nothing does."]
    mailbox: Annotated[str, "The mailbox; empty if the guard is about the whole plan."]


class ErrorJson(TypedDict):
    """An error: what happened, where, why and how to fix it."""

    kind: Annotated[str, "The class of the error, such as `SpecError`."]
    exit_code: Annotated[int, "The exit code of this error."]
    summary: Annotated[str, "What happened, in fixed words."]
    where: Annotated[str, "The file, option, mailbox or request."]
    why: Annotated[str, "Why it happened."]
    hint: Annotated[str, "How to fix it."]
    problems: NotRequired[Annotated[list[ProblemJson], "All problems of the specs."]]
    refusals: NotRequired[Annotated[list[RefusalJson], "What the guards refuse."]]
    mailbox: NotRequired[Annotated[str, "The mailbox of the failed request."]]
    call: NotRequired[Annotated[str, "The failed request."]]
    status: NotRequired[Annotated[int, "The HTTP status; 0 if there was no response."]]
    code: NotRequired[Annotated[str, "The error code of the service."]]
    request_id: NotRequired[Annotated[str, "The request ID, for the support of the service."]]


class LeftOutJson(ErrorJson):
    """A platform that could not be read, and the error."""

    platform: Platform


class UnreadJson(TypedDict):
    """An object that could not be read. It is not known to be absent, and not known to be without members."""

    platform: Platform
    kind: Annotated[str, "`mailbox`, `group`, `account` or another word; `check` for a check of a plug-in that failed."]
    name: Annotated[str, "Its address, or its ID."]
    mailbox: Annotated[str | None, "The address if it is a shared mailbox; null if it is not known to be one."]
    summary: Annotated[str, "What happened, in fixed words."]
    where: Annotated[str, "The request."]
    why: Annotated[str, "Why it happened."]
    hint: Annotated[str, "How to fix it."]


class TenantJson(TypedDict):
    """A tenant that was read."""

    id: Annotated[str, "The ID of the tenant."]
    name: Annotated[str, "Its name or main domain."]


class HeaderJson(TypedDict):
    """The keys that every document begins with."""

    format: Annotated[str, "The name and version of this shape."]
    tool_version: Annotated[str, "The version of sharedbox."]


class ProfileHeaderJson(HeaderJson):
    """The first keys of a document about a profile."""

    profile: Annotated[str, "The profile that was used."]


class ReadingHeaderJson(ProfileHeaderJson):
    """The first keys of a document about something that was read from clouds."""

    tenants: Annotated[dict[str, TenantJson], "The tenants that were read, by platform."]
    read_at: Annotated[str | None, "When the oldest data was read: an ISO 8601 instant in UTC."]
    left_out: Annotated[list[LeftOutJson], "The platforms that could not be read. The document does not cover them."]
    not_read: Annotated[list[UnreadJson], "The objects that could not be read. The document does not cover them."]


class AskedHeaderJson(ProfileHeaderJson):
    """The first keys of a document about what services answered, whatever they answered."""

    tenants: Annotated[dict[str, TenantJson], "The tenants of the profile, by platform; without an ID: any tenant."]
    read_at: Annotated[str, "When the services were asked: an ISO 8601 instant in UTC."]


class OptionalReadingHeaderJson(HeaderJson, total=False):
    """The first keys of a document about something read from clouds, or from specs alone."""

    profile: Annotated[str, "The profile that was used."]
    tenants: Annotated[dict[str, TenantJson], "The tenants that were read, by platform."]
    read_at: Annotated[str | None, "When the oldest data was read: an ISO 8601 instant in UTC."]
    left_out: Annotated[list[LeftOutJson], "The platforms that could not be read."]
    not_read: Annotated[list[UnreadJson], "The objects that could not be read."]


class SealJson(HeaderJson):
    """The first keys of a saved plan."""

    digest: Annotated[str, "The SHA-256 of everything that the plan contains."]

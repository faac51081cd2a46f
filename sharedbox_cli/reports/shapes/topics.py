"""What `doctor` and `explain` report."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.words import Platform


class DiagnosisJson(TypedDict):
    """One thing that `doctor` looked at."""

    cloud: Annotated[str, "The section of the profile, such as `microsoft365`."]
    step: str
    status: Annotated[str, "`ok`, `missing`, `failed`, `not checked` or `too much`."]
    detail: str
    hint: Annotated[str, "How to fix it."]


class PrivilegeJson(TypedDict):
    """A permission that the named specs need."""

    cloud: str
    permission: Annotated[str, "As the vendor spells it: a permission, a role of Exchange or an OAuth scope."]
    command: Annotated[str, "`plan` if it is needed to read, else `apply`."]
    keys: Annotated[list[str], "The keys of the specs that need it; `mailbox` is in every spec."]


class InstructionsJson(TypedDict):
    """How to grant exactly what the named specs need."""

    cloud: str
    title: Annotated[str, "Where to do it."]
    lines: Annotated[list[str], "Commands, or texts to enter."]


class DoctorJson(TypedDict):
    """The diagnosis of a profile."""

    steps: list[DiagnosisJson]
    needed: Annotated[list[PrivilegeJson], "The smallest set for the named specs; empty without specs."]
    instructions: list[InstructionsJson]


class RecordingJson(TypedDict):
    """One answer that was recorded."""

    cloud: str
    call: Annotated[str, "The request, with `{mailbox}` in place of the address."]
    status: Annotated[int, "The HTTP status; 0 if no answer came."]
    file: Annotated[str, "Below the folder."]
    why: Annotated[str, "Why there is no answer."]


class RecordingsJson(TypedDict):
    """What `doctor --record` has kept."""

    folder: str
    recordings: list[RecordingJson]


class CapabilityJson(TypedDict):
    """One path of the spec language on a platform."""

    path: str
    is_possible: bool
    meaning: Annotated[str, "What it becomes, or why it is not possible."]
    source: str
    read: Annotated[list[str], "The permissions that it needs to be read."]
    write: Annotated[list[str], "The permissions that it needs to be written, in addition."]


class NeedsJson(TypedDict):
    """The permissions that something needs."""

    read: list[str]
    write: Annotated[list[str], "In addition to those that it needs to be read."]


class CapabilitiesJson(TypedDict):
    """What a platform can do."""

    platform: Platform
    title: str
    rows: list[CapabilityJson]
    mailbox: Annotated[NeedsJson, "What every mailbox needs."]
    values: Annotated[dict[str, list[str]], "By path: the values that are possible."]
    default_rights: Annotated[list[str], "What a member without `rights` gets."]
    afterwards: Annotated[str, "What to know after a change."]


class TopicLineJson(TypedDict):
    """A topic and a sentence about it."""

    name: str
    about: str


class TopicsJson(TypedDict):
    """All topics."""

    platforms: list[TopicLineJson]
    checks: list[TopicLineJson]
    guards: list[TopicLineJson]
    guides: list[TopicLineJson]


class TopicDetailJson(TypedDict):
    """More about a topic."""

    key: str
    text: str


class TopicJson(TypedDict):
    """A check, a guard or a guide."""

    name: str
    about: str
    details: list[TopicDetailJson]

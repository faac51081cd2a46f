"""What `doctor` and `explain` report."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.words import Platform


class DiagnosisJson(TypedDict):
    """One thing that `doctor` looked at."""

    cloud: Annotated[str, "The section of the profile, such as `microsoft365`."]
    step: str
    status: Annotated[str, "`ok`, `missing`, `failed` or `not checked`."]
    detail: str
    hint: Annotated[str, "How to fix it."]


class DoctorJson(TypedDict):
    """The diagnosis of a profile."""

    steps: list[DiagnosisJson]


class CapabilityJson(TypedDict):
    """One path of the spec language on a platform."""

    path: str
    is_possible: bool
    meaning: Annotated[str, "What it becomes, or why it is not possible."]
    source: str


class CapabilitiesJson(TypedDict):
    """What a platform can do."""

    platform: Platform
    title: str
    rows: list[CapabilityJson]
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


class TopicDetailJson(TypedDict):
    """More about a topic."""

    key: str
    text: str


class TopicJson(TypedDict):
    """A check or guard."""

    name: str
    about: str
    details: list[TopicDetailJson]

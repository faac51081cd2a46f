"""Specs: validated, shown or converted."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from sharedbox_cli.reports.shapes.header import PlaceJson
from sharedbox_cli.reports.shapes.words import Mailbox, OptionalInstant, Platform, Settings


class GrantJson(PlaceJson):
    """A right that a spec gives."""

    trustee: Annotated[str, "The address."]
    kind: Annotated[str, "`user` or `group`."]
    right: Annotated[str, "The right, such as `full_access`."]
    detail: str
    automapping: bool | None
    delivery: Annotated[str | None, "Of a group: how messages are delivered."]
    until: OptionalInstant
    reason: str


class SpecValueJson(PlaceJson):
    """One value of a spec and the place that sets it."""

    path: Annotated[str, "The path in the spec."]
    value: Any
    through: Annotated[str, "The key that expands to it: `workflow`. Empty: the spec has it itself."]


class SpecJson(TypedDict):
    """The spec of one mailbox."""

    mailbox: Mailbox
    platform: Platform
    state: Annotated[str, "`present` or `absent`."]
    labels: dict[str, str]
    settings: Settings
    members_mode: Annotated[str, "`exact` or `at-least`."]
    grants: Annotated[list[GrantJson] | None, "Null if members are not managed."]
    expired: Annotated[list[GrantJson], "Grants whose `until` has passed."]
    unmanaged: Annotated[list[str], "Settings that the spec does not name."]
    values: Annotated[list[SpecValueJson], "Each value after defaults and teams."]


class ConversionNoteJson(TypedDict):
    """Something that is not the same on the other platform."""

    key: Annotated[str, "The key of the spec."]
    member: Annotated[str, "The member; empty if it is about the mailbox."]
    what: str
    why: str
    is_lost: bool


class ConversionJson(TypedDict):
    """A spec for another platform."""

    mailbox: Mailbox
    from_platform: Platform
    to_platform: Platform
    made_from: Annotated[str, "`its spec` or `what the cloud has`."]
    spec: Annotated[str, "The new spec, as YAML."]
    notes: list[ConversionNoteJson]


class ValidatedJson(PlaceJson):
    """A mailbox with a valid spec."""

    mailbox: Mailbox
    platform: Platform


class ValidationJson(TypedDict):
    """All valid specs."""

    digest: Annotated[str, "The digest of all specs."]
    mailboxes: list[ValidatedJson]

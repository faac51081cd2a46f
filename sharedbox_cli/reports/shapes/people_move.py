"""Specs with the new addresses of people."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.header import PlaceJson
from sharedbox_cli.reports.shapes.words import Mailbox, Platform


class ReplacedJson(PlaceJson):
    """One address that was replaced."""

    old: Annotated[str, "The address before."]
    new: Annotated[str, "The address now."]


class WithoutCounterpartJson(PlaceJson):
    """Somebody who has no new address: kept as it is, or left out with `--as`."""

    address: Annotated[str, "The address in the spec."]


class ConvertedJson(TypedDict):
    """One mailbox for another platform."""

    mailbox: Mailbox
    from_platform: Platform
    platform: Platform
    file: Annotated[str, "The file with its spec."]
    not_managed: Annotated[list[str], "What is lost, and why."]


class PeopleMoveJson(TypedDict):
    """All addresses that were replaced, and everybody who has no new address."""

    replaced: list[ReplacedJson]
    mailboxes: Annotated[list[ConvertedJson], "The mailboxes for another platform, with `--as`."]
    without_counterpart: list[WithoutCounterpartJson]
    files: Annotated[list[str], "The files that are written; with `--check`, those that would be."]

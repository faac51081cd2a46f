"""Specs with the new addresses of people."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.header import PlaceJson


class ReplacedJson(PlaceJson):
    """One address that was replaced."""

    old: Annotated[str, "The address before."]
    new: Annotated[str, "The address now."]


class WithoutCounterpartJson(PlaceJson):
    """Somebody who has no new address. The spec keeps the old one."""

    address: Annotated[str, "The address in the spec."]


class PeopleMoveJson(TypedDict):
    """All addresses that were replaced, and everybody who has no new address."""

    replaced: list[ReplacedJson]
    without_counterpart: list[WithoutCounterpartJson]
    files: Annotated[list[str], "The files that are written; with `--check`, those that would be."]

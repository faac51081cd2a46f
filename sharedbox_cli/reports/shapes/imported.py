"""Specs that were written for mailboxes that exist."""

from __future__ import annotations

from typing import Annotated, TypedDict

from sharedbox_cli.reports.shapes.words import Mailbox, Platform


class ImportedJson(TypedDict):
    """One mailbox of the tenant or of the specs."""

    mailbox: Mailbox
    platform: Platform
    state: Annotated[
        str, "`new`, `equal`, `differs`, `updated`, `by hand`, `gone`, or `exists` for a spec of the new address."
    ]
    file: Annotated[str, "The file with its spec; empty if it has none."]
    differences: Annotated[list[str], "What differs between spec and tenant, in words."]
    not_managed: Annotated[list[str], "What a spec cannot express, and why."]


class ImportJson(TypedDict):
    """All mailboxes that were looked at."""

    mailboxes: list[ImportedJson]
    files: Annotated[list[str], "The files that were written; with `--check`, those that would be."]
    teams: Annotated[list[str], "The names of the new teams."]
    without_counterpart: Annotated[list[str], "People that `--people` has no new address for."]
    diff: Annotated[str, "The changes of existing files, as a unified diff; empty if there are none."]

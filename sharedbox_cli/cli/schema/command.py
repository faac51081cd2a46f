"""`sharedbox schema`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Subject(StrEnum):
    """The kinds of files that have a schema."""

    MAILBOX = "mailbox"
    DEFAULTS = "defaults"
    TEAMS = "teams"


def schema(subject: Annotated[Subject, typer.Argument(help="The kind of file.")] = Subject.MAILBOX) -> None:
    """Print the JSON Schema of a spec, for completion and help in editors.

    Examples:

      sharedbox schema > sharedbox.schema.json

      sharedbox schema teams
    """
    import json

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.language.schema import defaults_schema, json_schema, teams_schema

    schemas = {Subject.MAILBOX: json_schema, Subject.DEFAULTS: defaults_schema, Subject.TEAMS: teams_schema}
    Terminal.of_process().data(json.dumps(schemas[subject](), indent=2))

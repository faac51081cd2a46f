"""`sharedbox schema`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Subject(StrEnum):
    """What a schema is of."""

    MAILBOX = "mailbox"
    DEFAULTS = "defaults"
    TEAMS = "teams"


def schema(subject: Annotated[Subject, typer.Argument(help="Which kind of file.")] = Subject.MAILBOX) -> None:
    """Print the JSON Schema of a spec, so that editors complete and explain.

    Examples:

      sharedbox schema > sharedbox.schema.json

      sharedbox schema teams
    """
    import json

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.language.schema import defaults_schema, json_schema, teams_schema

    made = {Subject.MAILBOX: json_schema, Subject.DEFAULTS: defaults_schema, Subject.TEAMS: teams_schema}
    Terminal.of_process().data(json.dumps(made[subject](), indent=2))

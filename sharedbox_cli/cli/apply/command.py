"""`sharedbox apply`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import (
    Allow,
    Paths,
    PlainFormat,
    SessionOptions,
    ShardedSelection,
    Yes,
    grouped,
    seconds_of,
)
from sharedbox_cli.reports.render import PlainOutput


@grouped
def apply(
    selection: ShardedSelection,
    setup: SessionOptions,
    paths: Paths = None,
    output: PlainFormat = PlainOutput.TEXT,
    yes: Yes = False,
    allow: Allow = None,
    deadline: Annotated[
        str | None, typer.Option("--deadline", help="Start no change after this time: 50m, 4h.", show_default="4h")
    ] = None,
    lock_timeout: Annotated[
        str, typer.Option("--lock-timeout", help="Wait this long for another run to finish: 30s, 5m.")
    ] = "0s",
) -> None:
    """Apply the specs, or a saved plan: show the plan, ask for confirmation, then make the changes.

    Examples:

      sharedbox apply examples/mailboxes

      sharedbox apply plan.json --allow mass-revocation=12
    """
    from sharedbox_cli.cli.apply.options import ApplyOptions
    from sharedbox_cli.cli.apply.saved import plan_file_of
    from sharedbox_cli.cli.apply.workflow import apply_plan

    options = ApplyOptions(
        paths=tuple(paths or ()),
        plan_file=plan_file_of(paths or ()),
        chosen=selection.filter(),
        is_confirmed=yes,
        allow=tuple(allow or ()),
        deadline_seconds=seconds_of(deadline, "--deadline") if deadline else None,
        lock_timeout_seconds=seconds_of(lock_timeout, "--lock-timeout"),
        output=output,
    )
    with setup.open(paths) as session:
        code = apply_plan(options, session.desired, session.basis, session.is_plan_used, session.capabilities)
    raise typer.Exit(code)

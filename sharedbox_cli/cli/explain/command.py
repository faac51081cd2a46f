"""`sharedbox explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from sharedbox_cli.cli.options import ColourOptions, LanguageOptions, TableFormat, grouped
from sharedbox_cli.reports.render import TableOutput


@grouped
def explain(
    colours: ColourOptions,
    speech: LanguageOptions,
    topic: Annotated[str | None, typer.Argument(help="A platform, a check, or a guard.")] = None,
    output: TableFormat = TableOutput.TEXT,
) -> None:
    """Explain what a platform supports, or what a check or guard does. Without a topic: list them.

    Examples:

      sharedbox explain microsoft365

      sharedbox explain mass-revocation
    """
    from sharedbox_cli.cli.explain.workflow import show_topic
    from sharedbox_cli.cli.session import Session

    speech.use(output)
    show_topic(Session(colour=colours.colour), topic, output)

"""`sharedbox validate`."""

from __future__ import annotations

from sharedbox_cli.cli.options import Paths, PlainFormat, SessionOptions, grouped
from sharedbox_cli.reports.render import PlainOutput


@grouped
def validate(setup: SessionOptions, paths: Paths = None, output: PlainFormat = PlainOutput.TEXT) -> None:
    """Check the syntax and the meaning of specs, and what each platform supports. Contacts no cloud.

    Examples:

      sharedbox validate examples/mailboxes

      sharedbox validate specs -o json
    """
    from sharedbox_cli.cli.output import show
    from sharedbox_cli.reports.views.specs import validation_report

    with setup.open() as session:
        show(session.terminal, validation_report(session.desired(paths)), output)

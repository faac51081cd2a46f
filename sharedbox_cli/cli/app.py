"""The commands by name. Each of these modules is light: what a command needs is imported when it runs."""

from __future__ import annotations

import typer

from sharedbox_cli.cli.apply.command import apply
from sharedbox_cli.cli.audit.command import audit
from sharedbox_cli.cli.check.command import check
from sharedbox_cli.cli.demo.command import demo
from sharedbox_cli.cli.doctor.command import doctor
from sharedbox_cli.cli.emulator.command import emulator
from sharedbox_cli.cli.explain.command import explain
from sharedbox_cli.cli.group import LightGroup
from sharedbox_cli.cli.history.command import history
from sharedbox_cli.cli.import_.command import import_specs
from sharedbox_cli.cli.init.command import init
from sharedbox_cli.cli.offboard.command import offboard
from sharedbox_cli.cli.plan.command import plan
from sharedbox_cli.cli.review.command import review
from sharedbox_cli.cli.schema.command import schema
from sharedbox_cli.cli.show.command import show
from sharedbox_cli.cli.trust.command import trust
from sharedbox_cli.cli.validate.command import validate
from sharedbox_cli.cli.who.command import who

app = typer.Typer(
    name="sharedbox",
    cls=LightGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from sharedbox_cli import __version__
        from sharedbox_cli.cli.terminal import Terminal

        Terminal.of_process().data(f"sharedbox {__version__}")
        raise typer.Exit


@app.callback()
def _about(
    version: bool = typer.Option(
        False, "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
    ),
) -> None:
    """Shared mailboxes as code: write down what a mailbox should be, review the difference, apply it.

    To try it without a tenant, run: sharedbox demo
    """


for _command in (init, validate, plan, apply, show, check, doctor, history, explain, schema, trust, demo):
    app.command()(_command)
app.command("import")(import_specs)
app.command()(who)
app.command()(offboard)
app.add_typer(audit, name="audit")
app.add_typer(review, name="review")
app.add_typer(emulator, name="emulator")

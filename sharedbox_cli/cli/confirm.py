"""What an apply shows and asks before it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.cli.pipeline import origin_of
from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import ConfirmationMissing, GuardRefused
from sharedbox_cli.reports.render import PlainOutput, render
from sharedbox_cli.reports.views.plan import losing_words, plan_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharedbox_cli.cli.pipeline import Basis
    from sharedbox_cli.cli.run_settings import RunSettings
    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.errors import Refusal
    from sharedbox_cli.core.plan import Plan
    from sharedbox_cli.providers.reading import Reading
    from sharedbox_cli.reports.document import Report


def approve(
    basis: Basis,
    plan: Plan,
    refusals: Sequence[Refusal],
    observed: Reading,
    settings: RunSettings,
    *,
    is_saved: bool = False,
) -> None:
    """Show a plan, and ask for confirmation unless it was given. Raises GuardRefused, ConfirmationMissing."""
    _show_plan(
        basis.terminal, plan_report(plan, refusals).based_on(origin_of(basis.profile, observed)), settings.output
    )
    if refusals:
        raise GuardRefused(refusals)
    if not (plan.is_empty or is_saved or settings.is_confirmed):
        confirm(basis.terminal, plan, observed.tenant_names)


def _show_plan(terminal: Terminal, report: Report, output: PlainOutput) -> None:
    """Write a plan to stdout, or to stderr if stdout is for the JSON of the run."""
    write, stream = (terminal.say, terminal.err) if output is PlainOutput.JSON else (terminal.data, terminal.out)
    write("".join(render(report, PlainOutput.TEXT, width=terminal.width, has_colour=terminal.has_colour(stream))))


def confirm(terminal: Terminal, plan: Plan, tenants: Sequence[str]) -> None:
    """Ask for `yes`, and for the address of each mailbox to delete. Raises ConfirmationMissing."""
    if not terminal.is_interactive:
        raise ConfirmationMissing(
            why="There is no terminal to ask on.", hint="Review the plan, then confirm it:\n    {command} --yes"
        )
    terminal.say("")
    if terminal.ask(_question(plan, tenants)) != "yes":
        raise ConfirmationMissing(why="The answer was not `yes`. Nothing was applied.")
    for change in plan.changes:
        if change.kind is Kind.DELETE:
            answer = terminal.ask(f"To delete it, type the address {change.mailbox}: ")
            if answer.lower() != change.mailbox.key:
                raise ConfirmationMissing(why=f"The answer was not {change.mailbox}. Nothing was applied.")


def _question(plan: Plan, tenants: Sequence[str]) -> str:
    change_count, mailbox_count = len(plan.changes), len(plan.mailboxes)
    changes = f"{change_count} change{'' if change_count == 1 else 's'}"
    mailboxes = f"{mailbox_count} mailbox{'' if mailbox_count == 1 else 'es'}"
    return (
        f'Apply these {changes} to {mailboxes} of {", ".join(tenants)}? {losing_words(plan)}\nOnly "yes" is accepted: '
    )

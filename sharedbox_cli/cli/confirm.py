"""The question that an apply asks before it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import ConfirmationMissing
from sharedbox_cli.reports.views.plan import losing_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sharedbox_cli.cli.terminal import Terminal
    from sharedbox_cli.core.plan import Plan


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

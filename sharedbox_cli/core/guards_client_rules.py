"""The guard on mail rules that only a program on somebody's computer runs: every write of a rule deletes them."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.values import UNKNOWN

_NAMED = 3


def client_rules(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to write mail rules where that deletes rules of Outlook alone, unless it is allowed by name."""
    for change in facts.plan.changes:
        if change.kind is not Kind.UPDATE or Field.RULES not in change.after:
            continue
        where = str(change.mailbox)
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        names = mailbox.facts.get(Fact.CLIENT_RULES) if mailbox else None
        if names == UNKNOWN:
            why = f"{where}: a change would delete mail rules that only Outlook runs, which could not be read"
            yield Refusal("client-rules", why, 1, "0", f"client-rules={where}", where)
        elif isinstance(names, tuple) and names:
            what = f"{len(names)} mail rule{'' if len(names) == 1 else 's'} that only Outlook runs"
            why = f"{where}: a change would delete {what} ({_listed(names)})"
            yield Refusal("client-rules", why, len(names), "0", f"client-rules={where}", where)


def _listed(names: tuple[object, ...]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"

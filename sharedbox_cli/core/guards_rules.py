"""The guards on mail rules that no spec has: every write of a rule deletes those that only Outlook runs, and a new one
could be taken for one that stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.mail_rules import rules_in
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


def kept_rules(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a new mail rule with the name of one that stays as it is: there would be two, and both would run."""
    for change in facts.plan.changes:
        if change.kind is not Kind.UPDATE or Field.RULES not in change.after:
            continue
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        kept = mailbox.facts.get(Fact.KEPT_RULES) if mailbox else ()
        names = {
            str(item[1]).casefold() for item in (kept if isinstance(kept, tuple) else ()) if isinstance(item, tuple)
        }
        held = {str(rule.get("name")).casefold() for rule in rules_in(change.before.get(Field.RULES))}
        wanted = [str(rule.get("name")) for rule in rules_in(change.after[Field.RULES])]
        if new := [name for name in wanted if name.casefold() in names - held]:
            where = str(change.mailbox)
            why = (
                f"{where} has a mail rule {_listed(new)} that no spec can change, and would have a second one with "
                "this name: delete it in Outlook on the web, or give the new one another name"
            )
            yield Refusal("kept-rules", why, len(new), "0", f"kept-rules={where}", where)


def _listed(names: Sequence[object]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"

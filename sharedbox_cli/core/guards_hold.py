"""Guard on mailboxes under a legal hold that an account or a licence carries: what ends with them is lost."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.values import LICENCE_NONE, UNKNOWN


def legal_hold(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse to delete a mailbox on hold, or to take or change its licence, unless it is allowed by name.

    Holds that could not be read are refused as well: an unanswered question is no proof that nothing is on hold.
    """
    for change in facts.plan.changes:
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        holds = mailbox.facts.get(Fact.HOLDS) if mailbox is not None else None
        if not holds or not (words := _what_ends(change)):
            continue
        where = str(change.mailbox)
        if isinstance(holds, tuple):
            names, count = ", ".join(f"`{name}`" for name in holds), len(holds)
            why = f"{where} is under the legal hold{'s' if count > 1 else ''} {names}, and {words}"
        elif holds == UNKNOWN:
            count = 1
            why = (
                f"it is not known whether {where} is under a legal hold, and {words}. Ask those who manage holds first"
            )
        else:
            continue
        yield Refusal("legal-hold", why, count, "0", f"legal-hold={where}", where)


def _what_ends(change: Change) -> str:
    """Return what would happen to mail on hold; nothing for a change that keeps it."""
    if change.kind is Kind.DELETE:
        return "its account would be deleted: what is on hold would go with it, or the service refuses"
    if change.before.get(Field.LICENCE, LICENCE_NONE) == LICENCE_NONE or Field.LICENCE not in change.after:
        return ""
    if change.after[Field.LICENCE] == LICENCE_NONE:
        return "its licence would be removed: a hold protects nothing without one"
    return "its licence would change: a hold protects nothing with a licence that has no Vault"

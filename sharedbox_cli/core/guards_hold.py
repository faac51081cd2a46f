"""Guard on mailboxes under a legal hold that depends on what a plan changes: what the hold no longer covers is lost.

An account, its licence and its organisational unit carry holds, and a group those on its conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.errors import Refusal
from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_input import GuardInput
from sharedbox_cli.core.values import LICENCE_NONE, UNKNOWN


def legal_hold(facts: GuardInput) -> Iterable[Refusal]:
    """Refuse a change that ends a hold on a mailbox, or takes what is on hold, unless it is allowed by name.

    Holds that could not be read are refused as well: an unanswered question is no proof that nothing is on hold.
    """
    for change in facts.plan.changes:
        mailbox = facts.observations[change.platform].mailboxes.get(change.mailbox)
        for fact, words in _what_ends(change):
            holds = mailbox.facts.get(fact) if mailbox is not None else None
            where = str(change.mailbox)
            if isinstance(holds, tuple) and holds:
                names, count = ", ".join(f"`{name}`" for name in holds), len(holds)
                why = f"{where} is under the legal hold{'s' if count > 1 else ''} {names}, and {words}"
            elif holds == UNKNOWN:
                count, known = 1, f"it is not known whether {where} is under a legal hold"
                why = f"{known}, and {words}. Ask those who manage holds first"
            else:
                continue
            yield Refusal("legal-hold", why, count, "0", f"legal-hold={where}", where)


def _what_ends(change: Change) -> Iterator[tuple[Fact, str]]:
    """Yield what would happen to mail on hold, with the fact that names the holds; nothing where it is kept."""
    before, after = change.before, change.after
    if change.kind is Kind.DELETE:
        yield Fact.HOLDS, "its account would be deleted: what is on hold would go with it, or the service refuses"
        return
    if before.get(Field.LICENCE, LICENCE_NONE) != LICENCE_NONE and Field.LICENCE in after:
        if after[Field.LICENCE] == LICENCE_NONE:
            yield Fact.HOLDS, "its licence would be removed: a hold protects nothing without one"
        else:
            yield Fact.HOLDS, "its licence would change: a hold protects nothing with a licence that has no Vault"
    if Field.ORG_UNIT in after:
        unit = before.get(Field.ORG_UNIT, "the organisational unit")
        yield Fact.UNIT_HOLDS, f"its account would leave {unit}: a hold on a unit covers only the accounts in it"
    if after.get(Field.GROUP_HISTORY) is False:
        yield Fact.HOLDS, "its conversations would not be kept: what arrives from then on is on no hold"

"""What the reader of a plan must know where the service itself is to end access, and does not."""

from __future__ import annotations

from collections.abc import Iterator

from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import ROLES, DesiredGrant, DesiredMailbox, Fact, Right
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.plan import Note
from sharedbox_cli.core.until import until_words

_BY_APPLY = "it ends with the first apply after that"
_NOT_HERE = f"this edition of the service does not end access itself: where a member has `until`, {_BY_APPLY}"


def end_notes(mailbox: DesiredMailbox, current: ObservedMailbox | None, observed: Observed) -> Iterator[Note]:
    """Yield the members with an `until` whose access the service does not end, or whose end is not known."""
    if not mailbox.enforces_until:
        return
    where = str(mailbox.address)
    ending = [grant for grant in mailbox.grants or () if grant.until is not None]
    if current is not None and current.facts.get(Fact.ENDS_ACCESS) is False:
        if ending:
            yield Note(where, _NOT_HERE)
        return
    for grant in ending:
        if grant.right in ROLES and grant.right is not Right.MEMBER and grant.until is not None:
            role = f"{grant.trustee} is {grant.right} until {until_words(grant.until)}"
            yield Note(where, f"{role}, and the service ends the access of members only: {_BY_APPLY}")
    for grant in mailbox.grants or ():
        if grant.right is Right.MEMBER and current is not None and _is_unknown(grant, current, observed):
            yield Note(where, f"the service does not say when the access of {grant.trustee} ends: nothing is changed")


def _is_unknown(grant: DesiredGrant, current: ObservedMailbox, observed: Observed) -> bool:
    """Return whether somebody is a member, and the service said nothing about the end."""
    identity = observed.directory.get(grant.trustee, TrusteeId(""))
    held = (one for one in current.grants or () if (one.trustee, one.right) == (identity, grant.right))
    return any(one.until is None for one in held)

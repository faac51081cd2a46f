"""What the reader of a plan must know of a mailbox, and what is no change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.folder_counts import folders_besides
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import DesiredMailbox, Fact, MembersMode, State, Trustee, TrusteeKind
from sharedbox_cli.core.notes_on_ends import end_notes
from sharedbox_cli.core.observed import AddressHolder, Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.plan import Note
from sharedbox_cli.core.service_addresses import is_usual_address, unmanaged_addresses
from sharedbox_cli.core.until import until_words
from sharedbox_cli.core.values import UNKNOWN

_UNKNOWN_HOLDS = (
    "it is not known whether its mail is under a legal hold, which the change would end: ask those who manage holds"
)


def notes_on(mailbox: DesiredMailbox, observed: Observed) -> list[Note]:
    """Return the notes of one mailbox."""
    where = str(mailbox.address)
    current = observed.mailboxes.get(mailbox.address)
    notes: list[Note] = []
    if current and current.grants is not None:
        notes += _kept_rights(where, {g.trustee for g in current.grants}, observed)
    if current and Field.ALIASES in mailbox.settings:
        unmanaged = unmanaged_addresses(mailbox.settings[Field.ALIASES], current.settings.get(Field.ALIASES))
        unusual = [address for address in unmanaged if not is_usual_address(address)]
        notes += [Note(where, f"the service's own address {address} is not touched") for address in unusual]
    notes += _caveats(mailbox, observed)
    notes += end_notes(mailbox, current, observed)
    notes += _unconfirmed(mailbox, current) if current else ()
    notes += _kept_rules(mailbox, current) if current else ()
    if current and mailbox.state is not State.ABSENT and (others := folders_besides(mailbox, current)):
        notes.append(Note(where, others))
    if current and UNKNOWN in (current.facts.get(Fact.HOLDS), current.facts.get(Fact.UNIT_HOLDS)):
        notes.append(Note(where, _UNKNOWN_HOLDS))
    kept = kept_entries(mailbox, current, observed) if current else ()
    notes += [Note(where, f"not touched: {item.text}") for item in kept]
    if mailbox.state is State.ABSENT and current is None:
        notes.append(Note(where, _absent_words(observed.taken.get(mailbox.address, ()))))
    is_restored = current is None and mailbox.state is not State.ABSENT
    if is_restored and any(is_restorable(item, mailbox) for item in observed.taken.get(mailbox.address, ())):
        notes.append(Note(where, "is restored with its old mail, grants and settings: plan again after the apply"))
    notes += [
        Note(where, f"access of {item.trustee} lasted until {until_words(item.until)} ({item.place})")
        for item in mailbox.expired
        if item.until
    ]
    return notes


def _absent_words(holders: Sequence[AddressHolder]) -> str:
    """Return what there is at the address of a mailbox that should be absent."""
    for holder in holders:
        if not holder.is_soft_deleted:
            return (
                f"no mailbox to delete: the address belongs to the {holder.kind} `{holder.name}`, which is not touched"
            )
    return "is already absent"


def _caveats(mailbox: DesiredMailbox, observed: Observed) -> Iterator[Note]:
    """Yield the members for whom a right does not work yet."""
    for address in sorted({grant.trustee for grant in mailbox.grants or ()}):
        trustee = observed.trustees.get(observed.directory.get(address, TrusteeId("")))
        if trustee is not None and trustee.caveat:
            yield Note(str(mailbox.address), f"{address} {trustee.caveat}")


def _unconfirmed(mailbox: DesiredMailbox, current: ObservedMailbox) -> Iterator[Note]:
    """Yield the senders of a spec that cannot be used yet."""
    waiting, senders = current.facts.get(Fact.UNCONFIRMED_SENDERS, ()), mailbox.settings.get(Field.SENDERS, ())
    for sender in senders if isinstance(senders, tuple) else ():
        if isinstance(sender, tuple) and isinstance(waiting, tuple) and sender[0] in waiting:
            text = f"nobody can send from {sender[0]} until its owner confirms it: it received a mail with a code"
            yield Note(str(mailbox.address), text)


def _kept_rules(mailbox: DesiredMailbox, current: ObservedMailbox) -> Iterator[Note]:
    """Yield the mail rules that no plan changes, although the list of a spec is complete."""
    if Field.RULES not in mailbox.settings:
        return
    where, kept = str(mailbox.address), current.facts.get(Fact.KEPT_RULES)
    for item in kept if isinstance(kept, tuple) else ():
        if isinstance(item, tuple):
            yield Note(where, f"the mail rule `{item[1]}` {_KEPT[str(item[0])]}")
    names = current.facts.get(Fact.CLIENT_RULES)
    if names == UNKNOWN:
        yield Note(where, "mail rules that only Outlook runs could not be read: a change of rules deletes them")
    for name in names if isinstance(names, tuple) else ():
        yield Note(where, f"the mail rule `{name}` runs only in Outlook: a change of other rules deletes it")


_KEPT = {
    "broken": "is broken and is not touched: its owner has to correct or delete it",
    "hidden": "is hidden from every mail program and is not touched: find out who made it",
    "other": "has parts that a spec cannot express and is not touched",
}


def is_restorable(holder: AddressHolder, mailbox: DesiredMailbox) -> bool:
    """Return whether something deleted is the mailbox itself, and not only the holder of its address."""
    return holder.is_soft_deleted and holder.address == mailbox.address


def kept_entries(mailbox: DesiredMailbox, current: ObservedMailbox, observed: Observed) -> list[SpecialEntry]:
    """Return the entries that no plan changes: an exact list revokes invitations, and a grant replaces them."""
    is_exact = mailbox.manages_members and mailbox.members_mode is MembersMode.EXACT
    granted = {(observed.directory.get(grant.trustee), grant.right) for grant in mailbox.grants or ()}
    kept = [item for item in current.special if (item.trustee, item.replaced_by) not in granted]
    return [item for item in kept if item.revocable is None or not is_exact]


def _kept_rights(where: str, holders: set[TrusteeId], observed: Observed) -> Iterator[Note]:
    """Yield which rights stay: of accounts that are gone, and of holders that could not be resolved."""
    orphan = Trustee(TrusteeId(""), TrusteeKind.ORPHAN)
    kinds = [observed.trustees.get(identity, orphan).kind for identity in holders]
    if count := kinds.count(TrusteeKind.ORPHAN):
        whose = "1 deleted account" if count == 1 else f"{count} deleted accounts"
        yield Note(where, f"rights of {whose} are not touched")
    others = sorted(
        observed.trustees[identity].name or identity
        for identity in holders
        if identity in observed.trustees and observed.trustees[identity].kind is TrusteeKind.OTHER
    )
    for name in others:
        yield Note(where, f"rights of {name} are not touched: the service does not say who this is")

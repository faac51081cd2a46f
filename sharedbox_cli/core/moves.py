"""Addresses that are new to a mailbox: who has them now, and how one moves within a set of specs.

An address belongs to one object of a tenant. One that moves is taken from its mailbox and given to the other by two
changes, one right after the other: between them, mail to it bounces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from sharedbox_cli.core.change import Change, Kind, aliases_of
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.holders import Holders
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Claim, Desired, DesiredMailbox, State
from sharedbox_cli.core.observed import AddressHolder
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.plan import Note


@dataclass(frozen=True, slots=True)
class Move:
    """An address that one change releases and another one gives to its new mailbox."""

    address: Address
    release: Change
    take: Change

    @property
    def is_creation(self) -> bool:
        """Return whether the address becomes a mailbox itself."""
        return self.take.kind is Kind.CREATE

    @property
    def order(self) -> tuple[bool, Address]:
        """Return the position of a move: mailboxes are created first."""
        return not self.is_creation, self.address


@dataclass(slots=True)
class Addresses:
    """The changes of a plan with its moves in order, and the problems of others."""

    changes: list[Change]
    problems: list[Problem]
    notes: list[Note]


def arranged(changes: Sequence[Change], desired: Desired, holders: Holders) -> Addresses:
    """Return the changes of all mailboxes, with each address that moves between two of them as a pair of changes."""
    released = {
        (holders.tenants[change.platform], Address.of(text)): change
        for change in changes
        for text in aliases_of(change.before) - aliases_of(change.after)
        if Field.ALIASES in change.after
    }
    moves: list[Move] = []
    result = Addresses([], [], [])
    for change in changes:
        for address in _new_addresses(change):
            others = _others(address, change, holders)
            blocking = [item for item in others if not item.is_takeable]
            result.notes += [_taken_note(change, address, item) for item in others if item.is_takeable]
            release = released.get((holders.tenants[change.platform], address))
            if release is not None and [item.address for item in blocking] == [release.mailbox]:
                moves.append(Move(address, release, change))
            elif blocking:
                result.problems.append(_problem(address, change, blocking[0], desired, holders))
    _look_elsewhere(released, {move.address for move in moves}, desired, result, holders.unread)
    result.changes = list(_with_moves(changes, sorted(moves, key=lambda move: move.order)))
    return result


def _others(address: Address, change: Change, holders: Holders) -> list[AddressHolder]:
    """Return who has an address besides the mailbox that gets it, and besides its own deleted twins."""
    return [
        item
        for item in holders.at(address, change.platform)
        if item.id != change.mailbox_id and not (item.is_soft_deleted and item.address == change.mailbox)
    ]


def _new_addresses(change: Change) -> list[Address]:
    """Return the addresses that a change gives to a mailbox."""
    if change.kind is Kind.CREATE:
        return [change.mailbox]
    if Field.ALIASES not in change.after:
        return []
    return sorted(map(Address.of, aliases_of(change.after) - aliases_of(change.before)))


def _with_moves(changes: Iterable[Change], moves: Sequence[Move]) -> Iterator[Change]:
    """Yield all changes; of the aliases of a mailbox, those that do not move in one change, and one for each move."""
    about = {move.take.key for move in moves} | {move.release.key for move in moves}
    lists = {change.key: change for change in changes if change.key in about and change.kind is not Kind.CREATE}
    now = {key: aliases_of(change.before) for key, change in lists.items()}
    ends = {key: aliases_of(change.after) for key, change in lists.items()}
    left = {key: (now[key] - ends[key], ends[key] - now[key]) for key in lists}
    for move in moves:
        gone, come = left[move.release.key]
        left[move.release.key] = gone - {move.address.key}, come
        if not move.is_creation:
            gone, come = left[move.take.key]
            left[move.take.key] = gone, come - {move.address.key}

    def step(change: Change, gone: Iterable[str], come: Iterable[str]) -> Change:
        before = now[change.key]
        after = now[change.key] = (before - set(gone)) | set(come)
        was = {Field.ALIASES: tuple(sorted(before))} if before or change.before else {}
        return replace(change, before=was, after={Field.ALIASES: tuple(sorted(after))})

    def pair(move: Move) -> Iterator[Change]:
        address, taker = move.address, move.take
        first = replace(
            step(move.release, {address.key}, ()),
            phase=Phase.CREATE if move.is_creation else Phase.SETTINGS,
            moved=address,
            needs=(*move.release.needs, *taker.needs),
            why=f"the address moves to {taker.mailbox}",
        )
        second = taker if move.is_creation else step(taker, (), {address.key})
        why = f"the address moves from {move.release.mailbox}"
        yield first
        yield replace(second, moved=address, needs=(*taker.needs, first.key), why=why)

    created = {move.take.key for move in moves if move.is_creation}
    for move in moves:
        if move.is_creation:
            yield from pair(move)
    for change in changes:
        if change.key in lists:
            if any(left[change.key]):
                yield step(change, *left[change.key])
        elif change.key not in created:
            yield change
    for move in moves:
        if not move.is_creation:
            yield from pair(move)


def _look_elsewhere(
    released: Mapping[tuple[str, Address], Change],
    moving: set[Address],
    desired: Desired,
    result: Addresses,
    unread: Set[Address],
) -> None:
    """Find addresses that a mailbox releases and a document outside the selection wants."""
    for (_, address), change in sorted(released.items(), key=lambda item: item[0]):
        claim = desired.claims_elsewhere.get(address)
        if address in moving or claim is None or claim.mailbox == change.mailbox:
            continue
        if claim.platform == change.platform:
            result.problems.append(_half_a_move(address, change, claim, desired, unread))
        else:
            text = f"{address} is removed here, and {claim.mailbox} ({claim.platform}) names it: it is not selected"
            result.notes.append(Note(str(change.mailbox), text))


def _half_a_move(address: Address, change: Change, claim: Claim, desired: Desired, unread: Set[Address]) -> Problem:
    mailbox = desired.mailboxes[change.mailbox]
    if claim.mailbox in unread:
        return Problem(
            mailbox.places.get("aliases", mailbox.place),
            "half of a move was read",
            f"{address} moves from {change.mailbox} to {claim.mailbox}, which was not read: mail to it would bounce.",
            f"Plan again when {claim.mailbox} can be read, or leave both out: `--exclude`.",
        )
    return Problem(
        mailbox.places.get("aliases", mailbox.place),
        "half of a move is selected",
        f"{address} moves from {change.mailbox} to {claim.mailbox}, which is not selected: mail to it would bounce.",
        f"Select {claim.mailbox} as well, so that both are changed in one run.",
    )


def _taken_note(change: Change, address: Address, holder: AddressHolder) -> Note:
    text = f"{address} belonged to the {holder.kind} `{holder.name}` ({holder.address}), which then cannot be restored"
    return Note(str(change.mailbox), text)


def _problem(address: Address, change: Change, holder: AddressHolder, desired: Desired, holders: Holders) -> Problem:
    mailbox = desired.mailboxes[change.mailbox]
    key = "mailbox" if change.kind is Kind.CREATE else "aliases"
    owner = desired.mailboxes.get(holder.address)
    if owner is not None and holders.tenants.get(owner.platform) != holders.tenants[change.platform]:
        owner = None  # it has the same address, in another tenant
    return Problem(
        mailbox.places.get(key, mailbox.place),
        "address is taken",
        f"{address} belongs to the {holder.kind} `{holder.name}` ({holder.address}).",
        holder.hint or _fix(address, change, holder, owner, desired, holders.unread),
    )


def _fix(
    address: Address,
    change: Change,
    holder: AddressHolder,
    owner: DesiredMailbox | None,
    desired: Desired,
    unread: Set[Address],
) -> str:
    """Return how the address is most likely freed."""
    if owner is not None and owner.state is State.ABSENT:
        return "Apply the deletion alone, then plan again: a deleted mailbox can keep its addresses for some time."
    if address == holder.address:
        if change.kind is Kind.UPDATE and not change.mailbox_id and owner is None:
            return (
                f"If {change.mailbox} is its new name, change the primary address there first and keep {address} as an "
                "alias. Otherwise, choose another address."
            )
        return "It is the primary address there: choose another one."
    if owner is not None and Field.ALIASES not in owner.settings:
        return f"List the other aliases of {holder.address} in its spec: the address then moves in one run."
    if owner is None and holder.address in unread:
        return f"{holder.address} was not read, so nothing is changed there. Plan again: the address may move then."
    if owner is None and holder.address in desired.claims_elsewhere:
        return f"Select {holder.address} as well: if its spec releases the address, it moves in one run."
    renamed = f"If it was renamed, write `mailbox: {holder.address}`. " if change.kind is Kind.CREATE else ""
    return f"{renamed}Release it there first, or choose another address."

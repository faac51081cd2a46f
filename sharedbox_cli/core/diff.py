"""(Desired, Observed) -> Plan: what has to change, in order. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sharedbox_cli.core.change import Change, Kind, Phase, Risk
from sharedbox_cli.core.diff_grants import diff_grants
from sharedbox_cli.core.diff_settings import creation_settings, diff_settings, missing_items
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    ENSURED,
    KIND_GROUP,
    KIND_SHARED,
    KIND_USER,
    Desired,
    DesiredMailbox,
    Field,
    Grant,
    MembersMode,
    Observed,
    ObservedMailbox,
    Platform,
    State,
    TrusteeKind,
    Value,
    until_words,
)
from sharedbox_cli.core.plan import LeftAlone, Note, Plan, digest

_KIND_WORDS = {KIND_USER: "a person's mailbox", KIND_GROUP: "a plain group"}
Worlds = Mapping[Platform, Observed]
"""What was read, by platform; several platforms of one tenant share an Observed."""


def make_plan(desired: Desired, worlds: Worlds, now: datetime, tool_version: str) -> Plan:
    """Return the plan that makes the clouds as desired.

    Raises SpecError with all trustees and addresses that cannot be resolved, ObserveError where the
    reading is not complete.
    """
    problems: list[Problem] = []
    changes: list[Change] = []
    notes: list[Note] = []
    for address in sorted(desired.mailboxes):
        box = desired.mailboxes[address]
        world = _world_of(box, worlds)
        try:
            found = diff_mailbox(box, world)
        except SpecError as error:
            problems.extend(error.problems)
            continue
        problems.extend(_foreign(box, world, desired))
        changes.extend(found)
        notes.extend(_notes(box, world))
    if problems:
        raise SpecError(problems)
    boxes = [desired.mailboxes[address] for address in sorted(desired.mailboxes)]
    return Plan(
        created_at=now,
        tool_version=tool_version,
        tenants={platform: world.tenant_id for platform, world in sorted(worlds.items())},
        desired=desired,
        changes=tuple(sorted(changes, key=lambda change: change.order)),
        fingerprints={box.address: fingerprint(box, _world_of(box, worlds)) for box in boxes},
        grants_before={box.address: _grant_count(box, _world_of(box, worlds)) for box in boxes},
        left_alone=_left_alone(boxes, worlds),
        notes=tuple(sorted(set(notes))),
    )


def diff_mailbox(box: DesiredMailbox, world: Observed) -> tuple[Change, ...]:
    """Return the changes of one mailbox, in order. Raises SpecError, ObserveError."""
    there = world.mailboxes.get(box.address)
    if box.state is State.ABSENT:
        return (_deletion(box, there),) if there else ()
    if there is None:
        return _from_nothing(box, world)
    conversion = _conversion(box, there)
    rest = (*diff_settings(box, there, world), *diff_grants(box, there, world))
    if conversion is None:
        return _sorted(rest)
    needing = (_need(item, conversion) if item.phase is Phase.LICENCE_DOWN else item for item in rest)
    return _sorted((conversion, *needing))


def fingerprint(box: DesiredMailbox, world: Observed) -> str:
    """Return the digest of what was read of the managed part of one mailbox; absence has one too."""
    there = world.mailboxes.get(box.address)
    if there is None:
        return digest(("absent", tuple(item.id for item in world.taken.get(box.address, ()))))
    managed = {name: _managed_part(box, there, name) for name in (*box.settings, Field.KIND)}
    grants = there.grants if box.grants is not None else None
    return digest({"id": there.id, "settings": digest(managed), "grants": digest(_identities(grants))})


def _managed_part(box: DesiredMailbox, there: ObservedMailbox, name: Field) -> Value:
    value = there.settings.get(name)
    return missing_items(name, box.settings[name], value) if name in ENSURED else value


def _identities(grants: frozenset[Grant] | None) -> tuple[str, ...] | None:
    if grants is None:
        return None
    return tuple(sorted(f"{grant.trustee} {grant.right} {grant.detail}" for grant in grants))


def _world_of(box: DesiredMailbox, worlds: Worlds) -> Observed:
    world = worlds.get(box.platform)
    if world is None or not world.is_complete:
        raise ObserveError(
            where=str(box.address),
            why=f"{box.platform} was not read completely",
            mend="Nothing is planned on half a picture. Run the command again.",
        )
    return world


def _sorted(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.order))


def _need(change: Change, first: Change) -> Change:
    return replace(change, needs=(*change.needs, first.key))


def _deletion(box: DesiredMailbox, there: ObservedMailbox) -> Change:
    return Change(
        Kind.DELETE,
        Phase.DELETE,
        box.address,
        box.platform,
        there.id,
        before=dict(there.settings),
        risk=Risk.HIGH,
        why="its spec says `state: absent`",
        place=box.places.get("state", box.place),
    )


def _conversion(box: DesiredMailbox, there: ObservedMailbox) -> Change | None:
    kind = there.settings.get(Field.KIND, KIND_SHARED)
    if kind == KIND_SHARED:
        return None
    return Change(
        Kind.UPDATE,
        Phase.CREATE,
        box.address,
        box.platform,
        there.id,
        before={Field.KIND: kind},
        after={Field.KIND: KIND_SHARED},
        risk=Risk.HIGH if kind == KIND_USER else Risk.MEDIUM,
        why=f"its spec says `platform: {box.platform}`, and it is {_KIND_WORDS.get(str(kind), f'a {kind}')} now",
        place=box.places.get("platform", box.place),
    )


def _from_nothing(box: DesiredMailbox, world: Observed) -> tuple[Change, ...]:
    occupants = world.taken.get(box.address, ())
    living = [item for item in occupants if not item.is_soft_deleted]
    if living:
        holder = living[0]
        raise SpecError(
            [
                Problem(
                    box.places.get("mailbox", box.place),
                    "address is taken",
                    f"{box.address} belongs to the {holder.kind} `{holder.name}` ({holder.address}).",
                    "Choose another address, or free this one there first.",
                )
            ]
        )
    buried = [item for item in occupants if item.is_soft_deleted]
    empty = ObservedMailbox("", box.address, box.platform, grants=frozenset())
    creation = Change(
        Kind.CREATE,
        Phase.CREATE,
        box.address,
        box.platform,
        buried[0].id if buried else "",
        how="restore" if buried else "new",
        after={} if buried else creation_settings(box),
        risk=Risk.MEDIUM,
        why="a soft-deleted mailbox has this address" if buried else "",
        place=box.place,
    )
    made = replace(empty, settings=dict(creation.after))
    rest = (*diff_settings(box, made, world, is_new=True), *diff_grants(box, made, world))
    return _sorted((creation, *(_need(replace(item, mailbox_id=""), creation) for item in rest)))


def _foreign(box: DesiredMailbox, world: Observed, desired: Desired) -> list[Problem]:
    """Return the new addresses of a mailbox that no domain of the tenant can have.

    Where that is all of them, the tenant is the wrong one: a guard says so.
    """
    if not any(
        other.address.domain in world.domains
        for other in desired.mailboxes.values()
        if other.platform in world.platforms
    ):
        return []
    there = world.mailboxes.get(box.address)
    aliases = box.settings.get(Field.ALIASES)
    held = there.settings.get(Field.ALIASES) if there else None
    wanted = {("mailbox", box.address)} if there is None and box.state is not State.ABSENT else set()
    for text in aliases if isinstance(aliases, tuple) else ():
        if text not in (held if isinstance(held, tuple) else ()):
            wanted.add(("aliases", Address.of(str(text))))
    names = ", ".join(sorted(world.domains))
    return [
        Problem(
            box.places.get(key, box.place),
            "not a domain of the tenant",
            f"{address} cannot be had in {world.tenant_name}: its domains are {names}.",
            "Check the spelling, or verify the domain there first.",
        )
        for key, address in sorted(wanted, key=str)
        if address.domain not in world.domains
    ]


def _grant_count(box: DesiredMailbox, world: Observed) -> int:
    there = world.mailboxes.get(box.address)
    return len(there.grants) if there and there.grants is not None else 0


def _notes(box: DesiredMailbox, world: Observed) -> list[Note]:
    where = str(box.address)
    there = world.mailboxes.get(box.address)
    notes = []
    if there and there.grants is not None:
        orphans = {g.trustee for g in there.grants if _is_orphan(world, g.trustee)}
        if orphans:
            count = len(orphans)
            whose = "1 deleted account" if count == 1 else f"{count} deleted accounts"
            notes.append(Note(where, f"rights of {whose} are left alone"))
    notes += [Note(where, f"left alone: {item.text}") for item in (there.special if there else ())]
    if box.state is State.ABSENT and there is None:
        notes.append(Note(where, "is absent already"))
    is_back = there is None and box.state is not State.ABSENT
    if is_back and any(item.is_soft_deleted for item in world.taken.get(box.address, ())):
        notes.append(Note(where, "comes back with its old mail, grants and settings: plan again after apply"))
    notes += [
        Note(where, f"access of {item.trustee} lasted until {until_words(item.until)} ({item.place})")
        for item in box.expired
        if item.until
    ]
    return notes


def _is_orphan(world: Observed, trustee: TrusteeId) -> bool:
    known = world.trustees.get(trustee)
    return known is None or known.kind in (TrusteeKind.ORPHAN, TrusteeKind.OTHER)


def _left_alone(boxes: list[DesiredMailbox], worlds: Worlds) -> LeftAlone:
    distinct = {id(world): world for world in worlds.values()}
    extra = special = 0
    unmanaged: dict[str, tuple[str, ...]] = {}
    for box in boxes:
        there = worlds[box.platform].mailboxes.get(box.address)
        if box.state is State.ABSENT:
            continue
        if box.unmanaged:
            unmanaged[box.address.text] = box.unmanaged
        if there is None:
            continue
        special += len(there.special)
        if box.members_mode is MembersMode.AT_LEAST and box.grants is not None:
            wanted = {(worlds[box.platform].directory.get(g.trustee), g.right, g.detail) for g in box.grants}
            extra += sum((g.trustee, g.right, g.detail) not in wanted for g in there.grants or ())
    others = sum(world.others for world in distinct.values())
    return LeftAlone(others, extra, special, unmanaged)


def observed_addresses(desired: Desired) -> frozenset[Address]:
    """Return every address that must resolve to a trustee before a plan can be made."""
    return frozenset(grant.trustee for box in desired.mailboxes.values() for grant in box.grants or ())

"""The spec of a mailbox for another platform: everything that cannot be kept is listed with the reason.

It knows no vendor: what is possible, and why not, comes from both platforms' tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.convert_rules import moved_rules, named_rules
from sharedbox_cli.core.convert_values import kept_value, refused_values
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.format_values import value_words
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.labels import lowest_folders, parted_labels
from sharedbox_cli.core.levels import is_level, without_levels
from sharedbox_cli.core.model import (
    LEVELLED,
    READING,
    ROLES,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    MembersMode,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.needs import ENFORCE_UNTIL
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.service_addresses import unmanaged_addresses
from sharedbox_cli.core.until import end_of, is_writable
from sharedbox_cli.core.values import KIND_GROUP, KIND_USER, NOT_KEPT, Value

_KINDS: dict[Value, tuple[str, str]] = {
    KIND_USER: ("a person's mailbox now", "every member will see all of it."),
    KIND_GROUP: ("an ordinary group now", "its members do not share conversations yet."),
}
_NOT_WRITTEN = frozenset({Field.KIND, Field.DELIVERY, Field.AUTOMAPPING, Field.UNTIL})
_OUT_OF_REACH = "a spec can name the years from 2000 to 2199."
_SENDING = frozenset({Right.SEND_AS, Right.SEND_ON_BEHALF})
_MOST = 60
_USUAL = ("incoming.", "message_limits.", "retention.", "audit_log")
"""Settings whose usual value says nothing that another platform could lose."""
_OTHER_LICENCES = "licences have other names on each platform. Choose one, or leave the key out."


@dataclass(frozen=True, slots=True)
class Note:
    """One difference: the key or the member, and why."""

    key: str
    what: str
    why: str
    member: str = ""
    """The address in lower case, if it is about a member."""
    is_lost: bool = False


@dataclass(slots=True)
class Moved:
    """A mailbox for another platform, and all differences."""

    mailbox: DesiredMailbox
    notes: list[Note] = field(default_factory=list)


def desired_of(there: ObservedMailbox, observed: Observed, table: Capabilities) -> Moved:
    """Return the spec of a mailbox as observed; what no spec can express becomes notes."""
    settings = {name: value for name, value in there.settings.items() if name not in _NOT_WRITTEN}
    settings |= parted_labels(settings) if table.labels_are_shared else lowest_folders(settings)
    unmanaged = unmanaged_addresses((), settings.get(Field.ALIASES))
    if unmanaged:
        own = settings[Field.ALIASES]
        settings[Field.ALIASES] = tuple(item for item in own if item not in unmanaged) if isinstance(own, tuple) else ()
    if not settings.get(Field.AUTO_REPLY):  # disabled: its texts have no effect
        settings = {name: value for name, value in settings.items() if name is Field.AUTO_REPLY or not _is_reply(name)}
    settings = {name: value for name, value in settings.items() if value not in ("", ())}
    if settings.get(Field.ITEM_RECOVERY, NOT_KEPT) != NOT_KEPT:  # it says the span of deleted items, too
        settings.pop(Field.DELETED_ITEMS, None)
    if Field.FORWARDING_TO not in settings:
        settings.pop(Field.FORWARDING_KEEP_COPY, None)
    moved = Moved(DesiredMailbox(there.address, there.platform, settings=settings))
    if there.grants is not None:
        grants = [grant for item in there.grants if (grant := _wanted(item, observed, moved))]
        ordered = sorted(grants, key=lambda grant: (grant.trustee.key, str(grant.right)))
        enforces = any(grant.until is not None for grant in ordered)
        moved.mailbox = replace(
            moved.mailbox, grants=tuple(ordered), levels=there.levels, enforces_until=enforces and not _lost_ends(moved)
        )
        for right in {grant.right for grant in ordered if grant.right in LEVELLED and not is_level(grant.detail)}:
            moved.mailbox = without_levels(moved.mailbox, right)  # a list without them would take them away
    moved.notes += [
        Note("aliases", address, "the service gives this address to the mailbox itself.") for address in unmanaged
    ]
    if there.settings.get(Field.KIND) in _KINDS:
        moved.notes.append(Note("mailbox", *_KINDS[there.settings[Field.KIND]]))
    moved.notes += [
        Note("members", entry.text, "an entry that a spec cannot express.", is_lost=True) for entry in there.special
    ]
    moved.notes.sort(key=_order)
    return moved


def _order(note: Note) -> tuple[str, str, str]:
    return note.key, note.member, note.what


def _is_reply(name: Field) -> bool:
    return str(name).startswith("auto_reply.")


def _wanted(grant: Grant, observed: Observed, moved: Moved) -> DesiredGrant | None:
    identity, right = grant.trustee, grant.right
    key = str(right) if right in LEVELLED else "members"
    who = observed.trustees.get(identity)
    if who is None or who.address is None or who.kind not in (TrusteeKind.USER, TrusteeKind.GROUP):
        name = who.name if who and who.name else identity
        why = "a deleted account, or neither a user nor a group."
        moved.notes.append(Note(key, f"{right_words(right, grant.detail)} of {name}", why, is_lost=True))
        return None
    if right in LEVELLED and not is_level(grant.detail):
        why = "it is none of the levels of a spec."
        moved.notes.append(Note(key, f"{right_words(right, grant.detail)} of {who.address}", why, is_lost=True))
    if right is Right.OTHER:
        moved.notes.append(Note("members", f"a right of {who.address}", "a spec cannot express it.", is_lost=True))
        return None
    moved.notes += [note for note in _doubts(who) if note not in moved.notes]
    detail = grant.detail if right in LEVELLED else ""
    return DesiredGrant(who.address, who.kind, right, detail, until=_end(grant, who.address, moved))


def _end(grant: Grant, who: Address, moved: Moved) -> datetime | None:
    """Return when the service ends a grant, where a spec can say it."""
    until = end_of(grant.until)
    if until is None or is_writable(until):
        return until
    what = f"the end of access of {who}: {grant.until}"
    moved.notes.append(Note("members", what, _OUT_OF_REACH, who.key, is_lost=True))
    return None


def _lost_ends(moved: Moved) -> bool:
    """Return whether some end of access cannot be written: a spec that enforces ends would remove it."""
    return any(note.why == _OUT_OF_REACH for note in moved.notes)


def _doubts(who: Trustee) -> Iterator[Note]:
    key = who.address.key if who.address else ""
    if not who.is_enabled:
        yield Note("members", str(who.address), "cannot sign in: is access still needed?", key)
    if who.is_guest:
        yield Note("members", str(who.address), "is from outside the organisation.", key)


def moved_to(mailbox: DesiredMailbox, source: Capabilities, target: Capabilities) -> Moved:
    """Return the mailbox for another platform, and all differences."""
    if source.platform == target.platform:
        return Moved(mailbox)
    bare = replace(mailbox, settings={}, unmanaged=(), suite="", enforces_until=False)
    moved = Moved(replace(bare, platform=target.platform, places={}))
    settings = dict(_settings(mailbox, target, moved))
    for name, refused in refused_values(settings, target).items():
        moved.notes += [Note(str(name), text, why, is_lost=True) for text, why in refused.items()]
        kept = kept_value(settings.pop(name), refused)
        settings |= {} if kept is None else {name: kept}
    moved.mailbox = replace(moved.mailbox, settings=settings)
    moved.mailbox = replace(moved.mailbox, warn_at_percent=_share(mailbox, target, moved))
    if mailbox.suite:
        moved.notes.append(Note("storage.suite", mailbox.suite, _OTHER_LICENCES, is_lost=True))
    if mailbox.enforces_until:
        moved.mailbox = replace(moved.mailbox, enforces_until=_can_enforce(target, moved))
    if mailbox.grants is not None:
        every = (*mailbox.grants, *mailbox.expired)
        members = [grant for grant in every if grant.right not in LEVELLED]
        levels, of_people = _levels(mailbox, target, moved)
        grants = [*_grants(members, source, target, moved), *of_people]
        now = {(grant.trustee, grant.until) for grant in mailbox.expired}
        moved.mailbox = replace(
            moved.mailbox,
            levels=levels,
            grants=tuple(item for item in grants if (item.trustee, item.until) not in now),
            expired=tuple(item for item in grants if (item.trustee, item.until) in now),
        )
        if not mailbox.has_members and not levels:
            moved.mailbox = replace(moved.mailbox, grants=None, has_members=True)
        _miss_an_owner(moved, target)
    if (row := target.refusal("members_mode")) and mailbox.members_mode is not MembersMode.EXACT:
        moved.notes.append(Note("members_mode", str(mailbox.members_mode), row.meaning, is_lost=True))
        moved.mailbox = replace(moved.mailbox, members_mode=MembersMode.EXACT)
    moved.notes.sort(key=_order)
    return moved


def _can_enforce(target: Capabilities, moved: Moved) -> bool:
    row = target.refusal(ENFORCE_UNTIL)
    if row is not None:
        moved.notes.append(Note(ENFORCE_UNTIL, "true", row.meaning, is_lost=True))
    return row is None


def _levels(mailbox: DesiredMailbox, target: Capabilities, moved: Moved) -> tuple[frozenset[Right], list[DesiredGrant]]:
    """Return the rights with levels that the other platform has too, and their grants."""
    levels, kept = set(), []
    for right in sorted(mailbox.levels):
        row, possible = target.refusal(f"{right}.people"), target.values.get(f"{right}.members")
        if row is not None:
            moved.notes.append(Note(str(right), "levels of people", row.meaning, is_lost=True))
            continue
        levels.add(right)
        for grant in (one for one in (*(mailbox.grants or ()), *mailbox.expired) if one.right is right):
            if possible is None or grant.detail in possible:
                kept.append(grant)
            else:
                what, why = f"{grant.detail} of {grant.trustee}", f"it can be {', '.join(possible)} there."
                moved.notes.append(Note(str(right), what, why, is_lost=True))
    return frozenset(levels), kept


def _settings(mailbox: DesiredMailbox, target: Capabilities, moved: Moved) -> Iterator[tuple[Field, Value]]:
    for name, value in sorted(mailbox.settings.items()):
        row, listed = target.refusal(str(name)), target.values.get(str(name))
        if row is not None and (value in ("", ()) or (str(name).startswith(_USUAL) and value == SETTINGS[name].new)):
            continue  # nothing is lost
        if row is not None:
            moved.notes.append(Note(str(name), _text(value, SETTINGS[name].item_words), row.meaning, is_lost=True))
        elif name is Field.LICENCE:
            said = target.row(str(name))
            why = f"{_OTHER_LICENCES} Possible: {said.meaning}." if said else _OTHER_LICENCES
            moved.notes.append(Note(str(name), _text(value), why, is_lost=True))
        elif listed is not None and str(value) not in listed:
            said = target.row(str(name))
            why = said.meaning if said else f"it can be {', '.join(listed)} there."
            moved.notes.append(Note(str(name), _text(value), why, is_lost=True))
        elif name is Field.RULES:
            value, lost = moved_rules(mailbox.settings, target)
            moved.notes += [Note(str(name), words, why, is_lost=True) for words, why in lost]
            if value:  # a platform that keeps no names takes them out
                yield name, target.canonical(name, named_rules(value))
        else:
            yield name, target.canonical(name, value)


def _text(value: Value, words: Callable[[Value], str] = value_words) -> str:
    """Return a value in a few words: the names in a list, or their number."""
    if isinstance(value, tuple):
        names = [item[0] if isinstance(item, tuple) and item else item for item in value]
        if any(isinstance(name, tuple) for name in names):  # rules
            return f"({len(value)})"
        value = tuple(names)
    text = value_words(value) if isinstance(value, tuple) else words(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def _share(mailbox: DesiredMailbox, target: Capabilities, moved: Moved) -> int | None:
    row = target.refusal("storage.warn_at")
    if row is None or mailbox.warn_at_percent is None:
        return mailbox.warn_at_percent
    moved.notes.append(Note("storage.warn_at", f"{mailbox.warn_at_percent}%", row.meaning, is_lost=True))
    return None


def _grants(
    grants: Iterable[DesiredGrant], source: Capabilities, target: Capabilities, moved: Moved
) -> list[DesiredGrant]:
    """Return the grants of all members, in the order of a spec."""
    lines: dict[tuple[Address, object], list[DesiredGrant]] = {}
    for grant in grants:
        lines.setdefault((grant.trustee, grant.until), []).append(grant)
    found: dict[tuple[Address, Right], DesiredGrant] = {}
    for same in lines.values():
        for grant in _line(same, source, target, moved):
            twin = found.setdefault((grant.trustee, grant.right), grant)
            if twin.until is not None and (grant.until is None or grant.until > twin.until):
                found[grant.trustee, grant.right] = grant  # two lines became one right: the later end counts
    best = {who: right for right in ROLES for who, held in found if held is right}
    kept = [grant for (who, right), grant in found.items() if right not in ROLES or best[who] is right]
    return sorted(kept, key=lambda grant: (grant.trustee.key, str(grant.right)))


def _line(same: list[DesiredGrant], source: Capabilities, target: Capabilities, moved: Moved) -> Iterator[DesiredGrant]:
    """Yield the grants that one line of `members` becomes."""
    first, had = same[0], {grant.right for grant in same}
    row = target.refusal(f"members[].{first.kind}")
    if row is not None:
        words = _names(had)
        moved.notes.append(Note("members", f"{words} of {first.trustee}", row.meaning, is_lost=True))
        return
    gets = _rights(had, source, target, moved, first.trustee)
    for name in ("automapping", "delivery"):
        row = target.refusal(f"members[].{name}")
        if row is not None and any(getattr(grant, name) is not None for grant in same):
            same = [
                replace(grant, automapping=None) if name == "automapping" else replace(grant, delivery=None)
                for grant in same
            ]
            moved.notes.append(Note("members", f"{name} of {first.trustee}", row.meaning, is_lost=True))
    old = {grant.right: grant for grant in same}
    for right in gets:
        yield old.get(right) or replace(same[0], right=right, automapping=None, delivery=None)


def _rights(
    had: set[Right], source: Capabilities, target: Capabilities, moved: Moved, who: Address
) -> tuple[Right, ...]:
    """Return the closest rights; the default rights of one platform become those of the other."""
    usual = set(source.default_rights), set(target.default_rights)
    if had == usual[0]:
        gets = usual[1]
    else:
        gets = set()
        for right in sorted(had):
            gets |= _nearest(right, target)
            if not _nearest(right, target):
                row = target.refusal(f"members[].rights.{right}")
                why = row.meaning if row else "the platform has no similar right."
                moved.notes.append(Note("members", f"{right_words(right)} of {who}", why, is_lost=True))
    roles = [role for role in reversed(ROLES) if role in gets]
    gets -= set(roles[1:])
    if had == usual[0] != usual[1]:
        note = Note("members", f"had {_names(had)}", f"gets {_names(gets)}, the default of that platform.")
        moved.notes += [note] if note not in moved.notes else []
    elif gets and (gets != had or (gets >= usual[1] and had < usual[0])):
        moved.notes.append(Note("members", str(who), f"had {_names(had)}; gets {_names(gets)}{_wider(had)}.", who.key))
    return tuple(sorted(gets))


def _names(rights: Iterable[Right]) -> str:
    return ", ".join(right_words(right) for right in sorted(rights))


def _nearest(right: Right, target: Capabilities) -> set[Right]:
    if target.refusal(f"members[].rights.{right}") is None:
        return {right}
    default = target.default_rights
    if right in ROLES:
        return set(default) if default[0] not in ROLES else set()
    if right is Right.FULL_ACCESS or right in _SENDING:
        return {default[0]}
    return set()


def _wider(had: set[Right]) -> str:
    """Return what a member can do in addition: the smallest right of a platform may be more than before."""
    more = "" if had & READING else ", and can read incoming messages"
    return more if had & {*_SENDING, *ROLES} else f"{more}, and can send"


def _miss_an_owner(moved: Moved, target: Capabilities) -> None:
    rights = {grant.right for grant in moved.mailbox.grants or ()}
    if target.default_rights[0] in ROLES and rights and Right.OWNER not in rights:
        moved.notes.append(Note("members", "there is no owner", "give one member `rights: [owner]`."))

"""The spec of a mailbox for another platform: everything that cannot be kept is listed with the reason.

It knows no vendor: what is possible, and why not, comes from both platforms' tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.change_words import right_words
from sharedbox_cli.core.convert_members import move_members
from sharedbox_cli.core.convert_notes import Moved, Note, order
from sharedbox_cli.core.convert_rules import moved_rules, named_rules
from sharedbox_cli.core.convert_values import kept_value, refused_values
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.format_values import value_words
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.labels import lowest_folders, parted_labels
from sharedbox_cli.core.levels import is_level, without_levels
from sharedbox_cli.core.model import LEVELLED, DesiredGrant, DesiredMailbox, Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.service_addresses import unmanaged_addresses
from sharedbox_cli.core.until import end_of, is_writable
from sharedbox_cli.core.values import KIND_GROUP, KIND_USER, NOT_KEPT, Value

_KINDS: dict[Value, tuple[str, str]] = {
    KIND_USER: ("a person's mailbox now", "every member will see all of it."),
    KIND_GROUP: ("an ordinary group now", "its members do not share conversations yet."),
}
_OUT_OF_REACH = "a spec can name the years from 2000 to 2199."
_MOST = 60
_USUAL = ("incoming.", "message_limits.", "retention.", "audit_log")
"""Settings whose usual value says nothing that another platform could lose."""
_OTHER_LICENCES = "licences have other names on each platform. Choose one, or leave the key out."


def desired_of(there: ObservedMailbox, observed: Observed, table: Capabilities) -> Moved:
    """Return the spec of a mailbox as observed; what no spec can express becomes notes."""
    settings = {name: value for name, value in there.settings.items() if SETTINGS[name].is_in_spec}
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
    moved.notes.sort(key=order)
    return moved


def _is_reply(name: Field) -> bool:
    return SETTINGS[name].topic is Topic.AUTO_REPLY


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
    """Return when the service ends a grant, where a spec can express it."""
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
    move_members(mailbox, source, target, moved)
    moved.notes.sort(key=order)
    return moved


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

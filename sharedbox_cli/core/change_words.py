"""Changes in prose, unescaped: the report formats escape them."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.change import RESTORE, Change, Kind, Party
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.format_values import item_name
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.texts import mark_in
from sharedbox_cli.core.until import end_words
from sharedbox_cli.core.values import KIND_GROUP, KIND_SHARED, Value

RIGHT_WORDS: Mapping[Right, str] = {
    Right.FULL_ACCESS: mark_in("right", "full access"),
    Right.READ: mark_in("right", "read"),
    Right.SEND_AS: mark_in("right", "send as"),
    Right.SEND_ON_BEHALF: mark_in("right", "send on behalf"),
    Right.MEMBER: mark_in("right", "member"),
    Right.MANAGER: mark_in("right", "manager"),
    Right.OWNER: mark_in("right", "owner"),
    Right.CALENDAR: mark_in("right", "calendar"),
    Right.CONTACTS: mark_in("right", "contacts"),
    Right.OTHER: mark_in("right", "another right"),
}


def right_words(right: Right, detail: str = "") -> str:
    """Return a right in prose."""
    return f"{RIGHT_WORDS[right]} ({detail})" if detail else RIGHT_WORDS[right]


def party_words(party: Party) -> str:
    """Return the trustee of a change, unescaped."""
    if party.address is None:
        return party.name or f"deleted account {party.id}"
    return f"{party.name} <{party.address}>" if party.name else str(party.address)


def words(change: Change) -> str:
    """Return what a change does, in one line for people."""
    match change.kind:
        case Kind.CREATE:
            return "restore the soft-deleted mailbox" if change.how == RESTORE else "create the mailbox"
        case Kind.DELETE:
            return "delete the mailbox (soft delete: it can be restored for some weeks)"
        case Kind.GRANT if change.party:
            suffix = ""
            if (automapping := change.after.get(Field.AUTOMAPPING)) is not None:
                suffix = ", automapping on" if automapping else ", automapping off"
            if (delivery := change.after.get(Field.DELIVERY)) is not None:
                suffix = f", delivery {delivery}"
            if Field.UNTIL in change.after:
                suffix += f", ended by the service after {end_words(change.after[Field.UNTIL])}"
            right = right_words(change.party.right, change.party.detail)
            return f"grant {right} to {party_words(change.party)}{suffix}"
        case Kind.REVOKE if change.party:
            right = right_words(change.party.right, change.party.detail)
            return f"revoke {right} from {party_words(change.party)}"
        case Kind.UPDATE if change.party:
            verb = "switch" if Field.AUTOMAPPING in change.after else "change"
            return f"{verb} {party_update_words(change)} for {party_words(change.party)}"
        case Kind.UPDATE if change.after.get(Field.KIND) == KIND_SHARED:
            is_group = change.before.get(Field.KIND) == KIND_GROUP
            return "convert the group to a shared inbox" if is_group else "convert the user mailbox to a shared mailbox"
        case _:
            return "; ".join(_setting_words(name, change) for name in sorted(change.after))


def party_update_words(change: Change) -> str:
    """Return what changes for a trustee who keeps a right."""
    after, before = change.after, change.before
    parts = []
    if Field.ROLE in after:
        parts.append(f"role {before.get(Field.ROLE, 'none')} -> {after[Field.ROLE]}")
    if Field.LEVEL in after and change.party is not None:
        parts.append(_level_words(change.party.right, before.get(Field.LEVEL), after[Field.LEVEL]))
    if Field.DELIVERY in after:
        parts.append(f"delivery {before.get(Field.DELIVERY, 'not known')} -> {after[Field.DELIVERY]}")
    if Field.UNTIL in after:
        parts.append(f"end by the service {end_words(before.get(Field.UNTIL))} -> {end_words(after[Field.UNTIL])}")
    if Field.AUTOMAPPING in after:
        parts.append(f"automapping {'on' if after[Field.AUTOMAPPING] else 'off'}")
    return ", ".join(parts)


def _level_words(right: Right, before: Value, after: Value) -> str:
    """Return how a level changes. Reading mail has none, and other words where it is more or less than that."""
    if before and after:
        return f"{RIGHT_WORDS[right]} {before} -> {after}"
    return f"{right_words(right, str(before or ''))} -> {right_words(right, str(after or ''))}"


def change_words(name: Field, change: Change) -> str:
    """Return how one setting changes, without its name."""
    before, after = change.before.get(name), change.after[name]
    if name not in change.before and not SETTINGS[name].is_ensured:
        return setting_words(name, after)
    if moves := change_parts(name, change):
        return " ".join(moves)
    return f"{setting_words(name, before)} -> {setting_words(name, after)}"


def change_parts(name: Field, change: Change) -> list[str]:
    """Return the items of a new list; of another one what is added and removed, or the new order if that is all.

    Nothing for a value that is not a list.
    """
    before, after = change.before.get(name), change.after[name]
    if not isinstance(after, tuple):
        return []
    if SETTINGS[name].is_ensured:
        return moved_words(name, _in_other_case(name, before, after), after)
    if not isinstance(before, tuple):
        return [SETTINGS[name].item_words(item) for item in after]
    order = (item_name(item) or SETTINGS[name].item_words(item) for item in after)
    return moved_words(name, before, after) or [f"new order: {', '.join(order)}"]


def _setting_words(name: Field, change: Change) -> str:
    """Return a setting in a line among others: of items that have names, these alone."""
    before, after = change.before.get(name), change.after[name]
    if isinstance(after, tuple) and after and all(map(item_name, after)):
        gone = before if isinstance(before, tuple) else ()
        moves = [f"+{item_name(item)}" for item in after if item not in gone]
        moves += [f"-{item_name(item) or SETTINGS[name].item_words(item)}" for item in gone if item not in after]
        return f"{name}: {' '.join(moves) or 'new order'}"
    return f"{name}: {change_words(name, change)}"


def setting_words(name: Field, value: Value) -> str:
    """Return the value of a setting."""
    words = SETTINGS[name].item_words
    if isinstance(value, tuple):
        return ", ".join(map(words, value)) or "none"
    return words(value)


def _in_other_case(name: Field, before: Value, after: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the items of an ensured list whose case changes; all others stay."""
    words = SETTINGS[name].item_words
    new = {words(item).casefold() for item in after}
    return tuple(item for item in before if words(item).casefold() in new) if isinstance(before, tuple) else ()


def moved_words(name: Field, before: tuple[Value, ...], after: tuple[Value, ...]) -> list[str]:
    """Return the items that are added to a list, those that are removed, and those whose case changes."""
    words = SETTINGS[name].item_words
    gone = [words(item) for item in before if item not in after]
    changed: list[str] = []
    for word in (words(item) for item in after if item not in before):
        old = next((item for item in gone if item.casefold() == word.casefold()), "")
        if old:
            gone.remove(old)
        changed.append(f"{old} -> {word}" if old else f"+{word}")
    return changed + [f"-{word}" for word in gone]

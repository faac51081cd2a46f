"""Mail rules as the core holds them: pairs of `name`, `when.…`, `unless.…` and `then.…` with their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from sharedbox_cli.core.public_suffix import is_public_suffix
from sharedbox_cli.core.values import Value

Pairs = Mapping[str, Value]
_SENDING = ("then.forward_to", "then.forward_as_attachment_to", "then.redirect_to")
_PEOPLE = (*_SENDING, "when.from", "when.to", "unless.from", "unless.to")
_FOLDERS = ("then.move_to", "then.copy_to")
_DELETING = ("then.delete", "then.delete_permanently")
_BINS = frozenset({"deleted items", "junk email"})
"""Built-in folders, in lower case, out of which a service deletes messages."""
ADDED_ID = "then.add "
"""How the key of an action begins that adds a label whose name is not known: its id follows."""
_WORD = re.compile(r"\w\w")
_SMALL, _LARGE = 2_000, 50_000_000
"""Nearly every message is larger, or smaller, than this."""
_EVERYWHERE = frozenset({"in:anywhere", "in:inbox", "in:all", "is:unread", "label:inbox", "label:unread"})
_RULE_BYTES = 120
"""What a rule takes besides its texts, as an estimate."""


def rules_in(value: Value) -> Iterator[dict[str, Value]]:
    """Yield the rules of a setting, each as pairs by key."""
    for rule in value if isinstance(value, tuple) else ():
        if isinstance(rule, tuple):
            yield pairs_of(rule)


def pairs_of(rule: Value) -> dict[str, Value]:
    """Return the pairs of a rule by key."""
    items = rule if isinstance(rule, tuple) else ()
    return {str(pair[0]): pair[1] for pair in items if isinstance(pair, tuple) and len(pair) == 2}


def texts_of(value: Value) -> tuple[str, ...]:
    """Return the texts of a condition or an action: one, or several."""
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return (str(value),) if isinstance(value, str) and value else ()


def is_on(rule: Pairs) -> bool:
    """Return whether a rule is enabled."""
    return rule.get("enabled") is not False


def sent_to(rule: Pairs) -> set[str]:
    """Return the addresses that a rule sends messages to, in lower case; none while it is off."""
    return {text.lower() for key in _SENDING for text in texts_of(rule.get(key))} if is_on(rule) else set()


def recipients_in(value: Value) -> set[str]:
    """Return the addresses that rules name, in lower case."""
    return {text.lower() for rule in rules_in(value) for key in _PEOPLE for text in texts_of(rule.get(key))}


def folders_in(rule: Pairs) -> tuple[str, ...]:
    """Return the folders that a rule moves or copies messages to."""
    return tuple(text for key in _FOLDERS for text in texts_of(rule.get(key)))


def deletes(rule: Pairs) -> bool:
    """Return whether a rule is on and deletes messages, or moves them to where they are deleted later."""
    moved = texts_of(rule.get("then.move_to"))
    is_bin = any(path.partition("/")[0].casefold() in _BINS for path in moved)
    return is_on(rule) and (is_bin or any(rule.get(key) is True for key in _DELETING))


def is_unconditional(rule: Pairs) -> bool:
    """Return whether a rule is about all messages."""
    return not any(key.startswith("when.") and key != "when.everything" for key in rule)


def takes_everything(rule: Pairs) -> bool:
    """Return whether a rule is about all messages, or its conditions hold for nearly all of them."""
    conditions = {key: value for key, value in rule.items() if key.startswith("when.")}
    return is_unconditional(rule) or all(_is_always_so(key, value) for key, value in conditions.items())


def _is_always_so(key: str, value: Value) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return value <= _SMALL if key == "when.larger_than" else key == "when.smaller_than" and value >= _LARGE
    texts = texts_of(value)
    is_address = key.startswith(("when.from", "when.to"))
    is_search = key == "when.has_words" or key.endswith(" search")
    return any(
        not _WORD.search(text) or (is_address and is_public_suffix(text)) or (is_search and _finds_nearly_all(text))
        for text in texts
    )


def _finds_nearly_all(search: str) -> bool:
    """Return whether a search only excludes words, or names a place where all new messages are."""
    terms = search.split()
    return all(term.startswith("-") or term.casefold() in _EVERYWHERE for term in terms)


def missing_labels(rule: Pairs) -> tuple[str, ...]:
    """Return the ids of labels that a rule adds and nobody has. The ids of the service itself are in capitals."""
    ids = (key.removeprefix(ADDED_ID) for key in rule if key.startswith(ADDED_ID))
    return tuple(one for one in ids if one != one.upper())


def same_rules(one: Value, other: Value) -> bool:
    """Return whether rules mean the same: services change the case of words, and folders have no case."""
    return [_folded(rule) for rule in rules_in(one)] == [_folded(rule) for rule in rules_in(other)]


def _folded(rule: Pairs) -> dict[str, Value]:
    return {key: _fold(value) if _has_no_case(key) else value for key, value in rule.items()}


def _has_no_case(key: str) -> bool:
    return key.endswith("_contains") or key in _FOLDERS


def _fold(value: Value) -> Value:
    folded = sorted({text.casefold() for text in texts_of(value)})
    return tuple(folded)


def size_bytes(rules: Iterable[Pairs]) -> int:
    """Return about how much space the rules that are on take: two bytes per letter. No service says how it counts."""
    return sum(_RULE_BYTES + sum(map(_size, rule.values())) for rule in rules if is_on(rule))


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(map(_size, value))
    return 2 * len(value) if isinstance(value, str) else 8

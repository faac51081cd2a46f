"""Mail rules as Exchange has them: inbox rules, by the parameters of New-InboxRule.

What has no key in a spec keeps the name of its parameter (`then.PlaySound`): such a rule is left as it is, and checks
see all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.facts import Fact
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import Pairs, pairs_of, texts_of
from sharedbox_cli.core.values import UNKNOWN, Value
from sharedbox_cli.providers.columns import Column, Columns, Row, UnknownForm
from sharedbox_cli.providers.forms import instant_text, moment_of, number_of, rows_in, shown, text_of
from sharedbox_cli.providers.microsoft365.folders import spelled
from sharedbox_cli.providers.microsoft365.quirks import size_bytes
from sharedbox_cli.providers.microsoft365.rule_tables import (
    ACTION_FLAGS,
    CHOICES,
    DATES,
    FLAG,
    FLAGGED,
    FLAGS,
    FOLDERS,
    FREE_TEXTS,
    KIB,
    KNOWN,
    LEAST,
    MAILBOX_IS,
    MOST,
    NO_MOST,
    OTHER_ACTIONS,
    OTHER_CONDITIONS,
    PEOPLE,
    SIZES,
    SOFT_DELETE,
    SPECIAL_WORDS,
    TARGETS,
    WORDS,
)

_IDLE = re.compile(r"Null[A-Z]\w*|Default")


def is_idle(value: Any, name: str = "") -> bool:
    """Return whether a property has no value: some services fill enumerations with `NullImportance` and the like.

    In a property with a text that people write, such as a folder, `Default` is a value.
    """
    if value is None or value is False or value in ([], ""):
        return True
    return isinstance(value, str) and name not in FREE_TEXTS and bool(_IDLE.fullmatch(value))


def listed(value: Any) -> list[str]:
    """Return the texts of a list; one that is alone may come without a list. Nothing for a form that is not known."""
    items = list(value) if isinstance(value, (list, tuple)) else [value]
    return items if not is_idle(value) and all(isinstance(item, str) for item in items) else []


def problem_of(row: Row) -> str:
    """Return why a rule is left as it is: the service says that it is broken, or cannot express it; or nothing.

    What a spec cannot express is marked where rules are read.
    """
    if row.get("ErrorType") not in (None, "", "None") or row.get("InError") is True or row.get("IsValid") is False:
        return "broken"
    if row.get("SupportedByTask") is False:
        return OTHER
    unknown = [name for name, value in row.items() if name not in KNOWN and not is_idle(value)]
    return OTHER if unknown else ""


def rule_of(row: Row) -> Value:
    """Return a rule as the core has it. Recipients are addresses and folders are paths already. Raises UnknownForm."""
    pairs: dict[str, Value] = {"name": str(row["Name"])}
    for part, prefix in (("when", ""), ("unless", "ExceptIf")):
        pairs |= {f"{part}.{key}": value for key, value in _conditions(row, prefix)}
    pairs |= {f"then.{key}": value for key, value in _actions(row)}
    if not any(key.startswith("when.") for key in pairs):
        pairs["when.everything"] = True
    if row.get("StopProcessingRules") is True:
        pairs["stop"] = True
    if row.get("Enabled") is False:
        pairs["enabled"] = False
    return tuple(sorted(pairs.items()))


def _conditions(row: Row, prefix: str) -> Iterator[tuple[str, Value]]:
    held = {
        name.removeprefix(prefix): value
        for name, value in row.items()
        if name.startswith(prefix) and name in KNOWN and not is_idle(value, name)
    }
    for key, name in (*WORDS.items(), *PEOPLE.items()):
        if name in held:
            yield key, _texts(name, held[name])
    for key, name in FLAGS.items():
        if name in held:
            yield key, True
    for key, name in CHOICES.items():
        if name in held:
            yield key, _word_of(held[name])
    for key, name in DATES.items():
        if name in held:
            yield key, _instant(held[name])
    least, most = (_size(held[name]) if name in held else 0 for name in (LEAST, MOST))
    if least:
        yield "larger_than", in_thousands(least)
    if most and most < NO_MOST:
        yield "smaller_than", in_thousands(most)
    places = [key for key, name in MAILBOX_IS.items() if name in held]
    if len(places) == 1:
        yield "mailbox_is", places[0]
    for name in (*OTHER_CONDITIONS, *(MAILBOX_IS[key] for key in places if len(places) > 1)):
        if name in held:
            yield name, _raw(held[name])


def _actions(row: Row) -> Iterator[tuple[str, Value]]:
    held = {name: value for name, value in row.items() if not is_idle(value, name)}
    for key, name in FOLDERS.items():
        if name in held:
            yield key, str(held[name])
    if "ApplyCategory" in held:
        yield "tag", _texts("ApplyCategory", held["ApplyCategory"])
    for key, name in ACTION_FLAGS.items():
        if name in held:
            yield key, True
    for key, name in TARGETS.items():
        if name in held:
            texts = _texts(name, held[name])
            yield key, texts[0] if len(texts) == 1 else texts
    if "MarkImportance" in held:
        yield "mark_importance", _word_of(held["MarkImportance"])
    if FLAG in held:
        yield ("star", True) if held[FLAG] == FLAGGED else ("flag", _word_of(held[FLAG]))
    for name in OTHER_ACTIONS:
        if name in held:
            yield name, _raw(held[name])


def _texts(name: str, value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, (list, tuple)) else [value]
    if not all(isinstance(item, str) for item in items):
        message = f"`{name}` is {shown(value)}, not a list of texts"
        raise UnknownForm(message)
    return tuple(sorted(set(items)))


def _raw(value: Any) -> Value:
    return (
        tuple(sorted(map(str, value))) if isinstance(value, (list, tuple)) else value if value is True else str(value)
    )


def _word_of(value: Any) -> str:
    """Return our word for a value of an enumeration: `NonDeliveryReport` is `non-delivery-report`."""
    text = str(value)
    return SPECIAL_WORDS.get(text) or re.sub(r"(?<!^)(?=[A-Z])", "-", text).lower()


def _instant(value: Any) -> str:
    """Return an instant. The form of the answer is not documented: ISO is read, with or without a zone (UTC)."""
    try:
        return instant_text(moment_of(str(value)))
    except ValueError:
        message = f"a date of a rule is {shown(value)}"
        raise UnknownForm(message) from None


def _size(value: Any) -> int:
    size = value if isinstance(value, int) else size_bytes(str(value))
    if not isinstance(size, int):
        message = f"a size of a rule is {shown(value)}"
        raise UnknownForm(message)
    return size


def in_thousands(size: int) -> int:
    """Return a size as a spec can write it. Rules count in units of 1,024 bytes, and specs in units of 1,000."""
    return -(-max(size // KIB, 1) * KIB // 1000) * 1000


def canonical_rules(value: Value) -> Value:
    """Return desired rules as the platform reports them: addresses in small letters, sizes, names of folders."""
    rules = value if isinstance(value, tuple) else ()
    return tuple(_canonical(dict(rule)) for rule in rules if isinstance(rule, tuple))  # type: ignore[arg-type]


def _canonical(rule: Pairs) -> Value:
    pairs = dict(rule)
    for key, value in rule.items():
        part, _, name = key.partition(".")
        if name in PEOPLE or (part == "then" and name in TARGETS):
            texts = tuple(sorted({text.lower() for text in texts_of(value)}))
            pairs[key] = texts[0] if name in TARGETS and len(texts) == 1 else texts
        elif name in SIZES and isinstance(value, int):
            pairs[key] = in_thousands(value)
        elif part == "then" and name in FOLDERS:
            pairs[key] = spelled(str(value))
    return tuple(sorted(pairs.items()))


def managed_rules(row: Row) -> Value:
    """Return the rules of a mailbox in their order, without those that nobody but their owner changes."""
    managed = [item for item in rows_in(row, LIST) if kind_of(item) == MANAGED]
    return tuple(rule_of(item) for item in sorted(managed, key=lambda item: number_of(item, "Priority")))


def client_rules(row: Row) -> Value:
    """Return the names of the rules that only Outlook runs, or `UNKNOWN`: every write deletes them."""
    kinds = [kind_of(item) for item in rows_in(row, LIST)]
    if UNREADABLE in kinds:
        return UNKNOWN
    return tuple(sorted(text_of(item, "Name") for item in rows_in(row, LIST) if kind_of(item) == CLIENT))


def kept_rules(row: Row) -> Value:
    """Return (kind, name) of the rules that are left as they are."""
    kept = [(kind_of(item), text_of(item, "Name")) for item in rows_in(row, LIST)]
    return tuple(sorted(pair for pair in kept if pair[0] in KEPT))


def other_rules(row: Row) -> Value:
    """Return the rules that a spec cannot express, in their order."""
    found = [item for item in rows_in(row, LIST) if item.get(MARK) == OTHER]
    rules = [pairs_of(rule_of(item)) for item in sorted(found, key=lambda item: number_of(item, "Priority"))]
    return tuple(tuple(sorted({**rule, **_deletes(rule)}.items())) for rule in rules)


def _deletes(rule: Pairs) -> Pairs:
    return {"then.delete": True} if f"then.{SOFT_DELETE}" in rule else {}


def kept_targets(row: Row) -> Value:
    """Return (kind, name, address) of whom the rules send messages to that are left as they are."""
    kept = ((kind_of(item), item) for item in rows_in(row, LIST))
    found = {
        (kind, text_of(item, "Name"), address)
        for kind, item in kept
        if kind in (*KEPT, CLIENT) and item.get("Enabled") is not False
        for name in TARGETS.values()
        if not is_idle(item.get(name))
        for address in _texts(name, item[name])
    }
    return tuple(sorted(found))


def kind_of(item: Row) -> str:
    """Return what a rule is, as the reader of the rules marked it; a rule on the server can be broken."""
    return str(item.get(MARK) or problem_of(item) or MANAGED)


LIST = "messageRules"
"""The property under which the rules are read: those of Get-InboxRule, and those that only Graph lists."""
MARK = "@sharedbox.kind"
MANAGED, CLIENT, HIDDEN, UNREADABLE, OTHER = "rule", "client", "hidden", "unreadable", "other"
KEPT = frozenset({"broken", OTHER, HIDDEN})
RULES: Columns = {Field.RULES: Column((LIST,), managed_rules)}
"""From one list per mailbox: each rule is written by separate requests."""
RULE_FACTS: Mapping[Fact, Column] = {
    Fact.CLIENT_RULES: Column((LIST,), client_rules),
    Fact.KEPT_RULES: Column((LIST,), kept_rules),
    Fact.KEPT_TARGETS: Column((LIST,), kept_targets),
    Fact.OTHER_RULES: Column((LIST,), other_rules),
}

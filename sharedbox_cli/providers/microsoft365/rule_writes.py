"""The parameters that write a mail rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.mail_rules import Pairs, texts_of
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import Body
from sharedbox_cli.providers.microsoft365.rule_tables import (
    ACTION_FLAGS,
    BOOLEANS,
    CHOICES,
    DATES,
    FLAG,
    FLAGGED,
    FLAGS,
    FOLDERS,
    KIB,
    LEAST,
    MAILBOX_IS,
    MOST,
    NO_MOST,
    PEOPLE,
    SIZES,
    SPECIAL_WORDS,
    TARGETS,
    WORDS,
)


def parameters_of(rule: Pairs, folder: Mapping[str, str]) -> Body:
    """Return the parameters of a rule, without name and priority; `folder` has what to write for each path."""
    body: Body = {"StopProcessingRules": rule.get("stop") is True}
    for part, prefix in (("when", ""), ("unless", "ExceptIf")):
        for key, value in _part(rule, part):
            body |= {f"{prefix}{name}": written for name, written in _condition(key, value).items()}
        sizes = [key for key in SIZES if f"{part}.{key}" in rule]
        if sizes:
            least, most = rule.get(f"{part}.larger_than", 0), rule.get(f"{part}.smaller_than", NO_MOST)
            body |= {f"{prefix}{LEAST}": _kilobytes(least), f"{prefix}{MOST}": _kilobytes(most)}
    for key, value in _part(rule, "then"):
        body |= _action(key, value, folder)
    return body


def _part(rule: Pairs, part: str) -> Iterator[tuple[str, Value]]:
    return ((key.removeprefix(f"{part}."), value) for key, value in rule.items() if key.startswith(f"{part}."))


def _kilobytes(size: Value) -> str:
    return f"{int(str(size)) // KIB} KB"


def _condition(key: str, value: Value) -> Body:
    if key in WORDS or key in PEOPLE:
        return {(WORDS.get(key) or PEOPLE[key]): list(texts_of(value))}
    if key in FLAGS:
        return {FLAGS[key]: True}
    if key in CHOICES:
        return {CHOICES[key]: _value_of(value)}
    if key in DATES:
        return {DATES[key]: str(value)}
    if key == "mailbox_is":
        return {MAILBOX_IS[str(value)]: True}
    return {} if key in (*SIZES, "everything") else {key: _unraw(value)}


def _action(key: str, value: Value, folder: Mapping[str, str]) -> Body:
    if key in FOLDERS:
        return {FOLDERS[key]: folder[str(value)]}
    if key in TARGETS:
        return {TARGETS[key]: list(texts_of(value))}
    if key in ACTION_FLAGS:
        return {ACTION_FLAGS[key]: True}
    match key:
        case "tag":
            return {"ApplyCategory": list(texts_of(value))}
        case "mark_importance":
            return {"MarkImportance": _value_of(value)}
        case "star":
            return {FLAG: FLAGGED}
        case "flag":
            return {FLAG: _value_of(value)}
        case _:
            return {key: _unraw(value)}


def _value_of(word: Value) -> str:
    special = {ours: theirs for theirs, ours in SPECIAL_WORDS.items()}
    return special.get(str(word)) or "".join(step[:1].upper() + step[1:] for step in str(word).split("-"))


def _unraw(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def cleared(name: str) -> Any:
    """Return what takes a condition or an action away. Assumed: null for what is neither true nor false."""
    return False if name.removeprefix("ExceptIf") in BOOLEANS else None

"""Mail rules as Gmail holds them: filters, which have no names, and which add one label of people at most.

A rule that adds several labels becomes several filters with the same conditions; read again, they are one rule.
Filters with the same conditions and other actions stay separate rules, because one rule forwards to one address.
Gmail moves a message to a folder by adding a label and removing the message from the inbox
(developers.google.com/gmail/api/guides/filter_settings, read 2026-11). Both sides are compared in the form that
`canonical` returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.forms import number_of, object_in, optional_flag, optional_text, optional_texts
from sharedbox_cli.providers.google_workspace.gmail_search import alternatives_in, any_of

Rule = dict[str, Value]
_ADDED = {"star": "STARRED", "delete": "TRASH", "important": "IMPORTANT"}
_REMOVED = {"mark_read": "UNREAD", "archive": "INBOX", "never_spam": "SPAM"}
_LISTS = {"when.from": "from", "when.to": "to", "when.subject_contains": "subject"}
_TEXTS = {"when.has_words": "query", "when.without_words": "negatedQuery"}
_SIZES = {"when.larger_than": "larger", "when.smaller_than": "smaller"}
_RAW = " search"
"""Ends the key of a condition that somebody wrote in Gmail's search syntax: it is not a list of texts."""


def canonical(name: Field, value: Value) -> Value:
    """Return a desired value in the form in which Gmail returns it."""
    if name is not Field.RULES or not isinstance(value, tuple):
        return value
    return _merged(_canonical_rule(dict(item)) for item in value if isinstance(item, tuple))  # type: ignore[arg-type]


def _canonical_rule(rule: Mapping[str, Value]) -> Rule:
    canonical_rule: Rule = {key: value for key, value in rule.items() if key.startswith("when.")}
    for key in _LISTS:
        if key in canonical_rule:
            texts = _texts(canonical_rule[key])
            if key == "when.subject_contains":  # Gmail collapses blanks in it
                texts = tuple(" ".join(text.split()) for text in texts)
            canonical_rule[key] = tuple(sorted(set(texts)))
    labels = {*_texts(rule.get("then.tag")), *_texts(rule.get("then.labels"))}
    for key, value in rule.items():
        action = key.removeprefix("then.")
        if key == "then.move_to":
            labels.add(str(value))
            canonical_rule["then.archive"] = True
        elif key == "then.forward_to":
            canonical_rule[key] = str(value).lower()
        elif key.startswith("then.") and action != "tag" and (value is True or action == "important"):
            canonical_rule[key] = value
    if labels:
        canonical_rule["then.labels"] = tuple(sorted(labels))
    return canonical_rule


def _texts(value: Value) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, tuple) else (str(value),)


def _merged(rules: Iterable[Rule]) -> tuple[Value, ...]:
    """Return one rule for each set of conditions and actions, sorted, as pairs.

    The labels of all rules with the same conditions belong to the first of these rules, whichever added them: Gmail
    adds all of them to the same messages, and a filter that only adds a label does not say which rule it is part of.
    """
    labels: dict[_Pairs, set[str]] = {}
    actions: dict[_Pairs, set[_Pairs]] = {}
    for rule in rules:
        when = _pairs(rule, "when.")
        labels.setdefault(when, set()).update(_texts(rule.get("then.labels")))
        then = _pairs({key: value for key, value in rule.items() if key != "then.labels"}, "then.")
        actions.setdefault(when, set()).update([then] if then else [])
    merged: list[Value] = []
    for when, own in actions.items():
        first, *others = sorted(own, key=repr) or [()]
        added = (("then.labels", tuple(sorted(labels[when]))),) if labels[when] else ()
        merged += [_joined(when, then) for then in ((*first, *added), *others)]
    return tuple(sorted(merged, key=repr))


_Pairs = tuple[tuple[str, Value], ...]


def _pairs(rule: Rule, part: str) -> _Pairs:
    return tuple(sorted(((key, value) for key, value in rule.items() if key.startswith(part)), key=_key))


def _joined(when: _Pairs, then: _Pairs) -> _Pairs:
    return tuple(sorted((*when, *then), key=_key))


def _key(pair: tuple[str, Value]) -> str:
    return pair[0]


def rules_of(filters: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> tuple[Value, ...]:
    """Return filters as rules; `names` has the name of each label by id."""
    return _merged(_rule_of(item, names) for item in filters)


def _rule_of(item: Mapping[str, Any], names: Mapping[str, str]) -> Rule:
    criteria, action = object_in(item, "criteria"), object_in(item, "action")
    rule: Rule = {}
    for ours, theirs in _LISTS.items():
        if text := optional_text(criteria, theirs):
            texts = alternatives_in(text)
            rule[f"{ours}{_RAW}" if texts is None else ours] = texts or text
    for ours, theirs in _TEXTS.items():
        if text := optional_text(criteria, theirs):
            rule[ours] = text
    if optional_flag(criteria, "hasAttachment"):
        rule["when.has_attachment"] = True
    if criteria.get("size") is not None and (size := number_of(criteria, "size")):
        larger = optional_text(criteria, "sizeComparison") == "larger"
        rule["when.larger_than" if larger else "when.smaller_than"] = size
    if optional_flag(criteria, "excludeChats"):
        rule["when.exclude_chats"] = True
    _read_action(rule, action, names)
    return rule


def _read_action(rule: Rule, action: Mapping[str, Any], names: Mapping[str, str]) -> None:
    added, removed = optional_texts(action, "addLabelIds"), optional_texts(action, "removeLabelIds")
    known_added = {theirs: ours for ours, theirs in _ADDED.items()}
    known_removed = {theirs: ours for ours, theirs in _REMOVED.items()}
    labels = [names[one] for one in added if one in names]
    for one in added:
        if one not in names:
            rule[f"then.{known_added.get(one, f'add {one}')}"] = True
    for one in removed:
        if one == "IMPORTANT":
            rule["then.important"] = False
        else:
            rule[f"then.{known_removed.get(one, f'remove {one}')}"] = True
    if labels:
        rule["then.labels"] = tuple(sorted(labels))
    if forward := optional_text(action, "forward"):
        rule["then.forward_to"] = forward.lower()


def filters_of(value: Value, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a canonical rule as the bodies of its filters; `ids` has the id of each label by name."""
    rule: Rule = dict(value)  # type: ignore[arg-type]
    criteria = _criteria(rule)
    added = [theirs for ours, theirs in _ADDED.items() if rule.get(f"then.{ours}") is True]
    added += [key.removeprefix("then.add ") for key in rule if key.startswith("then.add ")]
    removed = [theirs for ours, theirs in _REMOVED.items() if rule.get(f"then.{ours}") is True]
    removed += [key.removeprefix("then.remove ") for key in rule if key.startswith("then.remove ")]
    if rule.get("then.important") is False:
        removed.append("IMPORTANT")
    labels = [ids[name] for name in _texts(rule.get("then.labels"))]
    first: dict[str, Any] = {}
    if added or labels:
        first["addLabelIds"] = [*added, *labels[:1]]
    if removed:
        first["removeLabelIds"] = removed
    if rule.get("then.forward_to"):
        first["forward"] = str(rule["then.forward_to"])
    return [
        {"criteria": criteria, "action": action} for action in (first, *({"addLabelIds": [one]} for one in labels[1:]))
    ]


def _criteria(rule: Rule) -> dict[str, Any]:
    criteria: dict[str, Any] = {}
    for ours, theirs in _LISTS.items():
        if ours in rule:
            criteria[theirs] = any_of(_texts(rule[ours]))
        if f"{ours}{_RAW}" in rule:
            criteria[theirs] = str(rule[f"{ours}{_RAW}"])
    for ours, theirs in _TEXTS.items():
        if ours in rule:
            criteria[theirs] = str(rule[ours])
    for ours, comparison in _SIZES.items():
        if ours in rule:
            criteria |= {"size": rule[ours], "sizeComparison": comparison}
    if rule.get("when.has_attachment"):
        criteria["hasAttachment"] = True
    if rule.get("when.exclude_chats"):
        criteria["excludeChats"] = True
    return criteria

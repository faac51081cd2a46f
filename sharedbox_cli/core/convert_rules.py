"""Mail rules for another platform: a rule goes along as a whole, or is left out with the reason.

A rule without one of its conditions or exceptions would be about other messages, so no part is dropped silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.format_values import mail_rule_words
from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.core.mail_rules import Pairs, rules_in, texts_of
from sharedbox_cli.core.values import Value

Lost = tuple[str, str]
"""A rule in words, and why the other platform does not have it."""
_NO_KEY = "a spec cannot express it."
_ARCHIVE = "Archive"


def moved_rules(settings: Mapping[Field, Value], target: Capabilities) -> tuple[Value, list[Lost]]:
    """Return the rules for another platform, and what is lost."""
    kept: list[Value] = []
    lost: list[Lost] = []
    for rule in rules_in(settings.get(Field.RULES)):
        words = str(rule.get("name") or mail_rule_words(tuple(sorted(rule.items()))))
        pairs = _renamed(rule if target.labels_are_shared else _separated(rule, settings), target)
        if pairs.get("stop") and (row := target.refusal("rules[].stop")):
            lost.append((f"{words}: stop", row.meaning))
            pairs = {key: value for key, value in pairs.items() if key != "stop"}
        if why := next(_refusals(pairs, target), ""):
            lost.append((words, why))
        else:
            kept.append(tuple(sorted(pairs.items())))
    return tuple(kept), lost


def named_rules(rules: Value) -> Value:
    """Return rules with a number for a name where they have none, as they are written."""
    return tuple(
        tuple(sorted({"name": f"rule {number}", **rule}.items())) for number, rule in enumerate(rules_in(rules), 1)
    )


def _separated(rule: Pairs, settings: Mapping[Field, Value]) -> Pairs:
    """Return a rule with a folder and tags in place of labels: a label that archives is the folder."""
    labels = texts_of(rule.get("then.labels"))
    if not labels:
        return rule
    pairs = {key: value for key, value in rule.items() if key != "then.labels"}
    if pairs.get("then.archive") is True:
        folders = texts_of(settings.get(Field.FOLDERS))
        folder = next((label for label in labels if label in folders), labels[0])
        del pairs["then.archive"]
        pairs["then.move_to"] = folder
        labels = tuple(label for label in labels if label != folder)
    return {**pairs, **({"then.tag": labels} if labels else {})}


def _renamed(rule: Pairs, target: Capabilities) -> dict[str, Value]:
    """Return a rule with the keys that say the same on the other platform."""
    pairs: dict[str, Value] = {}
    for key, value in rule.items():
        other = _other_key(key, value, target)
        pairs[other or key] = value if not other else _OTHER_VALUES.get((other, value), value)
    if pairs.get("then.archive") is True and "then.move_to" not in pairs and _ARCHIVE in target.built_in_folders:
        del pairs["then.archive"]
        pairs["then.move_to"] = _ARCHIVE
    return pairs


def _other_key(key: str, value: Value, target: Capabilities) -> str:
    part, _, name = key.partition(".")
    if name in ("from", "to") and any(address_problem(text) for text in texts_of(value)):
        other = f"{part}.{name}_contains"
    elif name in ("from_contains", "to_contains") and target.refusal(f"rules[].{key}"):
        other = key.removesuffix("_contains")
    elif (key, value) in _SAME and target.refusal(f"rules[].{key}"):
        other = _SAME[key, value]
    else:
        return ""
    return "" if target.refusal(f"rules[].{other}") else other


_SAME: Mapping[tuple[str, Value], str] = {
    ("then.important", True): "then.mark_importance",
    ("then.mark_importance", "high"): "then.important",
}
_OTHER_VALUES: Mapping[tuple[str, Value], Value] = {
    ("then.mark_importance", True): "high",
    ("then.important", "high"): True,
}


def _refusals(pairs: Pairs, target: Capabilities) -> Iterator[str]:
    """Yield why a platform does not have a rule."""
    for key in pairs:
        part, dot, name = key.partition(".")
        if key == "name" or (part == "then" and name == "labels"):
            continue
        if not _is_key(name if dot else part):
            yield _NO_KEY
        elif row := target.refusal(f"rules[].{key}"):
            yield row.meaning
    document: dict[str, object] = {"when": {}, "then": {}}
    for key, value in pairs.items():
        part, dot, name = key.partition(".")
        section = document.setdefault(part, {}) if dot else None
        if isinstance(section, dict):
            section[name] = list(value) if isinstance(value, tuple) else value
    yield from (why for _, why in target.spec_problems({"rules": [document]}))


def _is_key(name: str) -> bool:
    """Return whether a name has the form of a key: other parts of a rule have the name of the vendor."""
    return name.islower() and " " not in name

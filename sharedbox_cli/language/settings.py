"""The settings of a document in the form of the core: plain values by field, with sorted lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.languages import language_tag
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.leaves import SETTING_LEAVES
from sharedbox_cli.language.models.base import Strict
from sharedbox_cli.language.models.content import Tag
from sharedbox_cli.language.models.mailbox import Mailbox
from sharedbox_cli.language.models.presentation import Sender
from sharedbox_cli.language.models.rules import Rule

NO_FORWARDING = "none"
_LEAVES_BY_KEY = {
    key: tuple(leaves) for key, leaves in groupby(SETTING_LEAVES.items(), key=lambda item: item[1].keys[0])
}
"""The settings under each key of a document: most documents have few of the keys."""


def settings_of(spec: Mailbox | Strict) -> dict[Field, Value]:
    """Return what a document or a `_defaults.yaml` manages: every leaf with a value whose path is a field."""
    settings: dict[Field, Value] = {}
    for key, leaves in _LEAVES_BY_KEY.items():
        section = getattr(spec, key, None)
        if section is None:
            continue
        for name, leaf in leaves:
            value = _value(section, leaf.keys[1:])
            if value is not None:
                settings[name] = encoded(name, value)
    return settings


def encoded(name: Field, value: Any) -> Value:
    """Return the value of one key in the form of the core."""
    return _ENCODERS.get(name, _plain)(value)


def _value(section: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        section = getattr(section, key)
        if section is None:
            break
    return section


def rule_value(rule: Rule) -> Value:
    """Return a rule as sorted pairs of `name`, `when.…`, `unless.…` and `then.…` with their values; sizes in bytes.

    What is usual is left out: a rule is on, and later rules apply, too.
    """
    pairs: dict[str, Value] = {"name": rule.name}
    for part, model in (("when", rule.when), ("unless", rule.unless), ("then", rule.then)):
        for name in type(model).model_fields if model is not None else ():
            value = getattr(model, name)
            if value is not None:
                key = f"{part}.{name.rstrip('_')}"
                pairs[key] = _single(value) if name in _ADDRESSES else _plain(value)
    if rule.stop:
        pairs["stop"] = True
    if rule.enabled is False:
        pairs["enabled"] = False
    return tuple(sorted(pairs.items()))


_ADDRESSES = frozenset({"forward_to", "forward_as_attachment_to", "redirect_to"})


def _single(addresses: list[str]) -> Value:
    """Return the only address of a list, or all of them."""
    return addresses[0] if len(addresses) == 1 else tuple(sorted(set(addresses)))


def _plain(value: Any) -> Value:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return tuple(sorted(set(value))) if isinstance(value, list) else value


def _addresses(addresses: list[str]) -> Value:
    return tuple(sorted({address.lower() for address in addresses}))


def _tags(tags: list[Tag]) -> Value:
    return tuple(sorted((tag.name, tag.color or "") for tag in tags))


def _rules(rules: list[Rule]) -> Value:
    """Return the rules in their order: a platform that applies all of them to a message compares them sorted."""
    return tuple(map(rule_value, rules))


def _senders(senders: list[Sender]) -> Value:
    return tuple(sorted(map(_sender, senders)))


def _sender(sender: Sender) -> tuple[str | bool, ...]:
    """Return a sender, with its signature only if the spec has the key."""
    reply_to = (sender.reply_to or "").lower()
    signature = () if sender.signature is None else (sender.signature,)
    return (sender.address.lower(), sender.display_name or "", reply_to, bool(sender.default), *signature)


def _forwarding(target: str) -> Value:
    return "" if target == NO_FORWARDING else target.lower()


_ENCODERS: Mapping[Field, Callable[[Any], Value]] = {
    Field.ALIASES: _addresses,
    Field.LANGUAGE: language_tag,
    Field.TAGS: _tags,
    Field.RULES: _rules,
    Field.SENDERS: _senders,
    Field.FORWARDING_TO: _forwarding,
    **{name: _addresses for name, row in SETTINGS.items() if row.names_recipients and row.new == ()},
    Field.GROUP_REPLY_TO: str.lower,
}
"""Fields whose value in the core differs from the value in the spec."""

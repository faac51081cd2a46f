"""Where the mail of a mailbox goes: read by guards, and marked in plans."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.values import Value


def forwarded_to(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that mail is forwarded to, by the mailbox and by its rules."""
    found = {str(settings.get(Field.FORWARDING_TO) or "").lower()}
    rules = settings.get(Field.RULES)
    for rule in rules if isinstance(rules, tuple) else ():
        for pair in rule if isinstance(rule, tuple) else ():
            if isinstance(pair, tuple) and len(pair) == 2 and pair[0] == "then.forward_to":
                found.add(str(pair[1] or "").lower())
    return found - {""}


def answered_to(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses that replies go to instead: of senders, or of a group."""
    group = str(settings.get(Field.GROUP_REPLY_TO) or "").lower()
    found = {group} if "@" in group else set()
    senders = settings.get(Field.SENDERS)
    for sender in senders if isinstance(senders, tuple) else ():
        if isinstance(sender, tuple) and len(sender) > _REPLY_TO:
            found.add(str(sender[_REPLY_TO] or "").lower())
    return found - {""}


def sender_addresses(settings: Mapping[Field, Value]) -> set[str]:
    """Return the addresses, besides the mailbox's own, that its messages are sent from."""
    senders = settings.get(Field.SENDERS)
    found = {str(sender[0] or "").lower() for sender in _tuples(senders) if sender}
    return found - {""}


def cut_off_words(settings: Mapping[Field, Value]) -> dict[str, str]:
    """Return the settings that keep mail from the team of a mailbox, each with what it does."""
    found: dict[str, str] = {}
    target = settings.get(Field.FORWARDING_TO)
    if target and settings.get(Field.FORWARDING_KEEP_COPY) is False:
        found[f"{Field.FORWARDING_TO} {target}"] = f"all mail would go to {target}, and no copy would stay"
    for rule in _tuples(settings.get(Field.RULES)):
        pairs = {str(pair[0]): pair[1] for pair in _tuples(rule) if len(pair) == 2}
        if pairs.get("then.delete") is True and not _is_narrow(pairs):
            found[f"{Field.RULES} {rule!r}"] = "a rule would delete mail whoever sends it and whatever its subject"
    if settings.get(Field.GROUP_POSTING) == "nobody":
        found[Field.GROUP_POSTING] = "nobody could send messages to it"
    if settings.get(Field.GROUP_VIEWING) in ("managers", "owners"):
        found[Field.GROUP_VIEWING] = f"only its {settings[Field.GROUP_VIEWING]} could read it"
    return found


def _is_narrow(pairs: Mapping[str, Value]) -> bool:
    """Return whether a rule is limited by who sends a message, whom it is for, or what it says."""
    return any(key.startswith("when.") and value and key not in _BROAD for key, value in pairs.items())


def _tuples(value: Value) -> tuple[tuple[Value, ...], ...]:
    return tuple(item for item in value if isinstance(item, tuple)) if isinstance(value, tuple) else ()


_BROAD = frozenset({"when.larger_than", "when.smaller_than", "when.has_attachment"})
"""Conditions that hold for much of all mail."""
_REPLY_TO = 2
"""The position of the reply address in a sender: address, name, reply-to, default."""

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


_REPLY_TO = 2
"""The position of the reply address in a sender: address, name, reply-to, default."""

"""Chooses the values that most mailboxes of a folder share, so that they are written once, as defaults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import DesiredMailbox
from sharedbox_cli.core.order import Topic
from sharedbox_cli.core.values import Value

_TOGETHER = frozenset({Topic.AUTO_REPLY, Topic.FORWARDING, Topic.LABELS, Topic.RULES, Topic.SENDERS})
"""Settings that mean something only together, or lists."""


def common_values(mailboxes: Collection[DesiredMailbox], *, keeps_new: bool = False) -> dict[Field, Value]:
    """Return the values that more than half of the mailboxes have, without those of a new mailbox unless kept.

    A setting counts only where every mailbox has it: a default must not say anything about one that has none.
    """
    if len(mailboxes) < 2:
        return {}
    shared: dict[Field, Value] = {}
    for name, setting in SETTINGS.items():
        if setting.is_own or setting.topic in _TOGETHER or not setting.is_in_spec:
            continue
        values = Counter(mailbox.settings[name] for mailbox in mailboxes if name in mailbox.settings)
        if not values or values.total() < len(mailboxes):
            continue
        value, count = max(values.items(), key=lambda item: (item[1], repr(item[0])))
        if 2 * count > len(mailboxes) and (keeps_new or value != setting.new) and not isinstance(value, tuple):
            shared[name] = value
    return shared


def own_values(
    settings: Mapping[Field, Value], defaults: Mapping[Field, Value], *, keeps_new: bool = False
) -> dict[Field, Value]:
    """Return the settings that the spec of a mailbox has to name: no default, and no value of a new mailbox.

    With `keeps_new`, a value of a new mailbox is a statement: the mailbox may exist, and have another one.

    Of settings that mean something only together, all are kept where one of them is.
    """
    own = {
        name: value
        for name, value in settings.items()
        if (value != defaults[name] if name in defaults else keeps_new or value != SETTINGS[name].new)
    }
    kept = {SETTINGS[name].topic for name in own} & _TOGETHER
    return {name: value for name, value in settings.items() if name in own or SETTINGS[name].topic in kept}

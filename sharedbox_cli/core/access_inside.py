"""Which rows of an audit only a reading inside mailboxes finds: another one says nothing about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import LEVELLED
from sharedbox_cli.core.open_access import Entry

Inside = Callable[[AccessRow], bool]
"""Returns whether a row is known only from inside a mailbox."""


def inside_test(fields: Mapping[str, Set[Field]]) -> Inside:
    """Return the test, from the settings that each platform reads only inside mailboxes."""

    def is_inside(row: AccessRow) -> bool:
        own = fields.get(row.platform, frozenset())
        match row.entry:
            case Entry.FOLDER:
                return True
            case Entry.GRANT:
                return bool(own) and row.right in LEVELLED
            case Entry.RULE:
                return Field.RULES in own
            case Entry.SETTING:
                return row.detail.partition(":")[0] in own
            case _:
                return False

    return is_inside

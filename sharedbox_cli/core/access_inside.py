"""Which rows of an audit only a reading inside mailboxes finds: another one says nothing about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import LEVELLED, Platform
from sharedbox_cli.core.open_access import Entry

Inside = Callable[[AccessRow], bool]
"""Returns whether a row is known only from inside a mailbox."""


def inside_test(tables: Mapping[Platform, Capabilities]) -> Inside:
    """Return the test, from what each platform reads only inside mailboxes."""

    def is_inside(row: AccessRow) -> bool:
        table = tables.get(Platform(row.platform))
        if table is None:
            return False
        match row.entry:
            case Entry.FOLDER:
                return row.right not in table.audited_rights
            case Entry.GRANT:
                return row.right in {*LEVELLED, *table.inside} - table.audited_rights
            case Entry.RULE:
                return Field.RULES in table.audited_inside
            case Entry.SETTING:
                return row.detail.partition(":")[0] in table.audited_inside
            case _:
                return False

    return is_inside

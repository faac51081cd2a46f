"""The groups inside groups: they say through which of them somebody is a member of an inbox."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.groups import read_members
from sharedbox_cli.providers.google_workspace.observe.members import member_id
from sharedbox_cli.providers.unread import attempt


async def read_direct(
    google: Google, directory: Directory, groups: Iterable[TrusteeId]
) -> dict[TrusteeId, frozenset[TrusteeId]]:
    """Return the direct members of groups with nested groups of the organisation, and of those.

    The effective members are known without it: a list that cannot be read is left out.
    """
    found: dict[TrusteeId, frozenset[TrusteeId]] = {}
    nested: set[TrusteeId] = set()
    asked: set[TrusteeId] = set()
    level = sorted(groups)
    while level:
        asked.update(level)
        lists = await together(attempt(read_members(google, group)) for group in level)
        for group, members in zip(level, lists, strict=True):
            if not isinstance(members, SharedboxError):
                found[group] = frozenset(member_id(one, directory) for one in members)
                nested |= {one for one in found[group] if one in directory.groups}
        level = sorted(nested - asked)
    return {group: members for group, members in found.items() if group in nested or members & nested}

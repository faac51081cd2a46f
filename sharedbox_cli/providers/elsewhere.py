"""Mailboxes that a plan would create while another platform has them: without a journal, only the clouds know."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.events import Listener
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.values import KIND_SHARED
from sharedbox_cli.providers.base import Provider, Scope


def found_elsewhere(
    wanted: Set[Address], neighbours: Mapping[Platform, Provider], listener: Listener
) -> dict[Address, Platform]:
    """Return on which other platform some mailboxes exist, of those that can be asked.

    A platform that cannot be read says nothing: no spec is about it.
    """
    found: dict[Address, Platform] = {}
    for platform, provider in sorted(neighbours.items(), key=lambda item: item[0]):
        if not wanted:
            break
        try:
            scope = Scope(frozenset({platform}), frozenset(wanted), fields=frozenset({Field.KIND}))
            observed = provider.observe(scope, listener)
        except SharedboxError:
            continue
        for address, mailbox in observed.mailboxes.items():
            if mailbox.settings.get(Field.KIND) == KIND_SHARED:
                found.setdefault(address, platform)
    return found

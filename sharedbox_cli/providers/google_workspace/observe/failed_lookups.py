"""Look-ups of single addresses that failed: which mailboxes they concern. Those were not read completely."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.responses import Failure
from sharedbox_cli.providers.unread import UnreadLog


def name_failed(google: Google, directory: Directory, scope: Scope, unread: UnreadLog) -> None:
    """Take the mailboxes that were not read completely: their address, an alias or a member could not be looked up.

    Raises the error of the administrator: without this account, nothing can be read.
    """
    for address, error in sorted(directory.unknown.items()):
        if address == Address.of(google.admin):
            raise error
        concerned = scope.named_by.get(address, frozenset()) | ({address} & (scope.mailboxes or frozenset()))
        take(concerned, address, error, scope, unread)


def take(
    concerned: Iterable[Address], address: Address, error: Failure | AuthError, scope: Scope, unread: UnreadLog
) -> None:
    """Take the mailboxes that an address concerns; if there are none, the account or group itself."""
    kind = "group" if scope.platforms == frozenset({GOOGLE_COLLABORATIVE}) else "mailbox"
    mailboxes = sorted(concerned)
    for mailbox in mailboxes:
        unread.add_any(kind, mailbox.text, error, mailbox)
    if not mailboxes:
        unread.add_any("account", address.text, error)

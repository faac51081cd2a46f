"""The folders of mailboxes, as Get-MailboxFolderStatistics lists them."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.providers.microsoft365 import folders
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Truncated
from sharedbox_cli.providers.responses import Failure, Fields


async def read_folder_lists(exchange: ExchangeAdmin, ids: Iterable[str]) -> dict[str, list[Fields] | Failure]:
    """Return the folders of each mailbox, by its id, or why they could not be read.

    Without `ResultSize`, a mailbox shows 1,000 folders. The pages of one with more are read one by one.
    """
    what = "Get-MailboxFolderStatistics"
    commands = {key: (what, {"Identity": key, "ResultSize": "Unlimited"}) for key in ids}
    found = await exchange.read_batch(commands, select=folders.PROPERTIES, what=what)
    for key in [key for key, result in found.items() if isinstance(result, Truncated)]:
        try:
            found[key] = await exchange.read(*commands[key], select=folders.PROPERTIES, mailbox=key)
        except (CloudError, ObserveError) as error:
            found[key] = error
    return found

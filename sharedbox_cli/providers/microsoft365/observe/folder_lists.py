"""Lists of folders and of what is in them, complete, for many mailboxes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.exchange_answers import Command, Truncated
from sharedbox_cli.providers.microsoft365.folder_rights import Folder
from sharedbox_cli.providers.responses import Failure, Row

T = TypeVar("T")
STATISTICS_CALL = "Get-MailboxFolderStatistics"
PERMISSION_CALL = "Get-MailboxFolderPermission"


async def collect_whole(
    exchange: ExchangeAdmin,
    commands: Mapping[str, Command],
    reduce: Callable[[Row], T],
    *,
    select: tuple[str, ...] = (),
    what: str = "",
) -> dict[str, list[T] | Failure]:
    """Return what `reduce` makes of the rows of many reads. The pages of one that has several are read one by one."""
    found = await exchange.collect_batch(commands, reduce, select=select, what=what) if commands else {}
    for key in [key for key, result in found.items() if isinstance(result, Truncated)]:
        cmdlet, parameters = commands[key]
        try:
            found[key] = await exchange.collect(
                cmdlet, parameters, reduce, select=select, mailbox=str(parameters["Identity"])
            )
        except (CloudError, ObserveError) as error:
            found[key] = error
    return found


def statistics_of(mailbox: str, folders: Iterable[Folder]) -> dict[str, Any]:
    """Return the parameters that find some folders: one kind of them, or all folders of the mailbox.

    Without `ResultSize`, a mailbox shows 1,000 folders.
    """
    parameters: dict[str, Any] = {"Identity": mailbox, "ResultSize": "Unlimited"}
    kinds = set(folders)
    if len(kinds) == 1:
        parameters["FolderScope"] = kinds.pop().value
    return parameters

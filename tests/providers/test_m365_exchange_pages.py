"""A mailbox that two pages of Exchange's list show: once, or as it is when it is read by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import read_mailboxes
from sharedbox_cli.providers.unread import NothingUnread

SCOPE = Scope(frozenset({MICROSOFT365}), fields=frozenset({Field.DISPLAY_NAME}))
Rows = list[dict[str, Any]]


class Script:
    """The admin API with a list and one mailbox."""

    def __init__(self, rows: Rows, alone: Rows | CloudError) -> None:
        self.rows, self.alone = rows, alone
        self.asked: list[str] = []

    async def collect(
        self, cmdlet: str, parameters: Mapping[str, Any], reduce: Callable[[Any], Any], **_: Any
    ) -> list[Any]:
        assert (cmdlet, parameters["ResultSize"]) == ("Get-Mailbox", "Unlimited")
        return [reduce(row) for row in self.rows]

    async def collect_batch(
        self, commands: Mapping[str, tuple[str, Any]], reduce: Callable[[Any], Any], **_: Any
    ) -> dict[str, list[Any] | CloudError]:
        self.asked += [str(parameters["Identity"]) for _, parameters in commands.values()]
        alone = self.alone if isinstance(self.alone, CloudError) else [reduce(row) for row in self.alone]
        return dict.fromkeys(commands, alone)


def mailbox(name: str = "Sales", identity: str = "1") -> dict[str, Any]:
    return {
        "PrimarySmtpAddress": "sales@contoso.example",
        "ExternalDirectoryObjectId": identity,
        "Identity": f"contoso/{identity}",
        "RecipientTypeDetails": "SharedMailbox",
        "DisplayName": name,
        "GrantSendOnBehalfTo": [],
    }


def read(rows: Rows, alone: Rows | CloudError = []) -> tuple[list[str], list[str]]:  # noqa: B006 - never changed
    script = Script(rows, alone)
    mailboxes = asyncio.run(read_mailboxes(cast("ExchangeAdmin", script), SCOPE, NothingUnread()))
    return [str(row.settings[Field.DISPLAY_NAME]) for row in mailboxes.rows.values()], script.asked


def test_mailbox_when_on_two_pages_alike_then_once_and_no_question() -> None:
    assert read([mailbox(), mailbox()]) == (["Sales"], [])


@pytest.mark.parametrize("now", ["Sales", "New"])
def test_mailbox_when_two_pages_differ_then_read_by_its_id(now: str) -> None:
    assert read([mailbox("Sales"), mailbox("New")], [mailbox(now)]) == ([now], ["1"])


@pytest.mark.parametrize("alone", [[mailbox("Third")], [], [mailbox(), mailbox()]])
def test_mailbox_when_reading_it_settles_nothing_then_an_error(alone: Rows) -> None:
    with pytest.raises(ObserveError, match="Two pages differ"):
        read([mailbox("Sales"), mailbox("New")], alone)


def test_mailbox_when_it_cannot_be_read_by_itself_then_an_error() -> None:
    with pytest.raises(NotFound):
        read([mailbox("Sales"), mailbox("New")], NotFound("not found"))


def test_address_when_two_mailboxes_have_it_then_an_error() -> None:
    with pytest.raises(ObserveError, match="Two mailboxes"):
        read([mailbox(), mailbox(identity="2")])

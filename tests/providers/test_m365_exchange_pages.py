"""A mailbox that two pages of Exchange's list show: once, or as it is when it is read by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from sharedbox_cli.core.errors import CloudError, NotFound, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.observe.mailboxes import read_boxes

SCOPE = Scope(frozenset({MICROSOFT365}), fields=frozenset({Field.DISPLAY_NAME}))
Rows = list[dict[str, Any]]


class Script:
    """The admin API with a list and one mailbox."""

    def __init__(self, rows: Rows, alone: Rows | CloudError) -> None:
        self.rows, self.alone = rows, alone
        self.asked: list[str] = []

    async def read(self, cmdlet: str, parameters: Mapping[str, Any], **_: Any) -> Rows:
        assert (cmdlet, parameters["ResultSize"]) == ("Get-Mailbox", "Unlimited")
        return self.rows

    async def read_batch(self, commands: Mapping[str, tuple[str, Any]], **_: Any) -> dict[str, Rows | CloudError]:
        self.asked += [str(parameters["Identity"]) for _, parameters in commands.values()]
        return dict.fromkeys(commands, self.alone)


def mailbox(name: str = "Sales", identity: str = "1") -> dict[str, Any]:
    return {"PrimarySmtpAddress": "sales@contoso.example", "ExternalDirectoryObjectId": identity, "DisplayName": name}


def read(rows: Rows, alone: Rows | CloudError = []) -> tuple[list[str], list[str]]:  # noqa: B006 - never changed
    script = Script(rows, alone)
    mailboxes = asyncio.run(read_boxes(cast("ExchangeAdmin", script), SCOPE))
    return [str(row["DisplayName"]) for row in mailboxes.rows.values()], script.asked


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

"""Set-MailboxRegionalConfiguration: a language needs its region, and formats that it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.asked import each
from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.exchange import SALES, Door

GET, SET = "Get-MailboxRegionalConfiguration", "Set-MailboxRegionalConfiguration"


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as caller:
        yield caller


def test_language_without_region_and_format_of_another_language_are_refused(door: Door) -> None:
    assert door(SET, Identity=SALES, Language="en-US", DateFormat=None, TimeFormat=None).status_code == 200
    before = door.rows(GET, Identity=SALES)
    wrong: list[dict[str, Any]] = [
        {"Language": "de", "DateFormat": None, "TimeFormat": None},
        {"Language": "de-DE"},
        {"Language": "de-DE", "DateFormat": None},
        {"Language": "de-DE", "DateFormat": "M/d/yyyy", "TimeFormat": None},
    ]
    for parameters in each(wrong):
        assert door(SET, Identity=SALES, **parameters).status_code == 400
    assert door.rows(GET, Identity=SALES) == before
    assert door(SET, Identity=SALES, Language="DE-de", DateFormat=None, TimeFormat=None).status_code == 200
    assert door.rows(GET, Identity=SALES)[0]["Language"] == "de-DE"

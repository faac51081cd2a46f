"""What the model says about time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from sharedbox_cli.core.until import end_of_day, until_words


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put the machine into a time zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be changed here")
def test_access_ends_at_midnight_utc_in_every_zone(zone: str) -> None:
    end = end_of_day(date(2026, 11, 27))
    assert end == datetime(2026, 11, 28, tzinfo=UTC)
    assert until_words(end) == "2026-11-27"

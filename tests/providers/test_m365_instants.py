"""Times of Exchange near the ends of the calendar, as services write a time that was never set."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.mail_rules import pairs_of
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.columns import UnknownForm
from sharedbox_cli.providers.microsoft365.auto_reply import instant
from sharedbox_cli.providers.microsoft365.columns import created_at
from sharedbox_cli.providers.microsoft365.rules import rule_of
from tests.asked import each


def of_rule(text: str) -> Value:
    return pairs_of(rule_of({"Name": "a", "ReceivedAfterDate": text}))["when.received_after"]


def test_each_year_has_four_digits() -> None:
    for read in each((instant, of_rule)):
        assert read("0001-01-01T00:00:00") == "0001-01-01T00:00:00Z"
        assert read("0999-12-31T23:59:59.9999999+00:00") == "0999-12-31T23:59:59Z"
        assert read("2026-01-01T00:30:00+02:00") == "2025-12-31T22:30:00Z"


def test_time_that_no_calendar_has_in_utc_is_an_unknown_form() -> None:
    for text in each(("0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-01:00")):
        for read in each((instant, of_rule)):
            with pytest.raises(UnknownForm):
                read(text)
        assert created_at({"WhenCreated": text}) is None

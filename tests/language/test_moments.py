"""Days and times of a spec: what is not one is said, with what to write."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from sharedbox_cli.language.models.members import Beginning, Moment
from tests.asked import each

WRONG = {
    "2027-03-31T18:00:60Z": "A second is 00 to 59: write `2027-03-31T18:00:59Z`",
    "2027-03-31T23:59:60+02:00": "A second is 00 to 59: write `2027-03-31T23:59:59+02:00`",
    "2027-03-31 18:00:60 +0200": "A second is 00 to 59: write `2027-03-31T18:00:59+02:00`",
    "2027-03-31T18:00:05.5Z": "Only whole seconds can be written: write `2027-03-31T18:00:05Z`",
    "2027-03-31T18:00:05.000+01:00": "Only whole seconds can be written: write `2027-03-31T18:00:05+01:00`",
    "2027-03-31 18:00:05,5": "Only whole seconds can be written: write `2027-03-31T18:00:05Z`",
    "2027-03-31T24:00:00+02:00": "An hour is 00 to 23: write `2027-03-31T23:59:59+02:00` for the end of that day",
    "2027-03-31T18:60Z": "A minute is 00 to 59: write `2027-03-31T18:59:59Z`",
    "2027-03-31T18:00": "A time needs its zone: write `2027-03-31T18:00:00Z`",
    "2027-03-31 18:00:00+02:00": "Not a time with a zone: write `2027-03-31T18:00:00+02:00`",
    "2027-03-31t18:00:00z": "Not a time with a zone: write `2027-03-31T18:00:00Z`",
    "2027-03-31T18:00:00+0200": "Not a time with a zone: write `2027-03-31T18:00:00+02:00`",
    "2027-03-31T18:00:00+2": "Not a time with a zone: write `2027-03-31T18:00:00Z` for UTC, or",
    "2027-03-31T18:00:00+25:00": "Not a time with a zone: write `2027-03-31T18:00:00Z` for UTC, or",
    "2027-02-29": "There is no day `2027-02-29`",
    "2027-02-30T10:00:00Z": "There is no day `2027-02-30`",
    "0227-03-31": "Write a year from 2000 to 2199",
    "2227-03-31T10:00:00Z": "Write a year from 2000 to 2199",
    "31.03.2027": "Not a day: write `2027-03-31`",
    "20270-03-31": "Not a day: write `2027-03-31`",
    "2027-03-31T": "Not a day: write `2027-03-31`",
    "": "Not a day: write `2027-03-31`",
}


def test_wrong_moment_is_said_with_one_that_can_be_written() -> None:
    for text, what in each(WRONG.items()):
        for adapter in each([TypeAdapter(Moment), TypeAdapter(Beginning)]):
            with pytest.raises(ValidationError) as error:
                adapter.validate_python(text)
            [problem] = error.value.errors()
            assert problem["msg"].startswith(what), problem["msg"]
            for written in re.findall(r"`([^`]+)`", problem["msg"]):
                if "no day" not in what:
                    adapter.validate_python(written)

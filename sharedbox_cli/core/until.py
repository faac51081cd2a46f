"""When access ends: as people write it, and as an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def until_words(until: datetime) -> str:
    """Return when access ends, as in a spec: the day itself if it lasts until midnight UTC."""
    if (until.hour, until.minute, until.second) == (0, 0, 0):
        return f"{until - timedelta(days=1):%Y-%m-%d}"
    return f"{until:%Y-%m-%d %H:%M} UTC"


def end_of_day(day: date) -> datetime:
    """Return the instant at which access that lasts until `day` ends: 24:00 UTC of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)

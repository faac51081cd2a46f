"""When access ends: as people write it, as an instant, and as the value that a service keeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sharedbox_cli.core.values import Value

NEVER = "never"
"""In place of an instant: the service does not end the access."""
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def until_words(until: datetime) -> str:
    """Return when access ends, as in a spec: the day itself if it lasts until midnight UTC."""
    if (until.hour, until.minute, until.second) == (0, 0, 0):
        return f"{until - timedelta(days=1):%Y-%m-%d}"
    return f"{until:%Y-%m-%d %H:%M} UTC"


def end_of_day(day: date) -> datetime:
    """Return the instant at which access that lasts until `day` ends: 24:00 UTC of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def end_value(until: datetime | None) -> str:
    """Return an end as a value, to the second; `never` if there is none."""
    return until.astimezone(UTC).strftime(_FORM) if until is not None else NEVER


def end_of(value: Value) -> datetime | None:
    """Return the instant of a value; None for `never`, and where nothing is known."""
    if not isinstance(value, str) or value == NEVER:
        return None
    return datetime.strptime(value, _FORM).replace(tzinfo=UTC)


def end_words(value: Value) -> str:
    """Return the value of an end in prose."""
    end = end_of(value)
    if end is None:
        return str(value)
    return until_words(end)


def is_later(end: Value, other: Value) -> bool:
    """Return whether one end is later than another one; `never` is the latest."""
    return end != other and other != NEVER and (end == NEVER or str(end) > str(other))


def is_writable(until: datetime) -> bool:
    """Return whether a spec can name an end."""
    return until.year >= 2000 and (until - timedelta(seconds=1)).year < 2200

"""Times that people type: a day, or an ISO 8601 instant, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
_INSTANT = re.compile(rf"{_DAY.pattern}[Tt ]{_CLOCK}")


def instant_of(text: str, *, is_end_of_day: bool = False) -> datetime:
    """Return the time of a text: a day is its first moment, or its last one. Raises ValueError."""
    stripped = text.strip()
    if not stripped.isascii():
        message = "not ASCII"
        raise ValueError(message)
    if _DAY.fullmatch(stripped):
        day = datetime.fromisoformat(stripped).replace(tzinfo=UTC)
        return datetime.combine(day, time.max, UTC) if is_end_of_day else day
    if not _INSTANT.fullmatch(stripped):
        message = "neither a day nor an instant"
        raise ValueError(message)
    moment = datetime.fromisoformat(stripped.upper())
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def is_day(text: str) -> bool:
    """Return whether a text is a day."""
    return bool(_DAY.fullmatch(text.strip()))

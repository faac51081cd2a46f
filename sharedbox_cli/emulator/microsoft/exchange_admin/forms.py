"""How Exchange writes and reads sizes, time spans and dates."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

GIB = 1024**3
NO_GUID = "00000000-0000-0000-0000-000000000000"
_UNITS = {"B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4}
_SIZE = re.compile(r"(\d{1,19}(?:\.\d{1,19})?) ?(B|KB|MB|GB|TB)?(?: \([\d,]+ bytes\))?", re.IGNORECASE)
_SPAN = re.compile(r"(?:(\d{1,8})\.)?(\d{1,2}):([0-5]\d):([0-5]\d)(?:\.\d{1,7})?")
_DN = re.compile(r"cn=(.+),ou=[^,]+,ou=microsoft exchange hosted organizations", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SMTP = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]+\.[^\s@<>()\[\]\\,;:\".]+")


def size_text(size: int) -> str:
    """Return a size as Exchange writes it: `49.5 GB (53,150,220,288 bytes)`."""
    for unit, power in (("GB", 3), ("MB", 2), ("KB", 1)):
        if size >= 1024**power:
            return f"{size / 1024**power:.4g} {unit} ({size:,} bytes)"
    return f"{size} B ({size:,} bytes)"


def size_bytes(text: str) -> int | None:
    """Return the bytes of `50GB`, `49.5 GB (53,150,220,288 bytes)` or `1024`, or None for any other text."""
    match = _SIZE.fullmatch(text.strip())
    return int(float(match[1]) * 1024 ** _UNITS[(match[2] or "B").upper()]) if match else None


def span_text(seconds: int) -> str:
    """Return a .NET time span: 14 days are `14.00:00:00`."""
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}.{clock}" if days else clock


def span_seconds(text: str) -> int | None:
    """Return the seconds of a .NET time span or of a number of days, or None for any other text."""
    if text.isdecimal() and len(text) <= 8:
        return int(text) * 86400
    match = _SPAN.fullmatch(text)
    if not match:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def date_text(seconds: float, zone_hours: int = 0) -> str:
    """Return a date with seven decimals, as .NET writes it, in the time zone of a server."""
    zone = timezone(timedelta(hours=zone_hours))
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%dT%H:%M:%S.%f") + f"0{zone_hours:+03d}:00"


def distinguished(name: str, organization: str) -> str:
    """Return the distinguished name of an object."""
    return f"CN={name},OU={organization},OU=Microsoft Exchange Hosted Organizations"


def name_in(identity: str) -> str:
    """Return the name in a distinguished name, or any other identity unchanged."""
    match = _DN.fullmatch(identity)
    return match[1] if match else identity


def is_date(text: str) -> bool:
    """Return whether a text is a date."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID."""
    return _GUID.fullmatch(text) is not None


def is_smtp(text: str) -> bool:
    """Return whether a text has the form of an address."""
    return len(text) <= 320 and _SMTP.fullmatch(text) is not None

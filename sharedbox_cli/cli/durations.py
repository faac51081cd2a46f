"""Lengths of time as people type them."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str, option: str) -> float:
    """Return the seconds of `30s`, `5m`, `4h` or `1d`. Raises UsageError."""
    from sharedbox_cli.core.errors import UsageError

    found = re.fullmatch(r"([0-9]{1,6})([smhd]?)", text.strip())
    if not found:
        raise UsageError("not a length of time", where=f"{option} {text}", hint="Write it as 30s, 5m, 4h or 1d.")
    return float(int(found[1]) * _UNITS[found[2] or "s"])

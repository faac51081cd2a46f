"""What a part of a report means."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """What a cell or line means. A format may colour it, but the words always say it too."""

    PLAIN = "plain"
    GOOD = "good"
    CHANGE = "change"
    BAD = "bad"
    RISK = "risk"
    QUIET = "quiet"

"""How an audit can be arranged. It has its own module so that `--help` stays fast."""

from __future__ import annotations

from enum import StrEnum


class Arrangement(StrEnum):
    """How an audit is arranged."""

    MAILBOX = "mailbox"
    PERSON = "person"
    MATRIX = "matrix"

"""How an audit can be arranged. A module of its own, so that `--help` loads no more than this."""

from __future__ import annotations

from enum import StrEnum


class Arrangement(StrEnum):
    """How an audit is arranged."""

    MAILBOX = "mailbox"
    PERSON = "person"
    MATRIX = "matrix"

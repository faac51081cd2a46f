"""What `doctor` reports about one tenant: one result per step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "missing", "failed", "not checked", "too much"]
"""`too much`: it is granted, and the specs do not need it."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one step."""

    step: str
    status: Status
    detail: str
    hint: str = ""
    """How to fix it."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """How to grant exactly what the specs need."""

    title: str
    """Where to do it."""
    lines: tuple[str, ...]
    """Commands, or texts to enter."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A diagnosis against what a set of specs needs."""

    steps: tuple[Diagnosis, ...]
    instructions: tuple[Instructions, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """One answer of a service as it came, before anything in it is replaced."""

    name: str
    """A file name without an extension: `get-inbox-rule`."""
    call: str
    """The request, with `{mailbox}` where the address of the mailbox was."""
    status: int
    """The HTTP status; 0: no answer came, and `body` says why."""
    content_type: str = ""
    body: bytes = b""

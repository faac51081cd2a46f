"""A command of another client, and what the emulator has to make of it: it works, or the answer is 501."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.clients.namespace import MARK

IN_NAMESPACE = pytest.mark.skipif(
    os.environ.get(MARK) != "inside", reason=os.environ.get(MARK, "run by `make test-clients`")
)
CLEAR = "The emulator does not model"
"""The beginning of the error for everything that the vendor has and the emulator does not."""


@dataclass(frozen=True)
class Tried:
    """One command. Without `statuses`, no request may be refused."""

    command: str
    """`FIRST && COMMAND` runs another command first, which must succeed: tests run in any order."""
    words: str = ""
    """What the output contains."""
    statuses: frozenset[int] = field(default=frozenset())
    """The status codes of refused requests, as the service refuses them, too."""
    fails: bool = False

    def __str__(self) -> str:
        """Return the id of the test."""
        return self.command

    def run(self, client: Callable[[str], tuple[bool, str, list[int]]]) -> None:
        """Assert that the client gets what it asks for, or the clear error, and no refusal that pretends."""
        *before, command = self.command.split(" && ")
        for one in before:
            failed, output, _ = client(one)
            assert not failed, output
        failed, output, statuses = client(command)
        assert {status for status in statuses if status >= 400} == set(self.statuses), output
        assert failed is self.fails, output
        assert self.words in output


def works(command: str, words: str = "") -> Tried:
    """Return a command that succeeds."""
    return Tried(command, words)


def not_modelled(command: str, words: str = CLEAR) -> Tried:
    """Return a command that gets the clear error."""
    return Tried(command, words, frozenset({501}), fails=True)


def refused(command: str, words: str, status: int, *, fails: bool = True) -> Tried:
    """Return a command that the service refuses as well."""
    return Tried(command, words, frozenset({status}), fails=fails)

"""The base of every provider's section in `sharedbox.yaml`, and the types of its values that need care."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationInfo

from sharedbox_cli.core.endpoints import endpoint_problem, trusted_hosts
from sharedbox_cli.core.errors import UsageError
from sharedbox_cli.language.models.base import Strict


@dataclass(frozen=True, slots=True)
class Need:
    """One value that only a trusted profile may have."""

    path: tuple[str | int, ...]
    """The keys that lead to it, below the section or the profile."""
    why: str
    """What the value allows: one sentence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What validators of a section may know about the file that is read: pydantic's context."""

    folder: Path = field(default_factory=Path)
    """The folder of the file. Paths in the file are relative to it, wherever the command runs."""
    environment: Mapping[str, str] = field(default_factory=dict)


class Section(Strict):
    """Unknown keys and values of another type are errors, and each is reported with its place in the file.

    Further rules are pydantic's own validators: the text of a `ValueError` is shown to the reader, after the key.
    A section never holds a secret. A value that names a host, a file with credentials or a limit must not be taken
    from a file that nobody has trusted: check hosts with `endpoint_of`, and yield the rest from `needs_trust`.
    """

    def needs_trust(self, environment: Mapping[str, str]) -> Iterator[Need]:
        """Yield each value that only a trusted profile may have: it widens access, or it names another file."""
        yield from ()


def endpoint_of(text: str, info: ValidationInfo, own: frozenset[str], *, may_have_path: bool = False) -> str:
    """Return a URL that is the vendor's, of this machine, or named by SHAREDBOX_TRUSTED_HOSTS. Raises ValueError."""
    problem = endpoint_problem(text, own, trusted_hosts(_reading(info).environment), may_have_path=may_have_path)
    if problem:
        raise ValueError(problem)
    return text


def file_of(text: str, info: ValidationInfo) -> str:
    """Return the path of a file that a section names, relative to the folder of `sharedbox.yaml`."""
    return str(_reading(info).folder / text)


def refuse_variable(name: str, problem: str) -> None:
    """Raise the UsageError of an environment variable where there is a problem."""
    if problem:
        raise UsageError(
            "not possible here", where=name, why=problem, hint=f"Set {name} to another value, or unset it."
        )


def _reading(info: ValidationInfo) -> Reading:
    return info.context if isinstance(info.context, Reading) else Reading()

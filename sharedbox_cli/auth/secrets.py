"""Secrets come from the environment, or from a file that it names, never from a profile."""

from __future__ import annotations

import stat
import warnings
from collections.abc import Mapping
from pathlib import Path

from sharedbox_cli.core.errors import AuthError


class SecretFileWarning(UserWarning):
    """A secret file that other users can read."""


def secret_of(environment: Mapping[str, str], name: str) -> str:
    """Return the secret in a variable, or in the file that NAME_FILE names. Raises AuthError."""
    value = environment.get(name, "")
    file = environment.get(f"{name}_FILE", "")
    if not value and file:
        value = _read(Path(file), f"{name}_FILE")
    if not value:
        raise AuthError("no secret", where=name, why="The variable is empty.", hint=f"Set {name} or {name}_FILE.")
    return value


def _read(path: Path, name: str) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthError("the secret file cannot be read", where=f"{name}={path}", why=type(error).__name__) from error
    if not text:
        raise AuthError("the secret file is empty", where=f"{name}={path}")
    warn_if_others_read(path)
    return text


def warn_if_others_read(path: Path) -> None:
    """Warn about a secret file that other users can read."""
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        warnings.warn(
            f"{path} can be read by other users. To fix this, run: chmod 600 {path}", SecretFileWarning, stacklevel=4
        )

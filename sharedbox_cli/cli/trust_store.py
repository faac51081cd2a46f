"""Which profile files a person has trusted: by path and content, so that a changed file has to be trusted again."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sharedbox_cli.cli.profile_search import repository_of
from sharedbox_cli.core.errors import UsageError

_FOLDER = "trusted"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class TrustStore:
    """One small file per trusted profile file. Its name is the SHA-256 of the path and the content."""

    folder: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> TrustStore:
        """Return the store in the state folder. A profile cannot choose another one."""
        return cls(Path(os.path.abspath(state_folder(environment))) / _FOLDER)  # noqa: PTH100 (links stay)

    def has(self, file: Path, text: str) -> bool:
        """Return whether a person has trusted this content of this file."""
        if self._is_in_repository_of(file):
            return False
        try:
            status = self._entry(file, text).lstat()
        except OSError:
            return False
        is_mine = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
        is_private = os.name == "nt" or stat.S_IMODE(status.st_mode) == _OWNER_ONLY
        return stat.S_ISREG(status.st_mode) and is_mine and is_private

    def add(self, file: Path, text: str) -> None:
        """Record that a person trusts this content of this file. Raises UsageError."""
        if self._is_in_repository_of(file):
            raise UsageError(
                "the state folder is inside the repository",
                where=str(self.folder),
                why="Whoever changes the repository could add an entry there.",
                hint="Set SHAREDBOX_STATE_DIR to a folder outside, or unset it.",
            )
        entry = self._entry(file, text)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entry.unlink(missing_ok=True)
            descriptor = os.open(entry, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                os.chmod(entry, _OWNER_ONLY)  # noqa: PTH101 - whatever the umask is
                stream.write(f"{_identity(file)}\n")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise UsageError("the trust cannot be recorded", where=str(entry), why=why) from error

    def _entry(self, file: Path, text: str) -> Path:
        content = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / hashlib.sha256(f"{_identity(file)}\n{content}".encode()).hexdigest()

    def _is_in_repository_of(self, file: Path) -> bool:
        root = repository_of(Path(_identity(file)))
        return root is not None and Path(os.path.realpath(self.folder)).is_relative_to(root)


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder for state where no trusted profile chooses another one."""
    if chosen := environment.get("SHAREDBOX_STATE_DIR"):
        return Path(chosen)
    import platformdirs

    try:
        return platformdirs.user_state_path("sharedbox", appauthor=False)
    except (RuntimeError, KeyError):
        return Path(".sharedbox")


def _identity(file: Path) -> str:
    """Return the path of a file without links, except the file itself: a link to a trusted file is another file."""
    return str(Path(os.path.realpath(file.parent)) / file.name)

"""Which files are specs, and their text: regular, small, UTF-8, and never half a set."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.place import Place

MAX_FILE_BYTES = 1024 * 1024
MAX_SET_BYTES = 64 * 1024 * 1024
MAX_FILES = 10_000
DEFAULTS = "_defaults.yaml"
TEAMS = "teams.yaml"
PROFILE = "sharedbox.yaml"

_CONFLICTS = ("<<<<<<< ", ">>>>>>> ", "||||||| ")
_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))


class Files:
    """The spec files below some roots, each once, in a fixed order."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.found: list[tuple[Path, Path]] = []
        """Each file with the root it was found under."""
        self._seen: set[tuple[int, int]] = set()
        self._bytes = 0

    def add(self, path: Path) -> None:
        """Take a file, or all spec files below a folder; a file's root is its own folder."""
        if path.is_dir():
            for file in self._below(path, path):
                self._take(file, path)
        else:
            folder = path.parent
            for name in (DEFAULTS, TEAMS):
                if (folder / name).exists() and path.name != name:
                    self._take(folder / name, folder)
            self._take(path, folder)

    def _below(self, folder: Path, root: Path) -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._problem(folder, "cannot be read", error.strerror or "")
            return
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith("."):
                continue
            if entry.is_symlink() and not self._stays_inside(path, root):
                continue
            if _is_spec_name(entry.name) and entry.name != PROFILE:
                yield path
            elif entry.is_dir() and self._is_new(path):
                yield from self._below(path, root)

    def _stays_inside(self, path: Path, root: Path) -> bool:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            self._problem(path, "a broken link", "What it points to is not there, or points back to it.")
            return False
        if target.is_relative_to(root.resolve()):
            return True
        if _is_spec_name(path.name) or target.is_dir():
            self._problem(path, "a link out of the folder", "Only links inside the folder are followed.")
        return False

    def _is_new(self, path: Path) -> bool:
        found = path.stat()
        key = (found.st_dev, found.st_ino)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _take(self, path: Path, root: Path) -> None:
        try:
            if self._is_new(path):
                self.found.append((path, root))
        except OSError as error:
            self._problem(path, "cannot be read", error.strerror or "")
        if len(self.found) == MAX_FILES + 1:
            self._problem(root, "too many files", f"At most {MAX_FILES} are read.")

    def _problem(self, path: Path, summary: str, why: str, mend: str = "", line: int = 0) -> None:
        self.problems.append(Problem(Place(str(path), line, 1 if line else 0), summary, why, mend))

    def text(self, path: Path) -> str | None:
        """Return the text of a file, or nothing after saying what is wrong with it."""
        try:
            raw = self._bytes_of(path)
        except OSError as error:
            self._problem(path, "cannot be read", error.strerror or "")
            return None
        if raw is None:
            return None
        for mark, encoding in _MARKS:
            if raw.startswith(mark):
                self._problem(path, "not UTF-8", f"The file is {encoding}.", "Save it as UTF-8.")
                return None
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            why = f"The byte at offset {error.start} is not UTF-8; Latin-1 or a Windows code page?"
            self._problem(path, "not UTF-8", why, "Save it as UTF-8.", line)
            return None
        return text if self._is_yaml(path, text) else None

    def _bytes_of(self, path: Path) -> bytes | None:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                self._problem(path, "not a file", "It is a folder, pipe or device with the name of a spec.")
                return None
            raw = file.read(MAX_FILE_BYTES + 1)
        self._bytes += len(raw)
        if len(raw) > MAX_FILE_BYTES or self._bytes > MAX_SET_BYTES:
            self._problem(path, "too large", f"At most {MAX_FILE_BYTES} bytes a file, {MAX_SET_BYTES} in all.")
            return None
        return raw

    def _is_yaml(self, path: Path, text: str) -> bool:
        start = text.lstrip()[:64].lower()
        if start.startswith("version https://git-lfs"):
            self._problem(path, "not the file itself", "It is a Git LFS pointer.", "Run `git lfs pull`.")
            return False
        if start.startswith(("<!doctype", "<html", "<?xml")):
            self._problem(path, "not YAML", "It looks like a web page.")
            return False
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith(_CONFLICTS):
                why = "A merge was not finished: a Git conflict marker stands here."
                self._problem(path, "merge conflict", why, "Finish the merge.", number)
                return False
        return True


def _is_spec_name(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))

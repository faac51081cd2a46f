"""The spec files below the named paths: each once, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sharedbox_cli.core.errors import Problem, SpecError
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.file_text import Unreadable, decode, read_bytes, refuse_other_things

MAX_SET_BYTES = 64 * 1024 * 1024
MAX_FILES = 10_000
MAX_ENTRIES = 50_000
"""Of all kinds: more files and folders than that take too long to look through, and are no set of specs."""
DEFAULTS = "_defaults.yaml"
TEAMS = "teams.yaml"
PROFILE = "sharedbox.yaml"

_TOP_MARKS = (".git", PROFILE)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file, and the folders whose `_defaults.yaml` and `teams.yaml` apply to it, the outermost first."""

    path: Path
    folders: tuple[Path, ...]

    @property
    def role(self) -> str:
        """Return `_defaults.yaml`, `teams.yaml`, or an empty text for a file with mailboxes."""
        name = _plain_name(self.path.name)
        return name if name in (DEFAULTS, TEAMS) else ""


class Files:
    """The spec files of some paths, and their problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._found: dict[str, FoundFile] = {}
        self._seen: dict[tuple[int, int], str] = {}
        self._bytes = 0
        self._entries_seen = 0
        self._named = Path()
        self._unsaved: Mapping[Path, str] = {}

    @property
    def found(self) -> list[FoundFile]:
        """Return the files, sorted by path."""
        return [self._found[key] for key in sorted(self._found)]

    def add_all(self, paths: Sequence[Path]) -> None:
        """Add files, and all spec files below folders.

        The defaults and teams of folders above a named path apply too, up to the folder that holds `.git` or
        `sharedbox.yaml`: the meaning of a spec must not depend on the path that was named. Without such a
        folder, the named one is the top. Raises SpecError if there are too many files and folders.
        """
        for path in sorted(paths, key=lambda item: (len(_absolute(item).parts), str(item))):
            self._named = path
            folder = path if path.is_dir() else path.parent
            above = _above(folder)
            for level in above:
                self._take_shared(level)
            top = tuple(map(_absolute, above))
            if not path.is_dir():
                self._take_shared(folder)
                self._take(path, (*top, _absolute(folder)))
            elif self._new_name(path):
                self._walk(path, path.resolve(), top)

    def add_unsaved(self, root: Path, texts: Mapping[Path, str]) -> None:
        """Add files below a folder that are not written yet, in place of those that have their names."""
        above = _above(root)
        if not root.exists():
            for level in above:
                self._take_shared(level)
        for path in texts:
            levels = [root]
            for name in path.parent.relative_to(root).parts:
                levels.append(levels[-1] / name)
            self._found[_absolute_name(path)] = FoundFile(path, tuple(map(_absolute, (*above, *levels))))
        self._unsaved = texts

    def _take_shared(self, folder: Path) -> None:
        for entry in self._entries(folder):
            if _plain_name(entry.name) in (DEFAULTS, TEAMS):
                self._take(Path(entry.path), (_absolute(folder),))

    def _walk(self, folder: Path, root: Path, above: tuple[Path, ...]) -> None:
        folders = (*above, _absolute(folder))
        for entry in self._entries(folder):
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if entry.is_symlink() and not self._stays_inside(path, root):
                continue
            if _is_spec_name(entry.name):
                if _plain_name(entry.name) != PROFILE:
                    self._take(path, folders)
            elif entry.is_dir() and self._new_name(path):
                self._walk(path, root, folders)

    def _entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._problem(folder, "cannot be read", f"{error.strerror or 'The system refuses it'}.")
            return
        self._entries_seen += len(inside)
        if self._entries_seen > MAX_ENTRIES:
            why = f"More than {MAX_ENTRIES:,} files and folders were found."
            raise SpecError([Problem(Place(str(self._named)), "too many files", why, "Name the folder of the specs.")])
        yield from inside

    def _stays_inside(self, path: Path, root: Path) -> bool:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            self._problem(path, "a broken link", "Its target does not exist, or points back to it.")
            return False
        if target.is_relative_to(root):
            return True
        if _is_spec_name(path.name) or target.is_dir():
            self._problem(path, "a link out of the folder", "Only links inside the folder are followed.")
        return False

    def _new_name(self, path: Path) -> str:
        """Return the absolute name of a new file or folder, or None. A second name of a file is an error."""
        try:
            status = os.stat(path)  # noqa: PTH116 (measurably faster than Path.stat)
        except OSError as error:
            self._problem(path, "cannot be read", f"{error.strerror or 'The system refuses it'}.")
            return ""
        name = _absolute_name(path)
        first = self._seen.setdefault((status.st_dev, status.st_ino), name)
        if first != name:
            why = f"It is the same file as {Path(first).name}: a link inside the folder points to it."
            self._problem(path, "read twice", why, "Keep only one of the names.")
            return ""
        return "" if name in self._found else name

    def _take(self, path: Path, folders: tuple[Path, ...]) -> None:
        name = self._new_name(path)
        if not name:
            return
        if len(self._found) == MAX_FILES:
            self._problem(path.parent, "too many files", f"At most {MAX_FILES:,} are read.")
        if len(self._found) < MAX_FILES:
            self._found[name] = FoundFile(path, folders)

    def _problem(self, path: Path, summary: str, why: str, hint: str = "") -> None:
        problem = Problem(Place(str(path)), summary, why, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def text(self, path: Path) -> str | None:
        """Return the text of a file, or None after noting the problem."""
        if path in self._unsaved:
            return self._unsaved[path]
        try:
            raw = read_bytes(path)
            self._bytes += len(raw)
            if self._bytes > MAX_SET_BYTES:
                why = f"A set of specs has at most {MAX_SET_BYTES // 1024**2} MiB in total."
                self.problems.append(Problem(Place(str(path)), "too large", why))
                return None
            text = decode(raw, path)
            refuse_other_things(text, path)
        except Unreadable as error:
            self.problems.append(error.problem)
            return None
        return text


def spec_files(folder: Path) -> list[Path]:
    """Return the spec files below a folder, defaults and teams included."""
    files = Files()
    files.add_all([folder])
    return [file.path for file in files.found if _absolute(file.path).is_relative_to(_absolute(folder))]


def _above(folder: Path) -> tuple[Path, ...]:
    """Return the parent folders, the topmost first, up to the one that marks the top of the set."""
    above: list[Path] = []
    level = folder
    while not any((level / mark).exists() for mark in _TOP_MARKS):
        parent = Path(os.path.normpath(level / ".."))
        if _absolute(parent) == _absolute(level):
            return ()
        above.insert(0, parent)
        level = parent
    return tuple(above)


def _absolute(path: Path) -> Path:
    return Path(_absolute_name(path))


def _absolute_name(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 (removes `..`, keeps links, and is measurably faster)


def _is_spec_name(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _plain_name(name: str) -> str:
    """Return a name in lower case with the usual ending: `Teams.YML` is `teams.yaml`."""
    return f"{name[: name.rfind('.')].lower()}.yaml" if _is_spec_name(name) else name

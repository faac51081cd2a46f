"""Which `sharedbox.yaml` a command uses: the one above the named paths, then the one above the current folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from sharedbox_cli.core.errors import UsageError

FILE = "sharedbox.yaml"
REPOSITORY_MARK = ".git"
DEFAULT_SPECS = Path("specs")


def find_config(paths: Sequence[Path] = ()) -> Path | None:
    """Return the profile file of some paths, or None where there is none. Raises UsageError where paths disagree.

    Without a path, it is that of `specs`, where the commands look for specs, or of the current folder.
    """
    named = tuple(paths) or ((DEFAULT_SPECS,) if DEFAULT_SPECS.exists() else ())
    here = nearest_config(Path.cwd())
    found = {path: nearest_config(path) or here for path in named}
    files = {os.path.realpath(file) if file else None: file for file in found.values()}
    if len(files) > 1:
        names = "; ".join(f"{path}: {file or 'none'}" for path, file in found.items())
        raise UsageError(
            "the paths have different profile files",
            where=names,
            why="Each has its own tenant, guards and journal, so one command cannot cover them all.",
            hint="Run one command per profile file, or name the file to use with `--config FILE`.",
        )
    return next(iter(files.values())) if files else here


def nearest_config(path: Path) -> Path | None:
    """Return the nearest `sharedbox.yaml`, from a path upwards."""
    return next((level / FILE for level in _levels(path) if (level / FILE).is_file()), None)


def repository_of(file: Path) -> Path | None:
    """Return the root of the repository that a file is in, or None."""
    return next((level for level in file.parents if (level / REPOSITORY_MARK).exists()), None)


def _levels(path: Path) -> Iterator[Path]:
    """Yield the folders in which a profile file may be, the nearest first.

    The last one is the root of the repository, or else the home folder. A folder in which everybody may create files,
    such as /tmp, ends the search too: its profile could be anybody's.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100 (`..` goes, links stay, as for the defaults above a spec)
    home = _home()
    for level in (start, *start.parents) if start.is_dir() else start.parents:
        if _is_open_to_all(level):
            return
        yield level
        if level == home or (level / REPOSITORY_MARK).exists():
            return


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _is_open_to_all(folder: Path) -> bool:
    try:
        mode = folder.stat().st_mode
    except OSError:
        return False
    return bool(mode & stat.S_ISVTX and mode & stat.S_IWOTH)

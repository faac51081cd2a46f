"""Which `sharedbox.yaml` a command uses: the one above the named paths, then the one above the current folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
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
    """Return the nearest `sharedbox.yaml`, from a path upwards.

    The search ends at the root of the repository, or else at the home folder. It also ends in a folder in which
    everybody may create files, such as /tmp: there, only a file of one's own counts.
    """
    start = Path(os.path.abspath(path))  # noqa: PTH100 (`..` goes, links stay, as for the defaults above a spec)
    home = _home()
    for level in (start, *start.parents) if start.is_dir() else start.parents:
        file, is_shared = level / FILE, _is_open_to_all(level)
        if file.is_file() and (not is_shared or _is_own(file)):
            return file
        if is_shared or level == home or (level / REPOSITORY_MARK).exists():
            return None
    return None


def refuse_link_out(file: Path) -> None:
    """Raise UsageError for a file that is a link out of its repository: an error message may quote its content."""
    root = repository_of(Path(os.path.abspath(file))) or file.parent  # noqa: PTH100 (links stay)
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(root)):
        raise UsageError(
            "a link out of the repository",
            where=str(file),
            why="Whoever changes the repository could make sharedbox read any file.",
            hint="Copy the file, or name its target with `--config`.",
        )


def repository_of(file: Path) -> Path | None:
    """Return the root of the repository that a file is in, or None."""
    return next((level for level in file.parents if (level / REPOSITORY_MARK).exists()), None)


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


def _is_own(file: Path) -> bool:
    return not hasattr(os, "geteuid") or file.lstat().st_uid == os.geteuid()

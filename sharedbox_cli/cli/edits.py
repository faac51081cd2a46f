"""Existing files that a command changes: shown as a diff, and written only if nobody saved them meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path

from sharedbox_cli.cli.output import refuse_links_out, replace_text
from sharedbox_cli.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Edits:
    """The texts of files, as they were read and as they should be."""

    old: Mapping[Path, str] = field(default_factory=dict)
    new: Mapping[Path, str] = field(default_factory=dict)

    @property
    def changed(self) -> Mapping[Path, str]:
        """Return the new texts of the files that differ."""
        return {path: text for path, text in sorted(self.new.items()) if text != self.old[path]}

    def only(self, paths: Collection[Path]) -> Edits:
        """Return the changes of some files."""
        return replace(self, new={path: text for path, text in self.new.items() if path in paths})

    def diff(self) -> str:
        """Return all changes as a unified diff."""
        parts: list[str] = []
        for path, text in self.changed.items():
            old, new = self.old[path].splitlines(), text.splitlines()
            parts += unified_diff(old, new, str(path), str(path), lineterm="")
        return "\n".join(parts)

    def refuse_changed_files(self) -> None:
        """Raise UsageError if somebody saved one of the files after it was read."""
        for path in self.changed:
            if text_of(path) != self.old[path]:
                why = "Nothing was written."
                hint = "Run the command again."
                raise UsageError("the file was changed meanwhile", where=str(path), why=why, hint=hint)

    def write(self, folder: Path) -> None:
        """Write the files that differ, none outside of a folder. Raises UsageError."""
        refuse_links_out(folder, self.changed)
        self.refuse_changed_files()
        for path, text in self.changed.items():
            replace_text(path, text)


def text_of(path: Path) -> str:
    """Return the text of a file with its own line ends."""
    return path.read_bytes().decode("utf-8")

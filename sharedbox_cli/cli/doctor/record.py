"""Raw answers of a tenant as files, without what identifies anybody."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sharedbox_cli.core.anonymise import Anonymiser
from sharedbox_cli.core.errors import SharedboxError, UsageError
from sharedbox_cli.reports.views.recordings import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sharedbox_cli.providers.diagnosis import Recording

_NOTE = """\
Responses of a tenant to harmless read requests, recorded by `sharedbox doctor --record`.

Names, addresses, IDs and dates are replaced, each always by the same replacement. Look through the files before you
send them: `*.json` is the request, `*.body` is the response. They contain no token and no secret.
"""


@dataclass(slots=True)
class Recordings:
    """A new folder of answers, and what is in it."""

    folder: Path
    recorded: list[Recorded] = field(default_factory=list)
    _anonymise: Anonymiser = field(default_factory=Anonymiser)

    @classmethod
    def create(cls, folder: Path) -> Recordings:
        """Create the folder, for its owner alone. Raises UsageError for one that has files: nothing is overwritten."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_used = any(folder.iterdir())
            if not is_used:
                folder.chmod(0o700)
        except OSError as error:
            raise UsageError("the folder cannot be written", where=str(folder), why=error.strerror or "") from error
        if is_used:
            hint = "Name a folder that does not exist yet."
            raise UsageError("the folder is not empty", where=str(folder), why="Nothing is overwritten.", hint=hint)
        _write(folder / "README.txt", _NOTE.encode())
        return cls(folder)

    def keep(self, name: str, cloud: str, answers: Iterable[Recording]) -> None:
        """Write the answers of one tenant. One that fails ends it. Raises UsageError for a file."""
        folder = self.folder / name
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise UsageError("the folder cannot be written", where=str(folder), why=error.strerror or "") from error
        number = 0
        try:
            for number, one in enumerate(answers, 1):
                self.recorded.append(self._keep(one, folder / f"{number:02d}-{one.name}", cloud))
        except UsageError:
            raise
        except SharedboxError as error:
            why = " ".join(part for part in (error.summary, error.why) if part)
            self.recorded.append(Recorded(cloud, f"read {number + 1}", 0, "", why))

    def _keep(self, one: Recording, path: Path, cloud: str) -> Recorded:
        call = self._anonymise.request(one.call)
        if not one.status:
            return Recorded(cloud, call, 0, "", one.body.decode("utf-8", "replace"))
        text = self._anonymise.text(one.body.decode("utf-8", "replace"))
        about = {"call": call, "status": one.status, "content_type": one.content_type, "body": f"{path.name}.body"}
        _write(path.with_name(f"{path.name}.json"), (json.dumps(about, indent=2) + "\n").encode())
        _write(path.with_name(f"{path.name}.body"), text.encode())
        return Recorded(cloud, call, one.status, f"{path.parent.name}/{path.name}.body")


def _write(path: Path, content: bytes) -> None:
    """Write a new file, for its owner alone. Raises UsageError."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError("the file cannot be written", where=str(path), why=error.strerror or "") from error

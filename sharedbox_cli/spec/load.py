"""Folder to documents: every file read, every problem of a run at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.place import Place
from sharedbox_cli.spec.files import DEFAULTS, TEAMS, Files
from sharedbox_cli.spec.models.mailbox import Mailbox, Settings
from sharedbox_cli.spec.models.members import Team
from sharedbox_cli.spec.positions import Document, read_documents
from sharedbox_cli.spec.positions import Path as ValuePath
from sharedbox_cli.spec.problems import raise_if_any
from sharedbox_cli.spec.validate import validated, warnings

MAX_DOCUMENTS = 5_000


@dataclass(frozen=True, slots=True)
class LoadedTeam:
    """A team of a teams.yaml."""

    team: Team
    document: Document
    path: ValuePath


@dataclass(slots=True)
class LoadedSpecs:
    """Everything that was read, valid by itself; what belongs together is resolved later."""

    documents: list[tuple[Document, Path, Path]] = field(default_factory=list)
    """Each mailbox document with its folder and its root."""
    defaults: dict[Path, Document] = field(default_factory=dict)
    teams: dict[Path, dict[str, LoadedTeam]] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


def load_specs(paths: Sequence[Path]) -> LoadedSpecs:
    """Return the documents of files and folders. Raises SpecError with every problem of every file.

    A folder brings its `_defaults.yaml` and `teams.yaml` at every level; a file named alone brings those of
    its own folder.
    """
    files = Files()
    loaded = LoadedSpecs()
    problems: list[Problem] = []
    for path in paths:
        files.add(path)
    for path, root in files.found:
        text = files.text(path)
        if text is None:
            continue
        documents, found = read_documents(text, str(path))
        problems += found
        loaded.warnings += [warning for document in documents for warning in warnings(document)]
        if path.name == DEFAULTS:
            problems += _load_defaults(loaded, path, documents)
        elif path.name == TEAMS:
            problems += _load_teams(loaded, path, documents)
        else:
            problems += _load_mailboxes(loaded, path, root, documents)
    raise_if_any((*files.problems, *problems))
    return loaded


def _load_mailboxes(loaded: LoadedSpecs, path: Path, root: Path, documents: list[Document]) -> list[Problem]:
    if not documents:
        loaded.warnings.append(Problem(Place(str(path)), "an empty file", "No mailbox stands in it."))
    if len(documents) > MAX_DOCUMENTS:
        return [Problem(Place(str(path)), "too many documents", f"At most {MAX_DOCUMENTS} in a file.")]
    problems = []
    for document in documents:
        _, found = validated(Mailbox, document)
        problems += found
        if not found:
            loaded.documents.append((document, path.parent, root))
    return problems


def _load_defaults(loaded: LoadedSpecs, path: Path, documents: list[Document]) -> list[Problem]:
    if len(documents) > 1:
        return [Problem(documents[1].place, "one document too many", "`_defaults.yaml` has one.")]
    for document in documents:
        _, found = validated(Settings, document)
        if found:
            return found
        loaded.defaults[path.parent] = document
    return []


def _load_teams(loaded: LoadedSpecs, path: Path, documents: list[Document]) -> list[Problem]:
    problems: list[Problem] = []
    teams: dict[str, LoadedTeam] = {}
    for document in documents:
        if not isinstance(document.data, dict):
            problems.append(Problem(document.place, "wrong type", "teams.yaml is a mapping of team names."))
            continue
        for name, body in document.data.items():
            where = document.keys.get((name,), document.place)
            if name in teams:
                problems.append(Problem(where, "two teams of one name", f"`{name}` stands twice."))
                continue
            if not body:
                problems.append(Problem(where, "an empty team", f"`{name}` has nobody.", "Leave the team out."))
                continue
            if isinstance(body, list):
                _wrap_list(document, name)
            team, found = validated(Team, document, (name,))
            problems += found
            if team is not None:
                teams[name] = LoadedTeam(team, document, (name,))
    loaded.teams[path.parent] = teams
    return problems


def _wrap_list(document: Document, name: str) -> None:
    """Read a plain list as the members of a team, places moved along."""
    document.data[name] = {"members": document.data[name]}
    moved = {path: place for path, place in document.values.items() if path[:1] == (name,) and len(path) > 1}
    for path, place in moved.items():
        document.values[(name, "members", *path[1:])] = place
    for path, place in list(document.keys.items()):
        if path[:1] == (name,) and len(path) > 1:
            document.keys[(name, "members", *path[1:])] = place
    document.values[(name, "members")] = document.values[(name,)]

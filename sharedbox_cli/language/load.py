"""From a folder to documents: every file is read, and all problems are reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.language.document import Document, Positions
from sharedbox_cli.language.document import Path as ValuePath
from sharedbox_cli.language.files import DEFAULTS, TEAMS, Files, FoundFile
from sharedbox_cli.language.models.base import WORD, WORD_MAX
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT, Defaults, Mailbox
from sharedbox_cli.language.models.members import Team
from sharedbox_cli.language.problems import raise_if_any
from sharedbox_cli.language.scalars import UNCLEAR
from sharedbox_cli.language.validate import validated, warnings
from sharedbox_cli.language.yaml_source import read_documents

MAX_DOCUMENTS = 5_000


@dataclass(frozen=True, slots=True)
class LoadedMailbox:
    """One document as written, and the folders whose defaults and teams apply to it, the widest first."""

    document: Document
    spec: Mailbox
    folders: tuple[Path, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedTeam:
    """A team of a teams.yaml."""

    team: Team
    document: Document
    path: ValuePath


@dataclass(frozen=True, slots=True)
class LoadedDefaults:
    """A `_defaults.yaml`."""

    document: Document
    settings: Defaults


@dataclass(slots=True)
class LoadedSpecs:
    """All documents of the files, each valid on its own; `resolve` joins them."""

    documents: list[LoadedMailbox] = field(default_factory=list)
    defaults: dict[Path, LoadedDefaults] = field(default_factory=dict)
    """By folder."""
    teams: dict[Path, dict[str, LoadedTeam]] = field(default_factory=dict)
    """By folder and name."""
    warnings: tuple[Problem, ...] = ()


def load_specs(paths: Sequence[Path], unsaved: Mapping[Path, str] | None = None) -> LoadedSpecs:
    """Return the documents of files and folders. Raises SpecError with every problem of every file.

    The `_defaults.yaml` and `teams.yaml` of a folder apply to it and to all folders below. Those of folders above
    a named path apply too, up to the folder that holds `.git` or `sharedbox.yaml`; without such a folder, the
    named folder (or the folder of the named file) is the top.

    `unsaved` has texts of files below the only path, a folder, that are read in place of what is on disk.
    """
    files = Files()
    loaded = LoadedSpecs()
    problems: list[Problem] = []
    odd: list[Problem] = []
    files.add_all([path for path in paths if unsaved is None or path.exists()])
    if unsaved is not None:
        files.add_unsaved(paths[0], unsaved)
    for file in files.found:
        text = files.text(file.path)
        if text is None:
            continue
        documents, unreadable = read_documents(text, str(file.path))
        odd += [warning for document in documents for warning in warnings(document)]
        if not documents and not unreadable and file.role != TEAMS:
            odd.append(Problem(Place(str(file.path)), "an empty file", "It contains no document, at most comments."))
        invalid = _load(loaded, file, documents)
        problems += _with_better_hints(unreadable, invalid)
        problems += _not_on_lines_of(unreadable, invalid)
    raise_if_any((*files.problems, *problems))
    loaded.warnings = tuple(sorted(set(odd)))
    return loaded


def _with_better_hints(unclear: list[Problem], invalid: list[Problem]) -> list[Problem]:
    """Return the problems of reading; where text in quotes would be refused too, with what is expected as the hint."""
    expected = {problem.place: problem.why for problem in invalid}
    return [
        replace(problem, hint=expected[problem.place])
        if problem.summary == UNCLEAR and problem.place in expected
        else problem
        for problem in unclear
    ]


def _not_on_lines_of(first: list[Problem], others: list[Problem]) -> list[Problem]:
    """Return the problems on lines without a first problem: they may only follow from it."""
    lines = {problem.place.line for problem in first}
    return [problem for problem in others if problem.place.line not in lines]


def _load(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    if file.role == DEFAULTS:
        return _load_defaults(loaded, file, documents)
    if file.role == TEAMS:
        return _load_teams(loaded, file, documents)
    return _load_mailboxes(loaded, file, documents)


def _load_mailboxes(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    if len(documents) > MAX_DOCUMENTS:
        why = f"A file has at most {MAX_DOCUMENTS:,} documents."
        return [Problem(documents[MAX_DOCUMENTS].place, "too many documents", why)]
    problems: list[Problem] = []
    for document in documents:
        mailbox, invalid = load_mailbox(document, file.folders)
        problems += invalid
        if mailbox is not None:
            loaded.documents.append(mailbox)
    return problems


def load_mailbox(document: Document, folders: tuple[Path, ...]) -> tuple[LoadedMailbox | None, list[Problem]]:
    """Return the mailbox of a document, or its problems."""
    spec, problems = validated(Mailbox, document)
    problems += _lost_with_the_mailbox(document)
    if spec is None or problems:
        return None, problems
    return LoadedMailbox(document, spec, folders), []


def _lost_with_the_mailbox(document: Document) -> list[Problem]:
    data = document.data
    if not isinstance(data, dict) or data.get("state") != "absent":
        return []
    why = "The mailbox will be absent, so this has no effect."
    hint = "Leave the key out, or keep the mailbox."
    return [
        Problem(
            document.place_of_key((key,)),
            "nothing to apply it to",
            f"`{key}`: {why}",
            hint,
            document.place_of(("state",)),
        )
        for key in data
        if key in Mailbox.model_fields and key not in NEEDED_BY_ABSENT
    ]


def _load_defaults(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    folder = file.folders[-1]
    if len(documents) > 1:
        return [Problem(documents[1].place, "one document too many", "`_defaults.yaml` holds one document.")]
    if folder in loaded.defaults:
        other = loaded.defaults[folder].document.place
        return [Problem(Place(str(file.path)), "two files of defaults", "A folder has one.", "Merge them.", other)]
    problems: list[Problem] = []
    for document in documents:
        settings, problems = validated(Defaults, document)
        if settings is not None:
            loaded.defaults[folder] = LoadedDefaults(document, settings)
    return problems


def _load_teams(loaded: LoadedSpecs, file: FoundFile, documents: list[Document]) -> list[Problem]:
    problems: list[Problem] = []
    teams = loaded.teams.setdefault(file.folders[-1], {})
    for document in documents:
        if not isinstance(document.data, dict):
            problems.append(Problem(document.place, "wrong type", "teams.yaml is a mapping of team names."))
            continue
        _wrap_lists(document)
        for name, body in document.data.items():
            if name in teams:
                where = document.place_of_key((name,))
                other = teams[name].document.place_of_key((name,))
                why = f"`{name}` is defined twice."
                problems.append(Problem(where, "two teams with the same name", why, "Merge them.", other))
                continue
            problems += _load_team(teams, document, name, body)
    return problems


def _load_team(teams: dict[str, LoadedTeam], document: Document, name: str, body: object) -> list[Problem]:
    where = document.place_of_key((name,))
    if not re.fullmatch(WORD, name) or len(name) > WORD_MAX:
        why = f"`{name[:64]}`: a team's name consists of lower-case letters, digits and hyphens."
        return [Problem(where, "not a team's name", why)]
    if body is None or body == {} or (isinstance(body, dict) and body.get("members", ...) in ([], None)):
        why = f"`{name}` has no members: every mailbox that names it would lose access."
        return [Problem(where, "an empty team", why, "List its people under `members`, or delete the team.")]
    team, problems = validated(Team, document, (name,))
    if team is not None:
        teams[name] = LoadedTeam(team, document, (name,))
    return problems


def _wrap_lists(document: Document) -> None:
    """Read each plain list as the members of a team, and keep its positions."""
    ((_, root),) = document.layers
    if not isinstance(root, Positions) or isinstance(root.values, list):
        return
    for name, body in document.data.items():
        position = root.values[name]
        if isinstance(body, list) and isinstance(position, Positions):
            document.data[name] = {"members": body}
            root.values[name] = Positions(position.start, {"members": position}, {})

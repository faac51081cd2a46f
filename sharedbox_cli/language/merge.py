"""Merges documents with their defaults. What the mailboxes of one folder share is computed once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sharedbox_cli.core.errors import Problem
from sharedbox_cli.language.document import Document, Layer, Positions
from sharedbox_cli.language.load import LoadedMailbox, LoadedSpecs, LoadedTeam
from sharedbox_cli.language.models.mailbox import NEEDED_BY_ABSENT, Defaults, Mailbox
from sharedbox_cli.language.validate import validated

_ABOUT_THE_FILE = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class Merged:
    """A mailbox merged with its defaults. `spec` is None if they contradict each other."""

    document: Document
    spec: Mailbox | None
    problems: list[Problem]
    teams: Mapping[str, LoadedTeam]
    """The teams that the document can name."""


@dataclass(frozen=True, slots=True)
class _Defaults:
    """The defaults of a folder and of all folders above it."""

    data: Mapping[str, Any]
    layers: tuple[Layer, ...]
    """The nearest first."""
    values: Mapping[str, Any]
    """The validated value of each key."""
    unsettled: frozenset[str]
    """Keys that are valid only together with keys of the mailbox, if at all."""


@dataclass(slots=True)
class Merger:
    """Merges mailboxes with the defaults of their folders."""

    loaded: LoadedSpecs
    _defaults: dict[tuple[tuple[Path, ...], bool], _Defaults] = field(default_factory=dict)
    _teams: dict[tuple[Path, ...], dict[str, LoadedTeam]] = field(default_factory=dict)

    def merged(self, mailbox: LoadedMailbox) -> Merged:
        """Merge one mailbox with its defaults: mappings are merged, the nearest file wins, a list replaces a list."""
        own, spec = mailbox.document, mailbox.spec
        teams = self._teams_for(mailbox.folders)
        defaults = self._defaults_for(mailbox.folders, is_absent=spec.state == "absent")
        if not defaults.layers:
            return Merged(own, spec, [], teams)
        document = Document(_over(defaults.data, own.data), (*own.layers, *defaults.layers))
        both = {name for name in defaults.data if isinstance(own.data.get(name), dict)}
        joined, problems = _joined(document, both | defaults.unsettled)
        if problems:
            return Merged(document, None, problems, teams)
        inherited = {name: value for name, value in defaults.values.items() if name not in own.data}
        return Merged(document, spec.model_copy(update=inherited | joined), [], teams)

    def _teams_for(self, folders: tuple[Path, ...]) -> dict[str, LoadedTeam]:
        """Return the teams of some folders. Of two with the same name, the one in the nearest folder counts."""
        if folders not in self._teams:
            teams: dict[str, LoadedTeam] = {}
            for folder in folders:
                teams |= self.loaded.teams.get(folder, {})
            self._teams[folders] = teams
        return self._teams[folders]

    def _defaults_for(self, folders: tuple[Path, ...], *, is_absent: bool) -> _Defaults:
        key = (folders, is_absent)
        if key not in self._defaults:
            self._defaults[key] = _folded(self.loaded, folders, is_absent=is_absent)
        return self._defaults[key]


def _folded(loaded: LoadedSpecs, folders: tuple[Path, ...], *, is_absent: bool) -> _Defaults:
    """Return the defaults of some folders; a mailbox to be absent takes only what it may say itself."""
    data: dict[str, Any] = {}
    values: dict[str, Any] = {}
    layers: tuple[Layer, ...] = ()
    both: set[str] = set()
    for folder in folders:
        defaults = loaded.defaults.get(folder)
        if defaults is None:
            continue
        names = defaults.document.data.keys() - _ABOUT_THE_FILE
        names = names & NEEDED_BY_ABSENT if is_absent else names
        layer = {name: value for name, value in defaults.document.data.items() if name in names}
        both |= {name for name in names if isinstance(data.get(name), dict)}
        data = _over(data, layer)
        values |= {name: getattr(defaults.settings, name) for name in layer}
        layers = (*_only(defaults.document.layers, names), *layers)
    if not both:
        return _Defaults(data, layers, values, frozenset())
    joined, problems = _joined(Document(data, layers), both)
    return _Defaults(data, layers, values | joined, frozenset(both if problems else ()))


def _joined(document: Document, names: Collection[str]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the validated values of mappings that several files have a part of, or their problems."""
    if not names:
        return {}, []
    part = Document({name: document.data[name] for name in names}, document.layers)
    settings, problems = validated(Defaults, part)
    return ({} if settings is None else {name: getattr(settings, name) for name in names}), problems


def _over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        below = old.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _only(layers: tuple[Layer, ...], names: Collection[str]) -> tuple[Layer, ...]:
    """Return the positions of some keys of a mapping."""
    ((file, root),) = layers
    if not isinstance(root, Positions) or isinstance(root.values, list) or root.keys is None:
        return layers
    if len(root.values) == len(names):
        return layers
    values = {name: position for name, position in root.values.items() if name in names}
    keys = {name: position for name, position in root.keys.items() if name in names}
    return ((file, Positions(root.start, values, keys)),)

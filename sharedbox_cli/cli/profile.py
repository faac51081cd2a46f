"""sharedbox.yaml and the environment: which tenants, how to sign in, the limits of the guards. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, create_model

from sharedbox_cli.core.errors import Problem, SpecError, UsageError
from sharedbox_cli.core.guards_input import GuardLimits
from sharedbox_cli.core.model import Platform
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.files import Files
from sharedbox_cli.language.models.base import Strict
from sharedbox_cli.language.problems import nearest, raise_if_any
from sharedbox_cli.language.validate import validated
from sharedbox_cli.language.yaml_source import read_documents
from sharedbox_cli.providers.plugin import AnyPlugin, Plugin
from sharedbox_cli.providers.registry import Plugins

FILE = "sharedbox.yaml"
DEFAULT = "default"
_SECRET_KEY = re.compile(r"secret|password|token|api_?key|private_?key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[\w~.\-]{32,}\Z|-----BEGIN|eyJ[\w-]{10,}\.")


class Guards(Strict):
    """The limits of the guards. A spec cannot change them."""

    mass_revocation_percent: int = Field(30, ge=0, le=100)
    mass_revocation_most: int = Field(100, ge=0)
    mailbox_revocation_percent: int = Field(50, ge=0, le=100)
    min_mailboxes: int = Field(1, ge=0)
    external_domains: list[str] = Field(default_factory=list)


class ProfileModel(Strict):
    """One profile. Each plug-in adds its own section."""

    guards: Guards = Guards()
    journal: Literal["optional", "required"] = "optional"
    state_dir: str | None = None


class ConfigModel(Strict):
    """The whole file."""

    default_profile: str | None = None
    profiles: dict[str, ProfileModel]


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant of a profile: its connection, and the plug-in that can use it."""

    plugin: AnyPlugin
    connection: Any

    @property
    def title(self) -> str:
        """Return the name of the tenant, for people."""
        return f"{self.plugin.title}: {self.plugin.tenant(self.connection)}"


@dataclass(frozen=True, slots=True)
class Profile:
    """Named settings: the tenants, and the limits of the guards."""

    name: str
    state_dir: Path
    tenants: Mapping[str, Tenant] = field(default_factory=dict)
    """By the name of the plug-in."""
    guards: Guards = field(default_factory=Guards)
    is_journal_required: bool = False
    file: Path | None = None

    def guard_limits(self) -> GuardLimits:
        """Return the limits of the guards."""
        return GuardLimits(
            mass_revocation_percent=self.guards.mass_revocation_percent,
            mass_revocation_most=self.guards.mass_revocation_most,
            mailbox_revocation_percent=self.guards.mailbox_revocation_percent,
            min_mailboxes=self.guards.min_mailboxes,
            external_domains=frozenset(domain.lower() for domain in self.guards.external_domains),
        )

    def expected_tenants(self) -> dict[Platform, str]:
        """Return the only tenant that may be changed, for each platform that has one."""
        expected: dict[Platform, str] = {}
        for tenant in self.tenants.values():
            if name := tenant.plugin.expected_tenant(tenant.connection):
                expected |= dict.fromkeys(sorted(tenant.plugin.platforms), name)
        return expected


def load_profile(name: str | None, config: Path | None, environment: Mapping[str, str], plugins: Plugins) -> Profile:
    """Return a profile from the file and the environment. Raises SpecError, UsageError."""
    path = config or find_config(Path.cwd())
    if config is not None and not config.is_file():
        raise UsageError("no such file", where=str(config), hint="Create it with `sharedbox init`.")
    if path is None:
        if name not in (None, DEFAULT):
            why = "There is no sharedbox.yaml in this folder or above."
            raise UsageError("no such profile", where=str(name), why=why, hint="Create one with `sharedbox init`.")
        return _profile(DEFAULT, ProfileModel(), environment, None, plugins)
    model = _read(path, plugins)
    chosen = name or model.default_profile or (next(iter(model.profiles)) if len(model.profiles) == 1 else None)
    if chosen is None or chosen not in model.profiles:
        known = ", ".join(sorted(model.profiles)) or "none"
        hint = nearest(chosen or "", model.profiles)
        raise UsageError(
            "no such profile" if chosen else "which profile?",
            where=f"{path}: {chosen or ''}",
            why=f"The file has: {known}.",
            hint=hint or "Name one: --profile NAME, or `default_profile` in the file.",
        )
    return _profile(chosen, model.profiles[chosen], environment, path, plugins)


def find_config(folder: Path) -> Path | None:
    """Return the nearest sharedbox.yaml, from here up to the root of the repository."""
    for level in (folder, *folder.parents):
        if (level / FILE).is_file():
            return level / FILE
        if (level / ".git").exists():
            return None
    return None


def _read(path: Path, plugins: Plugins) -> ConfigModel:
    files = Files()
    text = files.text(path)
    raise_if_any(files.problems)
    documents, problems = read_documents(text or "", str(path))
    raise_if_any(problems)
    if len(documents) != 1:
        raise UsageError("not a profile file", where=str(path), why="The file must have one document with `profiles`.")
    model, problems = validated(_config_model(plugins), documents[0])
    raise_if_any([*problems, *_secrets(documents[0], plugins)])
    if model is None:
        raise SpecError(problems)
    return model


def _config_model(plugins: Plugins) -> type[ConfigModel]:
    """Return the model of the file with the sections of all plug-ins. Sections of skipped plug-ins are not checked."""
    sections: dict[str, Any] = {name: (plugin.config | None, None) for name, plugin in plugins.by_name.items()}
    sections |= dict.fromkeys(plugins.left_out, (Any, None))
    profile = create_model("ProfileModel", __base__=ProfileModel, **sections)
    return create_model("ConfigModel", __base__=ConfigModel, profiles=(dict[str, profile], ...))


def _secrets(document: Document, plugins: Plugins) -> Iterator[Problem]:
    for path, value in document.values():
        key = next((step for step in reversed(path) if isinstance(step, str)), "")
        if isinstance(value, str) and (_SECRET_KEY.search(key) or _SECRET_VALUE.match(value)):
            plugin = plugins.by_name.get(str(path[2])) if path[:1] == ("profiles",) and len(path) > 2 else None
            hint = (plugin or Plugin).sign_in_hint
            place = document.place_of(path)
            yield Problem(place, "looks like a secret", f"`{key}` must not be in a file.", hint)


def _profile(
    name: str, model: ProfileModel, environment: Mapping[str, str], path: Path | None, plugins: Plugins
) -> Profile:
    state_dir = _state_dir(model, environment)
    tenants: dict[str, Tenant] = {}
    for key, plugin in plugins.by_name.items():
        connection = plugin.connection(getattr(model, key, None), environment, state_dir)
        if connection is not None:
            tenants[key] = Tenant(plugin, connection)
    return Profile(name, state_dir, tenants, model.guards, model.journal == "required", path)


def _state_dir(model: ProfileModel, environment: Mapping[str, str]) -> Path:
    chosen = environment.get("SHAREDBOX_STATE_DIR") or model.state_dir
    if chosen:
        return Path(chosen)
    import platformdirs

    try:
        return platformdirs.user_state_path("sharedbox", appauthor=False)
    except (RuntimeError, KeyError):
        return Path(".sharedbox")

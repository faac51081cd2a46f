"""sharedbox.yaml and the environment: which tenants, how to sign in, the limits of the guards. Never a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, create_model

from sharedbox_cli.cli.profile_search import FILE, find_config, refuse_link_out
from sharedbox_cli.cli.trust_store import TrustStore, state_folder
from sharedbox_cli.core.errors import ObserveError, Problem, SpecError, UsageError
from sharedbox_cli.core.guards_input import GuardLimits
from sharedbox_cli.core.model import Platform
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.files import Files
from sharedbox_cli.language.models.base import Strict
from sharedbox_cli.language.problems import nearest, raise_if_any
from sharedbox_cli.language.validate import validated
from sharedbox_cli.language.yaml_source import read_documents
from sharedbox_cli.providers.plugin import AnyPlugin, Plugin
from sharedbox_cli.providers.plugin_errors import naming
from sharedbox_cli.providers.registry import Plugins
from sharedbox_cli.providers.section import Need, Reading
from sharedbox_cli.reports.safe import pasteable

DEFAULT = "default"
_NAME = re.compile(r"\w[\w.@ -]{0,63}")
"""The form of a profile's name. The journal's file has the same name, so it must not lead into another folder."""
_SECRET_KEY = re.compile(r"secret|password|token|api_?key|private_?key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[\w~.\-]{32,}\Z|-----BEGIN|eyJ[\w-]{10,}\.")


class Guards(Strict):
    """The limits of the guards. A spec cannot change them."""

    mass_revocation_percent: int = Field(30, ge=0, le=100)
    mass_revocation_most: int = Field(100, ge=0)
    mailbox_revocation_percent: int = Field(50, ge=0, le=100)
    min_mailboxes: int = Field(1, ge=0)
    external_domains: list[str] = Field(default_factory=list)


def _above(value: int, limit: int) -> str:
    return f"{value} is above the built-in {limit}." if value > limit else ""


def _below(value: int, limit: int) -> str:
    return f"{value} is below the built-in {limit}." if value < limit else ""


def _any(value: list[str], limit: list[str]) -> str:
    more = [text for text in value if text not in limit]
    return f"People of {', '.join(more)} could get access." if more else ""


_LOOSENED: Mapping[str, Callable[[Any, Any], str]] = {
    "mass_revocation_percent": _above,
    "mass_revocation_most": _above,
    "mailbox_revocation_percent": _above,
    "min_mailboxes": _below,
    "external_domains": _any,
}
"""How a value of each guard is looser than the built-in one: why, or nothing."""


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
    name: str = ""
    """Which tenant it is, for people."""
    expected: str = ""
    """The only tenant that may be changed; empty: any."""
    hosts: tuple[str, ...] = ()
    """The hosts that receive secrets or tokens and are not the vendor's."""
    problem: ObserveError | None = None
    """Why the plug-in cannot say any of this: its platforms are left out."""

    @property
    def title(self) -> str:
        """Return the name of the tenant, for people."""
        return f"{self.plugin.title}: {self.name}" if self.name else self.plugin.title

    @contextmanager
    def calling(self, what: str) -> Iterator[AnyPlugin]:
        """Return the plug-in. An error in its code becomes one of this tenant. Raises ObserveError."""
        if self.problem is not None:
            raise self.problem
        with naming(self.plugin, what):
            yield self.plugin


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
            if tenant.expected:
                expected |= dict.fromkeys(sorted(tenant.plugin.platforms), tenant.expected)
        return expected


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A `sharedbox.yaml` that was read: the file of a repository under review, until somebody trusts it."""

    path: Path
    text: str = field(repr=False)
    document: Document = field(repr=False)
    model: ConfigModel

    def needs(self, name: str, environment: Mapping[str, str], plugins: Plugins) -> Iterator[Problem]:
        """Yield each value of one profile that only a trusted file may have, with its place."""
        profile = self.model.profiles[name]
        for need in chain(_common_needs(profile), _section_needs(profile, environment, plugins)):
            place = self.document.place_of(("profiles", name, *need.path))
            key = ".".join(str(step) for step in need.path if isinstance(step, str))
            yield Problem(place, "this profile is not trusted", f"`{key}`: {need.why}")


def load_profile(
    name: str | None, config: Path | None, environment: Mapping[str, str], plugins: Plugins, paths: Sequence[Path] = ()
) -> Profile:
    """Return a profile from the file and the environment. Raises SpecError, UsageError.

    A file that `--config` or the environment names is trusted. One that is found above `paths`, or above the current
    folder, is not, until a person trusts its content: it may only tighten what holds without it.
    """
    if config is not None and not config.is_file():
        raise UsageError("no such file", where=str(config), hint="Create it with `sharedbox init`.")
    path = config or find_config(paths)
    if path is None:
        if name not in (None, DEFAULT):
            why = f"There is no {FILE} above the named paths, or above this folder."
            raise UsageError("no such profile", where=str(name), why=why, hint="Create one with `sharedbox init`.")
        return _profile(DEFAULT, ProfileModel(), environment, None, plugins)
    if config is None:
        refuse_link_out(path)
    file = read_profile_file(path, environment, plugins)
    chosen = _chosen_name(file, name)
    if config is None and not TrustStore.of(environment).has(path, file.text):
        _refuse_untrusted(file, sorted(file.needs(chosen, environment, plugins)))
    return _profile(chosen, file.model.profiles[chosen], environment, path, plugins)


def _refuse_untrusted(file: ProfileFile, needs: Sequence[Problem]) -> None:
    """Raise SpecError where an untrusted profile needs trust; the last problem says how to trust the file."""
    if needs:
        hint = f"If you know who wrote this file, trust it: {pasteable('trust', file.path)}"
        raise SpecError([*needs[:-1], replace(needs[-1], hint=hint)])


def read_profile_file(path: Path, environment: Mapping[str, str], plugins: Plugins) -> ProfileFile:
    """Return a profile file. Raises SpecError, UsageError."""
    files = Files()
    text = files.text(path)
    raise_if_any(files.problems)
    documents, problems = read_documents(text or "", str(path))
    raise_if_any(problems)
    if len(documents) != 1:
        raise UsageError("not a profile file", where=str(path), why="The file must have one document with `profiles`.")
    context = Reading(path.parent, environment)
    model, problems = validated(_config_model(plugins), documents[0], context=context)
    raise_if_any([*problems, *_secrets(documents[0], plugins), *_unusable_names(documents[0])])
    if model is None:
        raise SpecError(problems)
    return ProfileFile(path, text or "", documents[0], model)


def _chosen_name(file: ProfileFile, name: str | None) -> str:
    """Return the name of the profile to use. Raises UsageError."""
    profiles = file.model.profiles
    chosen = name or file.model.default_profile or (next(iter(profiles)) if len(profiles) == 1 else None)
    if chosen is not None and chosen in profiles:
        return chosen
    raise UsageError(
        "no such profile" if chosen else "which profile?",
        where=f"{file.path}: {chosen or ''}",
        why=f"The file has: {', '.join(sorted(profiles)) or 'none'}.",
        hint=nearest(chosen or "", profiles) or "Name one: --profile NAME, or `default_profile` in the file.",
    )


def _common_needs(profile: ProfileModel) -> Iterator[Need]:
    """Yield what a profile loosens of the guards, and where it wants the journal to be."""
    usual = Guards()
    for key, loosened in _LOOSENED.items():
        value, limit = getattr(profile.guards, key), getattr(usual, key)
        if why := loosened(value, limit):
            yield Need(("guards", key), why)
    if profile.state_dir is not None:
        yield Need(("state_dir",), "It decides which journal is read and written.")


def _section_needs(profile: ProfileModel, environment: Mapping[str, str], plugins: Plugins) -> Iterator[Need]:
    for key in plugins.by_name:
        section = getattr(profile, key, None)
        if section is not None:
            yield from (replace(need, path=(key, *need.path)) for need in section.needs_trust(environment))


def _config_model(plugins: Plugins) -> type[ConfigModel]:
    """Return the model of the file with the sections of all plug-ins. Sections of skipped plug-ins are not checked."""
    sections: dict[str, Any] = {name: (plugin.config | None, None) for name, plugin in plugins.by_name.items()}
    sections |= dict.fromkeys(plugins.left_out, (Any, None))
    profile = create_model("ProfileModel", __base__=ProfileModel, **sections)
    return create_model("ConfigModel", __base__=ConfigModel, profiles=(dict[str, profile], ...))


def _unusable_names(document: Document) -> Iterator[Problem]:
    profiles = document.data.get("profiles") if isinstance(document.data, dict) else None
    for name in profiles if isinstance(profiles, dict) else ():
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            why = "Use letters, digits, dots, hyphens and underscores: the journal's file gets the same name."
            yield Problem(document.place_of_key(("profiles", name)), "not a name of a profile", why)


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
    in_file = model.state_dir if path is not None and not environment.get("SHAREDBOX_STATE_DIR") else None
    state_dir = path.parent / in_file if path is not None and in_file else state_folder(environment)
    tenants: dict[str, Tenant] = {}
    for key, plugin in plugins.by_name.items():
        tenant = _tenant(plugin, getattr(model, key, None), environment, state_dir)
        if tenant is not None:
            tenants[key] = tenant
    return Profile(name, state_dir, tenants, model.guards, model.journal == "required", path)


def _tenant(plugin: AnyPlugin, section: Any, environment: Mapping[str, str], state_dir: Path) -> Tenant | None:
    try:
        with naming(plugin, "connection"):
            connection = plugin.connection(section, environment, state_dir)
            if connection is None:
                return None
            hosts = tuple(plugin.foreign_hosts(connection))
            return Tenant(plugin, connection, plugin.tenant(connection), plugin.expected_tenant(connection), hosts)
    except ObserveError as error:
        return Tenant(plugin, None, problem=error)

"""What a command needs, each part built on first use: terminal, profile, connections, journal. Known to `cli` alone."""

from __future__ import annotations

import contextlib
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.pipeline import Basis, observe, utc_now
from sharedbox_cli.cli.profile_search import DEFAULT_SPECS
from sharedbox_cli.cli.progress import stop_progress
from sharedbox_cli.cli.terminal import Colour, Terminal
from sharedbox_cli.core.model import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set
    from datetime import datetime

    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.cli.grant_logs import GrantLogs
    from sharedbox_cli.cli.profile import Profile
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.errors import SharedboxError
    from sharedbox_cli.core.events import Listener
    from sharedbox_cli.core.model import Desired
    from sharedbox_cli.engine.journal import Journal
    from sharedbox_cli.engine.memory import Recorded
    from sharedbox_cli.language.load import LoadedSpecs
    from sharedbox_cli.providers.base import Provider, Scope
    from sharedbox_cli.providers.reading import Connections, Reading
    from sharedbox_cli.providers.registry import Plugins


class Session:
    """The terminal, profile and connections of one command line."""

    def __init__(
        self,
        profile: str | None = None,
        config: Path | None = None,
        paths: Sequence[Path] = (),
        *,
        colour: Colour = Colour.AUTO,
    ) -> None:
        self.terminal = Terminal.of_process(colour)
        self._profile_name = profile
        self._config = config
        self._paths = tuple(paths)
        self._providers: dict[str, Provider] = {}

    @cached_property
    def profile(self) -> Profile:
        """Return the profile that was requested, or that belongs to the named paths, after naming its file."""
        from sharedbox_cli.cli.profile import load_profile
        from sharedbox_cli.reports.safe import one_line

        environment = self.terminal.environment
        profile = load_profile(self._profile_name, self._config, environment, self.plugins, self._paths)
        if profile.file is not None:
            self.terminal.say(one_line(f"profile {profile.name} of {profile.file}"))
        for tenant in profile.tenants.values():
            if tenant.hosts:
                names = ", ".join(tenant.hosts)
                self.terminal.say(one_line(f"{tenant.plugin.title}: secrets or tokens are sent to {names}"))
        return profile

    @property
    def profile_options(self) -> tuple[str, ...]:
        """Return the options that choose the same profile on another command line."""
        profile = ("--profile", self._profile_name) if self._profile_name else ()
        return (*profile, *(("--config", str(self._config)) if self._config else ()))

    @cached_property
    def plugins(self) -> Plugins:
        """Return the installed platforms, after a warning for each that cannot be used. Loads no SDK."""
        from sharedbox_cli.providers.registry import installed_plugins

        plugins = installed_plugins()
        self._warn(plugins.warnings)
        return plugins

    @cached_property
    def checks(self) -> Sequence[Check]:
        """Return all checks, those of plug-ins included, after a warning for each that cannot be used."""
        from sharedbox_cli.checks.registry import with_plugins

        checks, warnings = with_plugins(self.plugins)
        self._warn(warnings)
        return checks

    def _warn(self, warnings: Iterable[str]) -> None:
        from sharedbox_cli.reports.safe import one_line

        for text in warnings:
            self.terminal.say(one_line(text))

    @cached_property
    def capabilities(self) -> Mapping[Platform, Capabilities]:
        """Return the capabilities of every installed platform. Loads no SDK."""
        return self.plugins.capabilities

    @cached_property
    def listener(self) -> Listener:
        """Return the progress display."""
        from sharedbox_cli.cli.progress import progress_listener

        return progress_listener(self.terminal)

    def load(self, paths: Sequence[Path] | None) -> LoadedSpecs:
        """Return the documents of some paths, after printing their warnings. Raises SpecError, UsageError."""
        from sharedbox_cli.cli.messages import problem_words
        from sharedbox_cli.core.errors import UsageError
        from sharedbox_cli.language.load import load_specs

        folders = tuple(paths or (DEFAULT_SPECS,))
        for path in folders:
            if not path.exists():
                raise UsageError(
                    "no such file or folder",
                    where=str(path),
                    why="Without a path, specs are read from `specs`." if not paths else "",
                    hint="Name the folder of your specs, or create a first one:\n    sharedbox init",
                )
        loaded = load_specs(folders)
        for text in problem_words(loaded.warnings, "warning"):
            self.terminal.say(text)
        return loaded

    def desired(self, paths: Sequence[Path] | None, *, may_be_empty: bool = False) -> Desired:
        """Return the desired state that the specs of some paths describe. Raises SpecError, UsageError."""
        from sharedbox_cli.cli.messages import problem_words
        from sharedbox_cli.core.errors import UsageError
        from sharedbox_cli.language.resolve import expiry_warnings, resolve

        desired = resolve(self.load(paths), self.capabilities, utc_now())
        if not desired.total and not may_be_empty:
            where = ", ".join(map(str, paths or ())) or "specs"
            raise UsageError("no specs were found", where=where, hint="Name the folder of the specs, or a file.")
        for text in problem_words(expiry_warnings(desired), "warning"):
            self.terminal.say(text)
        return desired

    def connect(self, platforms: Iterable[Platform]) -> Connections:
        """Return a connection to each platform. A connection error is a failure of that platform. Raises UsageError."""
        from sharedbox_cli.providers.reading import UNREADABLE, Connections

        providers: dict[Platform, Provider] = {}
        failures: dict[Platform, SharedboxError] = {}
        for platform in sorted(platforms):
            try:
                providers[platform] = self._provider(platform)
            except UNREADABLE as error:
                failures[platform] = error
        return Connections(providers, failures)

    def _provider(self, platform: Platform) -> Provider:
        from sharedbox_cli.cli.connect import connect, plugin_of

        plugin = plugin_of(platform, self.plugins)
        if plugin.name not in self._providers:
            self._providers[plugin.name] = connect(plugin, self.profile, self.terminal)
        return self._providers[plugin.name]

    def basis(self, desired: Desired, platforms: Sequence[str] = ()) -> Basis:
        """Return what a plan of some specs needs. Raises JournalError, UsageError.

        `platforms`: nothing else may be read. Empty: any platform of the profile.
        """
        self._require_journal()
        return Basis(
            terminal=self.terminal,
            listener=self.listener,
            connections=self.connect({mailbox.platform for mailbox in desired.mailboxes.values()}),
            profile=self.profile.name,
            limits=self.profile.guard_limits(),
            expected_tenants=self.profile.expected_tenants(),
            recorded=self._recorded(),
            journal_path=self.journal_path,
            neighbours=partial(self._neighbours, frozenset(platforms)),
        )

    def _neighbours(self, allowed: Set[str]) -> Mapping[Platform, Provider]:
        """Return the platforms for which the profile has a tenant, as far as they can be connected without a person."""
        from sharedbox_cli.core.errors import SharedboxError

        found: dict[Platform, Provider] = {}
        for tenant in self.profile.tenants.values():
            plugin = tenant.plugin
            served = [platform for platform in plugin.platforms if not allowed or platform in allowed]
            if not served:
                continue
            with contextlib.suppress(SharedboxError):
                if plugin.name not in self._providers:
                    with tenant.calling("connect"):
                        self._providers[plugin.name] = plugin.connect(
                            tenant.connection, is_interactive=False, prompt=self.terminal.say
                        )
                found |= dict.fromkeys(served, self._providers[plugin.name])
        return found

    def observe(self, scopes: Mapping[Platform, Scope]) -> Reading:
        """Read the clouds of the profile. Raises what `pipeline.observe` raises."""
        return observe(self.terminal, self.connect(scopes), scopes, self.listener)

    def grant_logs(self, platforms: Iterable[Platform], since: datetime | None) -> GrantLogs:
        """Return what the logs of vendors say about who gave access; one that cannot be read is a note."""
        from sharedbox_cli.cli.grant_logs import read_grant_logs

        return read_grant_logs(self.connect(platforms), since, self.listener)

    def platforms(self, names: Sequence[str] = ()) -> tuple[Platform, ...]:
        """Return the named platforms, or all for which the profile has a tenant. Raises UsageError."""
        from sharedbox_cli.cli.connect import configured_platforms
        from sharedbox_cli.core.errors import UsageError

        for name in names:
            if name not in self.capabilities:
                known = ", ".join(self.capabilities)
                raise UsageError("no such platform", where=name, why=f"The platforms are: {known}.")
        named = tuple(Platform(name) for name in dict.fromkeys(names))
        return named or configured_platforms(self.profile, self.plugins)

    @property
    def journal_path(self) -> Path:
        """Return the path of the journal of the profile."""
        return self.profile.state_dir / f"{self.profile.name}.sqlite3"

    @property
    def observations_path(self) -> Path:
        """Return the path of the saved observations of the profile, next to its journal."""
        return self.profile.state_dir / f"{self.profile.name}.observations"

    @property
    def has_journal(self) -> bool:
        """Return whether there is a journal. Raises JournalError if the system does not say."""
        from sharedbox_cli.core.errors import JournalError

        try:
            self.journal_path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            hint = "Set SHAREDBOX_STATE_DIR to a folder that you may read and write."
            where, why = str(self.journal_path), f"{error.strerror}."
            raise JournalError("the journal cannot be read", where=where, why=why, hint=hint) from error
        return True

    def journal(self) -> Journal:
        """Return the journal of the profile, to read it. Raises JournalError."""
        from sharedbox_cli.engine.journal import Journal

        return Journal.open(self.journal_path, for_writing=False)

    def _recorded(self) -> Recorded:
        """Return what the journals record, after a warning if that of the profile cannot be read."""
        from sharedbox_cli.core.errors import JournalError
        from sharedbox_cli.engine.memory import recorded

        try:
            if self.has_journal:
                with self.journal() as journal:
                    journal.automapping()  # opening does not find every damage
        except JournalError as error:  # reading continues without the journal; apply stops when it opens it
            self.terminal.say(f"warning: cannot read the journal: {error.why} Automapping is assumed to be unchanged.")
        return recorded(self.journal_path, self.profile.name)

    def _require_journal(self) -> None:
        """Raise JournalError if there is no journal and the profile requires one."""
        from sharedbox_cli.core.errors import JournalError

        if self.profile.is_journal_required and not self.has_journal:
            raise JournalError(
                "there is no journal",
                where=str(self.journal_path),
                why="The profile has `journal: required`, and guards look at earlier runs.",
                hint="Run this where the journal is, or set SHAREDBOX_STATE_DIR to its folder.",
            )

    def is_plan_used(self, plan_id: str) -> bool:
        """Return whether a journal of the folder records that a plan was applied. Raises JournalError."""
        from sharedbox_cli.engine.memory import is_plan_used

        if self.has_journal:
            self.journal().close()  # an error in the own journal is no "not used yet"
        return is_plan_used(self.journal_path, plan_id)

    def close(self) -> None:
        """Close all connections."""
        if "listener" in self.__dict__:
            stop_progress(self.listener)
        for name, provider in self._providers.items():
            self._close(name, provider)
        self._providers.clear()

    def _close(self, name: str, provider: Provider) -> None:
        """Close a connection. A plug-in that fails at it changes nothing in what was done."""
        from sharedbox_cli.core.errors import ObserveError
        from sharedbox_cli.providers.plugin_errors import naming

        try:
            with naming(self.plugins.by_name[name], "close"):
                provider.close()
        except ObserveError as error:
            self._warn([f"warning: {error.where}: {error.why}"])

    def __enter__(self) -> Session:
        """Return the session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

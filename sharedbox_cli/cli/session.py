"""What commands need, each built on first use: terminal, profile, providers, journal."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sharedbox_cli.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sharedbox_cli.checks.model import Check
    from sharedbox_cli.cli.profile import Profile
    from sharedbox_cli.core.capability import Capabilities
    from sharedbox_cli.core.errors import SharedboxError
    from sharedbox_cli.core.events import Listener
    from sharedbox_cli.core.model import Desired, Platform
    from sharedbox_cli.engine.journal import Journal
    from sharedbox_cli.language.load import LoadedSpecs
    from sharedbox_cli.providers.base import Provider
    from sharedbox_cli.providers.registry import Plugins

DEFAULT_SPECS = Path("specs")


class Session:
    """One command line's belongings."""

    def __init__(self, profile: str | None = None, config: Path | None = None, *, no_color: bool = False) -> None:
        self.terminal = Terminal.of_process(no_color=no_color)
        self._profile_name = profile
        self._config = config
        self._providers: dict[str, Provider] = {}
        self.failures: dict[Platform, SharedboxError] = {}
        """Clouds that could not be read and were left out."""
        self._has_told_failures = False

    @staticmethod
    def now() -> datetime:
        """Return the time, in UTC."""
        return datetime.now(UTC)

    @cached_property
    def profile(self) -> Profile:
        """Return the profile that was asked for."""
        from sharedbox_cli.cli.profile import load_profile

        return load_profile(self._profile_name, self._config, self.terminal.environment, self.plugins)

    @cached_property
    def plugins(self) -> Plugins:
        """Return the installed platforms, after a warning for each that cannot be used; loads no SDK."""
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
        """Return what every installed platform can do; loads no SDK."""
        return self.plugins.capabilities

    @cached_property
    def listener(self) -> Listener:
        """Return who hears of progress."""
        from sharedbox_cli.cli.progress import progress_listener

        return progress_listener(self.terminal)

    def stop_progress(self) -> None:
        """Take a moving display away before something else is written."""
        from sharedbox_cli.cli.progress import MovingProgress

        if isinstance(self.listener, MovingProgress):
            self.listener.stop()

    def load(self, paths: Sequence[Path] | None) -> LoadedSpecs:
        """Return the documents of some paths, warnings told. Raises SpecError, UsageError."""
        from sharedbox_cli.cli.messages import problem_words
        from sharedbox_cli.core.errors import UsageError
        from sharedbox_cli.language.load import load_specs

        found = tuple(paths or (DEFAULT_SPECS,))
        for path in found:
            if not path.exists():
                raise UsageError(
                    "no such file or folder",
                    where=str(path),
                    why="Specs are read from `specs` where no path is named." if not paths else "",
                    hint="Name the folder of your specs, or make a first one:\n    sharedbox init",
                )
        loaded = load_specs(found)
        for text in problem_words(loaded.warnings, "warning"):
            self.terminal.say(text)
        return loaded

    def desired(self, paths: Sequence[Path] | None) -> Desired:
        """Return what the specs of some paths want. Raises SpecError, UsageError."""
        from sharedbox_cli.cli.messages import problem_words
        from sharedbox_cli.language.resolve import expiry_warnings, resolve

        desired = resolve(self.load(paths), self.capabilities, self.now())
        for text in problem_words(expiry_warnings(desired), "warning"):
            self.terminal.say(text)
        return desired

    def provider(self, platform: Platform) -> Provider:
        """Return the provider of a platform, connected by the profile. Raises AuthError, UsageError."""
        from sharedbox_cli.cli.connect import connect, plugin_of

        plugin = plugin_of(platform, self.plugins)
        if plugin.name not in self._providers:
            self._providers[plugin.name] = connect(plugin, self.profile, self.terminal)
        return self._providers[plugin.name]

    def journal(self, *, for_writing: bool) -> Journal:
        """Return the journal of the profile. Raises JournalError."""
        from sharedbox_cli.engine.journal import Journal

        return Journal.open(self.journal_path, for_writing=for_writing)

    @property
    def journal_path(self) -> Path:
        """Return the file of the profile's journal."""
        return self.profile.state_dir / f"{self.profile.name}.sqlite3"

    def tell_failures(self) -> None:
        """Say on stderr, once, which clouds were left out, and why."""
        if self._has_told_failures or not self.failures:
            return
        from sharedbox_cli.cli.messages import error_words

        self._has_told_failures = True
        self.stop_progress()
        by_words: dict[str, list[str]] = {}
        for platform, error in self.failures.items():
            by_words.setdefault(error_words(error), []).append(str(platform))
        for words, platforms in by_words.items():
            was, them = ("was", "it") if len(platforms) == 1 else ("were", "them")
            self.terminal.say(words)
            self.terminal.say(
                f"  {' and '.join(platforms)} {was} left out: nothing of {them} is in this report, and nothing of "
                f"{them} was changed."
            )

    def close(self) -> None:
        """Give back all connections."""
        if "listener" in self.__dict__:
            self.stop_progress()
        for provider in self._providers.values():
            provider.close()
        self._providers.clear()

    def __enter__(self) -> Session:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close; also where a guard or an error ended the command, say which clouds were left out."""
        self.tell_failures()
        self.close()

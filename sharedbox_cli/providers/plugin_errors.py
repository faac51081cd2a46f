"""Errors of code from other packages. A plug-in that fails is named, and the other platforms continue."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sharedbox_cli.core.errors import ObserveError, SharedboxError
from sharedbox_cli.core.model import Platform
from sharedbox_cli.providers.plugin import AnyPlugin
from sharedbox_cli.providers.registry import installed_plugins

_PACKAGE = __name__.partition(".")[0]


def foreign_plugin(platform: Platform) -> str:
    """Return the name of the plug-in of a platform if it comes from another package; otherwise nothing."""
    plugin = installed_plugins().of(platform)
    return plugin.name if plugin is not None and is_foreign(plugin) else ""


def is_foreign(plugin: AnyPlugin) -> bool:
    """Return whether a plug-in comes from another package."""
    return type(plugin).__module__.partition(".")[0] != _PACKAGE


@contextmanager
def naming(plugin: AnyPlugin, what: str) -> Iterator[None]:
    """Let an error in the code of another package name its plug-in. Raises ObserveError."""
    try:
        yield
    except SharedboxError:
        raise
    except (Exception, SystemExit) as error:
        if not is_foreign(plugin):
            raise
        raise plugin_failed(plugin.name, what, error) from error


def plugin_failed(name: str, what: str, error: BaseException) -> SharedboxError:
    """Return what to say about an error that a plug-in should have handled."""
    text = " ".join(str(error).split())[:200]
    return ObserveError(
        "a provider plug-in failed",
        where=f"the provider plug-in `{name}` · {what}{_place(error)}",
        why=f"{type(error).__name__}{f': {text}' if text else ''}.",
        hint="This is a bug in the plug-in: report it to its authors.",
    )


def _place(error: BaseException) -> str:
    """Return the last line outside this package: there, the plug-in or a library of it failed."""
    frames = [
        frame
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__")).partition(".")[0] != _PACKAGE
    ]
    if not frames:
        return ""
    return f" · {Path(frames[-1].f_code.co_filename).name}:{frames[-1].f_lineno}"

"""Who gave access, by the logs of vendors. Nothing depends on them: one that cannot be read is a note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sharedbox_cli.cli.progress import stop_progress
from sharedbox_cli.core.texts import shown, tr
from sharedbox_cli.providers.base import KeepsLog
from sharedbox_cli.providers.reading import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sharedbox_cli.core.access_why import LoggedGrant
    from sharedbox_cli.core.events import Listener
    from sharedbox_cli.providers.reading import Connections


@dataclass(frozen=True, slots=True)
class GrantLogs:
    """What was read, by the name of the log, and what could not be read."""

    entries: Mapping[str, tuple[LoggedGrant, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_grant_logs(connections: Connections, since: datetime | None, listener: Listener) -> GrantLogs:
    """Return the logs of all platforms that were connected."""
    entries: dict[str, tuple[LoggedGrant, ...]] = {}
    notes: list[str] = []
    for provider in dict.fromkeys(connections.providers.values()):
        if not isinstance(provider, KeepsLog):
            continue
        try:
            entries[provider.log_name] = provider.grant_log(since, listener)
        except UNREADABLE as error:
            why = " ".join(part for part in (error.where, error.why) if part)
            notes.append(
                tr(
                    "{log}: the log of administrators was not read, so who added members is not known: {summary}. "
                    "{why}",
                    log=provider.log_name,
                    summary=shown(error.summary),
                    why=why,
                )
            )
    stop_progress(listener)
    return GrantLogs(entries, tuple(notes))

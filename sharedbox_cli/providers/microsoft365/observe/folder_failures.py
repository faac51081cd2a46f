"""What of folders cannot be read, treated in one way, whoever asked for it.

Where a spec manages it, nothing is planned without it. What only an audit or an import would have shown is left out
with a warning if the permission is missing altogether. Every other failure is about one mailbox, which is then unread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from sharedbox_cli.core.errors import ObserveError, PermissionDenied
from sharedbox_cli.core.identity import Address
from sharedbox_cli.providers.microsoft365.errors import refusal_of_one
from sharedbox_cli.providers.microsoft365.graph import Graph
from sharedbox_cli.providers.responses import Failure
from sharedbox_cli.providers.unread import UnreadLog

K = TypeVar("K")
T = TypeVar("T")


class FolderFailures:
    """Takes the failures of one reading."""

    def __init__(self, graph: Graph, unread: UnreadLog, needed: Collection[str], addresses: Mapping[str, Address]):
        """`needed`: the ids of the mailboxes whose spec manages what is read; `addresses`: of all, by id."""
        self._graph = graph
        self._unread = unread
        self._needed = needed
        self._addresses = addresses
        self.refused: set[str] = set()
        """The mailboxes of which nothing was read, because the permission is missing."""

    def successes(self, results: Mapping[K, T | Failure], owners: Mapping[K, str]) -> dict[K, T]:
        """Return what could be read; `owners` has the mailbox of each result. Raises CloudError, ObserveError."""
        denied = {key: error for key, error in results.items() if isinstance(error, PermissionDenied)}
        if len(denied) == len(results):
            spared = {key: error for key, error in denied.items() if owners[key] not in self._needed}
            self._leave_out({owners[key] for key in spared}, next(iter(spared.values()), None))
            results = {key: result for key, result in results.items() if key not in spared}
        else:
            results = {
                key: refusal_of_one(self._addresses[owners[key]], denied[key]) if key in denied else result
                for key, result in results.items()
            }
        self._unread.require_one([result for key, result in results.items() if owners[key] in self._needed])
        return self._unread.successes(results, {key: self._addresses[owners[key]] for key in results})

    def _leave_out(self, mailboxes: set[str], error: PermissionDenied | None) -> None:
        if error is not None:
            self.refused |= mailboxes
            why = f"rights in folders: not read, because the permission View-Only Recipients is missing. {error.why}"
            self._graph.warn(why.strip())

    def lacks_folder(self, mailbox: str, error: ObserveError) -> None:
        """Take a mailbox without one of the folders that every mailbox gets. Without a spec, that is only a warning."""
        if mailbox in self._needed:
            self._unread.add_mailbox(self._addresses[mailbox], error)
        else:
            self._graph.warn(f"rights in folders: not read of {self._addresses[mailbox]}. {error.why}")

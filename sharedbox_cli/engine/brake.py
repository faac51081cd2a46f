"""When a run stops sending to a cloud: continuing would be pointless."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping

from sharedbox_cli.core.change import Change
from sharedbox_cli.core.model import Platform
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.providers.base import Provider

SAME_REASON_LIMIT = 20
SENT_BEFORE_SHARE = 20
FAILED_PERCENT = 20


class Brake:
    """Counts the outcomes of each cloud. Threads share it."""

    def __init__(self, providers: Mapping[Platform, Provider]) -> None:
        self.stopped: dict[Platform, str] = {}
        """Why nothing more is sent, by platform."""
        self.was_denied = False
        self._providers = providers
        self._lock = threading.Lock()
        self._reasons: Counter[tuple[int, str]] = Counter()
        self._sent: Counter[int] = Counter()
        self._failed: Counter[int] = Counter()

    def judge(self, change: Change, outcome: Outcome) -> None:
        """Stop if continuing is pointless: a missing role, the same failure many times, or a fifth of all failing."""
        if outcome.status is Status.SKIPPED:
            return
        name = self._cloud_of(change.platform)
        is_bad = outcome.status in (Status.FAILED, Status.UNKNOWN)
        with self._lock:
            self._sent[name] += 1
            self._failed[name] += is_bad
            if is_bad:
                self._reasons[name, _shape(outcome.reason, change)] += 1
            same = self._reasons[name, _shape(outcome.reason, change)]
            failed, sent = self._failed[name], self._sent[name]
            self.was_denied |= is_bad and outcome.is_denial
        if outcome.stops_run:
            self.halt(change.platform, f"stopped: {outcome.reason}")
        elif same >= SAME_REASON_LIMIT:
            self.halt(change.platform, f"stopped: {SAME_REASON_LIMIT} changes failed for the same reason")
        elif sent >= SENT_BEFORE_SHARE and 100 * failed > FAILED_PERCENT * sent:
            self.halt(change.platform, f"stopped: {failed} of the first {sent} changes failed")

    def _cloud_of(self, platform: Platform) -> int:
        """Return an ID of the cloud of a platform: one provider can have several platforms."""
        return id(self._providers[platform])

    def halt(self, platform: Platform | None, why: str) -> None:
        """Send nothing more to the cloud of a platform, or to any cloud."""
        with self._lock:
            for other in self._providers:
                if platform is None or self._cloud_of(other) == self._cloud_of(platform):
                    self.stopped.setdefault(other, why)


def _shape(reason: str, change: Change) -> str:
    """Return a reason without the parts that differ between mailboxes."""
    who = change.party.id if change.party else ""
    for name in filter(None, (change.mailbox.text, change.mailbox_id, who)):
        reason = reason.replace(name, "…")
    return re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+", "#", reason)

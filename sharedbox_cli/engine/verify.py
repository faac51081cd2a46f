"""After a run, every change is read once more, in bulk. A change that cannot be seen is not reported as done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff_settings import has_effect
from sharedbox_cli.core.errors import ExitCode, SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import LEVELLED, Platform
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.engine.summary import RunSummary

WAITS_SECONDS = (2.0, 4.0, 8.0, 16.0, 30.0)


def verify(
    summary: RunSummary, reads: Mapping[Platform, Callable[[], Observed]], sleep: Callable[[float], None]
) -> RunSummary:
    """Read the changes for up to a minute, and return the summary without those that are not visible.

    Each platform is read separately. A change that was visible once counts as done. If reading fails, its changes are
    unknown: the writes were sent, and are reported.
    """
    for platform, read in sorted(reads.items()):
        summary = _verify_platform(summary, platform, read, sleep)
    return summary


def _verify_platform(
    summary: RunSummary, platform: Platform, read: Callable[[], Observed], sleep: Callable[[float], None]
) -> RunSummary:
    deleted = {change.mailbox for change, outcome in summary.results if _is_deletion(change) and outcome.is_success}
    unseen = [
        number
        for number, (change, outcome) in enumerate(summary.results)
        if outcome.status is Status.DONE
        and change.platform == platform
        and (_is_deletion(change) or change.mailbox not in deleted)
    ]
    problem = ""
    for wait in (0.0, *WAITS_SECONDS):
        if not unseen:
            return summary
        if wait:
            sleep(wait)
        try:
            observed = read()
        except SharedboxError as error:
            problem = error.summary
            if error.exit_code == ExitCode.DENIED:
                break
            continue
        problem = ""
        unseen = [number for number in unseen if not is_visible(summary.results[number][0], observed)]
        if any(summary.results[number][0].mailbox in observed.unread_mailboxes for number in unseen):
            problem = "a mailbox could not be read"
    return _without(summary, unseen, problem) if unseen else summary


def _is_deletion(change: Change) -> bool:
    return change.kind is Kind.DELETE


def _without(summary: RunSummary, unseen: list[int], problem: str) -> RunSummary:
    """Return the summary in which changes that are not visible are unknown, or failed if access still exists."""
    results = list(summary.results)
    for number in unseen:
        change, outcome = results[number]
        if problem:
            outcome = replace(outcome, status=Status.UNKNOWN, reason=f"done, but verifying it failed: {problem}")
        elif change.kind is Kind.REVOKE:
            reason = "the access still exists, although the service reported that it was revoked"
            outcome = replace(outcome, status=Status.FAILED, reason=reason)
        else:
            outcome = replace(outcome, status=Status.UNKNOWN, reason="not visible yet: plan again later")
        results[number] = (change, outcome)
    return replace(summary, results=tuple(results))


def is_visible(change: Change, observed: Observed) -> bool:
    """Return whether an observation shows the effect of a change. What was not in the scope counts as visible.

    A mailbox that could not be read shows nothing, not even that it is deleted.
    """
    mailbox = observed.mailboxes.get(change.mailbox)
    if change.mailbox in observed.unread_mailboxes:
        return False
    if change.kind is Kind.DELETE:
        return mailbox is None
    if mailbox is None:
        return False
    if change.kind is Kind.CREATE:
        return True
    if change.party is not None:
        right = change.party.right
        if mailbox.grants is None or (right in LEVELLED and right not in mailbox.levels):
            return True
        # Automapping cannot be read. The full access that is revoked and granted again to change it can.
        delivery, until = change.after.get(Field.DELIVERY), change.after.get(Field.UNTIL)
        held = any(
            (item.trustee, item.right, item.detail) == (change.party.id, change.party.right, change.party.detail)
            and (delivery is None or item.delivery in (None, delivery))
            and (until is None or item.until in (None, until))
            for item in mailbox.grants
        )
        return held is (change.kind is not Kind.REVOKE)
    return all(
        has_effect(name, change, mailbox.settings[name], mailbox.kept_exactly)
        for name in change.after
        if name in mailbox.settings
    )

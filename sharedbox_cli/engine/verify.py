"""After a run: every change is looked for once more, in bulk. What is not there is not called done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sharedbox_cli.core.change import Change, Kind
from sharedbox_cli.core.diff_settings import is_so
from sharedbox_cli.core.errors import SharedboxError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Observed, Platform
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.engine.summary import RunSummary

WAITS_SECONDS = (2.0, 4.0, 8.0, 16.0, 30.0)
EXIT_DENIED = 5


def verify(
    summary: RunSummary,
    observe: Callable[[], Mapping[Platform, Observed]],
    sleep: Callable[[float], None],
    *,
    only: Platform | None = None,
) -> RunSummary:
    """Return the summary with what could not be seen told as such, after reading for up to a minute.

    `only` looks at the changes of one platform. Seen once is enough. What a failed reading was to show is unknown:
    the writes were made, and are told.
    """
    gone = {change.mailbox for change, outcome in summary.results if change.kind is Kind.DELETE and outcome.is_success}
    unseen = [
        number
        for number, (change, outcome) in enumerate(summary.results)
        if outcome.status is Status.DONE
        and only in (None, change.platform)
        and (change.kind is Kind.DELETE or change.mailbox not in gone)
    ]
    problem = ""
    for wait in (0.0, *WAITS_SECONDS):
        if not unseen:
            return summary
        if wait:
            sleep(wait)
        try:
            observations = observe()
        except SharedboxError as error:
            problem = error.summary
            if error.exit_code == EXIT_DENIED:
                break
            continue
        problem = ""
        unseen = [number for number in unseen if not _is_seen(summary.results[number][0], observations)]
    return _told(summary, unseen, problem) if unseen else summary


def _is_seen(change: Change, observations: Mapping[Platform, Observed]) -> bool:
    return is_visible(change, observations.get(change.platform))


def _told(summary: RunSummary, unseen: list[int], problem: str) -> RunSummary:
    results = list(summary.results)
    for number in unseen:
        change, outcome = results[number]
        if problem:
            told = replace(outcome, status=Status.UNKNOWN, reason=f"done; looking for it failed: {problem}")
        elif change.kind is Kind.REVOKE:
            told = replace(outcome, status=Status.FAILED, reason="still there: the service said it was revoked")
        else:
            told = replace(outcome, status=Status.UNKNOWN, reason="not visible yet: plan again later")
        results[number] = (change, told)
    return replace(summary, results=tuple(results))


def is_visible(change: Change, observed: Observed | None) -> bool:
    """Return whether the effect of a change shows in an observation; what was not read counts as visible."""
    if observed is None:
        return True
    mailbox = observed.mailboxes.get(change.mailbox)
    if change.kind is Kind.DELETE:
        return mailbox is None
    if mailbox is None:
        return False
    if change.kind is Kind.CREATE:
        return True
    if change.party is not None:
        if mailbox.grants is None:
            return True
        # Automapping cannot be read; that the full access taken for it is back can.
        delivery = change.after.get(Field.DELIVERY)
        held = any(
            (item.trustee, item.right, item.detail) == (change.party.id, change.party.right, change.party.detail)
            and (delivery is None or item.delivery in (None, delivery))
            for item in mailbox.grants
        )
        return held is (change.kind is not Kind.REVOKE)
    return all(
        is_so(name, value, mailbox.settings[name]) for name, value in change.after.items() if name in mailbox.settings
    )

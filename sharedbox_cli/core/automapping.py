"""Automapping, which no platform reports: observations are completed from the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sharedbox_cli.core.model import Grant, Right
from sharedbox_cli.core.observed import Observed, ObservedMailbox


def remember(observed: Observed, automapping: Mapping[tuple[str, str], bool]) -> Observed:
    """Return the observation with unknown `automapping` filled in by (mailbox id, trustee id)."""
    if not automapping:
        return observed
    mailboxes = {key: _remembered(mailbox, automapping) for key, mailbox in observed.mailboxes.items()}
    return replace(observed, mailboxes=mailboxes)


def _remembered(mailbox: ObservedMailbox, automapping: Mapping[tuple[str, str], bool]) -> ObservedMailbox:
    if mailbox.grants is None:
        return mailbox
    return replace(
        mailbox, grants=frozenset(_with_automapping(mailbox, grant, automapping) for grant in mailbox.grants)
    )


def _with_automapping(mailbox: ObservedMailbox, grant: Grant, automapping: Mapping[tuple[str, str], bool]) -> Grant:
    if grant.right is not Right.FULL_ACCESS or grant.automapping is not None:
        return grant
    return replace(grant, automapping=automapping.get((mailbox.id, grant.trustee)))

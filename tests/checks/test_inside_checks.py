"""Checks on settings inside a mailbox of Microsoft 365."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Finding
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import MICROSOFT365, Desired, DesiredMailbox
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.core.values import ALLOWED
from tests.checks.test_checks import MAILBOX, findings_of, observed, wanting
from tests.strategies import NOW, address


def replying(end: str) -> DesiredMailbox:
    return wanting(settings={Field.AUTO_REPLY: True, Field.AUTO_REPLY_END: end})


def others(*days: str) -> Observed:
    """Return a tenant with further mailboxes that keep deleted messages for these days."""
    one = observed()
    more = {
        address(f"box{number}"): replace(
            one.mailboxes[MAILBOX],
            id=f"b{number}",
            address=address(f"box{number}"),
            settings={**one.mailboxes[MAILBOX].settings, Field.DELETED_ITEMS: kept},
        )
        for number, kept in enumerate(days)
    }
    return replace(one, mailboxes={**one.mailboxes, **more})


CASES: list[tuple[str, Observed, DesiredMailbox | None, bool]] = [
    ("protocols-open", observed(settings={Field.ACCESS_SMTP_AUTH: True}), None, True),
    ("protocols-open", observed(settings={Field.ACCESS_SMTP_AUTH: True, Field.SIGN_IN: ALLOWED}), None, False),
    ("protocols-open", observed(), wanting(settings={Field.ACCESS_IMAP: True}), True),
    ("protocols-open", observed(), None, False),
    ("auto-reply-ended", observed(), replying("2026-11-01T00:00:00Z"), True),
    ("auto-reply-ended", observed(), replying("2027-11-01T00:00:00Z"), False),
    ("auto-reply-ended", observed(settings={Field.AUTO_REPLY: False}), replying("2026-11-01T00:00:00Z"), False),
    ("retention-shorter", others("30d", "30d", "30d"), None, True),
    ("retention-shorter", others("14d", "14d", "7d"), None, True),
    ("retention-shorter", others("14d", "14d", "30d"), None, False),
    ("retention-shorter", observed(settings={Field.DELETED_ITEMS: "0d"}), None, False),
]


@pytest.mark.parametrize(
    ("check_id", "one", "spec", "expected"), CASES, ids=[f"{c[0]}-{c[3]}-{n}" for n, c in enumerate(CASES)]
)
def test_check_reports_only_its_problem(
    check_id: str, one: Observed, spec: DesiredMailbox | None, expected: bool
) -> None:
    assert (check_id in findings_of(one, spec)) is expected


def run(specs: dict[Address, DesiredMailbox], one: Observed) -> list[Finding]:
    found = run_checks(Desired(specs, "", len(specs)), {MICROSOFT365: one}, NOW).findings
    return [item for item in found if item.check == "message-limits-differ"]


def test_limits_that_differ_inside_a_team_are_reported() -> None:
    one = others("14d", "14d", "14d")
    specs = {key: DesiredMailbox(key, MICROSOFT365, labels={"team": "desk"}) for key in one.mailboxes}
    assert run(specs, one) == []
    odd = replace(one.mailboxes[MAILBOX], settings={**one.mailboxes[MAILBOX].settings, Field.SEND_LIMIT: 10})
    differing = replace(one, mailboxes={**one.mailboxes, MAILBOX: odd})
    [finding] = run(specs, differing)
    assert (finding.mailbox, finding.subject) == (MAILBOX.text, "message_limits.send")
    assert run({**specs, MAILBOX: replace(specs[MAILBOX], labels={"team": "other"})}, differing) == []

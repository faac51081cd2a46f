"""The mailboxes of a support team in `examples/support`: one on each cloud, with everything inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.core.fields import SETTINGS
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.needs import needed
from sharedbox_cli.core.order import Topic
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from tests.asked import each, every
from tests.conftest import Cli, Cloud
from tests.field_values import TABLES, settings_on
from tests.language.setting import NOW
from tests.providers.test_least_privilege import grant_google, grant_microsoft

SUPPORT = Path(__file__).parents[2] / "examples" / "support"
NOT_IN_EVERY_MAILBOX = frozenset({Topic.ARCHIVE, Topic.SENDERS})
"""An archive needs a licence, and further senders must be confirmed."""


@pytest.mark.slow
def test_they_are_planned_applied_checked_and_audited(both: Cloud, cli: Cli) -> None:
    assert cli("plan", SUPPORT, "--detailed-exitcode").code == 2
    done = cli("apply", SUPPORT, "--yes")
    assert done.code == 0, done.out + done.err
    again = cli("plan", SUPPORT, "--detailed-exitcode")
    assert (again.code, "No changes. 2 mailboxes match their specs." in again.out) == (0, True), again.out
    assert "no findings" in cli("check", SUPPORT).out
    audit = cli("audit", "--mailbox", "helpdesk@contoso.example", "--mailbox", "service@contoso.example").out
    assert every(f"{name} <" in audit for name in ("Anna Müller", "Ben Carter", "Chloé Dubois"))


@pytest.mark.slow
def test_what_doctor_lists_is_enough_for_them(both: Cloud, cli: Cli) -> None:
    mailboxes = resolve(load_specs([SUPPORT]), TABLES, NOW).mailboxes.values()
    for mailbox in each(mailboxes):
        names = needed(TABLES[mailbox.platform].needs, [mailbox]).all
        (grant_microsoft if mailbox.platform == MICROSOFT365 else grant_google)(both, names)
    done = cli("apply", SUPPORT, "--yes")
    assert done.code == 0, done.out + done.err
    found = cli("doctor", SUPPORT).out
    assert "missing:" not in found and "failed:" not in found, found
    assert "too much: scope" not in found and "too much: permission User" not in found


def test_they_have_every_topic_of_their_platform() -> None:
    mailboxes = resolve(load_specs([SUPPORT]), TABLES, NOW).mailboxes.values()
    for mailbox in each(mailboxes):
        possible = {SETTINGS[name].topic for name in settings_on(mailbox.platform)} - NOT_IN_EVERY_MAILBOX
        assert {SETTINGS[name].topic for name in mailbox.settings} >= possible, mailbox.address
        assert mailbox.grants

"""Forwarding to a recipient by its name: where its mail really goes, or a warning."""

from __future__ import annotations

import json

import pytest

from sharedbox_cli.checks.registry import run_checks
from sharedbox_cli.core.model import MICROSOFT365, Desired, Fact
from sharedbox_cli.emulator.seed import Builder
from tests.providers.setting import Setting, at, scope
from tests.slow_rest import crossed

FACTS = (Fact.FORWARDING_TO,)


def forwarding(setting: Setting, **settings: object) -> str:
    """Return the address that is reported for a mailbox with these settings."""
    box = Builder(setting.tenant, 77).shared("forwards", "Forwards")
    setting.tenant.run("update mailboxes set doc = ? where id = ?", json.dumps(settings), box)
    observed = setting.provider().observe(scope("forwards", facts=FACTS, fields=(), grants=False))
    return str(observed.mailboxes[at("forwards")].facts[Fact.FORWARDING_TO])


def warned(setting: Setting) -> set[str]:
    observed = setting.provider().observe(scope("forwards", facts=FACTS, fields=(), grants=False))
    findings = run_checks(Desired(), {MICROSOFT365: observed}, setting.clock.now()).findings
    return {finding.subject for finding in findings if finding.check == "forwarding-outside"}


@pytest.mark.parametrize(
    ("name", "mail"),
    crossed(
        ["Joe Outside", "anna.smith@contoso.example", "O'Neil & Co"], ["joe@evil.example", "joe@contoso.example", None]
    ),
)
def test_contact_is_where_its_mail_goes_whatever_it_is_called(demo: Setting, name: str, mail: str | None) -> None:
    doc = {"external_address": "joe@evil.example"}
    contact = demo.tenant.add_object("contact", name, mail or "contact@contoso.example", doc=doc)
    assert forwarding(demo, ForwardingAddress=contact) == "joe@evil.example"
    assert warned(demo) == {"joe@evil.example"}


def test_recipient_of_the_tenant_is_inside(demo: Setting) -> None:
    row = demo.tenant.row("select id from objects where mail = 'anna@contoso.example'")
    assert row is not None
    assert forwarding(demo, ForwardingAddress=row["id"]) == "anna@contoso.example"
    assert warned(demo) == set()


def test_recipient_goes_before_the_address_if_both_are_set(demo: Setting) -> None:
    contact = demo.tenant.add_object("contact", "Joe Outside", "joe@evil.example")
    both = {"ForwardingAddress": contact, "ForwardingSmtpAddress": "smtp:anna@contoso.example"}
    assert forwarding(demo, **both) == "joe@evil.example"


@pytest.mark.parametrize("name", ["Two Of Them", "anna.two@contoso.example"])
def test_recipient_that_is_not_resolved_is_a_warning(demo: Setting, name: str) -> None:
    contact = demo.tenant.add_object("contact", name, "joe@evil.example")
    demo.tenant.add_object("contact", name, "other@evil.example")
    assert forwarding(demo, ForwardingAddress=contact) == f"{name} (not resolved)"
    assert warned(demo) == {f"{name} (not resolved)"}

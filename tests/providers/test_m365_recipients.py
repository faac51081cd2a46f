"""Recipients in settings: written by id, read in every form, and named as the spec names them."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Effect
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at, trustee_id, update_of

FORMS = ("name", "guid", "dn")
ANNA, OUTSIDE = "anna@contoso.example", "desk@elsewhere.example"


def sent(demo: Setting) -> dict[str, object]:
    """Return the parameters of the last Set-Mailbox."""
    line = [line for line in demo.lines() if line["route"] == "exchange.Set-Mailbox"][-1]
    parameters: dict[str, object] = line["body"]["CmdletInput"]["Parameters"]
    return parameters


@pytest.mark.parametrize("form", FORMS)
def test_recipient_of_the_tenant_is_forwarded_to_by_id(demo: Setting, form: str) -> None:
    demo.tenant.set_meta("recipient_form", form)
    spec = shared("sales", {Field.FORWARDING_TO: ANNA, Field.FORWARDING_KEEP_COPY: True})
    changes = plan(demo, demo.provider(), spec)
    (outcome,) = apply(demo.provider(), changes).values()
    assert outcome.is_success
    assert sent(demo)["ForwardingSmtpAddress"] is None and "@" not in str(sent(demo)["ForwardingAddress"])
    assert plan(demo, demo.provider(), spec) == ()
    assert demo.provider().settle(changes[0]) is Effect.PRESENT


def test_alias_of_a_recipient_stays_as_the_spec_names_it(demo: Setting) -> None:
    demo.tenant.add_address(trustee_id(demo, "anna"), "smtp", "anna.mueller@contoso.example")
    spec = shared("sales", {Field.FORWARDING_TO: "anna.mueller@contoso.example"})
    apply(demo.provider(), plan(demo, demo.provider(), spec))
    assert plan(demo, demo.provider(), spec) == ()
    assert plan(demo, demo.provider(), shared("sales", {Field.FORWARDING_TO: ANNA})) == ()


def test_contact_is_forwarded_to_by_address(demo: Setting) -> None:
    demo.tenant.add_object("contact", "Desk", OUTSIDE)
    apply(demo.provider(), plan(demo, demo.provider(), shared("sales", {Field.FORWARDING_TO: OUTSIDE})))
    assert (sent(demo)["ForwardingAddress"], sent(demo)["ForwardingSmtpAddress"]) == (None, OUTSIDE)


def test_one_kind_of_forwarding_replaces_the_other(demo: Setting) -> None:
    for target in (ANNA, OUTSIDE, ANNA, ""):
        spec = shared("sales", {Field.FORWARDING_TO: target})
        assert apply(demo.provider(), plan(demo, demo.provider(), spec))
        assert observe(demo.provider(), spec).mailboxes[at("sales")].settings[Field.FORWARDING_TO] == target


def test_new_mailbox_keeps_a_copy_unless_its_spec_says_otherwise(demo: Setting) -> None:
    apply(demo.provider(), plan(demo, demo.provider(), shared("desk", {Field.FORWARDING_TO: OUTSIDE})))
    kept = observe(demo.provider(), shared("desk", {Field.FORWARDING_KEEP_COPY: True}))
    assert kept.mailboxes[at("desk")].settings[Field.FORWARDING_KEEP_COPY] is True


def test_recipient_that_is_not_resolved_cannot_be_restored(demo: Setting) -> None:
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.FORWARDING_TO: "Two Of Them (not resolved)"}))
    assert not outcome.is_success and "not an address" in outcome.reason
    assert demo.effects() == []


def test_whether_a_copy_is_kept_is_read_with_the_target(demo: Setting) -> None:
    spec = shared("sales", {Field.FORWARDING_TO: ANNA, Field.FORWARDING_KEEP_COPY: False})
    apply(demo.provider(), plan(demo, demo.provider(), spec))
    read = observe(demo.provider(), shared("sales", {Field.FORWARDING_TO: ANNA})).mailboxes[at("sales")].settings
    assert read[Field.FORWARDING_KEEP_COPY] is False

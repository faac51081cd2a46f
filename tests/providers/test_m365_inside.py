"""Settings that other cmdlets than Get-Mailbox return: they cost what they should, and nothing if no spec has them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.fields import OBSERVABLE, SETTINGS, Field
from sharedbox_cli.core.model import MICROSOFT365
from sharedbox_cli.core.outcome import Effect
from sharedbox_cli.core.values import ORGANIZATION
from sharedbox_cli.providers.microsoft365.observe.inside import SOURCES, Source, requests_of
from tests.asked import each, every
from tests.field_values import settings_on, values_of
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at, scope, trustee_id, update_of
from tests.slow_rest import crossed

Grown = Callable[[int, int], Setting]
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.cmdlet)


def requests(setting: Setting, *mailboxes: str, fields: frozenset[Field]) -> int:
    """Return how many requests a reading of settings takes."""
    provider = setting.provider()
    setting.forget()
    provider.observe(scope(*mailboxes, fields=fields, grants=False))
    return sum(setting.requests().values())


@pytest.mark.parametrize(("source", "count"), crossed({source.cmdlet: source for source in SOURCES}, [1, 10, 12, 25]))
def test_requests_of_a_source_are_as_calculated(grown: Grown, source: Source, count: int) -> None:
    setting = grown(30, 4)
    chosen = [item.partition("@")[0] for item in sorted(setting.seeded.mailboxes)[:count]]
    fields = frozenset(source.columns)
    more = requests(setting, *chosen, fields=fields | {Field.KIND}) - requests(
        setting, *chosen, fields=frozenset({Field.KIND})
    )
    assert more == requests_of(fields, count, 30)


@each_source
def test_whole_tenant_is_read_in_pages_or_in_batches(grown: Grown, source: Source) -> None:
    setting = grown(30, 4)
    fields = frozenset(source.columns)
    more = requests(setting, fields=fields | {Field.KIND}) - requests(setting, fields=frozenset({Field.KIND}))
    assert more == requests_of(fields, 30, 30)


@each_source
def test_other_settings_cost_no_call(demo: Setting, source: Source) -> None:
    others = OBSERVABLE - source.columns.keys()
    provider = demo.provider()
    demo.forget()
    provider.observe(scope(fields=others))
    assert source.cmdlet not in str(demo.routes())
    assert requests_of(others - set().union(*(one.columns for one in SOURCES)), 1000, 1000) == 0


@each_source
def test_list_and_single_calls_read_the_same(grown: Grown, source: Source) -> None:
    setting = grown(15, 4)
    provider, fields = setting.provider(), {*source.columns, Field.KIND}
    listed = provider.observe(scope(fields=fields, grants=False)).mailboxes
    for address, mailbox in each(listed.items()):
        alone = provider.observe(scope(address.local, fields=fields, grants=False)).mailboxes[address]
        assert mailbox.settings == alone.settings
        assert source.columns.keys() <= mailbox.settings.keys()


@each_source
def test_mailbox_whose_settings_fail_is_left_out_alone(demo: Setting, source: Source) -> None:
    lost = str(trustee_id(demo, "sales"))
    about = {"route": f"exchange.{source.cmdlet}", "about": lost, "count": 100}
    demo.faults({**about, "kind": "status", "status": 400, "body": "json", "reason": "Data.Whatever"})
    observed = demo.provider().observe(scope("sales", "billing", fields=source.columns, grants=False))
    assert observed.unread_mailboxes == {at("sales")}
    assert source.columns.keys() <= observed.mailboxes[at("billing")].settings.keys()


@each_source
def test_row_without_a_property_is_not_guessed(demo: Setting, source: Source) -> None:
    demo.faults({"route": f"exchange.{source.cmdlet}", "count": 100, "kind": "html200"})
    with pytest.raises((ObserveError, CloudError)):
        demo.provider().observe(scope("sales", fields=source.columns, grants=False))


@each_source
def test_effect_of_each_field_is_settled_by_reading(demo: Setting, source: Source) -> None:
    provider = demo.provider()
    for name in each(sorted(source.columns.keys() & set(settings_on(MICROSOFT365)))):
        first, second, *_ = values_of(name, MICROSOFT365)
        change = update_of(demo, "sales", {name: second}, {name: first})
        if SETTINGS[name].topic.name == "AUTO_REPLY":
            continue
        assert provider.apply(update_of(demo, "sales", {name: first}, {name: second})).is_success
        assert provider.settle(change) is Effect.ABSENT
        assert provider.apply(change).is_success
        assert provider.settle(change) is Effect.PRESENT


def test_policy_is_the_same_in_any_case(demo: Setting) -> None:
    spec = shared("sales", {Field.RETENTION_POLICY: "retain 7 YEARS"})
    assert every(one.is_success for one in apply(demo.provider(), plan(demo, demo.provider(), spec)).values())
    assert plan(demo, demo.provider(), spec) == ()


def test_smtp_auth_follows_the_organisation_until_a_spec_says_otherwise(demo: Setting) -> None:
    spec = shared("sales", {Field.ACCESS_SMTP_AUTH: False})
    assert observe(demo.provider(), spec).mailboxes[at("sales")].settings[Field.ACCESS_SMTP_AUTH] == ORGANIZATION

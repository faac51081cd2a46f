"""Addresses of the tenant's initial domain: Exchange gives one to each mailbox, and no spec has to know it."""

from __future__ import annotations

from itertools import combinations

import pytest

from sharedbox_cli.core.convert import desired_of
from sharedbox_cli.core.diff import make_plan
from sharedbox_cli.core.diff_settings import is_so
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Desired
from sharedbox_cli.core.service_addresses import is_service_address
from sharedbox_cli.providers.microsoft365.quirks import unique_name
from tests.asked import every
from tests.field_values import TABLES
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at, scope
from tests.slow_rest import crossed

OWN, HYBRID = "sales@contoso.onmicrosoft.com", "sales@contoso.mail.onmicrosoft.com"


def with_own_addresses(demo: Setting) -> None:
    row = demo.tenant.row("select id from objects where lower(mail) = 'sales@contoso.example'")
    assert row is not None
    for address in (OWN, HYBRID):
        demo.tenant.add_address(row["id"], "smtp", address)
    demo.tenant.run("insert into domains values ('contoso.mail.onmicrosoft.com', 0)")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (OWN, True),
        (HYBRID.upper(), True),
        ("a@contoso.onmicrosoft.us", True),
        ("a@contoso.partner.onmschina.cn", True),
        ("a@contoso.example", False),
        ("a@notonmicrosoft.com", False),
        ("a@onmicrosoft.com.evil.example", False),
    ],
)
def test_address_of_an_initial_domain_is_known(address: str, expected: bool) -> None:
    assert is_service_address(address) is expected


@pytest.mark.parametrize(
    ("aliases", "named"),
    crossed([(), ("verkauf@contoso.example",), ("new@contoso.example",)], [(), (OWN,), (HYBRID,), (HYBRID, OWN)]),
)
def test_plan_with_own_addresses_converges_whatever_the_spec_names(
    demo: Setting, named: tuple[str, ...], aliases: tuple[str, ...]
) -> None:
    with_own_addresses(demo)
    provider, spec = demo.provider(), shared("sales", {Field.ALIASES: tuple(sorted((*aliases, *named)))})
    outcomes = apply(provider, plan(demo, provider, spec))
    assert [outcome for outcome in outcomes.values() if not outcome.is_success] == []
    assert plan(demo, provider, spec) == ()
    held = provider.observe(scope("sales")).mailboxes[at("sales")].settings[Field.ALIASES]
    assert held == tuple(sorted({*aliases, OWN, HYBRID}))


def test_plan_says_that_own_addresses_are_not_touched(demo: Setting) -> None:
    with_own_addresses(demo)
    spec = shared("sales", {Field.ALIASES: (OWN, "verkauf@contoso.example")})
    desired = Desired({spec.address: spec}, "digest", 1)
    notes = make_plan(desired, {MICROSOFT365: observe(demo.provider(), spec)}, demo.clock.now(), "0").notes
    assert [note.text for note in notes if "own address" in note.text] == [
        f"the service's own address {HYBRID} is not touched"
    ]


def test_new_mailbox_with_aliases_settles_and_converges(demo: Setting) -> None:
    provider, spec = demo.provider(), shared("press", {Field.ALIASES: ("presse@contoso.example",)})
    changes = plan(demo, provider, spec)
    demo.faults({"route": "exchange.Set-Mailbox", "kind": "reset_after"})  # only reading shows the effect
    assert every(outcome.is_success for outcome in apply(provider, changes).values())
    assert plan(demo, provider, spec) == ()


def test_spec_for_another_platform_leaves_own_addresses_out(demo: Setting) -> None:
    with_own_addresses(demo)
    observed = demo.provider().observe(scope("sales"))
    moved = desired_of(observed.mailboxes[at("sales")], observed, TABLES[MICROSOFT365])
    assert moved.mailbox.settings[Field.ALIASES] == ("verkauf@contoso.example",)
    assert [note.what for note in moved.notes if note.key == "aliases"] == [HYBRID, OWN]


def test_other_list_is_compared_as_it_is() -> None:
    assert not is_so(Field.DISPLAY_NAME, "x", OWN)
    assert not is_so(Field.ALIASES, (OWN,), ()) and is_so(Field.ALIASES, (), (OWN,))


def test_mailboxes_of_one_local_part_on_two_domains_can_both_be_created(demo: Setting) -> None:
    from sharedbox_cli.core.identity import Address

    provider = demo.provider()
    first = shared("desk")
    other = shared("desk")
    second = type(other)(Address.of("desk@contoso-mail.example"), MICROSOFT365)
    for spec in (first, second):
        assert every(outcome.is_success for outcome in apply(provider, plan(demo, provider, spec)).values())
    assert plan(demo, provider, first, second) == ()


def test_names_differ_wherever_addresses_do() -> None:
    parts = ("a", "a.b", "b", "a-b", "a/b", "a_b", "x" * 60, f"{'x' * 60}y")
    addresses = [f"{local}@{domain}" for local in parts for domain in ("b.example", "a.b.example", "example")]
    names = {unique_name(address) for address in addresses}
    assert len(names) == len(addresses)
    assert every(len(name) <= 64 for name in names)
    assert not any(unique_name(one) == unique_name(other) for one, other in combinations(addresses, 2))

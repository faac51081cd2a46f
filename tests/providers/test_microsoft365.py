"""Reading a tenant through the real SDKs: complete, in few requests, or an error."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.errors import CloudError, ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import MICROSOFT365, Fact, Right, TrusteeKind
from sharedbox_cli.emulator.seed import Builder, Seeded, blank, grown
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.providers.base import Scope
from tests.asked import every
from tests.conftest import Cloud, CloudMaker

PLATFORMS = frozenset({MICROSOFT365})
AUDIT = Scope(PLATFORMS, None, frozenset({Field.KIND}), frozenset(), None, with_members=True)
EVERYTHING = Scope(PLATFORMS, None, frozenset(Field) - {Field.AUTOMAPPING}, frozenset(Fact), None, with_members=True)
SALES = Address.of("sales@contoso.example")


def grants_of(cloud: Cloud, scope: Scope = AUDIT) -> set[tuple[str, str, str]]:
    provider = cloud.provider()
    try:
        observed = provider.observe(scope)
    finally:
        provider.close()
    return {
        (mailbox.address.key, known.address.key, str(grant.right))
        for mailbox in observed.mailboxes.values()
        for grant in mailbox.grants or ()
        if (known := observed.trustees[grant.trustee]).address
    }


@pytest.mark.parametrize(("mailboxes", "members", "seed"), [(0, 0, 1), (1, 1, 2), (30, 4, 3), (120, 10, 4)])
def test_observe_when_the_tenant_is_grown_then_every_seeded_grant_is_there_and_no_other(
    cloud_of: CloudMaker, mailboxes: int, members: int, seed: int
) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, mailboxes, members, seed))
    assert grants_of(cloud) == cloud.seeded.grants


@pytest.mark.slow
def test_thousand_mailboxes_are_read_in_few_requests(cloud_of: CloudMaker) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 1000, 10, 1))
    assert grants_of(cloud) == cloud.seeded.grants
    assert len(cloud.lines(with_parts=False)) <= 150
    parts = [line for line in cloud.emulator.log.lines if line["parent"]]
    assert len(parts) <= 1100


@pytest.mark.slow
def test_observe_when_links_cannot_be_followed_then_ranges_of_names_complete_the_list(cloud_of: CloudMaker) -> None:
    def fill(tenant: Tenant) -> Seeded:
        seeded = grown(tenant, 1300, 1, 5)
        tenant.set_meta("broken_paging", "1")
        return seeded

    cloud = cloud_of(fill)
    provider = cloud.provider()
    observed = provider.observe(Scope(PLATFORMS, None, frozenset({Field.DISPLAY_NAME})))
    provider.close()
    assert {key.key for key in observed.mailboxes} == set(cloud.seeded.mailboxes)


def test_observe_when_nothing_is_managed_then_nothing_is_asked_for_it(cloud: Cloud) -> None:
    provider = cloud.provider()
    provider.observe(Scope(PLATFORMS, frozenset({SALES}), frozenset({Field.DISPLAY_NAME})))
    provider.close()
    asked = {str(line["route"]) for line in cloud.emulator.log.lines}
    assert not asked & {
        "exchange.Get-MailboxPermission",
        "exchange.Get-RecipientPermission",
        "graph.users.list",
        "graph.subscribedSkus.list",
        "graph.reports.getMailboxUsageDetail",
        "exchange.Get-MailboxStatistics",
    }


def test_observe_when_messes_of_grown_tenants_then_each_is_understood(cloud_of: CloudMaker) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 1)
        anna = make.person("anna", "Anna Müller")
        twin = make.person("twin", "Zoë")
        mailbox = make.shared("Mixed", "Mixed", aliases=("SIP:mixed@contoso.example", "smtp:M.Alias@contoso.example"))
        make.grant(mailbox, anna, "full_access", "send_as", has_address=False)
        make.grant(mailbox, twin, "send_on_behalf")
        make.special(mailbox, None)
        make.special(mailbox, anna, deny=True)
        make.special(mailbox, twin, inherited=True)
        return make.seeded

    cloud = cloud_of(fill)
    provider = cloud.provider()
    observed = provider.observe(EVERYTHING)
    provider.close()
    mailbox = observed.mailboxes[Address.of("mixed@contoso.example")]
    assert mailbox.settings[Field.ALIASES] == ("m.alias@contoso.example", "mixed@contoso.onmicrosoft.com")
    held = {(observed.trustees[grant.trustee].name, grant.right) for grant in mailbox.grants or ()}
    assert {("Anna Müller", Right.FULL_ACCESS), ("Anna Müller", Right.SEND_AS), ("Zoë", Right.SEND_ON_BEHALF)} < held
    orphans = [g for g in mailbox.grants or () if observed.trustees[g.trustee].kind is TrusteeKind.ORPHAN]
    assert [grant.trustee[:9] for grant in orphans] == ["S-1-5-21-"]
    assert sorted((entry.is_deny, entry.is_inherited) for entry in mailbox.special) == [(False, True), (True, False)]


def test_observe_when_a_name_fits_two_then_it_is_kept_by_its_sid_and_given_to_neither(cloud_of: CloudMaker) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 1)
        first = make.person("first", "Same Name")
        make.person("second", "Same Name")
        mailbox = make.shared("box", "Box")
        make.grant(mailbox, first, "full_access", has_address=False)
        tenant.run("update objects set upn = null where id = ?", first)
        return make.seeded

    cloud = cloud_of(fill)
    provider = cloud.provider()
    observed = provider.observe(EVERYTHING)
    provider.close()
    [grant] = list(observed.mailboxes[Address.of("box@contoso.example")].grants or [])
    assert observed.trustees[grant.trustee].kind is TrusteeKind.OTHER
    assert grant.trustee.startswith("S-1-5-21-")


def test_usage_when_names_are_concealed_then_sizes_come_from_the_mailboxes(cloud_of: CloudMaker) -> None:
    def fill(tenant: Tenant) -> Seeded:
        seeded = grown(tenant, 12, 1, 1)
        tenant.set_meta("concealed_reports", "1")
        return seeded

    cloud = cloud_of(fill)
    provider = cloud.provider()
    observed = provider.observe(EVERYTHING)
    provider.close()
    assert every(isinstance(mailbox.facts[Fact.USED_BYTES], int) for mailbox in observed.mailboxes.values())
    assert "exchange.Get-MailboxStatistics" in {line["route"] for line in cloud.emulator.log.lines}


def _more_holders_than_a_page(tenant: Tenant) -> Seeded:
    """Fill a tenant whose users are listed as a whole, because many hold rights, on more than one page."""
    blank(tenant)
    make = Builder(tenant, 2)
    tenant.run("begin")
    boxes = [make.shared(local, local.title()) for local in ("sales", "support", "info")]
    for number in range(1001):
        make.grant(boxes[number % 3], make.person(f"visitor{number}", f"Visitor {number}", guest=True), "full_access")
    tenant.run("commit")
    return make.seeded


@pytest.mark.parametrize("kind", ["page_foreign_host", "page_plain_http", "page_loop"])
def test_page_link_elsewhere_gets_no_token_and_no_plan(cloud_of: CloudMaker, kind: str) -> None:
    cloud = cloud_of(_more_holders_than_a_page)
    cloud.emulator.faults.set([{"route": "graph.users.list", "kind": kind, "n": 1, "count": 9999}])
    provider = cloud.provider()
    try:
        with pytest.raises(ObserveError, match="another host"):
            provider.observe(EVERYTHING)
    finally:
        provider.close()
    assert any(line["route"] == "graph.users.list" for line in cloud.emulator.log.lines)


def test_field_when_left_out_then_it_is_an_error_and_never_the_default(cloud: Cloud) -> None:
    cloud.emulator.faults.set(
        [{"route": "exchange.Get-Mailbox", "kind": "drop_field", "field": "HiddenFromAddressListsEnabled", "count": 99}]
    )
    provider = cloud.provider()
    with pytest.raises(ObserveError, match="HiddenFromAddressListsEnabled"):
        provider.observe(EVERYTHING)
    provider.close()


def test_retry_after_when_told_then_it_is_waited_for(cloud: Cloud) -> None:
    cloud.emulator.faults.set([{"route": "graph.organization.list", "kind": "throttle", "retry_after": 17}])
    provider = cloud.provider()
    provider.observe(AUDIT)
    provider.close()
    assert any(17 <= seconds < 19 for seconds in cloud.clock.slept)


def test_service_when_it_fails_for_good_then_the_call_and_request_id_are_named(cloud: Cloud) -> None:
    cloud.emulator.faults.set([{"route": "exchange.Get-Mailbox", "kind": "status", "status": 503, "count": 99}])
    provider = cloud.provider()
    with pytest.raises(CloudError) as caught:
        provider.observe(AUDIT)
    provider.close()
    assert caught.value.call == "Get-Mailbox"
    assert caught.value.request_id
    assert "Given up after 5 tries" in caught.value.why

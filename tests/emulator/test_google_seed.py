"""Seeded Google tenants: alone, next to Microsoft's in one file, of any size, with typical problems."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest

from sharedbox_cli.emulator.company import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, PLATFORMS
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.names import HOSTILE_NAMES
from sharedbox_cli.emulator.seed import demo, grown
from sharedbox_cli.emulator.server import Emulator
from sharedbox_cli.emulator.tenant import Tenant


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_grown_when_asked_for_a_thousand_then_takes_seconds_and_repeats_itself(platform: str) -> None:
    began = perf_counter()
    first = grown(Tenant(), 1000, 10, 3, (platform,))
    assert perf_counter() - began < 20
    assert len(set(first.mailboxes)) == 1000
    assert len(first.grants) >= 10_000 - 10
    small = grown(Tenant(), 50, 3, 3, (platform,))
    assert grown(Tenant(), 50, 3, 3, (platform,)) == small
    assert grown(Tenant(), 50, 3, 4, (platform,)) != small


def test_grown_tenant_of_both_clouds_has_one_mailbox_per_address(tmp_path: Path) -> None:
    path = tmp_path / "both.sqlite3"
    tenant = Tenant(str(path))
    seeded = grown(tenant, 30, 4, 1, PLATFORMS)
    tenant.close()
    assert len(seeded.mailboxes) == len(set(seeded.mailboxes)) == 90
    again = Tenant(str(path))
    with Emulator(again) as emulator:
        found = emulator.environment()
    assert {
        "AZURE_CLIENT_ID",
        "SHAREDBOX_GOOGLE_ADMIN",
        "SHAREDBOX_GOOGLE_CUSTOMER",
        "SHAREDBOX_GOOGLE_URL",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "HTTPLIB2_CA_CERTS",
    } <= set(found)
    both = again.row("select count(*) as n from objects o join g_users u on u.email = lower(o.mail)")
    assert both is not None and both["n"] >= 12
    again.close()


def test_grown_when_the_order_of_platforms_differs_then_the_tenant_is_the_same() -> None:
    assert grown(Tenant(), 9, 2, 1, reversed(PLATFORMS)) == grown(Tenant(), 9, 2, 1, PLATFORMS)


def test_grown_when_a_platform_is_unknown_then_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="unknown platform 'notes'; the platforms are microsoft365"):
        grown(Tenant(), 1, 1, 1, ("notes",))
    with pytest.raises(ValueError, match="unknown platform 'notes'"):
        demo(Tenant(), ("notes",))


def test_tenant_of_google_sets_no_variable_of_microsoft() -> None:
    tenant = Tenant()
    demo(tenant, (GOOGLE_DELEGATED,))
    assert tenant.id
    with Emulator(tenant) as emulator:
        assert not [name for name in emulator.environment() if name.startswith("AZURE_")]
        key = json.loads(Path(emulator.environment()["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
        assert key["token_uri"] == f"{emulator.origin}/token"


def test_grown_when_delegated_then_holds_the_messes_of_years() -> None:
    tenant = Tenant()
    grown(tenant, 120, 6, 1, (GOOGLE_DELEGATED,))
    store = Store(tenant)
    delegates = [json.loads(row["doc"]) for row in store.rows("select doc from g_items where kind = 'delegate'")]
    assert {item["status"] for item in delegates} == {"accepted", "pending", "rejected", "expired"}
    suspended = {row["id"] for row in store.rows("select * from g_users") if json.loads(row["doc"]).get("suspended")}
    users = {row["id"] for row in store.rows("select id from g_users")}
    groups = {row["id"] for row in store.rows("select id from g_groups")}
    held = {item["user"] for item in delegates}
    assert held & suspended and held & groups and held - users - groups
    aliases = {row["key"] for row in store.rows("select key from g_names where role = 'alias'")}
    assert any(one.endswith("@contoso-mail.example") for one in aliases)
    labels = {json.loads(row["doc"])["name"] for row in store.rows("select doc from g_items where kind = 'label'")}
    assert {"Kunden/Ausland", "zu erledigen "} <= labels
    given = [json.loads(row["doc"])["name"]["givenName"] for row in store.rows("select doc from g_users")]
    text = " ".join(given)
    for script in "Дар", "花", "محمد", "דנה", "Ελ":
        assert script in text
    assert sum(any(name.startswith(one) for one in HOSTILE_NAMES) for name in [*given]) >= 1


def test_grown_when_collaborative_then_holds_the_messes_of_years() -> None:
    tenant = Tenant()
    grown(tenant, 120, 6, 1, (GOOGLE_COLLABORATIVE,))
    store = Store(tenant)
    groups = store.rows("select * from g_groups")
    inboxes = [row for row in groups if json.loads(row["settings"])["enableCollaborativeInbox"] == "true"]
    assert len(inboxes) == 120 < len(groups)
    members = store.rows("select * from g_members")
    owned = {row["group_id"] for row in members if row["role"] == "OWNER"}
    assert any(row["id"] not in owned for row in inboxes)
    kinds = {row["type"] for row in members}
    assert kinds == {"USER", "GROUP", "EXTERNAL", "CUSTOMER"}
    assert any(row["type"] == "EXTERNAL" and not row["email"] for row in members)
    nested = {row["member_id"] for row in members if row["type"] == "GROUP"}
    assert any(row["group_id"] in nested for row in members if row["type"] == "GROUP")


def test_demo_has_people_in_both_clouds_and_mailboxes_in_one() -> None:
    tenant = Tenant()
    seeded = demo(tenant, PLATFORMS)
    assert seeded.mailboxes == [
        "sales@contoso.example",
        "billing@contoso.example",
        "press@contoso.example",
        "jobs@contoso.example",
        "events@contoso.example",
    ]
    both = {
        row["email"] for row in tenant.rows("select u.email from objects o join g_users u on u.email = lower(o.mail)")
    }
    assert both == {f"{name}@contoso.example" for name in ("anna", "ben", "chloe", "emi", "george", "hugo")}
    orders = Store(tenant).group("orders@contoso.example")
    assert orders is not None and json.loads(orders["settings"])["enableCollaborativeInbox"] == "false"


def test_demo_when_no_platform_is_named_then_is_microsofts_alone() -> None:
    tenant = Tenant()
    assert demo(tenant).mailboxes == ["sales@contoso.example", "billing@contoso.example"]
    assert not Store(tenant).is_there

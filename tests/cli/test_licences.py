"""Licences through the command line: the product is named, and a suite moves only if a spec names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.emulator.company import Seeded
from sharedbox_cli.emulator.seed import Builder, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import every
from tests.conftest import Cli, Cloud, CloudMaker

SKUS = {
    "EXCHANGESTANDARD": "4b9405b0-7788-4568-add1-99614e613b69",
    "EXCHANGEENTERPRISE": "19ec0d23-8335-4cbd-94ac-6050e30712fa",
    "SPE_E3": "05e9a617-0261-4cee-bb44-138d3ef5d965",
}
GIB = 1024**3


@pytest.fixture
def office(cloud_of: CloudMaker) -> Cloud:
    """Return a tenant with one seat of each small product, and five mailboxes."""

    def fill(tenant: Tenant) -> Seeded:
        blank(tenant, seats=1)
        make = Builder(tenant, 7)
        anna = make.person("anna", "Anna Müller")
        boxes = {local: make.shared(local, local.title(), used=2 * GIB) for local in ("big", "big2", "suite", "grp")}
        for box in boxes.values():
            make.grant(box, anna, "full_access", "send_as")
        group = make.group("sg-e3", "Büro & E3", [boxes["grp"]])
        tenant.run("insert into licences values (?, ?, null)", boxes["suite"], SKUS["SPE_E3"])
        tenant.run("insert into licences values (?, ?, ?)", boxes["grp"], SKUS["SPE_E3"], group)
        return make.seeded

    return cloud_of(fill)


def spec(folder: Path, *locals_: str, storage: str) -> Path:
    """Write the specs of some mailboxes with this storage."""
    head = "version: 1\nmailbox: {}@contoso.example\nplatform: microsoft365\nstorage: {}\n"
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "specs" / "all.yaml").write_text("---\n".join(head.format(one, f"{{{storage}}}") for one in locals_))
    return folder / "specs"


def products(cloud: Cloud, local: str) -> list[str]:
    """Return the products of a mailbox."""
    sql = (
        "select s.part from licences l join skus s on s.id = l.sku_id join objects o on o.id = l.user_id "
        "where o.mail = ? order by s.part"
    )
    return [row["part"] for row in cloud.tenant.rows(sql, f"{local}@contoso.example")]


def test_last_seat_is_no_reason_for_a_suite(office: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path, "big", "big2", storage="licence: exchange-online-plan-2")
    found = cli("check", specs, "-o", "json")
    seats = [item for item in json.loads(found.out)["findings"] if item["check"] == "no-free-seat"]
    assert [("EXCHANGEENTERPRISE" in item["why"], "Free seats: 1" in item["why"]) for item in seats] == [(True, True)]
    planned = cli("plan", specs)
    assert planned.out.count("storage.product: none -> EXCHANGEENTERPRISE") == 2
    assert "1 seat is free of EXCHANGEENTERPRISE" in planned.out
    done = cli("apply", specs, "--yes")
    assert (done.code, "no free seat of EXCHANGEENTERPRISE" in done.err) == (3, True)
    assert sorted(products(office, "big") + products(office, "big2")) == ["EXCHANGEENTERPRISE"]
    [run] = json.loads(cli("history", "-o", "json").out)["runs"]
    assert "EXCHANGEENTERPRISE" in cli("history", run["id"]).out


@pytest.mark.parametrize("wanted", ["none", "exchange-online-plan-1"])
def test_suite_stays_unless_the_spec_names_it(office: Cloud, cli: Cli, tmp_path: Path, wanted: str) -> None:
    refused = cli("plan", spec(tmp_path, "suite", storage=f"licence: {wanted}"))
    assert (refused.code, "SPE_E3" in refused.err, "`suite: SPE_E3`" in refused.err) == (1, True, True)
    assert office.effects() == []


@pytest.mark.parametrize("name", ["SPE_E3", "spe_e3"])
def test_suite_that_the_spec_names_is_removed(office: Cloud, cli: Cli, tmp_path: Path, name: str) -> None:
    specs = spec(tmp_path, "suite", storage=f"licence: none, suite: {name}")
    assert "storage.product: SPE_E3 -> none" in cli("plan", specs).out
    assert cli("apply", specs, "--yes").code == 0
    assert products(office, "suite") == []
    assert "No changes." in cli("plan", specs).out


def test_suite_that_the_spec_names_is_assigned(office: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path, "big", "big2", storage="licence: exchange-online-plan-2, suite: Spe_E3")
    assert cli("plan", specs).out.count("storage.product: none -> SPE_E3") == 2
    assert cli("apply", specs, "--yes").code == 0
    assert products(office, "big") == products(office, "big2") == ["SPE_E3"]
    assert "No changes." in cli("plan", specs).out


def test_unknown_suite_is_an_error(office: Cloud, cli: Cli, tmp_path: Path) -> None:
    done = cli("plan", spec(tmp_path, "big", storage="licence: exchange-online-plan-2, suite: SPE_E5"))
    assert (done.code, "EXCHANGEENTERPRISE" in done.err, "SPE_E5" in done.err) == (1, True, True)


def test_licence_that_only_a_suite_includes_is_an_error(office: Cloud, cli: Cli, tmp_path: Path) -> None:
    office.tenant.run("delete from skus where part = 'EXCHANGEENTERPRISE'")
    done = cli("plan", spec(tmp_path, "big", storage="licence: exchange-online-plan-2"))
    assert (done.code, "only in SPE_E3" in done.err) == (1, True)


@pytest.mark.parametrize(
    "storage", ["licence: none", "licence: none, suite: SPE_E3", "licence: exchange-online-plan-1"]
)
def test_licence_from_a_group_is_refused_by_plan(office: Cloud, cli: Cli, tmp_path: Path, storage: str) -> None:
    specs = spec(tmp_path, "grp", "big", storage=storage)
    done = cli("apply", specs, "--yes")
    assert (done.code, "SPE_E3" in done.err, "Büro & E3" in done.err) == (1, True, True)
    assert office.effects() == []


def test_check_names_the_group_and_advises_nothing_that_cannot_work(office: Cloud, cli: Cli) -> None:
    findings = json.loads(cli("check", "--whole-tenant", "-o", "json").out)["findings"]
    licences = {item["mailbox"]: item for item in findings if "licence-not-needed" in item["check"]}
    assert licences["suite@contoso.example"]["check"] == "licence-not-needed"
    assert "SPE_E3" in licences["suite@contoso.example"]["why"]
    group = licences["grp@contoso.example"]
    assert group["check"] == "group-licence-not-needed" and "licence: none" not in group["hint"]
    assert every(word in group["why"] for word in ("Büro & E3", "SPE_E3"))


def test_product_that_came_after_the_plan_stays(office: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path, "big", storage="licence: exchange-online-plan-1")
    file = tmp_path / "plan.json"
    assert cli("plan", specs, "--out", file).code == 0
    sql = "insert into licences select id, ?, null from objects where mail = 'big@contoso.example'"
    office.tenant.run(sql, SKUS["SPE_E3"])
    done = cli("apply", file)
    assert done.code == 1, done.out
    assert products(office, "big") == ["SPE_E3"]

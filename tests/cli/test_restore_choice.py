"""Several deleted mailboxes with one address: a person chooses the one that is restored, by its id."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sharedbox_cli.emulator.company import Seeded
from sharedbox_cli.emulator.seed import Builder, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker
from tests.slow_rest import crossed

ADDRESS = "projects@contoso.example"
DAY = 86400
BOXES = (("Alpha empty", 0, 2), ("Βήτα & <real>", 20 * 1024**3, 10), ("Gone long ago", 1, 31))
"""Name, size, and days since the deletion; the last one cannot be restored any more."""


@pytest.fixture
def office(cloud_of: CloudMaker) -> Cloud:
    """Return a tenant with deleted mailboxes of one address."""

    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 7)
        make.person("anna", "Anna Müller")
        for number, (name, used, days) in enumerate(BOXES):
            box = make.shared(f"projects{number}", name, used=used)
            gone = tenant.clock.now() - days * DAY
            tenant.run("update objects set mail = ?, upn = ?, deleted_at = ? where id = ?", ADDRESS, ADDRESS, gone, box)
            tenant.run("delete from addresses where id = ?", box)
            tenant.add_address(box, "SMTP", ADDRESS)
        return make.seeded

    return cloud_of(fill)


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """Return the folder with the spec."""
    (tmp_path / "specs").mkdir()
    text = f"version: 1\nmailbox: {ADDRESS}\nplatform: microsoft365\nmembers: [{{user: anna@contoso.example}}]\n"
    (tmp_path / "specs" / "projects.yaml").write_text(text)
    return tmp_path / "specs"


def waivers_in(text: str) -> list[str]:
    return re.findall(rf"restore={ADDRESS}/[0-9a-f-]{{36}}", text)


def name_of(office: Cloud) -> list[str]:
    rows = office.tenant.rows("select name from objects where mail = ? and deleted_at is null", ADDRESS)
    return [row["name"] for row in rows]


def test_each_is_listed_with_name_size_and_day(office: Cloud, cli: Cli, specs: Path) -> None:
    refused = cli("apply", specs, "--yes", "--allow", f"restore={ADDRESS}")
    assert (refused.code, len(waivers_in(refused.err))) == (4, 2)
    for word in each(("Alpha empty", "0.0 GB", "Βήτα & <real>", "20.0 GB", "deleted on 20")):
        assert word in refused.err
    assert "Gone long ago" not in refused.err
    assert office.effects() == []


@pytest.mark.parametrize(("is_saved", "number"), crossed([False, True], [0, 1]))
def test_chosen_one_is_restored(
    office: Cloud, cli: Cli, specs: Path, tmp_path: Path, number: int, is_saved: bool
) -> None:
    waiver = waivers_in(cli("apply", specs, "--yes").err)[number]
    what: list[str | Path] = [specs, "--yes"]
    if is_saved:
        what = [tmp_path / "plan.json"]
        assert cli("plan", specs, "--out", what[0]).code == 0
        assert cli("apply", *what).code == 4
    done = cli("apply", *what, "--allow", waiver.upper().replace("RESTORE", "restore"))
    assert done.code == 0, done.err
    assert name_of(office) == [BOXES[number][0]]
    assert cli("apply", specs, "--yes").code == 0
    assert "No changes." in cli("plan", specs).out


@pytest.mark.parametrize("other", ["/", "/00000000-0000-4000-8000-000000000000", "both"])
def test_unclear_choice_is_refused(office: Cloud, cli: Cli, specs: Path, other: str) -> None:
    waivers = waivers_in(cli("apply", specs, "--yes").err) if other == "both" else [f"restore={ADDRESS}{other}"]
    done = cli("apply", specs, "--yes", *(part for waiver in waivers for part in ("--allow", waiver)))
    assert (done.code, office.effects()) == (4, [])


def test_one_that_was_restored_elsewhere_makes_the_plan_stale(
    office: Cloud, cli: Cli, specs: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    assert cli("plan", specs, "--out", file).code == 0
    waiver = waivers_in(cli("apply", specs, "--yes").err)[1]
    office.tenant.run("update objects set deleted_at = null where name = ?", BOXES[0][0])
    done = cli("apply", file, "--allow", waiver)
    assert (done.code, office.effects()) == (1, [])


def test_size_that_cannot_be_read_is_not_known(office: Cloud, cli: Cli, specs: Path) -> None:
    office.faults(
        {
            "route": "exchange.Get-MailboxStatistics",
            "kind": "status",
            "status": 400,
            "count": 99,
            "body": "json",
            "reason": "Data.DataValidationException",
        }
    )
    refused = cli("apply", specs, "--yes")
    assert (refused.code, refused.err.count("size not known")) == (4, 2)


def test_single_one_needs_only_the_address_and_is_named(office: Cloud, cli: Cli, specs: Path) -> None:
    office.tenant.run("update objects set deleted_at = 1 where name = ?", BOXES[0][0])
    refused = cli("apply", specs, "--yes")
    assert (refused.code, BOXES[1][0] in refused.err, waivers_in(refused.err)) == (4, True, [])
    assert cli("apply", specs, "--yes", "--allow", f"restore={ADDRESS}").code == 0

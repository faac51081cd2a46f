"""A new alias that cannot be looked up: its mailbox is named, and the others are planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker


def fill(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 7)
    for local in ("a", "b", "c"):
        make.shared(local, local.upper(), aliases=("smtp:moving@contoso.example",) if local == "a" else ())
    return make.seeded


def write(folder: Path, **aliases: str) -> Path:
    folder.mkdir(exist_ok=True)
    for local, alias in aliases.items():
        (folder / f"{local}.yaml").write_text(
            f"version: 1\nmailbox: {local}@contoso.example\nplatform: microsoft365\naliases: [{alias}]\n"
        )
    return folder


@pytest.fixture
def cloud(cloud_of: CloudMaker) -> Cloud:
    return cloud_of(fill)


def test_others_are_planned(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = write(tmp_path / "specs", b="new-b@contoso.example", c="new-c@contoso.example")
    cloud.faults(
        {"route": "exchange.Get-Recipient", "about": "new-b", "count": 10_000, "kind": "status", "status": 500}
    )
    done = cli("plan", specs, "-o", "json")
    assert done.code == 3, done.err
    plan = json.loads(done.out)
    assert {change["mailbox"] for change in plan["changes"]} == {"c@contoso.example"}
    assert [(item["kind"], item["name"]) for item in plan["not_read"]] == [("mailbox", "b@contoso.example")]


def test_all_lookups_that_fail_are_an_error(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = write(tmp_path / "specs", b="new-b@contoso.example", c="new-c@contoso.example")
    cloud.faults({"route": "exchange.Get-Recipient", "count": 10_000, "kind": "status", "status": 500})
    assert cli("plan", specs).code in (1, 5)


def test_hint_about_a_holder_that_was_not_read(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = write(tmp_path / "specs", a="", b="moving@contoso.example", c="")
    cloud.faults(
        {
            "route": "exchange.Get-Mailbox",
            "about": "a@contoso.example",
            "count": 10_000,
            "kind": "status",
            "status": 500,
        }
    )
    done = cli("plan", specs)
    assert done.code == 1, done.out
    assert ("a@contoso.example was not read" in done.err, "Select a@contoso.example" in done.err) == (True, False)

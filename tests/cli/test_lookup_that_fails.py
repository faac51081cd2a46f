"""One address that cannot be looked up: its mailbox is named, and the others are planned."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker
from tests.slow_rest import crossed


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


GRAPH = [
    ("graph.users.list", "anna", "members: [{user: anna@contoso.example}]"),
    ("graph.groups.list", "team", "members: [{group: team@contoso.example}]"),
    ("graph.users.list", "other-name", "members: [{user: other-name@contoso.example}]"),
]


@pytest.mark.parametrize("status", [400, 404, 500])
@pytest.mark.parametrize(("route", "about", "members"), GRAPH, ids=[about for _, about, _ in GRAPH])
def test_one_lookup_at_graph_leaves_one_mailbox_out(
    cloud: Cloud, cli: Cli, tmp_path: Path, route: str, about: str, members: str, status: int
) -> None:
    make = Builder(cloud.tenant, 8)
    anna = make.person("anna", "Anna")
    make.person("ben", "Ben")
    make.group("team", "Team", [anna])
    specs = write(tmp_path / "specs", b="", c="")
    (specs / "b.yaml").write_text(f"version: 1\nmailbox: b@contoso.example\nplatform: microsoft365\n{members}\n")
    with (specs / "c.yaml").open("a") as file:
        file.write("display_name: New\nmembers: [{user: ben@contoso.example}]\n")
    cloud.faults({"route": route, "about": about, "count": 10_000, "kind": "status", "status": status})
    done = cli("plan", specs, "-o", "json")
    assert done.code == 3, done.err
    plan = json.loads(done.out)
    assert {change["mailbox"] for change in plan["changes"]} == {"c@contoso.example"}
    assert {item["name"] for item in plan["not_read"]} == {"b@contoso.example"}


def test_holder_who_cannot_be_looked_up_is_not_deleted(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    make = Builder(cloud.tenant, 8)
    anna, ben = make.person("anna", "Anna"), make.person("ben", "Ben")
    boxes = {local: make.shared(local, local.upper()) for local in ("sales", "jobs")}
    make.grant(boxes["sales"], anna, "full_access", "send_as", "send_on_behalf")
    make.grant(boxes["jobs"], ben, "full_access")
    broken = {"route": "graph.users.list", "count": 10_000, "kind": "status", "status": 500}
    cloud.faults({"about": "anna", **broken}, {"about": anna, **broken})
    specs = write(tmp_path / "specs", sales="", jobs="")
    for local in boxes:
        with (specs / f"{local}.yaml").open("a") as file:
            file.write("members: []\n")
    plan = json.loads(cli("plan", specs, "-o", "json").out)
    assert {change["mailbox"] for change in plan["changes"]} == {"jobs@contoso.example"}
    assert {item["name"] for item in plan["not_read"]} == {"sales@contoso.example"}


def fill_google(tenant: Tenant) -> Seeded:
    google_blank(tenant)
    google = GoogleBuilder(tenant, 7)
    emi, ben = google.person("emi", "Emi Sato"), google.person("ben", "Ben Carter")
    for local in ("press", "news"):
        google.delegate(google.mailbox(local, local.title()), emi)
    for local in ("orders", "returns"):
        google.member(google.inbox(local, local.title()), emi, "OWNER")
    google.member(google.inbox("shop", "Shop"), ben, "OWNER")
    return Builder(tenant, 7).seeded


@pytest.fixture
def google(cloud_of: CloudMaker) -> Cloud:
    return cloud_of(fill_google)


FAULTS: list[dict[str, Any]] = [{"kind": "forbidden"}, {"kind": "status", "status": 500}]
DELEGATED, GROUPS = "google-delegated", "google-collaborative"


@dataclass(frozen=True)
class Lookup:
    """A look-up of one address that fails for ever, of two mailboxes with their specs."""

    platform: str
    route: str
    about: str
    left_out: str
    planned: str
    more: str = ""
    """What only the spec of the mailbox that is left out has."""
    members: str = "ben"
    """Who is a member in the spec of the mailbox that is left out."""

    def write(self, folder: Path) -> Path:
        folder.mkdir()
        for local in (self.left_out, self.planned):
            is_out = local == self.left_out
            role = ", rights: [owner]" if self.platform == GROUPS else ""
            members = f"members: [{{user: {self.members}@contoso.example{role}}}]\n{self.more}" if is_out else ""
            (folder / f"{local}.yaml").write_text(
                f"version: 1\nmailbox: {local}@contoso.example\nplatform: {self.platform}\n"
                f"display_name: New {local}\n{members}\n"
            )
        return folder


LOOKUPS = [
    Lookup(DELEGATED, "groups.get", "fresh", "press", "news", "aliases: [fresh@contoso.example]"),
    Lookup(DELEGATED, "groups.get", "not-there", "press", "news", members="not-there"),
    Lookup(DELEGATED, "groups.get", "new-box", "new-box", "news"),
    Lookup(GROUPS, "groups.get", "orders", "orders", "returns"),
    Lookup(GROUPS, "groups.get", "orders", "orders", "returns", members="emi"),
    Lookup(GROUPS, "users.get", "ben", "orders", "returns"),
    Lookup(GROUPS, "users.get", "fresh", "orders", "returns", "aliases: [fresh@contoso.example]", "emi"),
    Lookup(GROUPS, "groups.get", "fresh", "orders", "returns", "aliases: [fresh@contoso.example]", "emi"),
]


@pytest.mark.parametrize(
    ("lookup", "fault"),
    crossed(
        {f"{number}-{one.platform}-{one.route}-{one.about}": one for number, one in enumerate(LOOKUPS)},
        dict(zip(("forbidden", "broken"), FAULTS, strict=True)),
    ),
)
def test_one_lookup_at_google_leaves_one_mailbox_out(
    google: Cloud, cli: Cli, tmp_path: Path, lookup: Lookup, fault: dict[str, Any]
) -> None:
    specs = lookup.write(tmp_path / "specs")
    google.faults({"route": f"google.directory.{lookup.route}", "about": lookup.about, "count": 10_000, **fault})
    done = cli("plan", specs, "-o", "json")
    assert done.code == 3, done.err
    plan = json.loads(done.out)
    assert {change["mailbox"] for change in plan["changes"]} == {f"{lookup.planned}@contoso.example"}
    assert {item["name"] for item in plan["not_read"]} == {f"{lookup.left_out}@contoso.example"}
    assert lookup.about in plan["not_read"][0]["where"]


def test_senders_of_one_person_leave_one_mailbox_out(google: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    for local, who in (("press", "ben"), ("news", "emi")):
        (specs / f"{local}.yaml").write_text(
            f"version: 1\nmailbox: {local}@contoso.example\nplatform: google-delegated\ndisplay_name: New\n"
            f"members: [{{user: {who}@contoso.example, rights: [full_access, send_as]}}]\n"
        )
    fault = {"about": "ben@contoso.example", "count": 10_000, "kind": "forbidden"}
    google.faults({"route": "google.gmail.users.settings.sendAs.list", **fault})
    plan = json.loads(cli("plan", specs, "-o", "json").out)
    assert {change["mailbox"] for change in plan["changes"]} == {"news@contoso.example"}
    assert {item["name"] for item in plan["not_read"]} == {"press@contoso.example"}

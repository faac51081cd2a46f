"""Groups as members: whoever can join such a group lets themselves in. A unit further up has other rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.emulator.google.builder import GoogleBuilder, blank
from sharedbox_cli.emulator.google.store import outsider_id
from sharedbox_cli.emulator.seed import Builder, Seeded
from sharedbox_cli.emulator.seed import blank as blank_exchange
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker
from tests.slow_rest import crossed

WHO = {"anyone": "ANYONE_CAN_JOIN", "organization": "ALL_IN_DOMAIN_CAN_JOIN", "invited": "INVITED_CAN_JOIN"}
GROUP = "team@contoso.example"


@pytest.fixture(params=sorted(WHO))
def joining(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cloud(cloud_of: CloudMaker, joining: str) -> Cloud:
    """Return a company with an inbox, and a group that some people can join."""

    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = GoogleBuilder(tenant, 7)
        anna, ben = make.person("anna", "Anna Müller"), make.person("ben", "Ben Carter")
        make.member(make.inbox("orders", "Orders"), anna, "OWNER")
        make.member(make.inbox("team", "Team", whoCanJoin=WHO[joining]), ben)
        return make.seeded

    return cloud_of(fill)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    file = tmp_path / "orders.yaml"
    file.write_text(
        "version: 1\nmailbox: orders@contoso.example\nplatform: google-collaborative\n"
        f"members:\n  - {{user: anna@contoso.example, rights: [owner]}}\n  - group: {GROUP}\n"
    )
    return file


def test_group_that_people_can_join_is_asked_for(cloud: Cloud, cli: Cli, spec: Path, joining: str) -> None:
    done = cli("plan", spec, "-o", "json", "--detailed-exitcode")
    plan = json.loads(done.out)
    is_open = joining != "invited"
    assert done.code == (4 if is_open else 2), done.err
    assert [item["waiver"] for item in plan["refusals"]] == ([f"wide-trustee={GROUP}"] if is_open else [])
    assert [change["risk"] for change in plan["changes"]] == ["high" if is_open else "low"]
    if is_open:
        assert "could join it and get its rights" in plan["refusals"][0]["why"]
        assert cli("apply", spec, "--yes").code == 4
    assert cli("apply", spec, "--yes", "--allow", f"wide-trustee={GROUP}").code == 0


def test_group_whose_settings_are_refused_counts_as_open(cloud: Cloud, cli: Cli, spec: Path) -> None:
    cloud.faults({"route": "google.groupsSettings.groups.get", "about": GROUP, "kind": "forbidden", "count": 100})
    done = cli("apply", spec, "--yes")
    assert (done.code, "nobody knows who could join it" in done.err) == (4, True), done.err
    assert cloud.effects() == []


@pytest.mark.parametrize("unit", ["/", "/SHARED mailboxes", "/Elsewhere"])
def test_move_to_a_unit_above_is_marked(cloud_of: CloudMaker, cli: Cli, tmp_path: Path, unit: str) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = GoogleBuilder(tenant, 7)
        make.mailbox("press", "Press", extra={"orgUnitPath": "/Shared mailboxes/Press"})
        return make.seeded

    cloud_of(fill)
    file = tmp_path / "press.yaml"
    file.write_text(
        f"version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\ngoogle: {{org_unit: {unit}}}\n"
    )
    [change] = json.loads(cli("plan", file, "-o", "json").out)["changes"]
    assert change["risk"] == ("low" if unit == "/Elsewhere" else "high")


ENTRANCES = {
    "anyone joins": {"whoCanJoin": "ANYONE_CAN_JOIN"},
    "the organisation joins": {"whoCanJoin": "ALL_IN_DOMAIN_CAN_JOIN"},
    "members add members": {"whoCanJoin": "INVITED_CAN_JOIN", "whoCanModerateMembers": "ALL_MEMBERS"},
    "nobody": {"whoCanJoin": "INVITED_CAN_JOIN"},
}
"""How people get into a group without its owners."""


@pytest.mark.parametrize(("entrance", "depth"), crossed(list(ENTRANCES), [0, 1, 2]))
def test_group_that_lets_people_in_is_asked_for_at_any_depth(
    cloud_of: CloudMaker, cli: Cli, spec: Path, entrance: str, depth: int
) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = GoogleBuilder(tenant, 7)
        anna, ben = make.person("anna", "Anna Müller"), make.person("ben", "Ben Carter")
        make.member(make.inbox("orders", "Orders"), anna, "OWNER")
        outer = make.group("team", "Team", settings=ENTRANCES[entrance if depth == 0 else "nobody"])
        for level in range(1, depth + 1):
            inner = make.group(f"inner{level}", "Inner", settings=ENTRANCES[entrance if level == depth else "nobody"])
            make.member(outer, inner, kind="GROUP")
            outer = inner
        make.member(outer, ben)
        return make.seeded

    cloud = cloud_of(fill)
    done = cli("apply", spec, "--yes", "-o", "json")
    assert done.code == (0 if entrance == "nobody" else 4), done.err
    if entrance != "nobody":
        assert f"wide-trustee={GROUP}" in done.err
        assert (f"inner{depth}@contoso.example" in done.err) == (depth > 0)
        assert cloud.effects() == []


def test_group_of_another_organisation_inside_a_group_is_an_outsider(
    cloud_of: CloudMaker, cli: Cli, spec: Path
) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = GoogleBuilder(tenant, 7)
        anna, ben = make.person("anna", "Anna Müller"), make.person("ben", "Ben Carter")
        make.member(make.inbox("orders", "Orders"), anna, "OWNER")
        team = make.group("team", "Team", settings={**ENTRANCES["nobody"], "allowExternalMembers": "true"})
        make.member(team, ben)
        make.member(team, outsider_id("all@evil.example"), kind="OUTSIDE", email="all@evil.example")
        make.store.run("update g_members set type = 'GROUP' where type = 'OUTSIDE'")
        return make.seeded

    cloud = cloud_of(fill)
    done = cli("apply", spec, "--yes")
    assert (done.code, "external-trustee=all@evil.example" in done.err, cloud.effects()) == (4, True, []), done.err


@pytest.mark.parametrize("kind", ["distribution list", "public group"])
def test_group_of_exchange_that_people_can_join_holds_no_right(
    cloud_of: CloudMaker, cli: Cli, tmp_path: Path, kind: str
) -> None:
    """In Exchange, only mail-enabled security groups hold rights, and nobody can join one of those."""

    def fill(tenant: Tenant) -> Seeded:
        blank_exchange(tenant)
        make = Builder(tenant, 7)
        make.shared("sales", "Sales")
        is_list = kind == "distribution list"
        group = make.group("team", "Team", [make.person("anna", "Anna Müller")], security=not is_list)
        if not is_list:
            tenant.run(
                "update objects set doc = json_set(doc, '$.group_types', json('[\"Unified\"]')) where id = ?", group
            )
        return make.seeded

    cloud = cloud_of(fill)
    file = tmp_path / "sales.yaml"
    file.write_text(
        "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\nmembers: [{group: team@contoso.example}]\n"
    )
    done = cli("apply", file, "--yes")
    assert (done.code, "this group cannot hold a right" in done.err) == (1, True), done.err
    assert cloud.effects() == []

"""One object that cannot be read: it is named everywhere, the others are reported, and nothing is planned for it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker
from tests.slow_rest import in_turn

IDS: dict[str, str] = {}
"""The ids of the objects of the last tenant, by platform and local part."""


def fill(tenant: Tenant) -> Seeded:
    blank(tenant)
    exchange = Builder(tenant, 7)
    anna, ben = exchange.person("anna", "Anna Müller"), exchange.person("ben", "Ben Carter")
    team = exchange.group("team", "Team", [ben])
    for local in ("sales", "support", "billing"):
        IDS[f"{MICROSOFT365} {local}"] = box = exchange.shared(local, local.title())
        exchange.grant(box, anna, "full_access", "send_as")
        exchange.grant(box, team, "full_access")
    IDS[f"{MICROSOFT365} team"] = team
    google_blank(tenant)
    google = GoogleBuilder(tenant, 7)
    emi, all_ = google.person("emi", "Emi Sato"), google.group("all", "Everybody")
    google.member(all_, emi)
    for local in ("press", "news", "jobs"):
        IDS[f"{GOOGLE_DELEGATED} {local}"] = box = google.mailbox(local, local.title())
        google.delegate(box, emi)
    for local in ("orders", "returns", "shop"):
        IDS[f"{GOOGLE_COLLABORATIVE} {local}"] = inbox = google.inbox(local, local.title())
        google.member(inbox, emi, "OWNER")
        google.member(inbox, all_, kind="GROUP")
    IDS[f"{GOOGLE_COLLABORATIVE} all"] = all_
    return exchange.seeded


@pytest.fixture
def cloud(cloud_of: CloudMaker) -> Cloud:
    """Return a company with three mailboxes on each platform, running."""
    return cloud_of(fill)


FORBIDDEN: dict[str, Any] = {"kind": "forbidden"}
BROKEN: dict[str, Any] = {"kind": "status", "status": 500}


@dataclass(frozen=True)
class Case:
    """A call about one object that fails, for ever."""

    platform: str
    local: str
    route: str
    fault: dict[str, Any]
    by_id: bool = True
    kind: str = "mailbox"
    is_audited: bool = True
    """Whether the audit makes this call. The check makes all of them."""

    def order(self, cloud: Cloud) -> None:
        order(cloud, self)

    @property
    def failure(self) -> dict[str, Any]:
        about = IDS[f"{self.platform} {self.local}"] if self.by_id else self.address
        return {"route": self.route, "about": about, "count": 10_000, **self.fault}

    @property
    def address(self) -> str:
        return f"{self.local}@contoso.example"

    def __str__(self) -> str:
        return f"{self.route}-{self.fault['kind']}"


def order(cloud: Cloud, *cases: Case) -> None:
    cloud.faults(*(case.failure for case in cases))


def names(cases: list[Case]) -> str:
    return " ".join(map(str, cases))


M365, DELEGATED, GROUPS = str(MICROSOFT365), str(GOOGLE_DELEGATED), str(GOOGLE_COLLABORATIVE)
CASES = [
    Case(M365, "sales", "exchange.Get-MailboxPermission", BROKEN),
    Case(M365, "sales", "exchange.Get-RecipientPermission", BROKEN),
    Case(M365, "sales", "exchange.Get-MailboxPermission", {"kind": "drop_field", "field": "Deny"}),
    Case(M365, "sales", "exchange.Get-MailboxPermission", {"kind": "reported_errors"}),
    Case(M365, "sales", "exchange.Get-MailboxStatistics", BROKEN, is_audited=False),
    Case(M365, "team", "graph.groups.transitiveMembers", BROKEN, kind="group"),
    Case(DELEGATED, "press", "google.gmail.users.settings.delegates.list", FORBIDDEN, by_id=False),
    Case(DELEGATED, "press", "google.gmail.users.settings.delegates.list", BROKEN, by_id=False),
    Case(DELEGATED, "press", "google.gmail.users.settings.getAutoForwarding", FORBIDDEN, by_id=False, is_audited=False),
    Case(GROUPS, "orders", "google.groupsSettings.groups.get", FORBIDDEN, by_id=False, kind="group"),
    Case(
        GROUPS,
        "orders",
        "google.groupsSettings.groups.get",
        {"kind": "drop_field", "field": "whoCanViewGroup"},
        by_id=False,
        kind="group",
    ),
    Case(GROUPS, "orders", "google.directory.members.list", FORBIDDEN, kind="group"),
    Case(GROUPS, "all", "google.directory.members.list", BROKEN, kind="group"),
]
AUDITED = [case for case in CASES if case.is_audited]


def unread_of(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    assert all(item["summary"] and (item["where"] or item["why"]) for item in document["not_read"])
    return sorted({(item["platform"], item["kind"], item["name"]) for item in document["not_read"]})


def rows_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {json.dumps(row, sort_keys=True): row for row in document["rows"]}


def is_about(row: dict[str, Any], case: Case) -> bool:
    return row["mailbox"] == case.address or case.address in (*row["via"], row["address"])


def in_rounds(cases: list[Case]) -> list[list[Case]]:
    """Return the cases in rounds of one per platform, so that one run reads three that fail."""
    platforms = [[case for case in cases if case.platform == name] for name in (M365, DELEGATED, GROUPS)]
    return [[case for case in round_ if case] for round_ in zip_longest(*platforms)]


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """Return the audit without a failure, once a test has made it: each test has the same tenant."""
    return {}


@pytest.mark.parametrize("cases", in_turn({names(cases): cases for cases in in_rounds(AUDITED)}, 0, 3))
def test_audit_names_the_object_and_reports_the_others(
    cloud: Cloud, cli: Cli, cases: list[Case], whole: dict[str, Any]
) -> None:
    if not whole:
        whole |= json.loads(cli("audit", "-o", "json").out)
    assert whole["not_read"] == []
    order(cloud, *cases)
    done = cli("audit", "-o", "json")
    document = json.loads(done.out)
    assert done.code == 3, done.err
    assert unread_of(document) == sorted((case.platform, case.kind, case.address) for case in cases)
    assert document["left_out"] == []
    rows = rows_of(document)
    for case in each(cases):
        assert f"warning: not read: {case.kind} {case.address} ({case.platform})" in done.err
    for text, row in each(rows_of(whole).items()):
        assert text in rows or any(is_about(row, case) for case in cases)
    listed = {item["mailbox"]: item["is_read"] for item in document["mailboxes"]}
    assert not any(listed.get(case.address) for case in cases)


@pytest.mark.parametrize("cases", in_turn({names(cases): cases for cases in in_rounds(CASES)}, 1, 3))
def test_check_names_the_object_and_checks_the_others(cloud: Cloud, cli: Cli, cases: list[Case]) -> None:
    order(cloud, *cases)
    done = cli("check", "--whole-tenant", "-o", "json")
    document = json.loads(done.out)
    assert done.code == 3, done.err
    assert unread_of(document) == sorted((case.platform, case.kind, case.address) for case in cases)
    assert document["checked_mailboxes"] >= 8
    assert {item["mailbox"] for item in document["findings"]} - {*(case.address for case in cases), ""}


def test_every_format_says_what_was_not_read(cloud: Cloud, cli: Cli, one_reading: None) -> None:
    cases = [CASES[0], CASES[6], CASES[9]]
    order(cloud, *cases)
    text = cli("audit").out
    assert "3 objects were not read" in text
    markdown = cli("audit", "-o", "markdown").out.replace("\\", "")
    rows = list(csv.DictReader(io.StringIO(cli("audit", "-o", "csv").out)))
    gaps = [(row["mailbox"], row["platform"], row["person"]) for row in rows if row["entry"] == "not read"]
    assert sorted(gaps) == sorted((case.address, case.platform, "") for case in cases)
    [run] = json.loads(cli("check", "--whole-tenant", "-o", "sarif").out)["runs"]
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    notes = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    suite = Xml.fromstring(cli("check", "--whole-tenant", "-o", "junit").out)  # noqa: S314 - our own output
    assert suite.get("errors") == "3"
    failed = [str(item.get("name")) for item in suite.iter("testcase") if item.find("error") is not None]
    assert (len(notes), len(failed)) == (3, 3)
    for case in each(cases):
        assert f"Not read: {case.kind} {case.address} ({case.platform})" in " ".join(text.split())
        assert f"{case.kind} {case.address}" in markdown
        assert any(case.address in note for note in notes)
        assert any(case.address in name for name in failed)


def test_several_at_once_are_counted(cloud: Cloud, cli: Cli) -> None:
    cloud.faults(
        *(
            {"route": "exchange.Get-MailboxPermission", "about": IDS[f"{M365} {local}"], "count": 100, **BROKEN}
            for local in ("sales", "billing")
        )
    )
    done = cli("audit", "--platform", M365)
    assert (done.code, "2 objects were not read" in done.out) == (3, True)
    assert done.err.count("Get-MailboxPermission") == 1, "one reason, said once"


@pytest.mark.parametrize("fault", [FORBIDDEN, BROKEN], ids=["forbidden", "broken"])
def test_nothing_that_could_be_read_is_an_error(cloud: Cloud, cli: Cli, fault: dict[str, Any]) -> None:
    cloud.faults({"route": "exchange.Get-MailboxPermission", "count": 10_000, **fault})
    for command in (("audit",), ("check", "--whole-tenant")):
        done = cli(*command, "--platform", M365)
        assert (done.code in (1, 5), done.out) == (True, ""), command


SPEC = (
    "version: 1\nmailbox: {local}@contoso.example\nplatform: {platform}\nmembers: [{{user: {who}@contoso.example}}]\n"
)


@pytest.fixture
def specs(tmp_path: Path) -> Callable[[str, str, tuple[str, ...]], Path]:
    """Return what writes specs that take everybody but one person away."""

    def write(platform: str, who: str, locals_: tuple[str, ...]) -> Path:
        for local in locals_:
            (tmp_path / f"{local}.yaml").write_text(SPEC.format(local=local, platform=platform, who=who))
        return tmp_path

    return write


Specs = Callable[[str, str, tuple[str, ...]], Path]
PLANNED = [
    pytest.param(CASES[0], "anna", ("sales", "support"), id="microsoft365"),
    pytest.param(CASES[6], "ben", ("press", "news"), id="google-delegated"),
    pytest.param(CASES[11], "emi", ("orders", "shop"), id="google-collaborative"),
]


@pytest.mark.parametrize(("case", "who", "locals_"), PLANNED)
def test_plan_and_apply_leave_it_alone(
    cloud: Cloud, cli: Cli, specs: Specs, case: Case, who: str, locals_: tuple[str, ...]
) -> None:
    if case.platform == DELEGATED:
        GoogleBuilder(cloud.tenant, 9).person("ben", "Ben Carter")
    folder = specs(case.platform, who, locals_)
    whole = json.loads(cli("plan", folder, "-o", "json").out)
    assert {change["mailbox"] for change in whole["changes"]} == {f"{local}@contoso.example" for local in locals_}
    case.order(cloud)
    done = cli("plan", folder, "-o", "json", "--detailed-exitcode")
    document = json.loads(done.out)
    assert done.code in (3, 4), done.err
    assert case.address not in {change["mailbox"] for change in document["changes"]}
    assert document["changes"], "the other mailbox is planned"
    assert [item["name"] for item in document["not_read"]] == [case.address]
    cli("apply", folder, "--yes", "--allow", "mass-revocation=10", "--allow", "replaced-people=100")
    assert not [line for line in cloud.effects() if case.address in line]


def test_plan_never_creates_what_may_be_there(cloud: Cloud, cli: Cli, specs: Specs) -> None:
    folder = specs(M365, "anna", ("sales", "support"))
    cloud.faults({"route": "exchange.Get-Mailbox", "about": "sales@contoso.example", "count": 10_000, **BROKEN})
    done = cli("plan", folder, "-o", "json")
    assert done.code == 3, done.err
    assert {change["kind"] for change in json.loads(done.out)["changes"]} == {"revoke"}


def test_only_mailbox_of_a_plan_is_an_error(cloud: Cloud, cli: Cli, specs: Specs) -> None:
    CASES[0].order(cloud)
    done = cli("plan", specs(M365, "anna", ("sales",)))
    assert (done.code, done.out) == (1, "")
    assert "Get-MailboxPermission" in done.err


def test_saved_plan_is_applied_whole_or_not_at_all(cloud: Cloud, cli: Cli, specs: Specs, tmp_path: Path) -> None:
    folder = specs(M365, "anna", ("sales", "support"))
    saved = tmp_path / "saved.json"
    assert cli("plan", folder, "--out", saved).code == 0
    CASES[0].order(cloud)
    done = cli("apply", saved, "--yes")
    assert (done.code, cloud.effects()) == (1, []), done.err
    assert "whole or not at all" in done.err


def test_plan_that_is_saved_names_what_it_lacks(cloud: Cloud, cli: Cli, specs: Specs, tmp_path: Path) -> None:
    CASES[0].order(cloud)
    done = cli("plan", specs(M365, "anna", ("sales", "support")), "--out", tmp_path / "saved.json")
    assert (done.code, "Plan saved, without sales@contoso.example" in done.err) == (3, True), done.err


def test_mailbox_that_was_asked_for_is_not_called_missing(cloud: Cloud, cli: Cli) -> None:
    CASES[0].order(cloud)
    done = cli("audit", "-m", "sales@contoso.example", "-m", "support@contoso.example", "--platform", M365)
    assert (done.code, "no such mailbox" in done.err) == (3, False), done.err
    assert "1 object was not read" in done.out
    shown = cli("show", "sales@contoso.example", "--observed")
    assert (shown.code, "microsoft365 could not be read: it may be there." in shown.err) == (1, True), shown.err


@pytest.mark.parametrize("case", in_turn(CASES[1::4], 0, 3))
def test_import_writes_no_half_of_it_and_the_rest_later(cloud: Cloud, cli: Cli, case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "imported"
    case.order(cloud)
    first = cli("import", folder)
    is_read = case.route == "exchange.Get-MailboxStatistics"  # no spec says how large a mailbox is
    assert first.code == (0 if is_read else 3), first.err
    assert not [*folder.rglob(f"{case.local}.yaml")] or is_read
    assert len([*folder.rglob("*.yaml")]) > 8
    cloud.faults()
    assert cli("import", folder).code == 0
    assert "No changes. 9 mailboxes" in cli("plan", folder).out

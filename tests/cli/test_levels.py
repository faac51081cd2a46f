"""Levels of calendar and contacts, and reading mail only, as an admin meets them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sharedbox_cli.emulator.microsoft import folder_rights
from sharedbox_cli.emulator.seed import demo
from tests.conftest import Cli, Cloud, CloudMaker

SPECS = Path("specs")
HEAD = "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\n"
MEMBERS = "members:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n"
CALENDAR = """\
calendar:
  default: availability
  members: editor
  people:
    - {user: emi@contoso.example, level: reader, reason: trade fair}
    - user: dmitri@contoso.example
      level: availability
contacts: {members: reader}
"""
NO_CHANGES = "No changes."


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cloud_of: CloudMaker) -> Cloud:
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    return cloud_of(demo)


def spec(*parts: str) -> None:
    (SPECS / "sales.yaml").write_text(HEAD + "".join(parts))


def applied(cli: Cli, *allow: str) -> str:
    done = cli("apply", SPECS, "--yes", *(part for name in allow for part in ("--allow", name)))
    assert done.code == 0, done.err
    again = cli("plan", SPECS)
    assert NO_CHANGES in again.out, again.out
    return done.out


ALLOWED = ("mailbox-revocation=9", "mass-revocation=9")


def test_plan_says_who_gets_which_level_and_a_second_plan_is_empty(company: Cloud, cli: Cli) -> None:
    spec(MEMBERS, CALENDAR)
    text = cli("plan", SPECS).out
    for words in ("calendar (editor)", "contacts (reader)", "calendar (availability)", "trade fair"):
        assert words in text
    applied(cli, *ALLOWED)
    assert company.effects()
    spec(MEMBERS, CALENDAR.replace("members: editor", "members: reader"))
    assert cli("plan", SPECS).out.count("calendar editor -> reader") == 2
    applied(cli, *ALLOWED)
    shown = cli("show", "sales@contoso.example", SPECS).out
    assert "calendar (reader)" in shown


def test_members_that_are_not_managed_stay(company: Cloud, cli: Cli) -> None:
    spec("calendar: {people: [{user: emi@contoso.example, level: editor}]}\n")
    text = cli("plan", SPECS, "-o", "json").out
    assert [change["trustee"]["right"] for change in json.loads(text)["changes"]] == ["calendar"]
    assert "exchange.Get-MailboxPermission" not in company.routes()
    applied(cli)


def test_import_of_levels_and_readers_gives_an_empty_plan(company: Cloud, cli: Cli) -> None:
    spec(MEMBERS.replace("- user: ben@contoso.example", "- {user: ben@contoso.example, rights: [read]}"), CALENDAR)
    applied(cli, *ALLOWED)
    assert cli("import", "adopted", "--manage", "all").code == 0
    text = Path("adopted/sales.yaml").read_text()
    assert "rights: [read]" in text and "level: reader" in text
    assert NO_CHANGES in cli("plan", "adopted").out
    assert cli("import", "adopted", "--check").code == 0


def test_import_leaves_out_what_no_level_says(company: Cloud, cli: Cli) -> None:
    spec("calendar: {people: [{user: emi@contoso.example, level: editor}]}\n", MEMBERS)
    applied(cli, *ALLOWED)
    company.tenant.run("update folder_rights set rights = ?", " ".join(sorted(folder_rights.ROLES["Owner"])))
    assert cli("import", "adopted", "--manage", "all").code == 0
    text = Path("adopted/sales.yaml").read_text()
    assert "Owner" in text and "level:" not in text
    assert NO_CHANGES in cli("plan", "adopted").out
    drift = cli("plan", SPECS).out
    assert "calendar Owner -> editor" in drift


def test_reader_whose_line_is_gone_is_revoked_although_no_spec_reads(company: Cloud, cli: Cli) -> None:
    spec(MEMBERS, "  - {user: emi@contoso.example, rights: [read]}\n")
    applied(cli, *ALLOWED)
    spec(MEMBERS)
    assert next(line.split() for line in cli("plan", SPECS).out.splitlines() if "emi@" in line)[0] == "-"
    applied(cli, *ALLOWED)
    company.forget()
    assert NO_CHANGES in cli("plan", SPECS).out
    assert "exchange.Get-MailboxFolderPermission" not in company.routes(), "it is revoked, so nobody looks any more"


def test_somebody_from_outside_needs_an_allowance_for_a_level_and_for_a_higher_one(company: Cloud, cli: Cli) -> None:
    company.tenant.add_object("user", "Ola Outside", "ola@partner.example", upn="ola@partner.example")
    entry = "calendar: {people: [{user: ola@partner.example, level: LEVEL}]}\n"
    for level in ("reader", "editor"):
        spec(entry.replace("LEVEL", level))
        refused = cli("apply", SPECS, "--yes")
        assert (refused.code, "external-trustee=ola@partner.example" in refused.err) == (4, True)
        applied(cli, "external-trustee=ola@partner.example")
    spec(entry.replace("LEVEL", "reader"))
    applied(cli)


def test_opened_calendar_and_contacts_need_an_allowance(company: Cloud, cli: Cli) -> None:
    spec("calendar: {default: details, anonymous: availability}\ncontacts: {default: reader}\n")
    done = cli("apply", SPECS, "--yes")
    assert done.code == 4
    for words in ("see when its calendar is busy, and with what", "anybody on the web", "read its contacts"):
        assert words in done.err
    applied(cli, "wide-trustee=sales@contoso.example")
    found = cli("check", SPECS).out
    assert "calendar-public" in found and "calendar-open-to-all" in found


def test_offboarding_takes_a_person_out_of_calendar_and_contacts(company: Cloud, cli: Cli) -> None:
    spec(MEMBERS, CALENDAR.replace("    - {user: emi@contoso.example, level: reader, reason: trade fair}\n", ""))
    assert cli("offboard", "dmitri@contoso.example", SPECS, "--write").code == 0
    text = (SPECS / "sales.yaml").read_text()
    assert "dmitri" not in text and "people: []" in text
    assert cli("validate", SPECS).code == 0


def test_who_names_the_levels_of_a_person(company: Cloud, cli: Cli) -> None:
    spec("calendar: {people: [{user: emi@contoso.example, level: editor}]}\n")
    applied(cli)
    assert "alendar" in cli("who", "emi@contoso.example", "--inside").out


def decide(person: str, right: str, decision: str) -> None:
    for sheet in Path("review").glob("*.csv"):
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            rows = [*csv.DictReader(file)]
        for row in rows:
            if (row["person"], row["right"], row["mailbox"]) == (person, right, "sales@contoso.example"):
                row["decision"], row["reviewer"] = decision, "chief@contoso.example"
        with sheet.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*rows[0]])
            writer.writeheader()
            writer.writerows(rows)


@pytest.mark.parametrize(
    ("person", "right", "why"),
    [
        ("anna@contoso.example", "full_access", "would keep a level without being a member"),
        ("anna@contoso.example", "calendar", "comes from `calendar` or `contacts`"),
        ("emi@contoso.example", "calendar", "comes from `calendar` or `contacts`"),
    ],
)
def test_review_leaves_a_level_to_a_person_and_says_why(
    company: Cloud, cli: Cli, person: str, right: str, why: str
) -> None:
    spec(MEMBERS.replace("anna@contoso.example", "anna@contoso.example\n    rights: [full_access]"), CALENDAR)
    applied(cli, *ALLOWED)
    assert cli("review", "start").code == 0
    texts = "".join(path.read_text("utf-8-sig") for path in Path("review").glob("*.csv"))
    assert "not in the tenant" not in texts
    decide(person, right, "no")
    done = cli("review", "read", *sorted(Path("review").glob("*.csv")))
    assert "Traceback" not in done.err
    assert why in done.out + done.err


def test_audit_against_specs_finds_the_levels_and_readers_of_specs(company: Cloud, cli: Cli) -> None:
    spec(MEMBERS.replace("- user: ben@contoso.example", "- {user: ben@contoso.example, rights: [read]}"), CALENDAR)
    applied(cli, *ALLOWED)
    data = json.loads(cli("audit", "--against", SPECS, "-o", "json", "--mailbox", "sales@contoso.example").out)
    assert data["missing"] == []
    company.tenant.run("delete from folder_rights")
    data = json.loads(cli("audit", "--against", SPECS, "-o", "json", "--mailbox", "sales@contoso.example").out)
    assert {one["right"] for one in data["missing"]} >= {"read", "calendar", "contacts"}

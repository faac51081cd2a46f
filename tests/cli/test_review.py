"""`review`: owners decide in a sheet, and specs change exactly as they decided."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each, every
from tests.conftest import Cli, Cloud, CloudMaker, Done

SPECS, SHEETS = Path("specs"), Path("review")
ANNA, BEN, CHLOE, DAVE = (f"{name}@contoso.example" for name in ("anna", "ben", "chloe", "dave"))
SALES = """\
# ours
version: 1
mailbox: sales@contoso.example
platform: microsoft365
labels: {owner: anna@contoso.example}
members:
  - user: anna@contoso.example
    reason: head of sales
  # since the merger
  - user: ben@contoso.example
    until: 2199-12-31
  - user: chloe@contoso.example   # trainee
    rights: [full_access]
  - group: crew@contoso.example
    rights: [full_access]
"""
DESK = """\
version: 1
mailbox: desk@contoso.example
platform: microsoft365
members:
  - team: desk
"""
TEAMS = "desk:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n"


def company(tenant: Tenant) -> Seeded:
    """Fill a tenant with two mailboxes that have specs, and one that has none."""
    blank(tenant)
    make = Builder(tenant, 1)
    people = {local: make.person(local, local.title()) for local in ("anna", "ben", "chloe", "emi")}
    dave = make.person("dave", '=HYPERLINK("http://evil.example")', enabled=False)
    crew = make.group("crew", "Crew", [people["emi"], dave])
    sales = make.shared("sales", "Sales")
    for local in ("anna", "ben"):
        make.grant(sales, people[local], "full_access", "send_as")
    make.grant(sales, people["chloe"], "full_access")
    make.grant(sales, crew, "full_access")
    make.grant(sales, dave, "send_as")
    desk = make.shared("desk", "Desk")
    for local in ("anna", "ben"):
        make.grant(desk, people[local], "full_access", "send_as")
    make.grant(make.shared("old", "Old"), people["chloe"], "full_access")
    return make.seeded


@pytest.fixture
def reviewed(cloud_of: CloudMaker, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Return a tenant with specs, for which a review was started."""
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    for name, text in (("sales", SALES), ("desk", DESK), ("teams", TEAMS)):
        (SPECS / f"{name}.yaml").write_text(text)
    cloud = cloud_of(company)
    assert cli("review", "start").code == 0
    return cloud


Row = dict[str, str]
Sheet = Path("review") / f"{ANNA}.csv"
ORPHANS = Path("review") / "no-owner.csv"


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


def fill(path: Path, change: Callable[[Row], object], delimiter: str = ",", encoding: str = "utf-8") -> None:
    """Let somebody edit each row of a sheet, and save it as a spreadsheet does."""
    rows = rows_of(path)
    for row in rows:
        change(row)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def decide(path: Path, **decisions: str) -> None:
    """Fill in decisions by the local part of a person, or by `person_right`; only for direct access."""

    def change(row: Row) -> None:
        local = row["person"].partition("@")[0]
        if not row["through"]:
            row["decision"] = decisions.get(f"{local}_{row['right']}", decisions.get(local, row["decision"]))

    fill(path, change)


def read(cli: Cli, *arguments: str | Path) -> dict[str, Any]:
    done = cli("review", "read", *arguments, "-o", "json")
    assert done.code in (0, 3), done.err
    data: dict[str, Any] = json.loads(done.out)
    return data


def results(data: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(row["person"].partition("@")[0], row["right"]): row["result"] for row in data["decisions"]}


def refused(done: Done) -> str:
    assert done.code == 1, done.out
    return " ".join(done.err.split())


def test_each_owner_gets_a_sheet_with_every_right(reviewed: Cloud) -> None:
    assert {path.name for path in SHEETS.iterdir()} == {f"{ANNA}.csv", "no-owner.csv"}
    rows = {(row["person"], row["right"], row["through"]): row for row in rows_of(Sheet)}
    assert {row["mailbox"] for row in rows.values()} == {"sales@contoso.example"}
    anna = rows[ANNA, "full_access", ""]
    assert (anna["reason"], anna["in_spec"], anna["status"], anna["reviewer"]) == (
        "head of sales",
        "yes",
        "active",
        ANNA,
    )
    assert rows[BEN, "send_as", ""]["until"] == "2199-12-31"
    assert rows["emi@contoso.example", "full_access", "crew@contoso.example"]["in_spec"] == "through a group"
    dave = rows[DAVE, "send_as", ""]
    assert (dave["in_spec"], dave["status"]) == ("no", "disabled")
    assert dave["name"].startswith("'="), "no spreadsheet evaluates it"
    assert {row["decision"] + row["note"] for row in rows.values()} == {""}
    assert {row["mailbox"].partition("@")[0] for row in rows_of(ORPHANS)} == {"desk", "old"}
    assert {row["reviewer"] for row in rows_of(ORPHANS)} == {""}


def test_sheets_are_the_same_each_time_and_never_overwritten(reviewed: Cloud, cli: Cli) -> None:
    before = {path: path.read_bytes() for path in SHEETS.iterdir()}
    again = cli("review", "start")
    assert "An owner may have filled it in" in refused(again)
    assert cli("review", "start", SPECS, "--to", "second").code == 0
    for path, raw in each(before.items()):
        assert (Path("second") / path.name).read_bytes() == raw
        assert path.read_bytes() == raw
    assert reviewed.effects() == []


def test_decisions_change_the_spec_and_nothing_else(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben="until 2190-03-31", chloe="No", crew="yes")
    fill(Sheet, lambda row: row.update(note="left the team") if row["person"] == CHLOE else None)
    shown = cli("review", "read", Sheet)
    assert (shown.code, (SPECS / "sales.yaml").read_text()) == (0, SALES)
    assert "-    until: 2199-12-31" in shown.out
    data = read(cli, Sheet, "--write")
    assert results(data) == {
        ("ben", "full_access"): "ends",
        ("ben", "send_as"): "ends",
        ("chloe", "full_access"): "removed",
        ("crew", "full_access"): "kept",
    }
    expected = SALES.replace("2199-12-31", "2190-03-31")
    expected = expected.replace("  - user: chloe@contoso.example   # trainee\n    rights: [full_access]\n", "")
    assert (SPECS / "sales.yaml").read_text() == expected
    assert len(data["open"]) == 5, "Anna, Dave, and two people in the group"
    record = rows_of(SPECS / "reviews.csv")
    assert {(row["reviewer"], row["person"], row["decision"]) for row in record} >= {(ANNA, CHLOE, "no")}
    assert next(row["note"] for row in record if row["person"] == CHLOE) == "left the team"
    assert reviewed.effects() == []
    plan = cli("plan", SPECS).out
    assert "chloe@contoso.example" in plan
    assert "Plan: 2 to revoke" in plan, "Chloe, and Dave, whom no spec names"
    assert cli("validate", SPECS).code == 0


def test_second_reading_changes_nothing(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben="until 2190-03-31", chloe="no", crew="yes", dave="no")
    read(cli, Sheet, "--write")
    before = {path: path.read_bytes() for path in SPECS.iterdir()}
    data = read(cli, Sheet, "--write")
    assert (data["diff"], data["recorded"]) == ("", 0)
    assert set(results(data).values()) == {"kept", "already so"}
    assert {path: path.read_bytes() for path in SPECS.iterdir()} == before


def test_one_right_of_several_can_be_removed(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben_send_as="no", ben_full_access="yes")
    read(cli, Sheet, "--write")
    assert "    until: 2199-12-31\n    rights: [full_access]\n" in (SPECS / "sales.yaml").read_text()


def test_rights_that_end_on_different_days_need_a_person(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben_send_as="until 2190-01-01", ben_full_access="yes")
    done = cli("review", "read", Sheet, "--write")
    assert (done.code, (SPECS / "sales.yaml").read_text()) == (3, SALES)
    assert "do not end on one day" in " ".join(done.out.split())


def test_nobody_decides_on_their_own_access(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, anna="yes", chloe="no")
    data = read(cli, Sheet, "--write")
    assert results(data)["anna", "full_access"] == "own access"
    assert results(data)["chloe", "full_access"] == "removed"
    assert ANNA not in {row["person"] for row in rows_of(SPECS / "reviews.csv")}
    fill(Sheet, lambda row: row.update(reviewer=BEN.upper()))
    assert results(read(cli, Sheet))["anna", "full_access"] == "kept", "a colleague can"


def test_person_who_needs_another_hand_holds_up_nobody_else(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben_send_as="until 2190-01-01", ben_full_access="yes", chloe="no")
    found = results(read(cli, Sheet, "--write"))
    assert (found["ben", "send_as"], found["chloe", "full_access"]) == ("by hand", "removed")
    expected = SALES.replace("  - user: chloe@contoso.example   # trainee\n    rights: [full_access]\n", "")
    assert (SPECS / "sales.yaml").read_text() == expected


def test_access_through_a_group_is_named_and_not_cut(reviewed: Cloud, cli: Cli) -> None:
    fill(Sheet, lambda row: row.update(decision="no") if row["through"] else None)
    done = cli("review", "read", Sheet, "--write")
    assert (done.code, (SPECS / "sales.yaml").read_text()) == (3, SALES)
    text = " ".join(done.out.split())
    assert "full_access through crew@contoso.example: it comes through a group" in text


def test_people_of_a_team_and_mailboxes_without_a_spec_need_a_person(reviewed: Cloud, cli: Cli) -> None:
    (SPECS / "two.yaml").write_text(DESK.replace("desk@", "two@"))
    decide(ORPHANS, ben="no", chloe="no")
    assert "nobody decided" in refused(cli("review", "read", ORPHANS))
    done = cli("review", "read", ORPHANS, "--by", DAVE, "--write")
    assert done.code == 3
    text = " ".join(done.out.split())
    assert "comes from specs/teams.yaml:3:" in text
    assert "not every mailbox that uses it says no: two@contoso.example." in text
    assert "the mailbox has no spec: import it first" in text
    assert (SPECS / "teams.yaml").read_text() == TEAMS


def two_desks() -> None:
    """Let two mailboxes use the team: both are in the sheet of mailboxes without an owner."""
    (SPECS / "two.yaml").write_text(DESK.replace("desk@", "two@"))
    for path in SHEETS.iterdir():
        path.unlink()


def read_orphans(cli: Cli) -> dict[str, Any]:
    return read(cli, ORPHANS, "--by", DAVE, "--write")


def test_person_whom_every_mailbox_refuses_leaves_the_team(reviewed: Cloud, cli: Cli) -> None:
    more = "other:\n  members:\n    - user: ben@contoso.example  # stays\n    - user: chloe@contoso.example\n"
    (SPECS / "teams.yaml").write_text("# ours\n" + TEAMS + more)
    two_desks()
    assert cli("review", "start").code == 0
    decide(ORPHANS, ben="no")
    data = read_orphans(cli)
    assert {row["result"] for row in data["decisions"]} == {"removed"}
    assert len(data["decisions"]) == 4, "two rights on two mailboxes"
    assert (SPECS / "teams.yaml").read_text() == "# ours\n" + TEAMS.replace(f"  - user: {BEN}\n", "") + more
    assert (SPECS / "desk.yaml").read_text() == DESK
    words = data["next_command"].split()
    assert [word for word in words if "@" in word] == ["desk@contoso.example", "two@contoso.example"]


def test_person_of_a_team_stays_where_one_mailbox_does_not_say_no(reviewed: Cloud, cli: Cli) -> None:
    two_desks()
    assert cli("review", "start").code == 0
    fill(ORPHANS, lambda row: row.update(decision="no" if row["person"] == BEN and "desk@" in row["mailbox"] else ""))
    data = read_orphans(cli)
    assert {row["result"] for row in data["decisions"]} == {"by hand"}
    assert "says no: two@contoso.example." in data["decisions"][0]["why"]
    assert ((SPECS / "teams.yaml").read_text(), data["next_command"]) == (TEAMS, "")


@pytest.mark.parametrize("decisions", [{"ben_send_as": "no"}, {"ben": "until 2190-01-01"}])
def test_team_changes_only_for_a_whole_no(reviewed: Cloud, cli: Cli, decisions: dict[str, str]) -> None:
    decide(ORPHANS, **decisions)
    assert {row["result"] for row in read_orphans(cli)["decisions"]} == {"by hand"}
    assert (SPECS / "teams.yaml").read_text() == TEAMS


def test_team_that_would_be_empty_needs_a_person(reviewed: Cloud, cli: Cli) -> None:
    decide(ORPHANS, ben="no", anna="no")
    data = read_orphans(cli)
    assert sorted({row["result"] for row in data["decisions"]}) == ["by hand", "removed"], "one of them can go"
    assert any("the team would be empty" in row["why"] for row in data["decisions"])


def test_person_who_stays_through_another_team_needs_a_person(reviewed: Cloud, cli: Cli) -> None:
    (SPECS / "teams.yaml").write_text(TEAMS + TEAMS.replace("desk:", "also:"))
    (SPECS / "desk.yaml").write_text(DESK + "  - team: also\n")
    decide(ORPHANS, ben="no")
    data = read_orphans(cli)
    assert {row["result"] for row in data["decisions"]} == {"by hand"}
    assert (SPECS / "teams.yaml").read_text() == TEAMS + TEAMS.replace("desk:", "also:")


def test_right_that_stays_in_the_tenant_needs_a_person(reviewed: Cloud, cli: Cli) -> None:
    (SPECS / "sales.yaml").write_text(SALES + "members_mode: at-least\n")
    decide(Sheet, chloe="no")
    done = cli("review", "read", Sheet, "--write")
    assert (done.code, CHLOE in (SPECS / "sales.yaml").read_text()) == (3, False)
    assert "rights that no spec gives stay: revoke them in the tenant" in " ".join(done.out.split())


def test_spec_that_was_changed_in_between_is_not_changed(reviewed: Cloud, cli: Cli) -> None:
    decide(Sheet, ben="no", chloe="no")
    changed = SALES.replace("until: 2199-12-31", "until: 2198-12-31")
    (SPECS / "sales.yaml").write_text(changed)
    data = read(cli, Sheet, "--write")
    assert results(data)["ben", "full_access"] == "changed since"
    assert results(data)["chloe", "full_access"] == "removed"
    assert "until: 2198-12-31" in (SPECS / "sales.yaml").read_text()
    assert BEN not in {row["person"] for row in rows_of(SPECS / "reviews.csv")}


def test_sheet_of_another_spreadsheet_is_read_alike(reviewed: Cloud, cli: Cli) -> None:
    def change(row: Row) -> None:
        row["name"] = row["name"].lstrip("'")
        if row["person"] in (BEN, CHLOE) and not row["through"]:
            row["decision"] = "bis 31.03.2190" if row["person"] == BEN else "NEIN"

    fill(Sheet, change, ";", "cp1252")
    assert results(read(cli, Sheet))["ben", "send_as"] == "ends"
    assert results(read(cli, Sheet))["chloe", "full_access"] == "removed"


def added(row: Row) -> Row:
    return {**row, "person": "eve@evil.example"}


def twice(rows: list[Row]) -> None:
    rows.append({**rows[0], "decision": "no"})
    rows[0]["decision"] = "yes"


WRONG: dict[str, tuple[Callable[[list[Row]], object], str]] = {
    "other person": (
        lambda rows: rows[0].update(person="eve@evil.example", decision="yes"),
        "a row that names no grant",
    ),
    "other right": (lambda rows: rows[0].update(right="send_on_behalf"), "a row that names no grant"),
    "added": (lambda rows: rows.append({**rows[0], "id": "", "decision": "yes"}), "a row that names no grant"),
    "copied": (lambda rows: rows.append({**added(rows[0]), "decision": "yes"}), "a row that names no grant"),
    "no decision": (lambda rows: rows[0].update(decision="maybe"), "not a decision"),
    "no day": (lambda rows: rows[0].update(decision="until 2190-02-30"), "not a day"),
    "past": (lambda rows: rows[0].update(decision="until 2020-01-01"), "a day in the past"),
    "twice": (twice, "two decisions"),
    "no reviewer": (lambda rows: rows[0].update(decision="yes", reviewer="me"), "not an address"),
}


@pytest.mark.parametrize("name", WRONG)
def test_sheet_with_something_wrong_is_refused_with_its_place(reviewed: Cloud, cli: Cli, name: str) -> None:
    decide(Sheet, chloe="no")
    rows = rows_of(Sheet)
    change, summary = WRONG[name]
    change(rows)
    with Sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    text = refused(cli("review", "read", Sheet, "--write"))
    line = 2 if len(rows) == len(rows_of(Sheet)) and name not in ("added", "copied", "twice") else len(rows) + 1
    assert summary in text
    assert f"review/{ANNA}.csv:{line}:" in text
    assert (SPECS / "sales.yaml").read_text() == SALES
    assert not (SPECS / "reviews.csv").exists()


def test_file_that_is_no_sheet_is_refused(reviewed: Cloud, cli: Cli) -> None:
    Path("other.csv").write_text("Mailbox;User\na@contoso.example;b@contoso.example\n")
    assert "not a sheet of a review" in refused(cli("review", "read", "other.csv"))
    assert "cannot be read" in refused(cli("review", "read", "missing.csv"))


def test_names_of_owners_are_safe_file_names(reviewed: Cloud, cli: Cli) -> None:
    for number, owner in enumerate(("../../etc/passwd", "NUL", "Größe: Ä", "a" * 200, "..", "no-owner")):
        text = DESK.replace("desk@", f"desk{number}@").replace(
            "members:", f"labels: {{owner: {json.dumps(owner)}}}\nmembers:"
        )
        (SPECS / f"desk{number}.yaml").write_text(text)
    assert cli("review", "start", SPECS, "--to", "odd").code == 0
    names = [path.name for path in Path("odd").iterdir()]
    assert len(names) == len({name.lower() for name in names}) == 8
    for name in each(names):
        assert name == f"{ANNA}.csv" or every(letter.isalnum() or letter in "-._" for letter in name)
        assert name.partition(".")[0].lower() != "nul"


def test_text_says_what_to_do_next(reviewed: Cloud, cli: Cli) -> None:
    assert "sharedbox review read FILE..." in cli("review", "start", SPECS, "--to", "next").out
    decide(Sheet, chloe="no")
    assert "Nothing is written yet: add `--write`" in cli("review", "read", Sheet).out
    assert "    sharedbox apply specs --mailbox sales@contoso.example\n" in cli("review", "read", Sheet, "--write").out

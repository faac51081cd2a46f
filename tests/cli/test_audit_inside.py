"""`audit --inside`: what people can do in single folders of mailboxes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import SCOPES
from sharedbox_cli.emulator.google.calendar import RULES
from sharedbox_cli.emulator.google.contacts import KIND
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.microsoft import folder_rights, folders, inbox_rules
from sharedbox_cli.emulator.microsoft.inside_seed import ORPHAN
from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker

READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
SALES = "sales@contoso.example"
RIGHTS = {"Inbox": "read", "Calendar": "calendar", "Contacts": "contacts"}


def audited(cli: Cli, *arguments: str) -> Any:
    done = cli("audit", *arguments, "-o", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def inside(found: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [row for row in found["rows"] if row["entry"] == "folder"]
    return rows


def ident(tenant: Tenant, address: str) -> str:
    row = tenant.row("select id, sid from objects where mail = ?", address)
    assert row is not None
    return str(row["id"])


def give(tenant: Tenant, kind: str, who: str, role: str, mailbox: str = SALES, below: str = "") -> None:
    """Give somebody a role in a folder, or in a new one below it."""
    box = ident(tenant, mailbox)
    root = folders.root_of(tenant, box)
    every = [root, *folders.children(tenant, box, root["id"])]
    folder = next(row["id"] for row in every if row["type"] == kind)
    folder = folders.add(tenant, box, folder, below) if below else folder
    row = tenant.row("select sid from objects where mail = ? and deleted_at is null", who)
    folder_rights.write(tenant, folder, row["sid"] if row else who, folder_rights.ROLES[role])


def test_every_right_that_a_grown_tenant_has_in_folders_is_a_row(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 12, 2, 1))
    rows = inside(audited(cli, "--inside"))
    shown = {
        (row["mailbox"].lower(), row["right"], row["person"] if row["kind"] != "orphan" else ORPHAN)
        for row in rows
        if not row["via"]
    }
    words = {"Default": "everybody in the organisation", "Anonymous": "anyone on the web"}
    wanted = {(box, RIGHTS[kind], words.get(who, who)) for box, kind, who, _ in each(sorted(cloud.seeded.inside))}
    assert shown == wanted
    assert {row["kind"] for row in rows} >= {"user", "group", "orphan", "organization", "anyone"}
    german = [row["detail"] for row in rows if row["mailbox"].endswith("-00002@contoso.example")]
    assert german == ["folder Kalender: AvailabilityOnly"]


def test_people_in_a_group_have_its_rights_in_the_folder(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 12, 2, 1))
    rows = [row for row in inside(audited(cli, "--inside", "--mailbox", "*-00007*")) if row["via"]]
    assert rows and {row["via"][0] for row in rows} == {"grp-outer@contoso.example"}
    assert {(row["right"], row["detail"].partition(": ")[2]) for row in rows} == {("calendar", "Author")}


def test_without_the_option_nothing_inside_is_read_and_the_notes_name_it(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "Default", "Reviewer")
    found = audited(cli)
    assert inside(found) == [] and "inside" not in found
    assert any("--inside" in note for note in found["notes"])
    assert not [route for route in each(cloud.routes()) if "Folder" in route]
    told = audited(cli, "--inside")
    assert told["inside"] == "main" and not any("--inside" in note for note in told["notes"])
    [row] = inside(told)
    assert (row["kind"], row["right"], row["detail"]) == ("organization", "read", "folder Inbox: Reviewer")


@pytest.mark.slow
def test_other_folders_are_read_only_if_asked_for(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Editor", below="Q1/Q2")
    assert inside(audited(cli, "--inside")) == []
    cloud.tenant.run("update folders set items = 1204 where name = 'Q1/Q2'")
    [row] = inside(audited(cli, "--every-folder"))
    assert (row["person"], row["right"], row["items"]) == ("ben@contoso.example", "read", 1204)
    assert row["detail"] == "folder Inbox/Q1/Q2: Editor"
    assert "1,204" in cli("audit", "--every-folder").out
    assert "1\u202f204" in cli("audit", "--every-folder", "--lang", "de").out


def test_namesakes_are_told_apart(cloud: Cloud, cli: Cli) -> None:
    tenant = cloud.tenant
    mail = "anna2@contoso.example"
    tenant.add_object("user", "Anna Müller", mail, upn=mail)
    give(tenant, "Inbox", mail, "Reviewer")
    give(tenant, "Calendar", "anna@contoso.example", "Editor")
    give(tenant, "Contacts", "anna@contoso.example", "Reviewer")
    give(tenant, "Contacts", mail, "Editor")
    found = {
        (row["person"], row["right"], row["detail"].partition(": ")[2]) for row in inside(audited(cli, "--inside"))
    }
    assert found == {
        (mail, "read", "Reviewer"),
        ("anna@contoso.example", "calendar", "Editor"),
        ("anna@contoso.example", "contacts", "Reviewer"),
        (mail, "contacts", "Editor"),
    }


@pytest.mark.parametrize("name", ["Default", "ANONYMOUS", "Standard"])
def test_person_with_the_name_of_everybody_is_a_person(cloud: Cloud, cli: Cli, name: str) -> None:
    cloud.tenant.run("update objects set name = ? where mail = 'ben@contoso.example'", name)
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Editor")
    give(cloud.tenant, "Inbox", "Default", "Reviewer")
    found = {(row["kind"], row["person"], row["detail"]) for row in inside(audited(cli, "--inside"))}
    assert found == {
        ("user", "ben@contoso.example", "folder Inbox: Editor"),
        ("organization", "everybody in the organisation", "folder Inbox: Reviewer"),
    }


@pytest.mark.parametrize("form", ["", "name"])
def test_deleted_accounts_stay_in_folders(cloud: Cloud, cli: Cli, form: str) -> None:
    cloud.tenant.set_meta("folder_orphans", form)
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer")
    cloud.tenant.run("update objects set deleted_at = 1 where mail = 'ben@contoso.example'")
    [row] = inside(audited(cli, "--inside"))
    if form:  # the name alone says nothing
        assert (row["kind"], row["name"], row["trustee_id"]) == ("other", "Ben Carter", "name:Ben Carter")
    else:
        assert row["kind"] == "orphan" and row["trustee_id"].startswith("S-1-5-21-")
        assert len(inside(audited(cli, "--inside", "--only", "deleted"))) == 1


@pytest.mark.parametrize(("knob", "value"), [("folder_rights_form", "text"), ("sharing_flags_form", "list")])
def test_rows_are_read_in_every_form(cloud: Cloud, cli: Cli, knob: str, value: str) -> None:
    cloud.tenant.set_meta(knob, value)
    give(cloud.tenant, "Calendar", "ben@contoso.example", "Editor")
    cloud.tenant.run("update folder_rights set flags = 'Delegate CanViewPrivateItems'")
    [row] = inside(audited(cli, "--inside"))
    assert row["detail"] == "folder Calendar: Editor, CanViewPrivateItems, Delegate"


def test_name_that_cannot_be_looked_up_is_named(cloud: Cloud, cli: Cli) -> None:
    for who in ("ben@contoso.example", "anna@contoso.example"):
        give(cloud.tenant, "Inbox", who, "Reviewer")
    fault = {"route": "exchange.Get-Recipient", "about": "Ben Carter", "n": 1, "count": 1000, "kind": "status"}
    cloud.faults({**fault, "status": 400, "body": "json", "reason": "Data.SomeException"})
    done = cli("audit", "--inside", "-o", "json")
    found = json.loads(done.out)
    assert done.code == 3 and [item["name"] for item in found["not_read"]] == ["Ben Carter"]
    assert {(row["name"], row["kind"]) for row in inside(found)} == {("Ben Carter", "other"), ("Anna Müller", "user")}


def test_matrix_explains_its_letters(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Calendar", "ben@contoso.example", "Reviewer")
    assert "C calendar" in cli("audit", "--inside", "--by", "matrix").out
    assert "C calendar" not in cli("audit", "--by", "matrix").out


def rule(tenant: Tenant, name: str, kind: str = inbox_rules.SERVER, **what: Any) -> None:
    """Add an inbox rule to a mailbox."""
    inbox_rules.add(tenant, ident(tenant, SALES), name, kind=kind, **what)


def test_targets_of_every_kind_of_rule_are_rows(cloud: Cloud, cli: Cli) -> None:
    ben = ident(cloud.tenant, "ben@contoso.example")
    rule(cloud.tenant, "Two", ForwardTo=[f"id:{ben}"], RedirectTo=["smtp:x@evil.example"], HasAttachment=True)
    rule(cloud.tenant, "Attached", ForwardAsAttachmentTo=["smtp:y@evil.example"])
    rule(cloud.tenant, "Hidden", inbox_rules.HIDDEN, ForwardTo=["smtp:z@evil.example"])
    rule(cloud.tenant, "Outlook", inbox_rules.CLIENT, ForwardTo=["smtp:o@evil.example"])
    rule(cloud.tenant, "Broken", ForwardTo=["smtp:b@evil.example"], MoveToFolder="deleted")
    rule(cloud.tenant, "Moves", MarkAsRead=True)
    found = {
        (row["person"], row["detail"].partition(":")[0])
        for row in audited(cli, "--inside")["rows"]
        if row["entry"] == "rule"
    }
    assert {who for who, _ in found} == {"ben@contoso.example", *(f"{letter}@evil.example" for letter in "xyzob")}
    words = dict(found)
    assert words["z@evil.example"] == "hidden mail rule Hidden"
    assert words["o@evil.example"] == "mail rule Outlook, which runs in Outlook"
    assert words["b@evil.example"] == "broken mail rule Broken"
    [own] = [
        row for row in audited(cli, "--inside", "--person", "ben@contoso.example")["rows"] if row["entry"] == "rule"
    ]
    assert own["name"] == "Ben Carter"
    assert not [row for row in audited(cli)["rows"] if row["entry"] == "rule"]


def test_global_reader_reads_folders_and_no_rules(cloud: Cloud, cli: Cli) -> None:
    rule(cloud.tenant, "Evil", ForwardTo=["smtp:x@evil.example"])
    give(cloud.tenant, "Inbox", "Default", "Reviewer")
    cloud.tenant.run("update apps set doc = json_set(doc, '$.directory_roles', json_array(?))", READER)
    done = cli("audit", "--inside", "-o", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert len(inside(found)) == 1 and not [row for row in found["rows"] if row["entry"] == "rule"]
    assert any("mail rules of 2 mailboxes are not read" in note for note in found["notes"])


def test_usual_entries_and_empty_ones_are_no_rows(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "None")
    give(cloud.tenant, "Calendar", "Default", "AvailabilityOnly")
    assert inside(audited(cli, "--inside")) == []


def test_rights_in_folders_can_be_selected(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "Anonymous", "Reviewer")
    give(cloud.tenant, "Calendar", "ben@contoso.example", "Reviewer")
    assert len(inside(audited(cli, "--inside", "--only", "wide"))) == 1
    assert [row["kind"] for row in inside(audited(cli, "--inside", "--right", "read"))] == ["anyone"]
    done = cli("who", "ben@contoso.example", "--inside")
    assert done.code == 0 and "calendar (folder Calendar: Reviewer)" in done.out


@pytest.mark.slow
def test_long_lists_of_people_are_read_completely(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer")
    row = cloud.tenant.row("select folder_id from folder_rights")
    assert row is not None
    many = [(row["folder_id"], f"S-1-5-21-9-{number}", "FolderVisible ReadItems", "") for number in range(1200)]
    cloud.tenant.many("insert into folder_rights values (?, ?, ?, ?)", many)
    assert len(inside(audited(cli, "--inside", "--mailbox", SALES))) == 1201


def test_names_that_look_like_code_stay_text(cloud: Cloud, cli: Cli) -> None:
    name = "=cmd|'/c calc'!A1 <b>\x1b[31m"
    mail = "odd@contoso.example"
    cloud.tenant.add_object("user", name, mail, upn=mail)
    give(cloud.tenant, "Inbox", mail, "Reviewer", below="<script>alert(1)</script>=1+1")
    text = cli("audit", "--every-folder").out
    assert "\x1b" not in text
    rows = list(csv.reader(io.StringIO(cli("audit", "--every-folder", "-o", "csv").out)))
    assert any(mail in row for row in each(rows))
    assert "<script>alert(1)" not in cli("audit", "--every-folder", "-o", "html").out


@pytest.mark.parametrize("route", ["Get-MailboxFolderStatistics", "Get-MailboxFolderPermission"])
def test_refused_folders_are_left_out_and_named(cloud: Cloud, cli: Cli, route: str) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer")
    cloud.faults({"route": f"exchange.{route}", "n": 1, "count": 1000, "kind": "status", "status": 403})
    done = cli("audit", "--inside", "-o", "json")
    assert done.code == 0 and "rights in folders: not read" in done.err
    found = json.loads(done.out)
    assert inside(found) == [] and "inside" not in found
    assert any("rights in folders of 2 mailboxes are not read" in note for note in found["notes"])
    assert [row for row in found["rows"] if row["entry"] == "grant"]


def test_folder_that_cannot_be_read_makes_the_mailbox_incomplete(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer", mailbox="billing@contoso.example")
    cloud.faults(
        {
            "route": "exchange.Get-MailboxFolderPermission",
            "about": ident(cloud.tenant, SALES),
            "n": 1,
            "count": 1000,
            "kind": "status",
            "status": 400,
            "body": "json",
            "reason": "Data.SomeException",
        }
    )
    done = cli("audit", "--inside", "-o", "json")
    assert done.code == 3
    found = json.loads(done.out)
    assert [item["mailbox"] for item in found["not_read"]] == [SALES]
    assert len(inside(found)) == 1


@pytest.mark.parametrize("arguments", [("--as-of", "2020-01-01", "--inside")])
def test_options_that_do_not_go_together_are_refused(cloud: Cloud, cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli("audit", *arguments)
    assert done.code == 1 and "--inside" in done.err


def test_saved_readings_are_the_same_with_and_without_the_option(cloud: Cloud, cli: Cli) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer")
    assert "is not saved" in cli("audit", "--inside", "--save").err
    assert cli("audit", "--save").code == 0
    found = json.loads(cli("audit", "--inside", "--why", "-o", "json").out)
    [row] = inside(found)
    assert row["first_seen"] is None


def test_audits_of_different_reach_are_not_compared(cloud: Cloud, cli: Cli, tmp_path: Any) -> None:
    give(cloud.tenant, "Inbox", "ben@contoso.example", "Reviewer")
    for name, options in (("a", ()), ("b", ("--inside",)), ("c", ("--inside",))):
        (tmp_path / name).write_text(cli("audit", *options, "-o", "json").out)
    done = cli("audit", "diff", tmp_path / "a", tmp_path / "b")
    assert done.code == 1 and "--inside" in done.err
    assert cli("audit", "diff", tmp_path / "b", tmp_path / "c").code == 0


@pytest.mark.slow
def test_requests_stay_below_one_per_mailbox(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 100, 1, 1))
    audited(cli)
    before = sum(cloud.routes(with_parts=False).values())
    cloud.forget()
    audited(cli, "--inside")
    after = sum(cloud.routes(with_parts=False).values())
    assert 75 <= after - before <= 95


def shared(cloud: Cloud, mailbox: str, *rules: tuple[str, str, str]) -> None:
    """Give a calendar at Google these rules, and its contacts one delegate: ben@."""
    store = Store(cloud.tenant)
    user = store.user(mailbox)
    ben = store.user("ben@contoso.example")
    assert user is not None and ben is not None
    listed = {f"{kind}:{who}": {"role": role, "scope": {"type": kind, "value": who}} for kind, who, role in rules}
    store.save_gmail(user["id"], {**store.gmail(user["id"]), RULES: listed})
    store.put(user["id"], KIND, ben["id"], {"user": ben["id"], "email": "ben@contoso.example"})


@pytest.mark.slow
def test_calendars_at_google_show_people_groups_and_other_organisations(google: Cloud, cli: Cli) -> None:
    press = "press@contoso.example"
    shared(
        google,
        press,
        ("user", "anna@contoso.example", "reader"),
        ("user", "eve@partner.example", "writer"),
        ("domain", "partner.example", "reader"),
        ("domain", "contoso.example", "freeBusyReader"),
        ("user", "chloe@contoso.example", "none"),
    )
    rows = [row for row in audited(cli, "--mailbox", press)["rows"] if row["right"] == "calendar"]
    assert {(row["person"], row["entry"], row["detail"], row["is_external"]) for row in rows} == {
        ("anna@contoso.example", "grant", "reader", False),
        ("eve@partner.example", "grant", "editor", True),
        ("everybody at partner.example", "folder", "folder Calendar: reader", True),
    }
    more = [row for row in audited(cli, "--inside", "--mailbox", press)["rows"] if row["right"] == "contacts"]
    assert {(row["person"], row["detail"]) for row in more} == {("ben@contoso.example", "editor")}
    german = cli("audit", "--mailbox", press, "--only", "external", "--lang", "de").out
    assert "alle bei partner.example" in german and "Ordner Calendar: reader" in german
    assert cli("audit", "--save").code == 0
    found = json.loads(cli("audit", "--why", "-o", "json").out)["rows"]
    assert all(row["first_seen"] for row in each(row for row in found if row["right"] == "calendar"))


def test_calendars_and_contacts_that_cannot_be_read_are_named(google: Cloud, cli: Cli) -> None:
    press = "press@contoso.example"
    shared(google, press, ("user", "anna@contoso.example", "reader"))
    granted = [scope for scope in SCOPES if "calendar" not in scope and "contact" not in scope]
    Store(google.tenant).run("update g_service_accounts set scopes = ?", json.dumps(granted))
    found = audited(cli, "--inside", "--mailbox", press)
    assert not [row for row in found["rows"] if row["right"] in ("calendar", "contacts")]
    notes = "\n".join(found["notes"])
    assert "who uses the calendar of 1 mailbox is not read" in notes
    assert "who uses the contacts of 1 mailbox is not read" in notes


def test_specs_are_compared_with_what_is_inside(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    give(cloud.tenant, "Calendar", "ben@contoso.example", "Editor")
    give(cloud.tenant, "Calendar", "anna@contoso.example", "Reviewer")
    people = "  people:\n    - {user: ben@contoso.example, level: editor}\n"
    spec = f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\ncalendar:\n{people}"
    (tmp_path / "sales.yaml").write_text(spec, encoding="utf-8")
    found = audited(cli, "--inside", "--against", str(tmp_path), "--mailbox", SALES)
    rows = [row for row in found["rows"] if row["right"] == "calendar"]
    assert {(row["name"], row["entry"], row["in_spec"]) for row in rows} == {
        ("Ben Carter", "grant", "yes"),
        ("Anna Müller", "grant", "no"),
    }
    assert len(rows) == 2 and found["missing"] == []
    assert cli("audit", "--inside", "--against", tmp_path, "--save", "--mailbox", SALES).code == 0
    later = json.loads(cli("audit", "--why", "-o", "json").out)
    assert not [row for row in later["rows"] if row["right"] == "calendar"]


def asked_twice(cloud: Cloud) -> set[str]:
    """Return what was asked about folders more than once."""
    asked = [
        json.dumps(line["body"], sort_keys=True)
        for line in cloud.lines()
        if line["route"] in ("exchange.Get-MailboxFolderStatistics", "exchange.Get-MailboxFolderPermission")
    ]
    assert asked
    return {body for body in asked if asked.count(body) > 1}


@pytest.mark.slow
def test_folders_are_read_once_whatever_wants_them(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    give(cloud.tenant, "Calendar", "ben@contoso.example", "Editor")
    mail = "anna2@contoso.example"
    cloud.tenant.add_object("user", "Anna Müller", mail, upn=mail)
    for kind in ("Inbox", "Calendar"):
        give(cloud.tenant, kind, "anna@contoso.example", "Reviewer")
    rule(cloud.tenant, "Moves", MoveToFolder="deleted")
    people = "  default: availability\n  people:\n    - {user: anna@contoso.example, level: reader}\n"
    members = "members: [{user: ben@contoso.example, rights: [read]}]\nfolders: [Inbox/Orders]\nrules: []\n"
    spec = f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\n{members}calendar:\n{people}"
    (tmp_path / "sales.yaml").write_text(spec, encoding="utf-8")
    for command in each(
        (
            ("audit", "--inside", "--against", tmp_path),
            ("audit", "--every-folder", "--against", tmp_path),
            ("who", "ben@contoso.example", "--inside"),
            ("plan", tmp_path),
            ("show", SALES, "--observed"),
        )
    ):
        cloud.forget()
        assert cli(*command).code in (0, 2)
        assert not asked_twice(cloud), command
    cloud.forget()
    assert cli("audit", "--inside", "--against", tmp_path, "--mailbox", SALES).code == 0
    asked = [line for line in cloud.lines() if line["route"] == "exchange.Get-MailboxFolderStatistics"]
    assert len(asked) == 1

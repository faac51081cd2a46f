"""`import`: specs of what a tenant has, whose plan is empty; what is edited by hand is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.emulator.seed import PLATFORMS, Builder, Seeded, blank, grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker

SPECS = Path("specs")
NO_CHANGES = "No changes."


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def texts() -> dict[Path, bytes]:
    """Return all spec files and their content."""
    return {path: path.read_bytes() for path in sorted(SPECS.rglob("*.yaml"))}


def states(cli: Cli, *arguments: str) -> dict[str, str]:
    """Return how the spec of each mailbox compares with the tenant."""
    done = cli("import", SPECS, "-o", "json", *arguments)
    assert done.code in (0, 2), done.err
    return {row["mailbox"]: row["state"] for row in json.loads(done.out)["mailboxes"]}


def equal_people(tenant: Tenant) -> Seeded:
    """Fill a tenant with a team, a shared value, two domains and odd names."""
    blank(tenant)
    make = Builder(tenant, 1)
    people = [make.person(local, local.title()) for local in ("anna", "ben", "chloe", "dave")]
    for local in ("desk", "desk-eu", "desk-us"):
        box = make.shared(local, local.upper())
        for person in people[:3]:
            make.grant(box, person, "full_access")
            make.grant(box, person, "send_as")
    teams = make.shared("teams", "Teams: the mailbox")
    make.grant(teams, people[3], "full_access")
    return make.seeded


def batches_of(cloud: Cloud, route: str) -> int:
    """Return how many requests have only calls of one route in them."""
    parts: dict[str, set[str]] = {}
    for line in cloud.lines():
        parts.setdefault(str(line["parent"]), set()).add(str(line["route"]))
    return sum(routes == {route} for parent, routes in parts.items() if parent)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_plan_right_after_an_import_is_empty(cloud_of: CloudMaker, cli: Cli, platform: str) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 60, 6, 3, (platform,)))
    done = cli("import", SPECS)
    assert done.code == 0, done.err
    assert "60 mailboxes: 60 new specs." in done.out
    assert NO_CHANGES in cli("plan", SPECS).out
    assert cli("import", SPECS, "--check").code == 0
    assert cloud.effects() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("platform", "mailboxes", "manage", "requests_per_mailbox"),
    # Google signs in as each account (1.0) and puts about 50 calls into one request; groups need no sign-in.
    [
        (MICROSOFT365, 1000, "common", 0.15),
        (GOOGLE_COLLABORATIVE, 250, "common", 0.06),
        (GOOGLE_DELEGATED, 100, "common", 1.3),
        (MICROSOFT365, 100, "all", 1.1),  # replies, rights in folders and rules: ten mailboxes per request
        (GOOGLE_DELEGATED, 100, "all", 1.4),
    ],
)
def test_many_mailboxes_are_adopted_with_few_requests(
    cloud_of: CloudMaker, cli: Cli, platform: str, mailboxes: int, manage: str, requests_per_mailbox: float
) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, mailboxes, 10, 1, (platform,)))
    assert cli("import", SPECS, "--manage", manage).code == 0
    languages = batches_of(cloud, "exchange.Get-MailboxRegionalConfiguration")
    assert languages == (-(-mailboxes // 10) if (platform, manage) == (MICROSOFT365, "all") else 0)
    assert len(cloud.lines(with_parts=False)) - languages <= mailboxes * requests_per_mailbox
    assert NO_CHANGES in cli("plan", SPECS).out


@pytest.mark.slow
def test_settings_that_are_read_singly_are_adopted_if_they_are_asked_for(both: Cloud, cli: Cli) -> None:
    done = cli("import", SPECS)
    missing = (
        "`auto_reply`, `calendar`, `contacts`, `folders`, `language`, `rights: [read]`, `rules`, `signature`, `tags`"
    )
    assert (done.code, f"new specs do not have {missing}" in done.err) == (0, True)
    assert "--manage all" in done.err
    routes = both.routes()
    assert not [name for name in routes if "AutoReply" in name or "masterCategories" in name or "calendar" in name]
    both.forget()
    done = cli("import", "whole", "--manage", "all")
    assert (done.code, "do not have" in done.err) == (0, False)
    assert {"exchange.Get-MailboxAutoReplyConfiguration", "google.calendar.acl.list"} <= both.routes().keys()
    # A spec that manages such a setting is compared with it, whatever the option says.
    both.forget()
    cli("import", "whole", "--check")
    assert "google.calendar.acl.list" in both.routes()


@pytest.mark.slow
def test_two_clouds_are_adopted_in_a_folder_each(both: Cloud, cli: Cli) -> None:
    assert cli("import").code == 0
    assert {path.parent.name for path in texts()} == {MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}
    assert NO_CHANGES in cli("plan", SPECS).out
    assert set(states(cli, "--check").values()) == {"equal"}
    assert both.effects() == []


@pytest.mark.slow
def test_import_into_an_empty_tenant_gives_the_same_files_again(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    before = texts()
    assert {path.name for path in before} == {
        "_defaults.yaml",
        "teams.yaml",
        "desk.yaml",
        "desk-eu.yaml",
        "desk-us.yaml",
        "teams-contoso.example.yaml",
    }
    assert "desk:\n  - user: anna@" in before[SPECS / "teams.yaml"].decode()
    assert "  - team: desk\n" in before[SPECS / "desk-eu.yaml"].decode()

    def people_only(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 2)
        for local in ("anna", "ben", "chloe", "dave"):
            make.person(local, local.title())
        return make.seeded

    cloud_of(people_only)
    done = cli("apply", SPECS, "--yes")
    assert done.code == 0, done.out + done.err
    SPECS.rename("old")
    assert cli("import", SPECS).code == 0
    assert texts() == before


def test_second_import_writes_what_is_new_and_nothing_else(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    (SPECS / "desk-us.yaml").unlink()
    desk = SPECS / "desk.yaml"
    desk.write_text(desk.read_text() + "# a note of ours\n")
    before = texts()
    assert states(cli)["desk-us@contoso.example"] == "new"
    after = texts()
    assert {path for path in after if path not in before} == {SPECS / "desk-us.yaml"}
    assert before.items() <= after.items()
    assert "team: desk" in (SPECS / "desk-us.yaml").read_text(), "the team of the folder is used"


def test_update_changes_only_what_differs(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    desk, odd = SPECS / "desk.yaml", SPECS / "teams-contoso.example.yaml"
    desk.write_text(desk.read_text().replace("display_name: DESK", "display_name: 'Help desk'   # ours"))
    odd.write_text(odd.read_text().replace("members:\n", "members:\n  # for a week\n  - user: ben@contoso.example\n"))
    before = texts()
    checked = cli("import", SPECS, "--check")
    assert (checked.code, texts()) == (2, before)
    assert "display_name: DESK -> Help desk" in checked.out
    assert states(cli)["desk@contoso.example"] == "differs", "without --update, nothing is changed"
    assert texts() == before
    assert states(cli, "--update", "--yes")["desk@contoso.example"] == "updated"
    assert "display_name: DESK   # ours\n" in desk.read_text()
    assert "ben@contoso.example" not in odd.read_text()
    assert {path for path, text in texts().items() if text != before[path]} == {desk, odd}
    assert cli("import", SPECS, "--check").code == 0


def test_update_names_what_only_a_person_should_change(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud = cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    before = texts()
    cloud.tenant.run(
        "delete from permissions where mailbox_id in (select id from mailboxes where alias = 'desk-us')"
        " and trustee_id in (select id from objects where mail like 'ben@%')"
    )
    assert states(cli, "--update", "--yes")["desk-us@contoso.example"] == "by hand"
    done = cli("import", SPECS, "--update", "--yes")
    assert "comes from a team" in " ".join(done.out.split())
    assert texts() == before


def test_file_that_is_saved_meanwhile_is_not_overwritten(
    cloud_of: CloudMaker, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    desk = SPECS / "desk.yaml"
    desk.write_text(desk.read_text().replace("DESK", "Help desk"))
    from sharedbox_cli.cli.import_.update import updates_of as real

    def slow(*arguments: object) -> object:
        updates = real(*arguments)  # type: ignore[arg-type]
        desk.write_text(desk.read_text() + "# saved in an editor\n")
        return updates

    monkeypatch.setattr("sharedbox_cli.cli.import_.workflow.updates_of", slow)
    done = cli("import", SPECS, "--update", "--yes")
    assert (done.code, "the file was changed meanwhile" in done.err) == (1, True)
    assert "Help desk" in desk.read_text()


def test_selection_is_read_and_written_alone(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert set(states(cli, "--check", "--mailbox", "desk*", "--exclude", "*-us@*")) == {
        "desk@contoso.example",
        "desk-eu@contoso.example",
    }
    assert set(states(cli, "--mailbox", "Desk@contoso.example")) == {"desk@contoso.example"}
    missing = cli("import", SPECS, "--mailbox", "dsek*")
    assert (missing.code, "no such mailbox" in missing.err) == (1, True)


def test_members_alone_are_managed_where_that_is_asked(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS, "--manage", "members").code == 0
    for path, text in each(texts().items()):
        assert b"display_name" not in text, path
    assert NO_CHANGES in cli("plan", SPECS).out


def test_spec_without_a_mailbox_is_named_and_kept(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(equal_people)
    assert cli("import", SPECS).code == 0
    text = (SPECS / "desk.yaml").read_text().replace("desk@contoso.example", "gone@contoso.example")
    (SPECS / "gone.yaml").write_text(text)
    done = cli("import", SPECS, "--check")
    assert done.code == 2
    assert "1 spec without a mailbox" in done.out
    assert states(cli, "--update", "--yes")["gone@contoso.example"] == "gone"
    assert (SPECS / "gone.yaml").read_text() == text


def test_json_names_files_teams_and_what_is_not_managed(both: Cloud, cli: Cli) -> None:
    data = json.loads(cli("import", SPECS, "-o", "json").out)
    assert data["format"] == "sharedbox.import/1"
    sales = next(row for row in data["mailboxes"] if row["mailbox"] == "sales@contoso.example")
    assert sales["file"] == "specs/microsoft365/sales.yaml"
    assert "a deleted account" in sales["not_managed"][0]
    assert "# Not managed: full access of S-1-5-21" in Path(sales["file"]).read_text()
    assert set(data["files"]) == {str(path) for path in texts()}


def test_comment_names_what_the_platform_has_no_key_for(cloud_of: CloudMaker, cli: Cli) -> None:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 1)
        make.shared(
            "sales", "Sales", settings={"ForwardingSmtpAddress": "smtp:eve@evil.example", "InPlaceHolds": ["UniH1234"]}
        )
        make.shared("held", "Held", settings={"LitigationHoldEnabled": True})
        return make.seeded

    cloud_of(fill)
    assert cli("import", SPECS).code == 0
    text = (SPECS / "sales.yaml").read_text()
    assert "forwarding: {to: eve@evil.example, keep_copy: false}" in text
    assert "retention a hold" in text
    assert "A litigation hold needs a licence" in (SPECS / "held.yaml").read_text()
    assert NO_CHANGES in cli("plan", SPECS).out


@pytest.mark.parametrize("platform", PLATFORMS)
def test_update_adds_whoever_the_tenant_has(cloud_of: CloudMaker, cli: Cli, platform: str) -> None:
    cloud_of(lambda tenant: grown(tenant, 12, 6, 3, (platform,)))
    assert cli("import", SPECS).code == 0
    before = texts()
    for path, text in each(before.items()):
        lines = text.decode().splitlines(keepends=True)
        names = [number for number, line in enumerate(lines) if line.startswith(("  - user:", "  - group:"))]
        if len(names) > 1:  # take the last one out, with the lines below it that belong to it
            end = next((n for n in range(names[-1] + 1, len(lines)) if not lines[n].startswith("    ")), len(lines))
            path.write_text("".join(lines[: names[-1]] + lines[end:]))
    found = states(cli, "--update", "--yes")
    assert "updated" in found.values()
    assert set(found.values()) <= {"updated", "equal"}, found
    assert NO_CHANGES in cli("plan", SPECS).out

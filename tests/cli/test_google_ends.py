"""A group of which Google itself ends the members, as an administrator sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Cli, Cloud

SPEC = """\
version: 1
mailbox: events@contoso.example
platform: google-collaborative
group: {enforce_until: true}
members_mode: at-least
members:
  - {user: ben@contoso.example, until: 2199-03-31, reason: trade fair}
  - {user: emi@contoso.example, rights: [manager], until: 2199-03-31T18:00:00+02:00}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder of its own the current one."""
    monkeypatch.chdir(tmp_path)
    Path("events.yaml").write_text(SPEC)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _move_end(google: Cloud, end: float | None) -> None:
    """Let a colleague move the end in the console."""
    google.tenant.run("update g_ends set ends_at = ?", end) if end else google.tenant.run("delete from g_ends")


def test_end_of_a_member_is_applied_audited_and_taken_back(google: Cloud, cli: Cli) -> None:
    planned = cli("plan", "events.yaml").out
    assert "member (the service ends it) until 2199-03-31: trade fair" in _one_line(planned)
    assert "emi@contoso.example is manager until 2199-03-31 16:00 UTC" in _one_line(planned)
    assert cli("apply", "events.yaml", "--yes").code == 0
    assert "No changes" in cli("plan", "events.yaml").out
    rows = json.loads(cli("audit", "--mailbox", "events@contoso.example", "--why", "-o", "json").out)["rows"]
    ends = {row["person"]: (row["until"], row["until_source"]) for row in rows if row["until"]}
    assert ends == {"ben@contoso.example": ("2199-04-01T00:00:00+00:00", "service")}
    said = cli("audit", "--mailbox", "events@contoso.example", "--why").out
    assert "until 2199-03-31, ended by the service itself" in _one_line(said)
    _move_end(google, 7_200_000_000.5)
    planned = cli("plan", "events.yaml").out
    assert "end by the service 2198-02-27" in _one_line(planned)
    assert cli("import", "--update", "--mailbox", "events@contoso.example", ".", "--yes").code == 0, planned
    assert "until: 2198-02-27T08:00:00Z" in Path("events.yaml").read_text()
    assert "No changes" in cli("plan", "events.yaml").out
    _move_end(google, None)
    Path("events.yaml").write_text(Path("events.yaml").read_text().replace("members_mode: at-least\n", ""))
    assert cli("import", "--update", "--mailbox", "events@contoso.example", ".", "--yes").code == 0
    assert "- {user: ben@contoso.example, reason: trade fair}" in Path("events.yaml").read_text()
    assert "No changes" in cli("plan", "events.yaml").out


def test_end_that_cannot_be_read_stops_the_plan_of_its_group_alone(google: Cloud, cli: Cli) -> None:
    row = google.tenant.row("select scopes from g_service_accounts")
    assert row is not None
    granted = [scope for scope in json.loads(row["scopes"]) if "cloud-identity.groups" not in scope]
    google.tenant.run("update g_service_accounts set scopes = ?", json.dumps(granted))
    refused = cli("plan", "events.yaml")
    assert refused.code != 0 and "cloud-identity.groups.readonly" in _one_line(refused.err)
    Path("events.yaml").write_text(SPEC.replace("group: {enforce_until: true}\n", ""))
    assert cli("plan", "events.yaml").code == 0
    audited = cli("audit", "--mailbox", "events@contoso.example", "--why")
    assert audited.code == 0 and "when Google itself ends memberships: not read" in _one_line(audited.err)


def test_edition_that_refuses_an_end_is_said_at_each_apply_and_nobody_is_added(google: Cloud, cli: Cli) -> None:
    google.tenant.set_meta("google:membership_ends", "refused")
    for code in (3, 1):  # the first one also adds the manager
        done = cli("apply", "events.yaml", "--yes")
        said = _one_line(done.out + done.err)
        assert (done.code, "nobody was added: " in said, "Each apply tries again" in said) == (code, True, True)
    Path("events.yaml").write_text(SPEC.replace("group: {enforce_until: true}\n", ""))
    assert cli("apply", "events.yaml", "--yes").code == 0


def test_edition_without_ends_is_named_by_plan_and_doctor(google: Cloud, cli: Cli) -> None:
    google.tenant.set_meta("google:membership_ends", "off")
    assert "this edition of the service does not end access itself" in _one_line(cli("plan", "events.yaml").out)
    assert cli("apply", "events.yaml", "--yes").code == 0
    assert "No changes" in cli("plan", "events.yaml").out
    examined = cli("doctor", "events.yaml")
    assert "this edition does not end memberships" in _one_line(examined.out)

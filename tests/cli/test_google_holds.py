"""A plan that takes the account or the licence of a mailbox on hold, as an administrator sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.emulator.google.vault import MATTERS
from tests.conftest import Cli, Cloud

SPEC = "version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder of its own the current one."""
    monkeypatch.chdir(tmp_path)


def test_account_on_hold_is_named_before_it_is_deleted(google: Cloud, cli: Cli) -> None:
    Path("press.yaml").write_text(f"{SPEC}state: absent\n")
    assert "it is not known whether its mail is under a legal hold" not in cli("plan", "press.yaml").out
    row = google.tenant.row("select id from g_users where email = 'press@contoso.example'")
    assert row is not None
    hold = {"holdId": "h", "name": "Case [7]\x1b", "corpus": "MAIL", "accounts": [{"accountId": row["id"]}]}
    matter = {"matterId": "m", "name": "Case", "state": "OPEN", "holds": [hold]}
    google.tenant.set_meta(MATTERS, json.dumps([matter]))
    planned = cli("plan", "press.yaml")
    assert "legal-hold: press@contoso.example is under the legal hold `Case [7]" in " ".join(planned.out.split())
    assert "\x1b" not in planned.out
    refused = cli("apply", "press.yaml", "--yes", "--allow", "delete=press@contoso.example")
    assert "--allow legal-hold=press@contoso.example" in " ".join(refused.err.split())
    assert google.effects() == []


def test_move_out_of_a_unit_on_hold_needs_its_address(google: Cloud, cli: Cli) -> None:
    Path("press.yaml").write_text(f"{SPEC}google: {{org_unit: /People}}\n")
    hold = {"holdId": "h", "name": "All desks", "corpus": "MAIL", "orgUnit": {"orgUnitId": "id:01"}}
    matter = {"matterId": "m", "name": "Case", "state": "OPEN", "holds": [hold]}
    google.tenant.set_meta(MATTERS, json.dumps([matter]))
    refused = cli("apply", "press.yaml", "--yes")
    assert (refused.code, google.effects()) == (4, [])
    said = " ".join(refused.err.split())
    assert "under the legal hold `All desks`, and its account would leave /Shared mailboxes" in said
    assert cli("apply", "press.yaml", "--yes", "--allow", "legal-hold=press@contoso.example").code == 0


def test_plan_says_that_holds_could_not_be_read(google: Cloud, cli: Cli) -> None:
    Path("press.yaml").write_text(f"{SPEC}storage: {{licence: none}}\n")
    scopes = "select scopes from g_service_accounts"
    row = google.tenant.row(scopes)
    assert row is not None
    granted = [scope for scope in json.loads(row["scopes"]) if "ediscovery" not in scope]
    google.tenant.run("update g_service_accounts set scopes = ?", json.dumps(granted))
    assert "not known whether its mail is under a legal hold" in " ".join(cli("plan", "press.yaml").out.split())
    refused = cli("apply", "press.yaml", "--yes", "--allow", "licence-drop=press@contoso.example")
    assert "--allow legal-hold=press@contoso.example" in " ".join(refused.err.split())
    assert google.effects() == []

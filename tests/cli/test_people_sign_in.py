"""docs/how-to/connect-microsoft365.md, followed by the letter: a person signs in with a device code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.emulator.seed import DOMAIN
from tests.asked import each, every
from tests.conftest import EXAMPLES, Cli, Cloud, Done

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "connect-microsoft365.md"
RESOURCES = {"Microsoft Graph": "graph", "Office 365 Exchange Online": "exchange"}
PERSON = "chloe@contoso.example"
ROW = re.compile(r"^\| (Microsoft Graph|Office 365 Exchange Online) \|(.*)\|$", re.MULTILINE)
ENOUGH = ("Exchange Administrator", "User Administrator")


def rows(section: int) -> list[tuple[str, list[str], str]]:
    """Return (resource, permissions, the rest of the row) of the table of a section; optional ones are left out."""
    text = PAGE.read_text(encoding="utf-8").partition(f"## {section}. ")[2].partition("\n## ")[0]
    found = [(match[1], match[2].partition("|")) for match in ROW.finditer(text)]
    return [(name, re.findall(r"`([^`]+)`", own), rest) for name, (own, _, rest) in found if "(optional)" not in own]


def permissions(section: int, without: str = "") -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {"graph": [], "exchange": []}
    for name, own, _ in rows(section):
        listed[RESOURCES[name]] += [one for one in own if one != without]
    return {name: own for name, own in listed.items() if own}


DELEGATED = [(name, one) for name, own, _ in rows(3) for one in own]


def enter(cloud: Cloud, **choices: Any) -> None:
    """Do what an administrator does in the admin center."""
    url = f"{cloud.emulator.origin}/_emulator/microsoft/sign-in"
    assert httpx.post(url, json=choices).status_code == 200


def follow(cloud: Cloud, *roles: str, without: str = "") -> None:
    delegated = permissions(3, without)
    roles = roles or ENOUGH
    enter(cloud, public_client=True, delegated=delegated, consent=True, person=PERSON, roles=roles)


@pytest.fixture
def at_terminal(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """Return a cloud without a secret in the environment, where somebody sits at the terminal."""
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    monkeypatch.setattr(Terminal, "is_interactive", property(lambda _: True))
    yield cloud


def signed_in(done: Done) -> int:
    return done.err.count("enter the code")


def test_page_lists_delegated_permissions_settings_and_roles() -> None:
    assert {name for name, _, _ in rows(3)} == {name for name, _, _ in rows(2)} == set(RESOURCES)
    assert permissions(3)["exchange"] == ["Exchange.Manage"]
    text = PAGE.read_text(encoding="utf-8")
    assert every(words in text for words in ("Allow public client flows", "`http://localhost`", *ENOUGH))


@pytest.mark.slow
def test_person_who_followed_the_page_can_do_everything(at_terminal: Cloud, cli: Cli, tmp_path: Path) -> None:
    follow(at_terminal)
    done = cli("doctor", "-o", "json")
    assert (done.code, signed_in(done)) == (0, 1), done.out
    assert {step["status"] for step in json.loads(done.out)["steps"]} == {"ok"}
    head = "version: 1\nplatform: microsoft365\n"
    body = f"mailbox: sales@{DOMAIN}\nsign_in: blocked\nstorage: {{licence: exchange-online-plan-2}}\n"
    (tmp_path / "box.yaml").write_text(head + body)
    for folder in (EXAMPLES, tmp_path):
        done = cli("apply", folder, "--yes", "--allow", "last-access")
        assert (done.code, signed_in(done)) == (0, 1), done.out + done.err
        assert "No changes" in cli("plan", folder).out
    assert at_terminal.effects()


def test_refresh_token_brings_the_token_of_the_second_service(at_terminal: Cloud, cli: Cli) -> None:
    follow(at_terminal)
    done = cli("plan", EXAMPLES)
    assert (done.code, signed_in(done)) == (0, 1), done.err
    grants = [line["body"]["grant_type"] for line in at_terminal.lines() if line["route"] == "login.token"]
    assert grants[-1] == "refresh_token"
    assert every(grant != "client_credentials" for grant in grants)


@pytest.mark.parametrize(("resource", "name"), DELEGATED)
def test_doctor_names_the_delegated_permission_that_is_missing(
    at_terminal: Cloud, cli: Cli, resource: str, name: str
) -> None:
    follow(at_terminal, without=name)
    done = cli("doctor", "-o", "json")
    bad = [step for step in json.loads(done.out)["steps"] if step["status"] in ("missing", "failed")]
    assert done.code == 5
    assert any(resource in step["hint"] for step in each(bad))
    if resource == "Microsoft Graph":
        assert f"delegated permission {name}" in {step["step"] for step in bad}
        assert every("application" not in step["hint"].lower().replace("applications", "") for step in bad)


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        ("Exchange Administrator", {"apply: sign_in", "apply: storage.licence"}),
        ("Global Reader", {"apply: sign_in", "apply: storage.licence", "sizes in check"}),
        ("License Administrator", {"apply: sign_in", "sizes in check"}),
        ("Global Administrator", set()),
    ],
)
def test_doctor_names_the_role_that_the_person_needs(
    at_terminal: Cloud, cli: Cli, role: str, missing: set[str]
) -> None:
    follow(at_terminal, role)
    steps = json.loads(cli("doctor", "-o", "json").out)["steps"]
    bad = {step["step"] for step in steps if step["status"] == "missing"}
    assert {name.removeprefix("directory role for ") for name in bad if "role for" in name} == missing
    assert (role == "License Administrator") is ("run Get-Mailbox" in bad)


def test_person_who_may_only_read_changes_nothing(at_terminal: Cloud, cli: Cli) -> None:
    follow(at_terminal, "Global Reader", "Reports Reader")
    assert cli("plan", EXAMPLES).code == 0
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 5, done.out
    assert at_terminal.effects() == []


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no public client": ({"public_client": False}, "AADSTS7000218", "Allow public client flows"),
    "no consent": ({"consent": False}, "AADSTS65001", "delegated permissions"),
    "nothing registered": ({"delegated": {}}, "AADSTS650057", "Office 365 Exchange Online"),
    "no Exchange": ({"delegated": {"graph": permissions(3)["graph"]}}, "AADSTS650057", "Office 365 Exchange Online"),
    "an account that is disabled": ({"person": "hugo@contoso.example"}, "AADSTS50057", "another account"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("command", ["plan", "doctor"])
def test_step_of_the_page_that_was_left_out_is_explained(at_terminal: Cloud, cli: Cli, case: str, command: str) -> None:
    choices, code, hint = REFUSED[case]
    follow(at_terminal)
    enter(at_terminal, **choices)
    done = cli(command, EXAMPLES) if command == "plan" else cli(command)
    assert done.code == 5
    told = done.err + done.out
    assert code in told
    assert hint in " ".join(told.split())
    assert "Traceback" not in told


def test_application_permissions_of_the_page_are_enough(cloud: Cloud, cli: Cli) -> None:
    listed = permissions(2)
    doc = {
        "roles": {"https://graph.microsoft.com": listed["graph"], "https://outlook.office365.com": listed["exchange"]},
        "directory_roles": ["29232cdf-9323-42fd-ade2-1d097af3e4de"],
    }
    cloud.tenant.run("update apps set doc = ?", json.dumps(doc))
    assert cli("doctor").code == 0
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 0, done.out + done.err

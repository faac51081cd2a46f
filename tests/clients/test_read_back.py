"""Other clients read from the emulator what sharedbox wrote: the mailboxes of the support team in `examples`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.test_gam import GAM, MORE, Gam, opened_gam
from tests.clients.test_m365 import M365, Cli, sign_in_as_application
from tests.clients.tried import IN_NAMESPACE
from tests.emulator.google import AUTH

EXAMPLES = Path(__file__).parents[2] / "examples" / "support"
HELPDESK, SERVICE = "helpdesk@contoso.example", "service@contoso.example"
MICROSOFT = ("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com")
pytestmark = [
    IN_NAMESPACE,
    pytest.mark.skipif(not GAM.exists(), reason="GAM is not installed: run `make test-clients`"),
]


@pytest.fixture(scope="module")
def gam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gam]:
    """Return GAM for a tenant in which sharedbox has applied the examples."""
    folder = tmp_path_factory.mktemp("read-back")
    with opened_gam(folder, *MICROSOFT) as made:
        made.workspace.call("POST", "/_emulator/google/grant", {"scopes": [*MORE, f"{AUTH}calendar"]})
        names = {"PATH": os.environ["PATH"], "HOME": str(folder), "SHAREDBOX_STATE_DIR": str(folder / "state")}
        done = subprocess.run(
            [sys.executable, "-m", "sharedbox_cli", "apply", str(EXAMPLES), "--yes"],
            env=names | as_of_the_vendors(made),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield made


def as_of_the_vendors(gam: Gam) -> dict[str, str]:
    """Return the environment without the addresses of Microsoft's services: sharedbox uses the vendor's own names."""
    names = gam.workspace.emulator.environment()
    ours = ("AZURE_AUTHORITY_HOST", "SHAREDBOX_GRAPH_URL", "SHAREDBOX_EXCHANGE_URL")
    return {name: value for name, value in names.items() if name not in ours}


@pytest.fixture(scope="module")
def m365(gam: Gam) -> Cli:
    """Return the CLI for Microsoft 365, signed in to the same tenant."""
    if not M365.exists():
        pytest.skip("CLI for Microsoft 365 is not installed: it needs node and npm")
    sql = """update apps set doc = json_insert(doc, '$.roles."https://graph.microsoft.com"[#]', ?)"""
    gam.workspace.emulator.tenant.run(sql, "Calendars.Read")
    made = Cli(gam.workspace, gam.folder)
    sign_in_as_application(made)
    return made


def asked(m365: Cli, path: str) -> list[dict[str, Any]]:
    """Return the objects of a list of Graph."""
    failed, output, _ = m365.run(f"request --url @graph/users/{HELPDESK}/{path}")
    assert not failed, output
    found: list[dict[str, Any]] = json.loads(output)["value"]
    return found


def test_labels_are_there(gam: Gam) -> None:
    out = gam("user", SERVICE, "show", "labels")
    for name in ("Suppliers/2026", "urgent", "handled", "owner: Anna", "owner: Ben"):
        assert name in out


def test_filters_are_there(gam: Gam) -> None:
    out = gam("user", SERVICE, "show", "filters")
    for words in ("outage", "shop.example", "return", "refund", "urgent", "owner: Anna"):
        assert words in out


def test_vacation_is_on(gam: Gam) -> None:
    out = gam("user", SERVICE, "show", "vacation")
    assert "Vacation Enabled: True" in out or "Enabled: True" in out
    assert "We have received your message" in out
    assert "We answer within a day." in out


def test_signature_and_language_are_set(gam: Gam) -> None:
    assert "Mon to Fri, 8 to 18" in gam("user", SERVICE, "show", "signature")
    assert "en-GB" in gam("user", SERVICE, "show", "language")


def test_delegates_can_open_it(gam: Gam) -> None:
    found = {row["delegateAddress"] for row in gam.rows("user", SERVICE, "print", "delegates")}
    assert {"anna@contoso.example", "ben@contoso.example", "chloe@contoso.example"} <= found


def test_calendar_is_shared(gam: Gam) -> None:
    out = gam("user", SERVICE, "show", "calendaracls", "primary")
    for who, role in (("anna", "writer"), ("ben", "writer"), ("emi", "reader")):
        assert any(f"{who}@contoso.example" in line and role in line for line in out.splitlines()), out


def test_folders_are_there(m365: Cli) -> None:
    names = {one["displayName"] for one in asked(m365, "mailFolders?$top=100")}
    assert "Suppliers" in names
    assert {one["displayName"] for one in asked(m365, "mailFolders/inbox/childFolders")} >= {"Invoices"}


def test_categories_have_their_colours(m365: Cli) -> None:
    found = {one["displayName"]: one["color"] for one in asked(m365, "outlook/masterCategories")}
    assert found["urgent"] == "preset0"
    assert {"handled", "owner: Anna", "owner: Ben", "owner: Chloe"} <= found.keys()


def test_rules_are_in_order(m365: Cli) -> None:
    rules = sorted(asked(m365, "mailFolders/inbox/messageRules"), key=lambda rule: rule["sequence"])
    assert rules[0]["displayName"] == "invoices"
    assert sorted(rules[0]["conditions"]["subjectContains"]) == ["Rechnung", "invoice"]
    assert rules[0]["actions"]["stopProcessingRules"] is True
    assert {"assign to Anna", "assign to Ben"} <= {rule["displayName"] for rule in rules}


def test_calendar_permissions_are_listed(m365: Cli) -> None:
    found = asked(m365, "calendar/calendarPermissions")
    assert "My Organization" in {one["emailAddress"]["name"] for one in found}

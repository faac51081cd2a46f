"""The unmodified GAM from the package index. Only name resolution and a CA file point it at the emulator."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.clients.tried import IN_NAMESPACE
from tests.emulator.google import ANNA, AUTH, BEN, HUGO, ORDERS, PRESS, Workspace, both, opened

GAM = Path(__file__).parents[2] / ".venv-clients" / "bin" / "gam"
MORE = [f"{AUTH}gmail.modify", "https://mail.google.com/"]
"""The additional scopes that the set-up of GAM asks an administrator to grant, as far as these tests use them."""
CONFIG = """[DEFAULT]
enable_dasa = true
admin_email = {admin}
domain = contoso.example
customer_id = C03xyz987
cacerts_pem = {ca}
drive_dir = {folder}
no_browser = true
no_update_check = true
"""

pytestmark = [
    IN_NAMESPACE,
    pytest.mark.skipif(not GAM.exists(), reason="GAM is not installed: run `make test-clients`"),
]


@dataclass
class Gam:
    """GAM with its settings, and the workspace that it uses."""

    workspace: Workspace
    folder: Path

    def __call__(self, *arguments: str) -> str:
        """Return what a command prints. It must succeed."""
        done = self.process(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GAMCFGDIR": str(self.folder)}
        command = [str(GAM), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def run(self, command: str) -> tuple[bool, str, list[int]]:
        """Return whether a command failed, what it printed, and the status of each request."""
        before = len(self.workspace.emulator.log.lines)
        done = self.process(*shlex.split(command))
        statuses = [line["status"] for line in self.workspace.emulator.log.lines[before:]]
        return done.returncode != 0, done.stdout + done.stderr, statuses

    def rows(self, *arguments: str) -> list[dict[str, str]]:
        """Return the rows of a command that prints a table."""
        return list(csv.DictReader(io.StringIO(self(*arguments))))

    def api(self, name: str, subject: str = ADMIN) -> Any:
        return self.workspace.api(name, subject)


@contextmanager
def opened_gam(folder: Path, *more_hosts: str) -> Iterator[Gam]:
    """Yield GAM with its settings in a folder, and a workspace, which nobody asks but Google's names and some more."""
    with opened(both, port=443) as workspace:
        workspace.call("POST", "/_emulator/google/grant", {"administrator": True, "scopes": MORE})
        key = {**workspace.key, "token_uri": "https://oauth2.googleapis.com/token"}
        (folder / "oauth2service.json").write_text(json.dumps(key))
        (folder / "gamcache").mkdir()
        text = CONFIG.format(admin=ADMIN, ca=workspace.emulator.ca_file, folder=folder)
        (folder / "gam.cfg").write_text(text)
        yield Gam(workspace, folder)
        refused = {line["host"] for line in workspace.emulator.log.lines} - {"127.0.0.1:443", "127.0.0.1", *more_hosts}
        assert all(host.endswith(".googleapis.com") for host in refused)


@pytest.fixture
def gam(tmp_path: Path) -> Iterator[Gam]:
    with opened_gam(tmp_path) as made:
        yield made


def users(gam: Gam) -> set[str]:
    found = gam.api("directory").users().list(customer="my_customer").execute()["users"]
    return {row["primaryEmail"] for row in found}


def test_users_when_listed_made_and_deleted_then_gam_and_the_api_agree(gam: Gam) -> None:
    assert {row["primaryEmail"] for row in gam.rows("print", "users")} == users(gam)
    out = gam(
        "create",
        "user",
        "zoe@contoso.example",
        "firstname",
        "Zoë",
        "lastname",
        "Żak",
        "password",
        "correct horse battery",
    )
    assert out == "User: zoe@contoso.example, Created\n"
    assert gam.api("directory").users().get(userKey="zoe@contoso.example").execute()["name"]["fullName"] == "Zoë Żak"
    assert "Full Name: Zoë Żak" in gam("info", "user", "zoe@contoso.example", "nolicenses")
    assert gam("delete", "user", "zoe@contoso.example") == "User: zoe@contoso.example, Deleted\n"
    assert "zoe@contoso.example" not in users(gam)


def test_groups_when_listed_made_and_deleted_then_gam_and_the_api_agree(gam: Gam) -> None:
    listed = {row["email"] for row in gam.rows("print", "groups")}
    assert listed == {ORDERS, "events@contoso.example", "staff-google@contoso.example"}
    out = gam("create", "group", "tools@contoso.example", "name", "Tools", "whoCanJoin", "invited_can_join")
    assert out == "Group: tools@contoso.example, Created\n"
    settings = gam.api("groupssettings").groups().get(groupUniqueId="tools@contoso.example").execute()
    assert (settings["name"], settings["whoCanJoin"]) == ("Tools", "INVITED_CAN_JOIN")
    assert "whoCanJoin: INVITED_CAN_JOIN" in gam("info", "group", "tools@contoso.example")
    assert gam("delete", "group", "tools@contoso.example") == "Group: tools@contoso.example, Deleted\n"
    left = gam.api("directory").groups().list(customer="my_customer").execute()["groups"]
    assert {row["email"] for row in left} == listed


def members(gam: Gam) -> dict[str, str]:
    found = gam.api("directory").members().list(groupKey=ORDERS).execute()["members"]
    return {row["email"]: row["role"] for row in found}


def test_members_when_listed_added_and_removed_then_gam_and_the_api_agree(gam: Gam) -> None:
    table = {row["email"]: row["role"] for row in gam.rows("print", "group-members", "group", ORDERS)}
    assert table == members(gam) == {BEN: "OWNER", HUGO: "MEMBER", "jakub@contoso.example": "MEMBER"}
    out = gam("update", "group", ORDERS, "add", "manager", ANNA)
    assert f"Group: {ORDERS}, Member: {ANNA}, Added: Role: MANAGER" in out
    assert members(gam)[ANNA] == "MANAGER"
    assert "Removed" in gam("update", "group", ORDERS, "remove", "manager", ANNA)
    assert members(gam) == table


def delegates(gam: Gam) -> dict[str, str]:
    found = gam.api("gmail", PRESS).users().settings().delegates().list(userId="me").execute()["delegates"]
    return {row["delegateEmail"]: row["verificationStatus"] for row in found}


def test_delegates_when_listed_added_and_removed_then_gam_and_the_api_agree(gam: Gam) -> None:
    rows = gam.rows("user", PRESS, "print", "delegates")
    table = {row["delegateAddress"]: row["delegationStatus"] for row in rows}
    assert table == delegates(gam) == {BEN: "accepted", HUGO: "accepted", "george@contoso.example": "pending"}
    out = gam("user", PRESS, "add", "delegate", ANNA)
    assert f"User: {PRESS}, Delegate: {ANNA}, Added" in out
    assert delegates(gam) == {**table, ANNA: "accepted"}
    assert f"Delegate: {ANNA}, Deleted" in gam("user", PRESS, "delete", "delegate", ANNA)
    assert delegates(gam) == table


def labels(gam: Gam) -> set[str]:
    found = gam.api("gmail", PRESS).users().labels().list(userId="me").execute()["labels"]
    return {row["name"] for row in found if row["type"] == "user"}


def test_labels_when_listed_made_and_deleted_then_gam_and_the_api_agree(gam: Gam) -> None:
    rows = gam.rows("user", PRESS, "print", "labels")
    assert {row["name"] for row in rows if row["type"] == "user"} == labels(gam) == {"Clippings/2024", "Interviews"}
    assert "Label: Team/Now, Label ID: Label_" in gam("user", PRESS, "label", "Team/Now")
    assert "Team/Now" in labels(gam)
    assert "Label: Team/Now, Deleted" in gam("user", PRESS, "delete", "label", "Team/Now")
    assert labels(gam) == {"Clippings/2024", "Interviews"}


def test_errors_when_google_refuses_then_gam_says_why_in_its_own_words(gam: Gam) -> None:
    for arguments, words in (
        (("create", "user", ANNA, "firstname", "A", "lastname", "B", "password", "long enough"), "Duplicate"),
        (("delete", "group", "nobody@contoso.example"), "Does not exist"),
        (("user", PRESS, "add", "delegate", ORDERS), "Invalid"),
    ):
        with pytest.raises(AssertionError, match=words):
            gam(*arguments)

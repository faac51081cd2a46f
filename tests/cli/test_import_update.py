"""`import --update`: it asks, and what it changes in files that people edited is what a reviewer would like to read."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest

from sharedbox_cli.cli.terminal import Terminal
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker

SPECS = Path("specs")
BILLING = """\
# Billing: ask Anna before you change anything here.
version: 1
mailbox: billing@contoso.example
platform: microsoft365
display_name:   'Billing'   # as on invoices

aliases:
  - rechnung@contoso.example   # German customers
members:
  # the team
  - user: anna@contoso.example
    reason: "head of finance"
  - user: ben@contoso.example
    rights: [full_access]   # reads only
  # until the audit is over
  - user: chloe@contoso.example

# nothing below
"""
DESK = """\
version: 1
mailbox: desk@contoso.example
platform: microsoft365
sent_items: {send_as: sender, send_on_behalf: both}   # legal asked for it
members:
- user: anna@contoso.example
- user: dave@contoso.example
hidden_from_address_lists: false
"""
PRESS = """\
version: 1
mailbox: press@contoso.example
platform: microsoft365
members: []
labels:
    owner: "anna@contoso.example"
"""
DIFF = """\
--- specs/billing.yaml
+++ specs/billing.yaml
@@ -4,3 +4,3 @@
 platform: microsoft365
-display_name:   'Billing'   # as on invoices
+display_name:   Billing (2027)   # as on invoices
\x20
@@ -8,2 +8,3 @@
   - rechnung@contoso.example   # German customers
+  - ap@contoso.example
 members:
@@ -13,5 +14,5 @@
   - user: ben@contoso.example
-    rights: [full_access]   # reads only
+    rights: [full_access, send_as]   # reads only
+  - user: emi@contoso.example
   # until the audit is over
-  - user: chloe@contoso.example
\x20
--- specs/desk.yaml
+++ specs/desk.yaml
@@ -3,3 +3,3 @@
 platform: microsoft365
-sent_items: {send_as: sender, send_on_behalf: both}   # legal asked for it
+sent_items: {send_as: both, send_on_behalf: both}   # legal asked for it
 members:
--- specs/press.yaml
+++ specs/press.yaml
@@ -3,3 +3,5 @@
 platform: microsoft365
-members: []
+members:
+  - user: emi@contoso.example
+    rights: [full_access]
 labels:"""
"""The comment that was about Chloe does not become one about Emi."""


def company(tenant: Tenant) -> Seeded:
    """Fill a tenant with what somebody changed by hand since the specs were written."""
    blank(tenant)
    make = Builder(tenant, 1)
    people = {local: make.person(local, local.title()) for local in ("anna", "ben", "chloe", "dave", "emi")}
    billing = make.shared(
        "billing", "Billing (2027)", aliases=("smtp:rechnung@contoso.example", "smtp:ap@contoso.example")
    )
    make.grant(billing, people["anna"], "full_access", "send_as")
    make.grant(billing, people["ben"], "full_access", "send_as")
    make.grant(billing, people["emi"], "full_access", "send_as")
    desk = make.shared(
        "desk", "Desk", settings={"MessageCopyForSentAsEnabled": True, "MessageCopyForSendOnBehalfEnabled": True}
    )
    make.grant(desk, people["dave"], "full_access", "send_as")
    make.grant(desk, people["anna"], "full_access", "send_as")
    press = make.shared("press", "Press")
    make.grant(press, people["emi"], "full_access")
    return make.seeded


@pytest.fixture
def drifted(cloud_of: CloudMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Return a tenant and specs that differ from it."""
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    for name, text in (("billing", BILLING), ("desk", DESK), ("press", PRESS)):
        (SPECS / f"{name}.yaml").write_bytes(text.encode())
    return cloud_of(company)


def diff_of(before: dict[Path, str]) -> str:
    """Return the difference between two states of the specs, as Git shows it."""
    parts: list[str] = []
    for path, text in before.items():
        parts += difflib.unified_diff(
            text.splitlines(), path.read_bytes().decode().splitlines(), str(path), str(path), lineterm="", n=1
        )
    return "\n".join(parts)


def texts() -> dict[Path, str]:
    return {path: path.read_bytes().decode() for path in sorted(SPECS.glob("*.yaml"))}


def states_of(cli: Cli) -> dict[str, str]:
    """Return how the spec of each mailbox compares with the tenant."""
    data = json.loads(cli("import", SPECS, "--check", "-o", "json").out)
    return {row["mailbox"].partition("@")[0]: row["state"] for row in data["mailboxes"]}


class Person:
    """Somebody at a terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
        self.left = [*answers]
        self.asked: list[str] = []
        monkeypatch.setattr(Terminal, "is_interactive", True)
        monkeypatch.setattr(Terminal, "ask", lambda _, question: self.answer(question))

    def answer(self, question: str) -> str:
        self.asked.append(question)
        return self.left.pop(0)


def test_diff_is_what_a_reviewer_wants_to_read(drifted: Cloud, cli: Cli) -> None:
    before = texts()
    done = cli("import", SPECS, "--update", "--yes")
    assert done.code == 0, done.err
    assert diff_of(before) == DIFF
    assert set(states_of(cli).values()) == {"equal"}
    assert drifted.effects() == []


def test_nothing_is_written_where_nobody_can_be_asked(drifted: Cloud, cli: Cli) -> None:
    (SPECS / "desk.yaml").unlink()  # a new spec would be written for it
    before = texts()
    done = cli("import", SPECS, "--update")
    assert done.code == 4
    assert "2 files would change, and there is no terminal to ask on" in " ".join(done.err.split())
    assert "sharedbox import specs --update --yes" in done.err
    assert texts() == before


def test_check_shows_the_changes_of_files(drifted: Cloud, cli: Cli) -> None:
    before = texts()
    done = cli("import", SPECS, "--update", "--check")
    assert (done.code, texts()) == (2, before)
    assert "+  - user: emi@contoso.example" in done.out
    data = json.loads(cli("import", SPECS, "--update", "--check", "-o", "json").out)
    assert "+display_name:   Billing (2027)   # as on invoices" in data["diff"].splitlines()


def test_person_sees_the_diff_and_says_yes(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    person, before = Person(monkeypatch, "yes"), texts()
    done = cli("import", SPECS, "--update")
    assert done.code == 0, done.err
    assert person.asked == ['Change these 3 files? "yes" changes all, "each" asks for each file: ']
    assert "-  - user: chloe@contoso.example" in done.err.splitlines()
    assert diff_of(before) == DIFF


@pytest.mark.parametrize("answer", ["no", "y", "", "YES", "all"])
def test_anything_else_changes_nothing(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    Person(monkeypatch, answer)
    before = texts()
    done = cli("import", SPECS, "--update")
    assert (done.code, texts()) == (4, before)
    assert "Nothing was written." in done.err


def test_each_file_can_be_chosen(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    person, before = Person(monkeypatch, "each", "no", "yes", "no"), texts()
    done = cli("import", SPECS, "--update")
    assert done.code == 0, done.err
    assert [question.split("?")[0] for question in person.asked[1:]] == [
        f"Change specs/{name}.yaml" for name in ("billing", "desk", "press")
    ]
    assert {path.stem for path, text in texts().items() if text != before[path]} == {"desk"}
    assert states_of(cli) == {"billing": "differs", "desk": "equal", "press": "differs"}
    assert "1 updated" in done.out


def test_nobody_is_asked_where_nothing_differs(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("import", SPECS, "--update", "--yes").code == 0
    person = Person(monkeypatch)
    assert cli("import", SPECS, "--update").code == 0
    assert person.asked == []


def test_rewrite_of_people_asks_too(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("map.csv").write_text("old,new\nanna@contoso.example,anna@fabrikam.example\n")
    arguments = ("import", SPECS, "--from", SPECS, "--people", "map.csv")
    before = texts()
    assert (cli(*arguments).code, texts()) == (4, before)
    Person(monkeypatch, "no", "yes")
    assert (cli(*arguments).code, texts()) == (4, before)
    assert cli(*arguments).code == 0
    assert "anna@fabrikam.example" in (SPECS / "desk.yaml").read_text()


def test_file_names_and_values_move_no_cursor(drifted: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    drifted.tenant.run("update objects set name = ? where mail = 'press@contoso.example'", "Press\x1b[2J")
    (SPECS / "press.yaml").write_text(PRESS.replace("members: []", "display_name: P\nmembers: []"))
    Person(monkeypatch, "no")
    assert "\x1b" not in cli("import", SPECS, "--update").err

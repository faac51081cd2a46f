"""`import --update` edits who can use the calendar and the contacts, where it is clear what a spec should say."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import demo
from tests.conftest import Cli, Cloud, CloudMaker
from tests.emulator.exchange import opened

SPECS = Path("specs")
SALES = SPECS / "sales.yaml"
HEAD = "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\n"
MEMBERS = "members:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n"
CALENDAR = """\
calendar:
  members: 'editor'   # they plan the fairs
  people:
    # from outside the team
    - {user: emi@contoso.example, level: "reader", reason: trade fair}   # until spring
    - user: dmitri@contoso.example
      level: availability
contacts: {people: [{user: emi@contoso.example, level: reader}]}   # and nobody else
"""


class Drift:
    """The mailbox, its spec, and somebody who changes the mailbox by hand."""

    def __init__(self, cloud: Cloud, cli: Cli) -> None:
        self._cloud, self._cli = cloud, cli

    def applied(self, *parts: str) -> None:
        SALES.write_bytes((HEAD + "".join(parts)).encode())
        allow = ("--allow", "mailbox-revocation=9", "--allow", "mass-revocation=9")
        done = self._cli("apply", SPECS, "--yes", *allow)
        assert done.code == 0, done.err
        assert "No changes." in self._cli("plan", SPECS).out

    def give(self, local: str, role: str, folder: str = "Calendar") -> None:
        """Change what somebody can do in a folder; no role: take it."""
        place, who = f"sales@contoso.example:\\{folder}", f"{local}@contoso.example"
        with opened(self._cloud) as door:
            removed = door("Remove-MailboxFolderPermission", Identity=place, User=who, Confirm=False)
            assert role or removed.status_code == 200
            if role:
                door.rows("Add-MailboxFolderPermission", Identity=place, User=who, AccessRights=[role])

    def updated(self) -> str:
        """Return the difference that an update makes; after it, a plan is empty."""
        before = SALES.read_bytes().decode()
        done = self._cli("import", SPECS, "--update", "--yes")
        assert done.code == 0, done.err
        text = SALES.read_bytes().decode()
        lines = [*difflib.unified_diff(before.splitlines(), text.splitlines(), lineterm="", n=0)][2:]
        assert "No changes." in self._cli("plan", SPECS).out, f"{lines} {done.out}"
        return "\n".join(line for line in lines if not line.startswith("@@"))

    def refused(self) -> str:
        """Return why an update leaves the spec to a person."""
        before = SALES.read_bytes()
        done = self._cli("import", SPECS, "--update", "--yes")
        assert "Traceback" not in done.err
        assert SALES.read_bytes() == before
        return " ".join((done.out + done.err).split())


@pytest.fixture
def drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cloud_of: CloudMaker, cli: Cli) -> Drift:
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    return Drift(cloud_of(demo), cli)


def test_people_are_changed_added_and_removed_where_they_stand(drift: Drift) -> None:
    drift.applied(MEMBERS, CALENDAR)
    drift.give("emi", "Editor")
    drift.give("dmitri", "")
    drift.give("chloe", "Reviewer")
    drift.give("chloe", "Reviewer", "Contacts")
    assert (
        drift.updated()
        == """\
-    - {user: emi@contoso.example, level: "reader", reason: trade fair}   # until spring
-    - user: dmitri@contoso.example
-      level: availability
-contacts: {people: [{user: emi@contoso.example, level: reader}]}   # and nobody else
+    - {user: emi@contoso.example, level: editor, reason: trade fair}   # until spring
+    - user: chloe@contoso.example
+      level: reader
+contacts: {people: [{user: emi@contoso.example, level: reader}, {user: chloe@contoso.example, level: reader}]}\
   # and nobody else"""
    )


def test_list_in_brackets_loses_and_gets_people(drift: Drift) -> None:
    entries = ", ".join(f"{{user: {one}@contoso.example, level: reader}}" for one in ("chloe", "emi", "dmitri"))
    drift.applied(f"contacts: {{people: [{entries}]}}\n")
    drift.give("chloe", "", "Contacts")
    drift.give("dmitri", "", "Contacts")
    assert drift.updated().splitlines()[-1] == "+contacts: {people: [{user: emi@contoso.example, level: reader}]}"
    drift.give("emi", "", "Contacts")
    assert drift.updated().splitlines()[-1] == "+contacts: {people: []}"
    drift.give("anna", "Editor", "Contacts")
    assert drift.updated().splitlines()[-1] == "+contacts: {people: [{user: anna@contoso.example, level: editor}]}"


def test_level_of_all_members_changes_in_its_place(drift: Drift) -> None:
    drift.applied(MEMBERS, CALENDAR)
    for local in ("anna", "ben"):
        drift.give(local, "Reviewer")
    assert drift.updated() == (
        "-  members: 'editor'   # they plan the fairs\n+  members: reader   # they plan the fairs"
    )


def test_members_that_differ_from_one_another_stay_by_hand(drift: Drift) -> None:
    drift.applied(MEMBERS, CALENDAR)
    drift.give("anna", "Reviewer")
    assert "members differ from one another in the calendar (anna@contoso.example: reader)" in drift.refused()


def test_level_that_no_spec_says_stays_by_hand(drift: Drift) -> None:
    drift.applied(MEMBERS, CALENDAR)
    drift.give("emi", "Owner")
    assert "none of the levels of a spec" in drift.refused()


def test_member_with_an_entry_keeps_it_without_a_level(drift: Drift) -> None:
    drift.applied(
        MEMBERS, "calendar:\n  members: editor\n  people:\n    - {user: ben@contoso.example, level: reader}\n"
    )
    drift.give("ben", "")
    assert drift.updated().splitlines()[-1] == "+    - {user: ben@contoso.example, level: none}"
    drift.give("ben", "Reviewer")
    assert drift.updated().splitlines()[-1] == "+    - {user: ben@contoso.example, level: reader}"


def test_member_of_the_calendar_only_leaves_and_others_come(drift: Drift) -> None:
    drift.applied(MEMBERS, "  - {user: emi@contoso.example, rights: [calendar_only]}   # plans\n")
    drift.give("chloe", "Reviewer")
    assert (
        drift.updated()
        == """\
+calendar:
+  people:
+    - user: chloe@contoso.example
+      level: reader"""
    )
    drift.give("emi", "Reviewer")
    assert "members differ from one another in the calendar (emi@contoso.example: reader)" in drift.refused()
    drift.give("emi", "")
    assert drift.updated() == "-  - {user: emi@contoso.example, rights: [calendar_only]}   # plans"
    drift.give("ben", "Editor")
    assert drift.updated() == "+    - user: ben@contoso.example\n+      level: editor"


def test_reader_of_the_mail_alone_comes_and_leaves(drift: Drift) -> None:
    drift.applied(MEMBERS, "  - {user: emi@contoso.example, rights: [read]}   # the auditor\n")
    drift.give("chloe", "Reviewer", "Inbox")
    drift.give("chloe", "FolderVisible", "")
    assert drift.updated() == "+  - user: chloe@contoso.example\n+    rights: [read]"
    drift.give("emi", "", "Inbox")
    drift.give("emi", "", "")
    assert drift.updated() == "-  - {user: emi@contoso.example, rights: [read]}   # the auditor"
    drift.give("chloe", "Editor", "Inbox")
    assert "what chloe@contoso.example can do in the inbox is not `read`" in drift.refused()

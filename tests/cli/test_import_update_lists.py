"""`import --update` takes back what a colleague changed inside a mailbox, but for what a workflow adds."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from sharedbox_cli.cli.import_.update_lists import without_expansion
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_DELEGATED, DesiredMailbox
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.language.export.edit import CannotEdit
from tests.conftest import Cli, Cloud, CloudMaker
from tests.emulator.exchange import Door, opened

SPECS = Path("specs")
BOX = "desk@contoso.example"
DESK = """\
version: 1
mailbox: desk@contoso.example
platform: microsoft365
tags: [{name: urgent, color: red}]
rules:
  # what the auditors asked for
  - name: invoices   # HR-7
    when: {subject_contains: [invoice, Rechnung]}
    then: {tag: [urgent]}
    stop: true
  - name: old
    when: {has_attachment: true}
    then: {mark_read: true}
workflow: {assign_by: round-robin, members: [anna@contoso.example, ben@contoso.example]}
members:
  - user: anna@contoso.example
  - user: ben@contoso.example
auto_reply:
  enabled: true
  internal: |
    We answer
    within a day.
  external: Soon.
"""
PRESS = """\
version: 1
mailbox: press@contoso.example
platform: google-delegated
tags: [{name: urgent, color: red}]
rules:
  - name: outages   # of the shop
    when: {subject_contains: outage}
    then: {tag: [urgent], star: true}
  - {name: paid, when: {from: shop.example}, then: {tag: [urgent]}}
workflow: {assign_by: tags, members: [anna@contoso.example]}
members: [{user: anna@contoso.example}]
auto_reply: {enabled: true, internal: Soon.}   # short
"""


def company(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 1)
    for local in ("anna", "ben"):
        make.person(local, local.title())
    make.shared("desk", "Desk")
    google_blank(tenant)
    google = GoogleBuilder(tenant, 1)
    google.person("anna", "Anna")
    google.mailbox("press", "Press")
    return make.seeded


@pytest.fixture
def cloud(cloud_of: CloudMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    return cloud_of(company)


def applied(cli: Cli, text: str) -> Path:
    """Write a spec and apply it."""
    path = SPECS / "box.yaml"
    path.write_text(text)
    done = cli("apply", SPECS, "--yes")
    assert done.code == 0, done.err
    return path


def taken_back(cli: Cli, path: Path) -> str:
    """Return the difference that an update makes to a spec. The plan after it is empty."""
    before = path.read_text()
    done = cli("import", SPECS, "--update", "--yes")
    assert done.code == 0, done.err
    lines = [*difflib.unified_diff(before.splitlines(), path.read_text().splitlines(), lineterm="", n=0)][2:]
    planned = cli("plan", SPECS)
    assert "No changes." in planned.out, f"{done.out}{path.read_text()}{planned.out}"
    return "\n".join(line for line in lines if not line.startswith("@@"))


def by_hand(cli: Cli, path: Path) -> str:
    """Return why an update leaves a spec to a person."""
    before = path.read_bytes()
    done = cli("import", SPECS, "--update", "--yes")
    assert path.read_bytes() == before
    return " ".join((done.out + done.err).split())


def test_rules_and_replies_of_outlook_are_taken_back(cloud: Cloud, cli: Cli) -> None:
    path = applied(cli, DESK)
    with opened(cloud) as door:
        _colleague(door)
    assert (
        taken_back(cli, path)
        == """\
+  - name: boss
+    when: {subject_contains: boss}
+    then: {mark_read: true}
+    stop: true
-    when: {subject_contains: [invoice, Rechnung]}
+    when: {subject_contains: [Rechnung, bill]}
-  - name: old
-    when: {has_attachment: true}
-    then: {mark_read: true}
-  internal: |
-    We answer
-    within a day.
-  external: Soon.
+  internal: Closed.
+  external: |-
+    Closed.
+    Call us."""
    )


def _colleague(door: Door) -> None:
    rule = {"Mailbox": BOX, "Identity": "invoices", "SubjectContainsWords": ["bill", "Rechnung"]}
    door.rows("Set-InboxRule", **rule)
    door.rows("Remove-InboxRule", Mailbox=BOX, Identity="old", Confirm=False)
    door.rows("New-InboxRule", Mailbox=BOX, Name="boss", SubjectContainsWords=["boss"], MarkAsRead=True, Priority=1)
    door.rows(
        "Set-MailboxAutoReplyConfiguration",
        Identity=BOX,
        InternalMessage="<html><body>Closed.</body></html>",
        ExternalMessage="<div>Closed.</div><div>Call us.</div>",
    )


def test_what_comes_from_a_workflow_is_left_to_a_person(cloud: Cloud, cli: Cli) -> None:
    path = applied(cli, DESK)
    with opened(cloud) as door:
        door.rows("New-InboxRule", Mailbox=BOX, Name="last", SubjectContainsWords=["x"], MarkAsRead=True, Priority=9)
    assert "come after those of `workflow`" in by_hand(cli, path)
    with opened(cloud) as door:
        door.rows("Disable-InboxRule", Mailbox=BOX, Identity="assign to Anna", Confirm=False)
    assert "`assign to Anna` comes from `workflow`" in by_hand(cli, path)


def test_filters_of_gmail_are_taken_back(cloud: Cloud, cli: Cli) -> None:
    path = applied(cli, PRESS)
    make = GoogleBuilder(cloud.tenant, 2)
    owner = make.store.owner("press@contoso.example")
    assert owner is not None
    press = str(owner["owner"])
    labels = {item["name"]: item["id"] for item in make.store.items(press, "label")}
    for item in make.store.items(press, "filter"):
        if item["criteria"].get("from"):
            make.store.drop(press, "filter", item["id"])
    colour = {"backgroundColor": "#16a765", "textColor": "#ffffff"}  # it has no name in a spec
    urgent = make.store.item(press, "label", labels["urgent"])
    make.store.put(press, "label", labels["urgent"], {**(urgent or {}), "color": colour})
    make.gmail(press, vacation={"enableAutoReply": True, "responseBodyHtml": "<p>Away &amp; gone</p><p>Call us</p>"})
    make.filter(press, {"subject": "alarm"}, {"addLabelIds": [labels["urgent"]], "removeLabelIds": ["INBOX"]})
    assert (
        taken_back(cli, path)
        == """\
-tags: [{name: urgent, color: red}]
+tags: [{name: urgent}]
-  - {name: paid, when: {from: shop.example}, then: {tag: [urgent]}}
+  - name: rule 3
+    when: {subject_contains: alarm}
+    then: {move_to: urgent}
-auto_reply: {enabled: true, internal: Soon.}   # short
+auto_reply: {enabled: true, internal: "Away & gone\\nCall us"}   # short"""
    )


def test_rule_that_no_spec_can_express_does_not_stop_the_others(cloud: Cloud, cli: Cli) -> None:
    path = applied(cli, DESK)
    with opened(cloud) as door:
        door.rows("New-InboxRule", Mailbox=BOX, Name="odd", MyNameInToBox=True, MyNameInCcBox=True, MarkAsRead=True)
        door.rows("Remove-InboxRule", Mailbox=BOX, Identity="old", Confirm=False)
    assert taken_back(cli, path).startswith("-  - name: old")


def test_rule_of_a_workflow_is_named_where_the_platform_keeps_no_names() -> None:
    rule: Value = (("then.star", True), ("when.from", ("a@x.example",)))
    address = Address.of("press@contoso.example")
    mailbox = DesiredMailbox(
        address, GOOGLE_DELEGATED, settings={Field.RULES: (rule,)}, shared_out=frozenset({Field.RULES})
    )
    with pytest.raises(CannotEdit, match=r"^a rule comes from `workflow`"):
        without_expansion(Field.RULES, (), mailbox, (), lambda _, value: value)

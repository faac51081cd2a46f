"""A mailbox with mail rules that a spec cannot say: imported, planned, applied and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharedbox_cli.emulator.microsoft import inbox_rules
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, CloudMaker
from tests.emulator.exchange import SALES, id_of

SPEC = Path("specs/sales.yaml")
NAME = "Ping\n- evil: \x1b[31m"


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def one_mailbox(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 1)
    make.grant(make.shared("sales", "Sales"), make.person("anna", "Anna"), "full_access")
    return make.seeded


def test_mailbox_is_adopted_and_its_other_rules_stay(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud = cloud_of(one_mailbox)
    mailbox = id_of(cloud, SALES)
    inbox_rules.add(cloud.tenant, mailbox, "Orders", SubjectContainsWords=["order"], MarkAsRead=True)
    inbox_rules.add(cloud.tenant, mailbox, NAME, PlaySound="ding", MarkAsRead=True)
    inbox_rules.add(cloud.tenant, mailbox, "Gone", MoveToFolder="deleted", MarkAsRead=True)
    done = cli("import", "specs", "--mailbox", SALES, "--manage", "all")
    assert done.code == 0, done.err
    text = SPEC.read_text(encoding="utf-8")
    assert text.count("name: ") == 2 and "name: Orders" in text  # display_name, and one rule
    assert "# Not managed: rules `Gone`: it is broken" in text and "\n- evil" not in text and "\x1b" not in text
    done = cli("plan", "specs")
    assert done.code == 0 and "No changes." in done.out
    assert "`Gone` is broken and is not touched" in done.out and "evil" in done.out and "\x1b" not in done.out
    SPEC.write_text(text.replace("name: Orders", "name: Gone"), encoding="utf-8")
    done = cli("plan", "specs")
    assert "kept-rules: sales@contoso.example" in done.out and "another name" in done.out
    SPEC.write_text(text.replace("name: Orders", "name: New"), encoding="utf-8")
    assert cli("apply", "specs", "--yes").code == 0
    there = [row["name"] for row in inbox_rules.rules_of(cloud.tenant, mailbox, inbox_rules.SERVER)]
    assert sorted(there) == ["Gone", "New", NAME]

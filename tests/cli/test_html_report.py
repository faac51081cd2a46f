"""`-o html` on the command line: what an auditor asks is in the file, for the price of an audit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sharedbox_cli.emulator.seed import grown
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker
from tests.reports.html_file import Element, data_of, parsed


def test_audit_of_both_clouds_answers_the_questions_of_an_auditor(both: Cloud, cli: Cli) -> None:
    done = cli("audit", "-o", "html")
    assert (done.code, done.err) == (0, "")
    file = parsed(done.out)
    assert cells(file, "q-external", 1) == {"events@contoso.example google-collaborative"}
    assert cells(file, "q-disabled", 0) == {"Hugo Left hugo@contoso.example"}
    assert cells(file, "q-deleted", 1) == {"sales@contoso.example microsoft365"}
    assert cells(file, "q-wide", 0) == {"anyone on the web"}
    assert cells(file, "q-licences", 0) == {"jobs@contoso.example google-delegated"}
    [hugo] = [item for item in file.one("people").all("section") if "Hugo Left" in item.all("h3")[0].text]
    assert {row[0].split()[0].partition("@")[0] for row in hugo.rows()} == {"jobs", "press", "sales"}
    head = file.all("header")[0].text
    for words in each(["5 listed, 5 read", "Contoso", "default", "sharedbox 0.", "UTC"]):
        assert words in head


def cells(file: Element, answer: str, column: int) -> set[str]:
    return {row[column] for row in file.one(answer).rows()}


def test_check_writes_the_findings_and_no_search(both: Cloud, cli: Cli) -> None:
    done = cli("check", "--whole-tenant", "-o", "html")
    assert done.code == 0
    file = parsed(done.out)
    identities = {item.attributes.get("id") for item in file.all()}
    assert {"findings", "q-licences", "c-storage"} <= identities
    assert not {"access", "people"} & identities
    assert Counter(item[1] for item in data_of(file)["findings"])["error"] == 4


def test_part_of_an_audit_says_what_was_selected_and_shows_only_its_mailboxes(both: Cloud, cli: Cli) -> None:
    file = parsed(cli("audit", "--person", "hugo@contoso.example", "-o", "html").out)
    head = " ".join(file.all("header")[0].text.split())
    assert "person hugo@contoso.example" in head
    assert "5 listed, 5 read, 3 in this report" in head
    assert {item[0] for item in data_of(file)["holders"]} == {"hugo@contoso.example"}
    assert len(data_of(file)["mailboxes"]) == 3


def test_audit_against_specs_says_why_and_what_is_missing(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    spec = """
version: 1
platform: microsoft365
mailbox: sales@contoso.example
members:
  - {user: emi@contoso.example, rights: [full_access], until: 2099-01-31, reason: cover}
"""
    (tmp_path / "sales.yaml").write_text(spec, "utf-8")
    done = cli("audit", "--mailbox", "sales@contoso.example", "--against", tmp_path, "-o", "html")
    assert done.code == 0
    file = parsed(done.out)
    heads = [cell.text for cell in file.one("m0").all("thead")[0].all("th")]
    assert heads[4:] == ["in specs"]
    assert {row[4] for row in file.one("m0").rows()} == {"no", "not managed"}
    [heading] = [item for item in file.all("h2") if item.text.startswith("Missing")]
    assert heading.text in [section[0] for section in data_of(file)["background"]]
    assert "emi@contoso.example" in str(data_of(file)["background"])


def test_who_shows_one_person(both: Cloud, cli: Cli) -> None:
    file = parsed(cli("who", "hugo@contoso.example", "-o", "html").out)
    assert len(file.one("people").all("section")) == 1
    assert "findings" not in {item.attributes.get("id") for item in file.all()}


def test_audit_names_the_path_through_groups(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 20, 2, 1))
    done = cli("audit", "-o", "html")
    file = parsed(done.out)
    data = data_of(file)
    assert data["read"] == len(data["mailboxes"]) >= 20
    groups = {row[0] for row in file.one("q-groups").rows()}
    assert groups
    paths = [data["lines"]["via_texts"][place] for place in data["lines"]["via"]]
    assert {path.partition(" > ")[0] for path in paths if "@" in path} <= {group.split()[-1] for group in groups}


def test_empty_tenant_has_a_report(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 0, 0, 1))
    done = cli("audit", "-o", "html")
    assert (done.code, done.err) == (0, "")
    assert data_of(parsed(done.out))["mailboxes"] == []

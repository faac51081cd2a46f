"""An audit of a part: by mailbox, person, right, risk and label; and what it says about itself in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.model import READING
from sharedbox_cli.core.risk import Risk
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each, every
from tests.conftest import Cli, Cloud, CloudMaker

NAMES = {"anna": "Anna Müller", "ben": "Ben Carter", "chloe": "Chloé Dubois"}


def seed(tenant: Tenant) -> Seeded:
    """Fill a tenant with every way to read a mailbox."""
    blank(tenant)
    make = Builder(tenant, 7)
    people = {local: make.person(local, name) for local, name in NAMES.items()}
    dave = make.person("dave", "Dave Doe", enabled=False)
    contact = tenant.add_object("contact", "Joe Outside", "joe@evil.example")
    sales = make.shared("sales", "Sales", settings={"ForwardingSmtpAddress": "smtp:ben@contoso.example"})
    finance = make.shared("finance", "Finance", aliases=("money@contoso.example",), enabled=True)
    make.shared("fin-archive", "Archive", settings={"ForwardingAddress": contact})
    make.grant(sales, people["anna"], "full_access", "send_as")
    make.grant(finance, people["ben"], "full_access")
    make.grant(finance, dave, "full_access")
    make.special(finance, None)
    inner = make.group("sg-inner", "Inner", [people["chloe"]])
    outer = make.group("sg-outer", "Outer", [people["anna"], inner])
    make.grant(sales, outer, "full_access")
    google_blank(tenant)
    workspace = GoogleBuilder(tenant, 7)
    team = {local: workspace.person(local, name) for local, name in NAMES.items()}
    events = workspace.inbox("events", "Events", whoCanViewGroup="ANYONE_CAN_VIEW", whoCanJoin="ALL_IN_DOMAIN_CAN_JOIN")
    workspace.member(events, team["anna"], "OWNER")
    below = workspace.group("g-below", "Below")
    above = workspace.group("g-above", "Above")
    workspace.member(below, team["chloe"])
    workspace.member(above, below, kind="GROUP")
    workspace.member(events, above, kind="GROUP")
    press = workspace.mailbox("press", "Press")
    workspace.delegate(press, team["anna"])
    workspace.delegate(press, team["chloe"], status="pending")
    target = "thief@fabrikam.example"
    workspace.store.put(press, "forwarding", target, {"forwardingEmail": target, "verificationStatus": "accepted"})
    workspace.gmail(press, autoForwarding={"enabled": True, "emailAddress": target, "disposition": "leaveInInbox"})
    workspace.filter(press, {"from": "a@b.example"}, {"forward": "ben@contoso.example"})
    return make.seeded


@pytest.fixture
def cloud(cloud_of: CloudMaker, one_reading: None) -> Cloud:
    return cloud_of(seed)


def audited(cli: Cli, *more: object) -> dict[str, Any]:
    done = cli("audit", "-o", "json", *more)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def rows(cli: Cli, *more: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = audited(cli, *more)["rows"]
    return found


def boxes(cli: Cli, *more: object) -> set[str]:
    return {item["mailbox"].partition("@")[0] for item in audited(cli, *more)["mailboxes"]}


WAYS = [
    ("events", "setting", "anyone on the web", "read", "group.viewing: anyone", True),
    ("events", "setting", "everybody in the organisation", "member", "group.joining: organization", False),
    ("press", "forwarding", "thief@fabrikam.example", "read", "forwarding of all mail", True),
    ("press", "rule", "ben@contoso.example", "read", "mail rule", False),
    ("press", "sign-in", "press@contoso.example", "full_access", "sign-in to its account", False),
    ("press", "invitation", "chloe@contoso.example", "full_access", "pending invitation", False),
    ("sales", "forwarding", "ben@contoso.example", "read", "forwarding of all mail", False),
    ("finance", "sign-in", "finance@contoso.example", "full_access", "sign-in to its account", False),
    ("fin-archive", "forwarding", "joe@evil.example", "read", "forwarding of all mail", True),
]


def test_every_way_to_read_is_a_row(cloud: Cloud, cli: Cli) -> None:
    found = rows(cli)
    keys = {(row["mailbox"].partition("@")[0], row["entry"], row["person"], row["right"]) for row in found}
    assert {way[:4] for way in WAYS} == {key for key in keys if key[1] not in ("grant", "unknown")}
    for way in each(WAYS):
        [row] = [one for one in found if (one["mailbox"].partition("@")[0], one["entry"], one["person"]) == way[:3]]
        assert way[4] in row["detail"]
        assert row["is_external"] is way[5]
    [target] = [row for row in found if (row["entry"], row["mailbox"]) == ("forwarding", "sales@contoso.example")]
    assert (target["kind"], target["name"]) == ("user", "Ben Carter")
    assert not any(row["is_enabled"] for row in found if row["kind"] == "orphan")


def test_path_of_nested_groups_is_named(cloud: Cloud, cli: Cli) -> None:
    found = {(row["mailbox"], row["person"]): row["via"] for row in rows(cli) if row["via"]}
    assert found == {
        ("sales@contoso.example", "anna@contoso.example"): ["sg-outer@contoso.example"],
        ("sales@contoso.example", "chloe@contoso.example"): ["sg-outer@contoso.example", "sg-inner@contoso.example"],
        ("events@contoso.example", "chloe@contoso.example"): ["g-above@contoso.example", "g-below@contoso.example"],
    }
    assert "sg-outer@contoso.example > sg-inner@contoso.example" in cli("audit", "-o", "csv").out


def test_every_way_is_in_every_format_and_arrangement(cloud: Cloud, cli: Cli) -> None:
    names = {way[2].partition("@")[0] for way in WAYS if way[1] != "invitation"}
    for arrangement in each(("mailbox", "person", "matrix")):
        for output in each(("text", "csv", "markdown", "json")):
            done = cli("audit", "--by", arrangement, "-o", output)
            assert done.code == 0
            assert every(name in done.out for name in sorted(names)), (arrangement, output)


def test_person_by_address_alias_name_and_pattern(cloud: Cloud, cli: Cli) -> None:
    assert {row["person"] for row in rows(cli, "--person", "BEN@contoso.example")} == {"ben@contoso.example"}
    assert {row["person"] for row in rows(cli, "--person", "müll")} == {"anna@contoso.example"}
    assert {row["person"] for row in rows(cli, "--person", "*@fabrikam.example", "--person", "*@evil.example")} == {
        "thief@fabrikam.example",
        "joe@evil.example",
    }
    assert {row["trustee_id"] for row in rows(cli, "--person", "money@contoso.example")} != {""}


@pytest.mark.parametrize("text", ["nobody@contoso.example", "bem", "*@nowhere.example"])
def test_person_whom_nobody_is_like_is_an_error(cloud: Cloud, cli: Cli, text: str) -> None:
    done = cli("audit", "--person", text)
    assert (done.code, done.out) == (1, "")
    assert f"--person {text}" in done.err


def test_right_and_what_reading_means(cloud: Cloud, cli: Cli) -> None:
    assert {row["right"] for row in rows(cli, "--right", "send_as")} == {"send_as"}
    found = {row["right"] for row in rows(cli, "--right", "read")}
    assert found == {"full_access", "read", "member", "owner"}
    assert found <= READING
    refused = cli("audit", "--right", "reading")
    assert (refused.code, refused.out) == (1, "")
    assert "full_access, read" in refused.err


def test_only_keeps_what_deserves_a_look(cloud: Cloud, cli: Cli) -> None:
    assert {row["person"] for row in rows(cli, "--only", "wide")} == {
        "anyone on the web",
        "everybody in the organisation",
    }
    assert {row["kind"] for row in rows(cli, "--only", "deleted")} == {"orphan"}
    assert {row["person"] for row in rows(cli, "--only", "disabled")} == {"dave@contoso.example"}
    outside = {row["person"] for row in rows(cli, "--only", "external")}
    assert outside == {"thief@fabrikam.example", "joe@evil.example", "anyone on the web"}
    both = rows(cli, "--only", "disabled", "--only", "deleted")
    assert len(both) == len(rows(cli, "--only", "disabled")) + len(rows(cli, "--only", "deleted"))
    nobody = cli("audit", "--only", "guest")
    assert (nobody.code, nobody.out.splitlines()[0]) == (0, "Nothing matches.")
    assert "5 mailboxes" in nobody.out
    assert {str(risk) for risk in Risk} == {"guest", "disabled", "deleted", "external", "expired", "wide"}


def test_mailboxes_by_pattern_and_alias(cloud: Cloud, cli: Cli) -> None:
    assert boxes(cli, "-m", "fin*") == {"finance", "fin-archive"}
    assert boxes(cli, "-m", "MONEY@contoso.example") == {"finance"}
    assert boxes(cli, "-m", "mon*", "-m", "press@contoso.example") == {"finance", "press"}
    assert boxes(cli, "-x", "fin*") == {"sales", "events", "press"}
    assert boxes(cli, "-m", "fin*", "-x", "money@*") == {"fin-archive"}
    assert boxes(cli, "--platform", "microsoft365", "-m", "?a*") == {"sales"}
    for more in each((("-m", "zz*"), ("-x", "zz*"), ("-m", "no@contoso.example"), ("-x", "*"))):
        done = cli("audit", *more)
        assert (done.code, done.out) == (1, ""), more
        assert "error: " in done.err


SPEC = """\
version: 1
mailbox: {name}@contoso.example
platform: microsoft365
labels: {{team: {team}}}
members:
  - {{user: ben@contoso.example, rights: [full_access], until: {until}}}
  - user: anna@contoso.example
"""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    folder = tmp_path / "specs"
    folder.mkdir()
    for name, team, until in (("sales", "sales", "2030-01-01"), ("finance", "money", "2020-01-01")):
        (folder / f"{name}.yaml").write_text(SPEC.format(name=name, team=team, until=until), "utf-8")
    return folder


def test_labels_and_expiry_come_from_specs(cloud: Cloud, cli: Cli, specs: Path) -> None:
    assert boxes(cli, "--label", "team=money", "--specs", specs) == {"finance"}
    expired = rows(cli, "--only", "expired", "--specs", specs)
    assert [(row["mailbox"], row["person"], row["entry"]) for row in expired] == [
        ("finance@contoso.example", "ben@contoso.example", "grant")
    ]
    unknown = cli("audit", "--label", "team=nobody", "--specs", specs)
    assert (unknown.code, unknown.out) == (1, "")
    assert "team=nobody" in unknown.err


def test_every_format_says_what_was_read_when_and_how(cloud: Cloud, cli: Cli) -> None:
    document = audited(cli, "-m", "fin*", "--only", "deleted")
    assert document["selection"] == {"mailbox": ["fin*"], "only": ["deleted"]}
    assert document["read_at"].endswith("+00:00")
    for output in each(("text", "markdown")):
        told = " ".join(cli("audit", "-m", "fin*", "-o", output).out.replace("\\", "").split())
        assert "Read at 2" in told
        assert " UTC from Contoso, profile default, sharedbox " in told
        assert "Selected: mailbox fin*." in told
    found = list(csv.DictReader(io.StringIO(cli("audit", "-o", "csv").out)))
    assert {row["tenant"] for row in found} == {"Contoso", "contoso.example"}
    assert every(row["read_at"].endswith("+00:00") and row["tool_version"] and row["tenant_id"] for row in found)
    assert {row["profile"] for row in found} == {"default"}


def test_csv_has_every_key_of_json(cloud: Cloud, cli: Cli) -> None:
    found = list(csv.DictReader(io.StringIO(cli("audit", "-o", "csv").out)))
    names = {"via": "through", "is_enabled": "enabled", "is_guest": "guest", "is_external": "external"}
    names["is_resolved"] = "resolved"
    for line, row in each(list(zip(found, rows(cli), strict=True))):
        assert {names.get(key, key) for key in row} <= line.keys()
        assert (line["trustee_id"], line["detail"], line["address"]) == (
            row["trustee_id"],
            row["detail"],
            row["address"],
        )


def test_arrangement_is_honoured_by_data_too(cloud: Cloud, cli: Cli) -> None:
    assert [row["person"] for row in rows(cli, "--by", "person")] == sorted(row["person"] for row in rows(cli))
    matrix = list(csv.DictReader(io.StringIO(cli("audit", "--by", "matrix", "-o", "csv").out)))
    [anna] = [row for row in matrix if row["who"] == "anna@contoso.example"]
    assert anna["sales@contoso.example (microsoft365)"] == "FS"
    assert anna["events@contoso.example (google-collaborative)"] == "O"


def test_csv_for_a_spreadsheet_begins_with_a_byte_order_mark(cloud: Cloud, cli: Cli) -> None:
    assert cli("audit", "-o", "csv", "--bom").out.startswith('\ufeff"mailbox"')
    assert cli("audit", "-o", "csv").out.startswith('"mailbox"')
    refused = cli("audit", "--bom")
    assert (refused.code, refused.out) == (1, "")
    assert "--bom" in refused.err

"""`audit diff`: what changed between two saved audits, and what cannot be said."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.asked import each, every
from tests.cli.test_json_documents import checked
from tests.conftest import Cli

Audit = dict[str, Any]
ANNA, BEN, SALES = "anna@contoso.example", "ben@contoso.example", "sales@contoso.example"
GROUP = "sg-team@contoso.example"


def row(person: str = ANNA, mailbox: str = SALES, **more: Any) -> Audit:
    """Return one right, of full access unless more is said."""
    known: Audit = {
        "mailbox": mailbox,
        "platform": "microsoft365",
        "person": person,
        "name": person.partition("@")[0].title(),
    }
    known |= {"address": person, "trustee_id": f"id-{person}", "kind": "user", "right": "full_access", "detail": ""}
    known |= {"via": [], "entry": "grant", "is_enabled": True, "is_guest": False, "is_external": False}
    return known | {"is_resolved": True, "can_hold": True, "automapping": None} | more


def audit(*rows: Audit, day: int = 1, **more: Any) -> Audit:
    """Return a saved audit."""
    names = dict.fromkeys([SALES, *(one["mailbox"] for one in rows)])
    boxes = [{"mailbox": name, "platform": "microsoft365", "is_read": True} for name in names]
    tenants = {"microsoft365": {"id": "t-1", "name": "contoso.example"}}
    head: Audit = {"format": "sharedbox.audit/1", "tool_version": "0.1", "profile": "default", "tenants": tenants}
    head |= {"read_at": f"2026-11-{day:02}T10:00:00+00:00", "left_out": [], "not_read": []}
    return head | {"by": "mailbox", "selection": {}, "mailboxes": boxes, "rows": list(rows), "notes": []} | more


def gap(kind: str, name: str, mailbox: str | None = None) -> Audit:
    """Return an object that was not read."""
    words = {"summary": "the service answered with an error", "where": "GET /x", "why": "503", "hint": ""}
    return {"platform": "microsoft365", "kind": kind, "name": name, "mailbox": mailbox, **words}


@pytest.fixture
def compare(cli: Cli, tmp_path: Path) -> Callable[..., Any]:
    """Return what compares two audits and returns the document."""

    def call(old: Audit, new: Audit, code: int = 0) -> Any:
        (tmp_path / "old.json").write_text(json.dumps(old))
        (tmp_path / "new.json").write_text(json.dumps(new))
        done = cli("audit", "diff", tmp_path / "old.json", tmp_path / "new.json", "-o", "json")
        assert done.code == code, done.err
        return checked(done.out, "audit-diff")

    return call


Compare = Callable[..., Any]


def words(found: Any) -> list[tuple[str, str, str]]:
    rows = [(one["change"], one["after"] or one["before"], ",".join(one["changed"])) for one in found["changes"]]
    return [(change, one["person"].partition("@")[0], parts) for change, one, parts in rows]


def test_gained_and_lost(compare: Compare) -> None:
    found = compare(audit(row(ANNA)), audit(row(BEN), day=2))
    assert words(found) == [("lost", "anna", ""), ("gained", "ben", "")]
    assert not any(one["has_otherwise"] for one in each(found["changes"]))
    assert (found["old"]["read_at"][:10], found["new"]["read_at"][:10]) == ("2026-11-01", "2026-11-02")


def test_nothing_changed_whatever_the_order(compare: Compare) -> None:
    rows = [row(ANNA), row(BEN), row(BEN, via=[GROUP])]
    found = compare(audit(*rows), audit(*reversed(rows), day=2))
    assert (found["changes"], found["mailboxes"], found["not_compared"], found["notes"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ({"right": "read"}, {"right": "full_access"}, "right"),
        ({"via": [GROUP]}, {"via": ["sg-other@contoso.example"]}, "via"),
        ({"via": [GROUP]}, {"via": []}, "via"),
        ({"is_enabled": True}, {"is_enabled": False}, "is_enabled"),
        ({"is_guest": False}, {"is_guest": True, "is_external": True}, "is_guest,is_external"),
        ({"kind": "user"}, {"kind": "orphan", "is_enabled": False}, "kind,is_enabled"),
        ({"entry": "invitation"}, {"entry": "grant"}, "entry"),
        (
            {"entry": "rule", "right": "read", "detail": "mail rule 1"},
            {"entry": "rule", "right": "read", "detail": "2"},
            "detail",
        ),
        ({"name": "Anna M"}, {"name": "Anna B"}, "name"),
    ],
)
def test_one_right_that_changed(compare: Compare, before: Audit, after: Audit, parts: str) -> None:
    assert words(compare(audit(row(**before)), audit(row(**after), day=2))) == [("changed", "anna", parts)]


@pytest.mark.parametrize(
    ("before", "after"),
    [({"right": "send_as"}, {"right": "full_access"}), ({"trustee_id": "1"}, {"trustee_id": "2"})],
    ids=["another right", "another account with the same address"],
)
def test_two_rights_are_not_one_that_changed(compare: Compare, before: Audit, after: Audit) -> None:
    found = words(compare(audit(row(**before)), audit(row(**after), day=2)))
    assert sorted(change for change, _, _ in found) == ["gained", "lost"]


def test_second_way_to_the_same_right(compare: Compare) -> None:
    both, one = audit(row(), row(via=[GROUP])), audit(row(via=[GROUP]), day=2)
    [lost] = compare(both, one)["changes"]
    assert (lost["change"], lost["before"]["via"], lost["has_otherwise"]) == ("lost", [], True)
    [gained] = compare(one, both)["changes"]
    assert (gained["change"], gained["has_otherwise"]) == ("gained", True)


def test_setting_that_opens_a_group(compare: Compare) -> None:
    setting = row(
        "anyone on the web",
        trustee_id="",
        address="",
        kind="anyone",
        entry="setting",
        right="read",
        detail="viewing: anyone",
    )
    found = compare(audit(), audit(setting, day=2))
    assert [(one["change"], one["after"]["kind"]) for one in found["changes"]] == [("gained", "anyone")]


def test_mailboxes_that_came_and_went(compare: Compare) -> None:
    found = compare(audit(row(mailbox="old@contoso.example")), audit(row(mailbox="new@contoso.example"), day=2))
    assert {(one["mailbox"][:3], one["change"]) for one in found["mailboxes"]} == {("old", "went"), ("new", "came")}
    assert {(one["change"]) for one in found["changes"]} == {"gained", "lost"}


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("is_listed", [True, False])
def test_unread_mailbox_is_never_lost(compare: Compare, side: str, is_listed: bool) -> None:
    whole = audit(row(), row(BEN, "info@contoso.example"))
    unread = audit(row(BEN, "info@contoso.example"), not_read=[gap("mailbox", SALES.upper(), SALES)])
    unread["mailboxes"] = [
        one | {"is_read": one["mailbox"] != SALES}
        for one in unread["mailboxes"]
        if is_listed or one["mailbox"] != SALES
    ]
    pair = (unread, whole) if side == "old" else (whole, unread)
    found = compare(*pair, code=3)
    assert found["changes"] == []
    [mailbox] = found["mailboxes"]
    assert (mailbox["mailbox"], mailbox["change"], mailbox["missing_in"]) == (SALES, "not_compared", side)


def test_platform_that_was_left_out_is_never_lost(compare: Compare) -> None:
    google = {"id": "C1", "name": "contoso.example"}
    whole = audit(row(), row(BEN, "g@contoso.example", platform="google-delegated"))
    whole["mailboxes"][1]["platform"] = "google-delegated"
    whole["tenants"]["google-delegated"] = google
    found = compare(whole, audit(row(), day=2))
    assert found["changes"] == []
    assert [(one["mailbox"][0], one["missing_in"]) for one in found["mailboxes"]] == [("g", "new")]
    assert "google-delegated is only in" in found["notes"][0]


def test_group_whose_members_were_not_read(compare: Compare) -> None:
    group = row(GROUP, kind="group")
    before = audit(group, row(ANNA, via=[GROUP]), row(BEN, via=[GROUP], right="read"), row(BEN))
    after = audit(group | {"is_resolved": False}, day=2)
    found = compare(before, after)
    assert words(found) == [("lost", "ben", "")]
    assert [one["person"] for one in found["not_compared"]] == [ANNA, BEN]
    assert [one["person"] for one in compare(after, before)["not_compared"]] == [ANNA, BEN]


def test_selections_of_mailboxes_compare_what_both_have(compare: Compare) -> None:
    part = audit(row(BEN), day=2, selection={"mailbox": [SALES]})
    found = compare(audit(row(), row(mailbox="info@contoso.example")), part)
    assert words(found) == [("lost", "anna", ""), ("gained", "ben", "")]
    assert [(one["change"], one["missing_in"]) for one in found["mailboxes"]] == [("not_compared", "new")]
    assert "different selections" in found["notes"][0]


def refused(cli: Cli, old: Path, new: Path) -> str:
    done = cli("audit", "diff", old, new)
    assert (done.code, done.out) == (1, "")
    assert "Traceback" not in done.err
    return done.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tenants": {"microsoft365": {"id": "t-2", "name": "other.example"}}}, "audits of two tenants"),
        ({"tenants": {"google-delegated": {"id": "t-2", "name": "x"}}}, "audits of different platforms"),
        ({"tenants": {}}, "no platform"),
        ({"selection": {"only": ["guest"]}}, "--only guest"),
        ({"format": "sharedbox.plan/1"}, "sharedbox.plan/1"),
        ({"format": "sharedbox.audit/2"}, "newer version"),
        ({"format": 7}, "not a JSON document of sharedbox"),
        ({"rows": [row(right="everything")]}, "rows[0].right"),
        ({"rows": [row(entry=7)]}, "rows[0].entry"),
        ({"rows": [row() | {"via": "x"}]}, "rows[0].via"),
        ({"rows": [row(mailbox="else@contoso.example")]}, "none of the mailboxes"),
        ({"rows": {}}, "`rows` is not a list"),
        ({"mailboxes": [{}]}, "mailboxes[0].mailbox"),
        ({"read_at": "2026-11-01"}, "read_at"),
        ({"read_at": None}, "read_at"),
    ],
)
def test_documents_that_cannot_be_compared(cli: Cli, tmp_path: Path, more: Audit, said: str) -> None:
    (good := tmp_path / "good.json").write_text(json.dumps(audit(row())))
    (bad := tmp_path / "bad.json").write_text(json.dumps(audit(row()) | more))
    assert said in refused(cli, good, bad)
    assert said in refused(cli, bad, good)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"mailbox,platform\r\n", "not valid JSON"),
        (json.dumps(audit(row())).encode()[:-40], "truncated"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"format": "sharedbox.audit/1", "x": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"format": NaN}', "not valid JSON"),
        (b"[]", "not a JSON document of sharedbox"),
    ],
)
def test_files_that_are_no_audit(cli: Cli, tmp_path: Path, content: bytes, said: str) -> None:
    (good := tmp_path / "good.json").write_text(json.dumps(audit(row())))
    (bad := tmp_path / "bad.json").write_bytes(content)
    assert said in refused(cli, good, bad)


def test_file_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    assert "No such file" in refused(cli, tmp_path / "a.json", tmp_path / "b.json")
    assert "directory" in refused(cli, tmp_path, tmp_path).lower()


def test_file_of_another_shell_is_read(cli: Cli, tmp_path: Path) -> None:
    (old := tmp_path / "old.json").write_bytes(json.dumps(audit(row())).encode("utf-16"))
    (new := tmp_path / "new.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(audit(row(BEN), day=2)).encode())
    assert "1 right gained, 1 right lost." in cli("audit", "diff", old, new).out


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Return two audits with hostile names."""
    name = "=1+1\x1b[31m | <b>\u202e\ud800"
    (old := tmp_path / "old.json").write_text(json.dumps(audit(row(), row(BEN, name=name))))
    (new := tmp_path / "new.json").write_text(json.dumps(audit(row(name=name, is_enabled=False), day=2)))
    return old, new


@pytest.mark.parametrize("output", ["text", "markdown", "csv", "html"])
def test_hostile_names_are_harmless(cli: Cli, pair: tuple[Path, Path], output: str) -> None:
    done = cli("audit", "diff", *pair, "-o", output)
    assert done.code == 0
    assert not {"\x1b", "\u202e"} & set(done.out)
    assert "<b>" not in done.out or output in ("text", "csv")
    assert "lost" in done.out
    if output == "csv":
        table = list(csv.DictReader(io.StringIO(done.out)))
        assert every(not one["name"].startswith("=") for one in table)
        assert {(one["change"], one["changed"], one["before"]) for one in table} == {
            ("lost", "", ""),
            ("changed", "is_enabled name", "enabled, Anna"),
        }


def test_exit_code_says_whether_there_are_differences(cli: Cli, pair: tuple[Path, Path]) -> None:
    assert cli("audit", "diff", *pair, "--detailed-exitcode").code == 2
    assert cli("audit", "diff", pair[0], pair[0], "--detailed-exitcode").code == 0
    assert "No differences." in cli("audit", "diff", pair[0], pair[0]).out


def test_text_names_the_account_once(cli: Cli, tmp_path: Path) -> None:
    boxes = [f"m{number}@contoso.example" for number in range(30)]
    (old := tmp_path / "old.json").write_text(json.dumps(audit(*(row(mailbox=box) for box in boxes))))
    (new := tmp_path / "new.json").write_text(
        json.dumps(audit(*(row(mailbox=box, is_enabled=False) for box in boxes), day=2))
    )
    done = cli("audit", "diff", old, new)
    [line] = [line for line in done.out.splitlines() if ANNA in line]
    assert line.split()[-3:] == ["disabled", "enabled", "30"]


def test_options_before_the_subcommand_are_refused(cli: Cli, pair: tuple[Path, Path]) -> None:
    done = cli("audit", "--only", "guest", "diff", *pair)
    assert (done.code, "--only" in done.err) == (1, True)


def test_help_names_the_subcommand(cli: Cli) -> None:
    assert "diff" in cli("audit", "--help").out
    assert "audit diff last-week.json" in cli("audit", "diff", "--help").out

"""`audit --against`: whether specs allow each right, and which of theirs nobody has."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.asked import each, every
from tests.cli.test_audit_past import audited
from tests.conftest import Cli, Cloud

ROOT = Path(__file__).parents[2]
EXAMPLES, GOOGLE = ROOT / "examples" / "mailboxes", ROOT / "examples" / "google"
SALES = "sales@contoso.example"


def spec(folder: Path, *members: str, more: str = "", mailbox: str = SALES) -> Path:
    """Write the spec of one mailbox."""
    folder.mkdir(exist_ok=True)
    lines = "\n".join(f"  - {member}" for member in members)
    text = f"version: 1\nmailbox: {mailbox}\nplatform: microsoft365\n{more}"
    (folder / f"{mailbox}.yaml").write_text(text + (f"members:\n{lines}\n" if members else ""))
    return folder


def states(found: Any, mailbox: str = SALES) -> dict[tuple[str, str], str]:
    rows = [row for row in found["rows"] if row["mailbox"] == mailbox]
    return {(row["person"].partition("@")[0], row["right"]): row["in_spec"] for row in rows}


@pytest.mark.parametrize("folders", [[EXAMPLES], [EXAMPLES, GOOGLE]], ids=["one cloud", "both clouds"])
def test_answers_are_those_of_the_plan(both: Cloud, cli: Cli, folders: list[Path]) -> None:
    arguments = [item for folder in folders for item in ("--against", folder)]
    found = audited(cli, *arguments)
    changes = json.loads(cli("plan", *folders, "-o", "json").out)["changes"]
    words = ("create the mailbox", "convert the group")
    created = {one["mailbox"].lower() for one in changes if one["words"].startswith(words)}

    def keys(kind: str) -> set[tuple[str, str, str]]:
        found = (one for one in changes if one["kind"] == kind and one["mailbox"].lower() not in created)
        return {(one["mailbox"].lower(), one["trustee"]["address"], one["trustee"]["right"]) for one in found}

    missing = {(one["mailbox"].lower(), one["address"], one["right"]) for one in found["missing"] if one["address"]}
    assert missing == keys("grant")
    outside = {
        (row["mailbox"].lower(), row["address"], row["right"])
        for row in found["rows"]
        if row["in_spec"] == "no" and row["entry"] in ("grant", "invitation") and row["address"] and not row["via"]
    }
    assert outside == keys("revoke")
    assert {one["mailbox"].lower() for one in found["missing"] if not one["address"]} == created


def test_nothing_differs_after_an_apply(cloud: Cloud, cli: Cli) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    found = audited(cli, "--against", EXAMPLES)
    assert found["missing"] == []
    assert {row["kind"] for row in found["rows"] if row["in_spec"] == "no"} <= {"orphan"}
    through = [row for row in found["rows"] if row["via"]]
    assert every(row["in_spec"] == "yes" for row in through)
    assert {row["mailbox"] for row in found["rows"] if row["in_spec"] == "unmanaged"} == {"billing@contoso.example"}


def test_person_who_is_gone_is_missing_and_no_error(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = spec(
        tmp_path / "s", "user: ben@contoso.example", "user: nobody@contoso.example", more="labels: {owner: Eva}\n"
    )
    found = audited(cli, "--against", folder)
    missing = each(one for one in found["missing"] if one["address"].startswith("nobody"))
    assert every("is not in the tenant" in one["why"] for one in missing)
    assert every(one["owner"] == "Eva" and one["spec"].endswith(f"{SALES}.yaml:7") for one in missing)
    assert states(found)["ben", "full_access"] == "yes"


def test_list_that_is_not_exact_leaves_others_unmanaged(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    exact = states(audited(cli, "--against", spec(tmp_path / "a", "user: ben@contoso.example")))
    least = states(
        audited(cli, "--against", spec(tmp_path / "b", "user: ben@contoso.example", more="members_mode: at-least\n"))
    )
    none = states(audited(cli, "--against", spec(tmp_path / "c", more="display_name: Sales\n")))
    assert (exact["hugo", "full_access"], least["hugo", "full_access"]) == ("no", "unmanaged")
    assert {value for (_, right), value in none.items() if right == "full_access"} == {"unmanaged"}


def test_settings_that_give_access(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    def sign_in(word: str) -> str:
        folder = spec(tmp_path / word, more=f"sign_in: {word}\n" if word != "none" else "display_name: Sales\n")
        [row] = [row for row in audited(cli, "--against", folder)["rows"] if row["entry"] == "sign-in"]
        return str(row["in_spec"])

    assert [sign_in(word) for word in ("blocked", "allowed", "none")] == ["no", "yes", "unmanaged"]


def test_mailbox_that_should_not_exist(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    found = audited(cli, "--against", spec(tmp_path / "s", more="state: absent\n"))
    assert set(states(found).values()) == {"no"}
    assert found["missing"] == []


def test_selection_limits_what_is_missing(cloud: Cloud, cli: Cli) -> None:
    found = audited(cli, "--against", EXAMPLES, "--mailbox", SALES)
    assert {one["mailbox"] for one in each(found["missing"])} == {SALES}
    found = audited(cli, "--against", EXAMPLES, "--right", "send_as")
    assert {one["right"] for one in each(found["missing"])} == {"send_as"}
    assert audited(cli, "--against", EXAMPLES, "--only", "disabled")["missing"] == []


def test_every_format_names_what_differs(cloud: Cloud, cli: Cli) -> None:
    for output in ("text", "markdown"):
        shown = cli("audit", "--against", EXAMPLES, "-o", output).out
        assert "Granted outside of the specs" in shown
        assert "Missing: in the specs" in shown
    table = list(csv.DictReader(io.StringIO(cli("audit", "--against", EXAMPLES, "-o", "csv").out)))
    assert {"no", "yes", "unmanaged"} == {row["in_spec"] for row in table}
    assert "fatima@contoso.example" in {row["person"] for row in table if row["entry"] == "missing"}


def test_specs_with_problems_are_an_error(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = spec(tmp_path / "s", "righs: x")
    assert cli("audit", "--against", folder).code == 1
    assert cli("audit", "--against", tmp_path / "none").code == 1

"""`audit --save`, `--since`, `--as-of` and `--why`: since when, by whom, and what was there at a time."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from sharedbox_cli.emulator.google.activities import record
from sharedbox_cli.emulator.google.builder import SCOPES, GoogleBuilder
from sharedbox_cli.emulator.seed import Builder
from sharedbox_cli.reports.json_schema import schema_of
from tests.asked import each, every
from tests.conftest import Cli, Cloud

EXAMPLES = Path(__file__).parents[2] / "examples" / "mailboxes"
SALES = "sales@contoso.example"


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(schema_of("audit", is_strict=True))


def audited(cli: Cli, *more: object) -> Any:
    done = cli("audit", "-o", "json", *more)
    assert done.code == 0, done.err
    data = json.loads(done.out)
    schema().validate(data)
    return data


def let_in(cloud: Cloud, local: str, mailbox: str = SALES) -> None:
    """Give somebody full access, as an administrator would, without sharedbox."""
    with cloud.tenant.lock:
        find = "select id from objects where mail = ?"
        box = cloud.tenant.row(find, mailbox)
        person = cloud.tenant.row(find, f"{local}@contoso.example")
        assert box
        assert person
        Builder(cloud.tenant, 99).grant(box["id"], person["id"], "full_access")


def who(found: Any) -> set[tuple[str, str, str]]:
    return {(row["mailbox"].partition("@")[0], row["person"].partition("@")[0], row["right"]) for row in found["rows"]}


def test_since_shows_what_came_after_the_first_reading(cloud: Cloud, cli: Cli) -> None:
    first = audited(cli, "--save")
    assert "first_seen" not in first["rows"][0]
    let_in(cloud, "emi")
    [row] = (found := audited(cli, "--save", "--since", first["read_at"]))["rows"]
    assert (row["person"], row["first_seen"], row["is_start_known"]) == ("emi@contoso.example", found["read_at"], True)
    assert found["known_since"] == {"microsoft365": first["read_at"]}
    assert found["selection"]["since"] == [found["since"]]
    assert who(audited(cli, "--since", found["read_at"])) == who(found), "saved or not"
    assert "go back to" in " ".join(found["notes"])


def test_since_without_saved_observations_knows_the_journal(cloud: Cloud, cli: Cli) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    found = audited(cli, "--since", "2026-01-01")
    assert every(row["granted_source"] == "sharedbox" for row in found["rows"])
    [run] = json.loads(cli("history", "-o", "json").out)["runs"]
    assert {row["granted_run"] for row in each(found["rows"])} == {run["id"]}
    assert every(row["granted_by"].startswith(run["who"]) for row in found["rows"])
    assert "No observations are saved" in " ".join(found["notes"])
    assert "it is not known since when" in " ".join(found["notes"])


@pytest.mark.slow
def test_journal_of_another_profile_knows_it_too(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    (tmp_path / "state" / "default.sqlite3").rename(tmp_path / "state" / "other.sqlite3")
    assert {row["granted_source"] for row in audited(cli, "--why")["rows"]} == {"", "sharedbox"}


def test_damaged_journal_is_an_error(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    for file in (tmp_path / "state").glob("default.sqlite3*"):
        file.write_bytes(b"damaged" * 1000)
    done = cli("audit", "--why")
    assert (done.code, "Traceback" in done.err) == (1, False)
    assert "damaged" in done.err


def test_revoked_and_granted_elsewhere_is_not_ours(cloud: Cloud, cli: Cli) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    with cloud.tenant.lock:
        cloud.tenant.run("delete from permissions")
    let_in(cloud, "emi")
    [row] = [row for row in audited(cli, "--why")["rows"] if row["right"] == "full_access" and row["entry"] == "grant"]
    assert (row["granted_at"], row["granted_run"]) == (None, "")


def test_as_of_asks_no_cloud(cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    before = audited(cli, "--save")
    let_in(cloud, "emi")
    after = audited(cli, "--save")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    cloud.emulator.stop()
    past = audited(cli, "--as-of", before["read_at"])
    assert who(past) == who(before) != who(after)
    assert (past["read_at"], past["as_of"]) == (before["read_at"], before["read_at"])
    assert {box["read_at"] for box in each(past["mailboxes"])} == {before["read_at"]}
    assert past["tenants"] == before["tenants"]
    assert who(audited(cli, "--as-of", after["read_at"])) == who(after)


def test_as_of_takes_part_of_the_mailboxes_and_rows(cloud: Cloud, cli: Cli) -> None:
    moment = audited(cli, "--save")["read_at"]
    for more in each([["--mailbox", "sales@*"], ["--only", "deleted"], ["--right", "read"], ["--person", "ben"]]):
        assert who(audited(cli, "--as-of", moment, *more)) == who(audited(cli, *more))
    assert cli("audit", "--as-of", moment, "--mailbox", "nobody@*").code == 1
    assert cli("audit", "--as-of", moment, "--person", "nobody@*").code == 1


def test_two_saved_states_can_be_compared(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    moment = audited(cli, "--save")["read_at"]
    let_in(cloud, "emi")
    (tmp_path / "old.json").write_text(cli("audit", "--as-of", moment, "-o", "json").out)
    (tmp_path / "new.json").write_text(cli("audit", "-o", "json").out)
    done = cli("audit", "diff", tmp_path / "old.json", tmp_path / "new.json")
    assert "1 right gained." in done.out, done.out + done.err


def test_selection_leaves_the_other_mailboxes_open(cloud: Cloud, cli: Cli) -> None:
    everything = audited(cli, "--save")
    part = audited(cli, "--save", "--mailbox", SALES)
    past = audited(cli, "--as-of", part["read_at"])
    assert who(past) == who(everything)
    assert {box["read_at"] for box in past["mailboxes"]} == {everything["read_at"], part["read_at"]}
    assert "earlier reading" in " ".join(past["notes"])


def test_why_says_what_the_specs_say(cloud: Cloud, cli: Cli) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    found = audited(cli, "--why", "--specs", EXAMPLES)["rows"]
    [chloe] = [row for row in found if row["person"].startswith("chloe") and row["right"] == "full_access"]
    assert chloe["reason"] == "parental leave cover, HR-112"
    assert chloe["until"] == "2027-04-01T00:00:00+00:00"
    assert chloe["spec"].endswith("teams.yaml:8")
    assert {row["reason"] for row in each(row for row in found if row["via"])} == {"quarterly review"}


def test_why_is_in_every_format(cloud: Cloud, cli: Cli) -> None:
    assert cli("apply", EXAMPLES, "--yes").code == 0
    arguments = ("audit", "--why", "--specs", EXAMPLES)
    table = list(csv.DictReader(io.StringIO(cli(*arguments, "-o", "csv").out)))
    names = {"until": "2027-04-01T00:00:00+00:00", "granted_source": "sharedbox", "reason": "quarterly review"}
    for name, value in each(names.items()):
        assert value in {row[name] for row in table}
    for output in ("text", "markdown", "html"):  # people read the day of the spec, and not the instant after it
        out = cli(*arguments, "-o", output).out.replace("\\", "")
        assert "2027-03-31" in out
        assert "2027-04-01" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "not a date"),
        (["--since", "2026-02-30"], "not a date"),
        (["--since", "20261120"], "not a date"),
        (["--since", ""], "not a date"),
        (["--since", "2026-11-20T25:00Z"], "not a date"),
        (["--since", "\u0662\u0660\u0662\u0666-11-20"], "not a date"),
        (["--since", "0001-01-01T00:00+23:00"], "not a date"),
        (["--as-of", "9999-12-31"], "in the future"),
        (["--since", "9999-12-31"], "in the future"),
        (["--as-of", "2020-01-01"], "nothing is known"),
        (["--as-of", "2020-01-01", "--save"], "do not go together"),
        (["--as-of", "2020-01-01", "--since", "2019-01-01"], "do not go together"),
        (["--as-of", "2020-01-01", "--only", "expired"], "do not go together"),
    ],
)
def test_dates_that_say_nothing(cloud: Cloud, cli: Cli, arguments: list[str], said: str) -> None:
    done = cli("audit", *arguments)
    assert (done.code, done.out) == (1, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_time_before_the_first_reading_names_it(cloud: Cloud, cli: Cli) -> None:
    first = audited(cli, "--save")["read_at"]
    done = cli("audit", "--as-of", "2020-01-01")
    assert (done.code, first[:10] in done.err) == (1, True)


def test_folder_that_cannot_be_used_is_an_error(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    done = cli("audit", "--save")
    assert done.code == 1
    assert "the saved observations cannot be used" in done.err
    assert "Traceback" not in done.err


EVENTS, BEN = "events@contoso.example", "ben@contoso.example"


def logged(cloud: Cloud, *events: tuple[str, float], role: str = "", who: str = "admin@contoso.example") -> None:
    """Write events about one person into Google's log, each some days ago."""
    with cloud.tenant.lock:
        store = cloud.emulator.google.store
        for event, days in events:
            record(store, who, event, EVENTS, BEN, new=role, at=store.now - days * 86400)


def added(cloud: Cloud) -> None:
    """Let somebody into a group, as an administrator would, without sharedbox."""
    with cloud.tenant.lock:
        store = cloud.emulator.google.store
        group, user = store.group(EVENTS), store.user(BEN)
        assert group
        assert user
        store.run("delete from g_members where group_id = ? and member_id = ?", group["id"], user["id"])
        GoogleBuilder(cloud.tenant, 7).member(group["id"], user["id"])


def granted_to_ben(cli: Cli, *more: object) -> list[tuple[str | None, str, str]]:
    found = audited(cli, "--mailbox", EVENTS, *more)["rows"]
    rows = [row for row in found if row["person"] == BEN and not row["via"]]
    return [(row["granted_at"], row["granted_by"], row["granted_source"]) for row in rows]


def test_google_log_names_who_added_a_member(google: Cloud, cli: Cli) -> None:
    added(google)
    logged(google, ("ADD_GROUP_MEMBER", 30), ("REMOVE_GROUP_MEMBER", 20), ("ADD_GROUP_MEMBER", 10))
    [(at, by, source)] = granted_to_ben(cli, "--why")
    assert at is not None
    assert (by, source) == ("admin@contoso.example", "google")
    assert [one[0] for one in granted_to_ben(cli, "--since", at)] == [at]


@pytest.mark.parametrize(
    ("events", "role", "is_known"),
    [
        ([("ADD_GROUP_MEMBER", 30), ("REMOVE_GROUP_MEMBER", 20)], "", False),
        ([("UPDATE_GROUP_MEMBER", 30)], "MEMBER", True),
        ([("ADD_GROUP_MEMBER", 31), ("UPDATE_GROUP_MEMBER", 30)], "OWNER", False),
        ([("ADD_GROUP_MEMBER", 200)], "", False),
    ],
    ids=["removed since", "role given", "another role since", "older than the log"],
)
def test_google_log_that_does_not_fit_is_not_guessed_from(
    google: Cloud, cli: Cli, events: list[tuple[str, float]], role: str, is_known: bool
) -> None:
    added(google)
    logged(google, *events, role=role)
    [(at, _, source)] = granted_to_ben(cli, "--why")
    assert (at is not None, source == "google") == (is_known, is_known)


def test_google_log_that_may_not_be_read_is_a_note(google: Cloud, cli: Cli) -> None:
    added(google)
    left = [scope for scope in SCOPES if not scope.endswith("reports.audit.readonly")]
    with google.tenant.lock:
        google.tenant.run("update g_service_accounts set scopes = ?", json.dumps(left))
    found = audited(cli, "--why")
    assert "log of administrators was not read" in " ".join(found["notes"])
    assert found["rows"]


def test_google_log_is_read_only_where_it_was_asked_for(google: Cloud, cli: Cli) -> None:
    audited(cli)
    assert not [line for line in google.emulator.log.lines if "activities" in str(line["route"])]
    audited(cli, "--why")
    assert [line for line in google.emulator.log.lines if "activities" in str(line["route"])]

"""`--apply-now`: changed specs go through plan, guards, question and run, for these mailboxes alone."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import pytest

from sharedbox_cli.cli.terminal import Terminal
from tests.conftest import Cli, Cloud, Done

SPECS = Path("specs")
ANNA, BEN = "anna@contoso.example", "ben@contoso.example"
LEFT = "hugo@contoso.example"
"""Somebody whose account is disabled."""
MAILBOXES = {"desk": "microsoft365", "press": "google-delegated", "crew": "google-collaborative"}
"""Mailboxes of which Anna and Ben are members, and their platforms."""


def spec(name: str, *people: str) -> None:
    members = "".join(f"  - user: {person}\n" for person in people)
    text = f"version: 1\nmailbox: {name}@contoso.example\nplatform: {MAILBOXES[name]}\nmembers:\n{members}"
    (SPECS / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def company(both: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Return both clouds, with mailboxes that specs have made for Anna and Ben."""
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()
    for name in MAILBOXES:
        spec(name, ANNA, BEN)
    done = cli("apply", SPECS, "--yes")
    assert done.code == 0, done.out + done.err
    both.forget()
    return both


def offboard(cli: Cli, *arguments: str, code: int = 0) -> Done:
    done = cli("offboard", ANNA, SPECS, "--write", "--apply-now", *arguments)
    assert done.code == code, done.out + done.err
    return done


def reached(cli: Cli) -> set[str]:
    """Return the local parts of the mailboxes of the specs that Anna reaches."""
    rows = json.loads(cli("audit", "-o", "json").out)["rows"]
    return {row["mailbox"].partition("@")[0] for row in rows if row["person"] == ANNA} & set(MAILBOXES)


def command_in(text: str, flag: str = "") -> list[str]:
    """Return the words of the last command of a message, after `sharedbox`."""
    lines = [line for line in text.splitlines() if line.startswith("    ") and "sharedbox apply" in line]
    return shlex.split([line for line in lines if flag in line][-1])[1:]


ALLOWED = ("--yes", "--allow", "mass-revocation=6")


def test_person_is_gone_from_both_clouds_and_nothing_else_is_applied(company: Cloud, cli: Cli) -> None:
    pending = "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\ndisplay_name: Not yet\n"
    (SPECS / "sales.yaml").write_text(pending, encoding="utf-8")
    assert reached(cli) == set(MAILBOXES)
    done = offboard(cli, *ALLOWED)
    assert reached(cli) == set()
    assert "Plan: 4 to revoke; on 3 mailboxes." in done.out
    assert "Run: 4 done." in done.out
    assert len(company.effects()) == 4, "one per change of the plan"
    assert "1 to update" in cli("plan", SPECS).out, "the other spec waits"


def test_guard_refuses_when_nobody_who_can_sign_in_is_left(company: Cloud, cli: Cli) -> None:
    spec("desk", ANNA, LEFT)
    assert cli("apply", SPECS, *ALLOWED).code == 0
    company.forget()
    done = offboard(cli, *ALLOWED, code=4)
    assert "refused: guard last-access" in done.err
    assert "Nothing was written to a cloud." in done.err
    assert company.effects() == []
    assert ANNA not in (SPECS / "desk.yaml").read_text(), "the changed specs stay"
    assert "The specs are changed. To apply them:" in done.err
    assert command_in(done.err)[:3] == ["apply", "specs", "--mailbox"]
    again = cli(*command_in(done.err, "--allow last-access"), *ALLOWED)
    assert (again.code, reached(cli)) == (0, set()), again.err


@pytest.mark.slow
def test_without_a_terminal_the_plan_needs_yes_and_the_hint_works(company: Cloud, cli: Cli) -> None:
    done = offboard(cli, *ALLOWED[1:], code=4)
    assert "not applied: nobody confirmed it" in done.err
    assert company.effects() == []
    assert cli(*command_in(done.err, "--yes"), *ALLOWED[1:]).code == 0
    assert reached(cli) == set()


@pytest.mark.slow
def test_answer_other_than_yes_applies_nothing(company: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Terminal, "is_interactive", True)
    monkeypatch.setattr(Terminal, "ask", lambda _, question: "no")
    done = offboard(cli, *ALLOWED[1:], code=4)
    assert (company.effects(), "The specs are changed" in done.err) == ([], True)


@pytest.mark.slow
def test_stop_in_between_is_continued_by_the_command_that_is_shown(company: Cloud, cli: Cli) -> None:
    company.faults({"route": "google.gmail.users.settings.delegates.delete", "kind": "forbidden", "count": 1})
    done = offboard(cli, *ALLOWED, code=3)
    assert reached(cli) == {"press"}
    assert "Then this command plans the rest:" in done.out
    again = cli("offboard", ANNA, SPECS, "--write", "--apply-now", "--yes")
    assert (again.code, "No spec was changed, so nothing is applied." in again.out) == (0, True)
    assert cli(*command_in(done.out), *ALLOWED).code == 0
    assert reached(cli) == set()


def test_json_is_one_document_and_the_run_is_on_stderr(company: Cloud, cli: Cli) -> None:
    done = offboard(cli, *ALLOWED, "-o", "json")
    assert json.loads(done.out)["format"] == "sharedbox.offboarding/1"
    assert "Run: 4 done." in done.err


def test_command_to_continue_names_the_profile(company: Cloud, cli: Cli, tmp_path: Path) -> None:
    config = tmp_path / "other file.yaml"
    config.write_text("profiles: {second: {}}\n", encoding="utf-8")
    done = offboard(cli, "--config", str(config), "--profile", "second", "--yes", code=4)
    assert command_in(done.out)[:6] == ["apply", "specs", "--profile", "second", "--config", str(config)]
    assert cli(*command_in(done.err, "--allow"), "--yes").code == 0


@pytest.mark.parametrize("command", [("offboard", ANNA, "specs"), ("review", "read", "sheet.csv")])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--apply-now",), "`--apply-now` needs `--write`"),
        (("--write", "--yes"), "`--yes` needs `--apply-now`"),
        (("--write", "--allow", "delete"), "`--allow` needs `--apply-now`"),
    ],
)
def test_options_that_need_each_other(cli: Cli, command: tuple[str, ...], options: tuple[str, ...], words: str) -> None:
    done = cli(*command, *options)
    assert (done.code, words in done.err) == (1, True), done.err


def test_guard_that_does_not_exist_changes_no_spec(company: Cloud, cli: Cli) -> None:
    before = (SPECS / "desk.yaml").read_text()
    assert "no such guard" in offboard(cli, "--yes", "--allow", "mass-revocatoin", code=1).err
    assert (SPECS / "desk.yaml").read_text() == before


@pytest.mark.slow
def test_review_is_applied_for_its_mailboxes_alone(company: Cloud, cli: Cli) -> None:
    assert cli("review", "start").code == 0
    sheet = Path("review") / "no-owner.csv"
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    for row in rows:
        is_chosen = row["person"].startswith("anna@") and row["mailbox"].startswith(("desk@", "press@"))
        row["decision"] = "no" if is_chosen else ""
        row["reviewer"] = BEN
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    company.forget()
    done = cli("review", "read", sheet, "--write", "--apply-now", *ALLOWED)
    assert done.code == 0, done.out + done.err
    assert "Plan: 3 to revoke; on 2 mailboxes." in done.out
    assert reached(cli) == {"crew"}

"""`offboard`: a person is taken out of specs and teams, and nobody else loses anything."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from sharedbox_cli.cli.filters import Filter
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from sharedbox_cli.providers.registry import capabilities_of_all
from tests.asked import each
from tests.conftest import Cli, Done
from tests.strategies import NOW

SPECS = Path("specs")
ANNA, BEN = "anna@contoso.example", "ben@contoso.example"
TEAMS = """\
# teams of ours
desk:
  - user: anna@contoso.example  # first
  - user: ben@contoso.example
lead:
  rights: [full_access]
  members:
    - user: Anna@contoso.example
    - user: chloe@contoso.example
"""
SUPPORT = "version: 1\nmailbox: support@contoso.example\nplatform: microsoft365\nmembers:\n  - team: desk\n"
SALES = """\
version: 1
mailbox: sales@contoso.example
platform: microsoft365
members:
  # the only one
  - user: anna@contoso.example
    rights: [full_access]
    reason: boss
"""


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SPECS.mkdir()


def write(**files: str) -> None:
    for name, text in files.items():
        (SPECS / f"{name}.yaml").write_text(text, newline="")


def grants(cli: Cli, mailbox: str) -> dict[str, set[str]]:
    """Return the rights that a spec gives, by trustee."""
    data = json.loads(cli("show", mailbox, SPECS, "-o", "json").out)
    rights: dict[str, set[str]] = {}
    for grant in data["grants"]:
        rights.setdefault(grant["trustee"].lower(), set()).add(grant["right"])
    return rights


def offboarded(cli: Cli, *arguments: str) -> Done:
    done = cli("offboard", *arguments)
    assert "Traceback" not in done.err
    return done


def test_person_leaves_teams_and_mailboxes(cli: Cli) -> None:
    write(teams=TEAMS, support=SUPPORT, sales=SALES.replace("members:\n", f"members:\n  - user: {BEN}\n"))
    before = {path: path.read_bytes() for path in SPECS.iterdir()}
    shown = offboarded(cli, "Anna@contoso.example")
    assert (shown.code, {path: path.read_bytes() for path in SPECS.iterdir()}) == (0, before), "nothing is written yet"
    assert "-  - user: anna@contoso.example  # first" in shown.out
    assert offboarded(cli, ANNA, "--write").code == 0
    for path in each(before):
        assert ANNA not in path.read_text().lower()
    assert "# teams of ours" in (SPECS / "teams.yaml").read_text()
    assert set(grants(cli, "support@contoso.example")) == {BEN}
    assert set(grants(cli, "sales@contoso.example")) == {BEN}
    assert "No spec gives a right" in offboarded(cli, ANNA).out


def test_last_reader_stays_until_a_successor_is_named(cli: Cli) -> None:
    write(sales=SALES)
    done = offboarded(cli, ANNA, "--write")
    assert (done.code, (SPECS / "sales.yaml").read_text()) == (3, SALES)
    assert "nobody else could read it" in done.out
    assert offboarded(cli, ANNA, "--successor", BEN, "--write").code == 0
    assert grants(cli, "sales@contoso.example") == {BEN: {"full_access"}}


def test_successor_takes_over_where_a_team_was_the_last(cli: Cli) -> None:
    team = "desk:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n    until: 2020-01-31\n"
    write(teams=team, support=SUPPORT)
    assert offboarded(cli, ANNA, "--successor", "chloe@contoso.example", "--write").code == 0
    assert grants(cli, "support@contoso.example") == {"chloe@contoso.example": {"full_access", "send_as"}}


def test_team_of_one_and_lists_in_brackets_need_a_person(cli: Cli) -> None:
    write(
        teams="one:\n  - user: anna@contoso.example\n",
        support=SUPPORT.replace("team: desk", "team: one") + f"  - user: {BEN}\n",
        sales="version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\n"
        f"members: [{{user: {ANNA}}}, {{user: {BEN}}}]\n",
    )
    done = offboarded(cli, ANNA, "--write", "-o", "json")
    assert done.code == 3
    reasons = {row["mailbox"]: row["by_hand"] for row in json.loads(done.out)["mailboxes"]}
    assert "team would be empty" in reasons["support@contoso.example"]
    assert "in brackets" in reasons["sales@contoso.example"]


def test_settings_that_name_the_person_are_listed(cli: Cli) -> None:
    write(
        press="version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\n"
        f"forwarding: {{to: {ANNA}, keep_copy: true}}\nmembers:\n  - user: {BEN}\n"
    )
    done = offboarded(cli, ANNA)
    assert "press@contoso.example: forwarding.to" in done.out


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_several_documents_of_one_file_are_changed(cli: Cli, line_end: str) -> None:
    two = SALES.replace("sales@", "eu@") + "---\n" + SALES.replace("sales@", "us@") + "sign_in: blocked\n"
    write(both=two.replace("\n", line_end))
    assert offboarded(cli, ANNA, "--successor", BEN, "--write").code == 0
    for name in ("eu", "us"):
        assert grants(cli, f"{name}@contoso.example") == {BEN: {"full_access"}}
    raw = (SPECS / "both.yaml").read_bytes()
    assert (b"\r\n" in raw) is (line_end == "\r\n")
    assert raw.count(b"\n") == raw.count(line_end.encode())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("not-an-address",), "not an address"),
        ((ANNA, "--successor", ANNA.upper()), "the successor is the person who leaves"),
        ((ANNA, "nowhere"), "no such file or folder"),
    ],
)
def test_wrong_words_are_explained(cli: Cli, arguments: tuple[str, ...], words: str) -> None:
    write(sales=SALES)
    done = offboarded(cli, *arguments)
    assert (done.code, words in done.err) == (1, True), done.err


def test_every_mailbox_that_keeps_the_person_is_named(cli: Cli) -> None:
    team = "one:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n    until: 2020-01-31\n"
    write(
        teams=team,
        support=SUPPORT.replace("team: desk", "team: one"),
        sales=SALES.replace("members:\n", f"members:\n  - team: one\n  - user: {BEN}\n").replace(
            "  - user: anna@contoso.example\n    rights: [full_access]\n    reason: boss\n", ""
        ),
    )
    done = offboarded(cli, ANNA, "--write", "-o", "json")
    assert done.code == 3
    by_hand = {row["mailbox"]: row["by_hand"] for row in json.loads(done.out)["mailboxes"]}
    assert "nobody else could read it" in by_hand["support@contoso.example"]
    assert "the same file or team" in by_hand["sales@contoso.example"]
    for name in each(by_hand):
        assert ANNA in grants(cli, name)


def test_mailbox_keeps_the_person_where_the_successor_cannot_be_added(cli: Cli) -> None:
    text = SALES.replace("  # the only one\n", "").split("members:")[0] + f"members: [{{user: {ANNA}}}]\n"
    write(sales=text, other=SALES.replace("sales@", "other@"))
    done = offboarded(cli, ANNA, "--successor", BEN, "--write")
    assert (done.code, (SPECS / "sales.yaml").read_text()) == (3, text)
    assert "the successor cannot be added" in " ".join(done.out.split())
    assert grants(cli, "other@contoso.example") == {BEN: {"full_access"}}


def test_next_command_applies_these_mailboxes_alone(cli: Cli) -> None:
    write(teams=TEAMS, support=SUPPORT, sales=SALES)
    assert json.loads(cli("offboard", ANNA, SPECS, "-o", "json").out)["next_command"] == ""
    done = cli("offboard", ANNA, SPECS, "--write")
    assert "    sharedbox apply specs --mailbox support@contoso.example\n" in done.out, "sales keeps Anna"
    assert "sharedbox apply" not in cli("offboard", ANNA, SPECS, "--write").out, "nothing is left to apply"


def test_next_command_names_each_of_many_mailboxes_on_one_line(cli: Cli) -> None:
    names = [f"desk{number:02}" for number in range(30)]
    write(teams=TEAMS, **{name: SUPPORT.replace("support@", f"{name}@") for name in names})
    done = cli("offboard", ANNA, SPECS, "--write")
    (line,) = [line for line in done.out.splitlines() if "sharedbox apply" in line]
    words = shlex.split(line)
    assert words[:3] == ["sharedbox", "apply", "specs"]
    assert words[3:] == [word for name in names for word in ("--mailbox", f"{name}@contoso.example")]


def test_next_command_matches_no_other_address(cli: Cli) -> None:
    write(
        sales=SALES.replace("sales@", "s*s@").replace("members:\n", f"members:\n  - user: {BEN}\n"),
        sites=SALES.replace("sales@", "sites@").replace(ANNA, BEN),
    )
    words = shlex.split(json.loads(cli("offboard", ANNA, SPECS, "--write", "-o", "json").out)["next_command"])
    desired = resolve(load_specs([SPECS]), capabilities_of_all(), NOW)
    assert {key.key for key in Filter.of(words[-1:]).apply(desired).mailboxes} == {"s*s@contoso.example"}


def test_mailbox_that_keeps_people_without_a_spec_is_named(cli: Cli) -> None:
    write(teams=TEAMS, support=SUPPORT + "members_mode: at-least\n")
    done = offboarded(cli, ANNA, "--write")
    assert (done.code, ANNA in (SPECS / "teams.yaml").read_text()) == (3, False)
    assert "support@contoso.example: with `members_mode: at-least`, rights that no spec gives stay" in done.out


WORKFLOW = """\
version: 1
mailbox: sales@contoso.example
platform: microsoft365
members:
  - team: support
workflow:
  members: [support]
  assign_by: rules
  names:
    ben@contoso.example: Benno   # with an o
    anna@contoso.example: Anni
  assign:
    # the fair
    - to: anna@contoso.example
      when: {from: fair@news.example}
    - to: ben@contoso.example   # and the rest
      when: {has_attachment: true}
"""


def test_workflow_loses_the_person_in_assign_and_names(cli: Cli) -> None:
    write(teams="support:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n", sales=WORKFLOW)
    done = offboarded(cli, ANNA, "--write")
    assert done.code == 0, done.err
    gone = {"    anna@contoso.example: Anni", "    - to: anna@contoso.example", "      when: {from: fair@news.example}"}
    left = [line for line in WORKFLOW.splitlines() if line not in gone]
    assert (SPECS / "sales.yaml").read_text().splitlines() == left
    assert cli("validate", SPECS).code == 0


def test_workflow_in_brackets_loses_the_person(cli: Cli) -> None:
    start = WORKFLOW.partition("  names:")[0]
    kept = "{to: ben@contoso.example, when: {has_attachment: true}}"
    assign = f"  assign: [{{to: anna@contoso.example, when: {{from: fair@news.example}}}}, {kept}]\n"
    names = "  names:\n    anna@contoso.example: Anni\n"
    write(teams=TEAMS.replace("desk:", "support:"), sales=start + assign + names)
    assert offboarded(cli, ANNA, "--write").code == 0
    assert (SPECS / "sales.yaml").read_text() == f"{start}  assign: [{kept}]\n"


def test_workflow_without_anybody_to_assign_to_is_refused_with_the_place(cli: Cli) -> None:
    text = WORKFLOW.partition("    - to: ben@")[0]
    write(teams="support:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n", sales=text)
    done = offboarded(cli, ANNA, "--write")
    assert done.code != 0
    assert "sales.yaml:11:5" in done.err
    assert "`workflow.assign` in line 12 would be empty: give the messages to somebody else" in done.err
    assert (SPECS / "sales.yaml").read_text() == text


def test_workflow_of_one_person_is_refused_with_the_place(cli: Cli) -> None:
    text = SUPPORT + "workflow:\n  assign_by: tags\n  members:\n    - anna@contoso.example\n"
    write(teams=TEAMS, support=text)
    done = offboarded(cli, ANNA, "--write")
    line = len(text.splitlines()) - 1
    assert done.code != 0
    assert f"`workflow.members` in line {line} would be empty: name somebody else" in done.err
    assert (SPECS / "support.yaml").read_text() == text

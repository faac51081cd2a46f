"""What `_defaults.yaml` and `teams.yaml` give to a document, and what they may not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import State
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import provenance
from tests.language.setting import address, document, only, problems, rights, summaries, write


def test_defaults_when_nested_then_mappings_merge_and_lists_replace(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": (
                "platform: microsoft365\nsign_in: blocked\nlabels: {team: all, site: hq}\n"
                "sent_items: {send_as: both}\nmembers: [{user: anna@contoso.example}]\n"
            ),
            "emea/_defaults.yml": "version: 1\nlabels: {site: berlin}\nsent_items: {send_on_behalf: both}\n",
            "emea/a.yaml": "version: 1\nmailbox: a@contoso.example\nlabels: {own: x}\nmembers: []\n",
        },
    )
    mailbox = only(tmp_path)
    assert mailbox.labels == {"team": "all", "site": "berlin", "own": "x"}
    assert mailbox.settings == {Field.SIGN_IN: "blocked", Field.SENT_AS: "both", Field.SENT_ON_BEHALF: "both"}
    assert mailbox.grants == ()


def test_value_from_defaults_when_shown_then_its_own_file_and_line_are_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": "sign_in: blocked\nmembers:\n  - team: desk\n",
            "teams.yaml": "desk:\n  - user: anna@contoso.example\n    until: 2027-03-31\n",
            "a.yaml": document("a@contoso.example", "display_name: A"),
        },
    )
    mailbox = only(tmp_path)
    assert mailbox.places["sign_in"].file.endswith("_defaults.yaml")
    assert str(mailbox.places["display_name"]).endswith("a.yaml:4:15")
    told = {
        item.path: (item.value, item.place) for item in provenance(load_specs([tmp_path]), address("A@contoso.example"))
    }
    assert told["sign_in"] == ("blocked", mailbox.places["sign_in"])
    assert told["members[0].team"][1].file.endswith("_defaults.yaml")
    value, place = told["members[0].team.members[0].until"]
    assert value == "2027-03-31"
    assert str(place).endswith("teams.yaml:3:12")
    assert provenance(load_specs([tmp_path]), address("other@contoso.example")) == []


@pytest.mark.parametrize("key", ["mailbox: a@contoso.example", "aliases: [b@contoso.example]", "state: absent"])
def test_what_belongs_to_one_mailbox_when_a_default_then_it_is_an_error(tmp_path: Path, key: str) -> None:
    write(tmp_path, {"_defaults.yaml": f"{key}\n", "a.yaml": document()})
    assert summaries(tmp_path) == ["not a default"]


def test_defaults_when_a_folder_has_two_then_it_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"_defaults.yaml": "sign_in: blocked\n", "_defaults.yml": "sign_in: allowed\n"})
    assert summaries(tmp_path) == ["two files of defaults"]
    write(tmp_path, {"_defaults.yaml": "sign_in: blocked\n---\nsign_in: allowed\n", "_defaults.yml": ""})
    assert summaries(tmp_path) == ["one document too many"]


def test_mistake_in_defaults_when_many_inherit_it_then_it_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, {"_defaults.yaml": "sign_in: open\n"})
    write(tmp_path, {f"{number}.yaml": document(f"box{number}@contoso.example") for number in range(5)})
    (found,) = problems(tmp_path)
    assert str(found.place).endswith("_defaults.yaml:1:10")


def test_absent_mailbox_when_defaults_say_more_then_only_what_it_may_say_is_taken(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": "labels: {team: all}\nsign_in: blocked\nmembers: [{user: anna@contoso.example}]\n",
            "a.yaml": document("a@contoso.example", "state: absent"),
        },
    )
    mailbox = only(tmp_path)
    assert (mailbox.state, mailbox.settings, mailbox.grants, mailbox.labels) == (
        State.ABSENT,
        {},
        None,
        {"team": "all"},
    )


def _with_team(folder: Path, teams: str, *lines: str) -> Path:
    return write(folder, {"teams.yaml": teams, "a.yaml": document("a@contoso.example", "members:", *lines)})


def test_team_when_named_then_its_members_get_its_rights_unless_a_line_says_other(tmp_path: Path) -> None:
    teams = (
        "desk:\n  rights: [full_access]\n  members:\n    - user: anna@contoso.example\n"
        "    - user: ben@contoso.example\n      rights: [send_as]\n    - group: sg-audit@contoso.example\n"
    )
    assert rights(only(_with_team(tmp_path, teams, "  - team: desk"))) == {
        ("anna@contoso.example", "full_access"),
        ("ben@contoso.example", "send_as"),
        ("sg-audit@contoso.example", "full_access"),
    }
    mailbox = only(_with_team(tmp_path, teams, "  - team: desk", "    rights: [send_on_behalf]"))
    assert {right for _, right in rights(mailbox)} == {"send_on_behalf"}


def test_plain_list_when_a_team_then_places_point_into_it(tmp_path: Path) -> None:
    _with_team(tmp_path, "desk:\n  - user: anna@contoso.example\n    righs: [read]\n", "  - team: desk")
    (found,) = problems(tmp_path)
    assert str(found.place).endswith("teams.yaml:3:5")
    assert found.hint == "Did you mean `rights`?"


def test_line_of_its_own_when_a_team_says_the_same_then_the_line_wins(tmp_path: Path) -> None:
    teams = "desk: [{user: anna@contoso.example}, {user: ben@contoso.example}]\n"
    lines = ("  - team: desk", "  - user: ANNA@contoso.example", "    rights: [send_on_behalf]")
    mailbox = only(_with_team(tmp_path, teams, *lines))
    assert {right for who, right in rights(mailbox) if who.startswith("anna")} == {"send_on_behalf"}
    assert {right for who, right in rights(mailbox) if who.startswith("ben")} == {"full_access", "send_as"}


def test_line_of_its_own_when_it_has_ended_then_the_team_does_not_bring_it_back(tmp_path: Path) -> None:
    teams = "desk: [{user: anna@contoso.example}]\n"
    mailbox = only(
        _with_team(tmp_path, teams, "  - team: desk", "  - user: anna@contoso.example", "    until: 2026-01-01")
    )
    assert mailbox.grants == ()
    assert {str(grant.right) for grant in mailbox.expired} == {"full_access", "send_as"}


def test_end_of_a_line_and_of_its_team_when_both_are_set_then_the_earlier_counts(tmp_path: Path) -> None:
    teams = "desk: [{user: anna@contoso.example, until: 2027-06-30}, {user: ben@contoso.example, until: 2026-12-31}]\n"
    mailbox = only(_with_team(tmp_path, teams, "  - team: desk", "    until: 2027-03-31", "    reason: cover"))
    ends = {grant.trustee.local: grant.until for grant in mailbox.grants or ()}
    assert ends == {"anna": datetime(2027, 4, 1, tzinfo=UTC), "ben": datetime(2027, 1, 1, tzinfo=UTC)}
    assert {grant.reason for grant in mailbox.grants or ()} == {"cover"}


def test_person_in_two_teams_when_both_mean_the_same_then_the_right_is_given_once(tmp_path: Path) -> None:
    teams = "one: [{user: anna@contoso.example}]\ntwo: [{user: Anna@contoso.example}]\n"
    mailbox = only(_with_team(tmp_path, teams, "  - team: one", "  - team: two"))
    assert len(mailbox.grants or ()) == 2


def test_teams_that_disagree_about_a_person_are_an_error(tmp_path: Path) -> None:
    teams = "one: [{user: anna@contoso.example}]\ntwo: [{user: anna@contoso.example, automapping: false}]\n"
    found = problems(_with_team(tmp_path, teams, "  - team: one", "  - team: two"))
    assert [item.summary for item in found] == ["two teams do not agree"]
    assert (found[0].place.line, found[0].also.line) == (2, 1)


def test_automapping_on_the_line_of_a_team_when_set_then_it_goes_with_full_access_alone(tmp_path: Path) -> None:
    teams = "desk: [{user: anna@contoso.example}]\n"
    mailbox = only(_with_team(tmp_path, teams, "  - team: desk", "    automapping: false"))
    assert {str(grant.right): grant.automapping for grant in mailbox.grants or ()} == {
        "full_access": False,
        "send_as": None,
    }


def test_teams_when_a_nearer_file_has_one_of_the_same_name_then_it_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "teams.yaml": "desk: [{user: anna@contoso.example}]\nboard: [{user: ben@contoso.example}]\n",
            "emea/teams.yaml": "desk: [{user: chloe@contoso.example}]\n",
            "emea/a.yaml": document("a@contoso.example", "members: [{team: desk}, {team: board}]"),
        },
    )
    assert {who for who, _ in rights(only(tmp_path))} == {"chloe@contoso.example", "ben@contoso.example"}


@pytest.mark.parametrize(
    ("teams", "summary"),
    [
        ("desk: []\n", "an empty team"),
        ("desk:\n", "an empty team"),
        ("desk: {}\n", "an empty team"),
        ("desk: {members: []}\n", "an empty team"),
        ("desk: {members: }\n", "an empty team"),
        ("desk: [{team: other}]\n", "a team in a team"),
        ("desk: {team: other}\n", "a team in a team"),
        ("desk: anna@contoso.example\n", "wrong type"),
        ("- user: anna@contoso.example\n", "wrong type"),
        ("Desk: [{user: anna@contoso.example}]\n", "not a team's name"),
        ("desk: [{user: a@contoso.example}]\n---\ndesk: [{user: b@contoso.example}]\n", "two teams with the same name"),
        ("desk: [{user: anna@contoso.example}]\ndesk: [{user: b@contoso.example}]\n", "duplicate key"),
    ],
)
def test_team_that_cannot_be_when_read_then_it_is_an_error(tmp_path: Path, teams: str, summary: str) -> None:
    write(tmp_path, {"teams.yaml": teams, "a.yaml": document()})
    assert summary in summaries(tmp_path)


def test_teams_file_when_it_is_gone_then_who_names_a_team_stops_the_command(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": document("a@contoso.example", "members: [{team: desk}]")})
    (found,) = problems(tmp_path)
    assert "no teams.yaml" in found.why


def test_team_when_mistyped_then_the_nearest_is_named(tmp_path: Path) -> None:
    found = problems(_with_team(tmp_path, "service-desk: [{user: anna@contoso.example}]\n", "  - team: servicedesk"))
    assert [item.hint for item in found] == ["Did you mean `service-desk`?"]

"""A workflow expands to tags, folders and rules, and what contradicts it is an error with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import provenance
from tests.language.setting import NOW, PLATFORMS, address, document, only, problems, write

TEAMS = "desk:\n  - user: anna@contoso.example\n  - user: ben@contoso.example\n"
MEMBERS = "members: [{team: desk}]"


def folder(tmp_path: Path, *lines: str, teams: str = TEAMS, **more: str) -> Path:
    files = {f"{name}.yaml": text for name, text in more.items()}
    write(tmp_path, {"teams.yaml": teams, "a.yaml": document("a@contoso.example", *lines), **files})
    return tmp_path


def settings(tmp_path: Path, *lines: str, teams: str = TEAMS) -> Mapping[Field, Any]:
    return only(folder(tmp_path, *lines, teams=teams)).settings


def told(tmp_path: Path, *lines: str, teams: str = TEAMS, **more: str) -> list[tuple[str, str]]:
    found = problems(folder(tmp_path, *lines, teams=teams, **more))
    return [(str(item.place).rpartition("/")[2], f"{item.summary}: {item.why}") for item in found]


def test_tags_give_each_member_one_and_one_for_handled_mail(tmp_path: Path) -> None:
    found = settings(tmp_path, MEMBERS, "workflow: {assign_by: tags, members: [desk]}")
    assert [name for name, _ in found[Field.TAGS]] == ["handled", "owner: Anna", "owner: Ben"]
    assert not {Field.FOLDERS, Field.RULES} & found.keys()


def test_rules_give_each_member_a_folder_and_what_is_assigned(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        "members: [{team: desk}, {user: carla.cook@contoso.example}]",
        "workflow:",
        "  assign_by: rules",
        "  members: [desk, Carla.Cook@contoso.example]",
        "  names: {carla.cook@contoso.example: CC}",
        "  handled: done",
        "  assign:",
        "    - {to: anna@contoso.example, when: {subject_contains: order}}",
        "    - {to: ANNA@contoso.example, when: {from: x@y.example, larger_than: 5MB}}",
        "    - {to: carla.cook@contoso.example, when: {has_attachment: true}}",
    )
    assert found[Field.FOLDERS] == ("Assigned/Anna", "Assigned/CC"), "Ben gets nothing by a rule"
    assert {name for name, _ in found[Field.TAGS]} == {"done", "owner: Anna", "owner: Ben", "owner: CC"}
    rules = [dict(rule) for rule in found[Field.RULES]]
    assert {rule["name"] for rule in rules} == {"assign to Anna", "assign to Anna (2)", "assign to CC"}
    second = next(rule for rule in rules if rule["name"] == "assign to Anna (2)")
    assert (second["when.from"], second["when.larger_than"]) == (("x@y.example",), 5_000_000)
    assert (second["then.move_to"], second["then.tag"]) == ("Assigned/Anna", ("owner: Anna",))


def test_without_folders_messages_stay_in_the_inbox(tmp_path: Path) -> None:
    assign = "assign: [{to: ben@contoso.example, when: {has_attachment: true}}]"
    found = settings(tmp_path, MEMBERS, f"workflow: {{assign_by: rules, members: [desk], folders: false, {assign}}}")
    assert Field.FOLDERS not in found
    assert "then.move_to" not in dict(found[Field.RULES][0])


def test_own_entries_stay_and_equal_ones_are_one(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        MEMBERS,
        "folders: [Orders]",
        "tags: [{name: urgent, color: red}, {name: handled, color: green}]",
        "workflow: {assign_by: tags, members: [desk]}",
    )
    assert [name for name, _ in found[Field.TAGS]] == ["handled", "owner: Anna", "owner: Ben", "urgent"]
    assert found[Field.FOLDERS] == ("Orders",)


def test_values_have_the_place_of_the_workflow(tmp_path: Path) -> None:
    path = folder(tmp_path, MEMBERS, "tags: [{name: urgent}]", "workflow: {assign_by: tags, members: [desk]}")
    found = {item.path: item for item in provenance(load_specs([path]), address("a@contoso.example"), PLATFORMS, NOW)}
    own, added = found["tags[0].name"], found["tags[1].name"]
    assert (own.value, own.through, str(own.place)[-5:]) == ("urgent", "", ":5:15")
    assert (added.value, added.through, added.place.line) == ("owner: Anna", "workflow", 6)


def test_whoever_has_left_takes_nothing(tmp_path: Path) -> None:
    teams = "desk:\n  - {user: anna@contoso.example, until: 2026-01-01}\n  - user: ben@contoso.example\n"
    found = settings(tmp_path, MEMBERS, "workflow: {assign_by: tags, members: [desk]}", teams=teams)
    assert [name for name, _ in found[Field.TAGS]] == ["handled", "owner: Ben"]


def test_levels_say_nothing_about_who_reads_mail(tmp_path: Path) -> None:
    calendar = "calendar: {people: [{user: emi@contoso.example, level: reader}]}"
    found = settings(tmp_path, calendar, "workflow: {assign_by: tags, members: [desk]}")
    assert [name for name, _ in found[Field.TAGS]] == ["handled", "owner: Anna", "owner: Ben"]
    people = "members: [{user: anna@contoso.example, until: 2026-01-01}, {user: ben@contoso.example}]"
    found = settings(
        tmp_path,
        people,
        "calendar: {people: [{user: anna@contoso.example, level: reader}]}",
        "workflow: {assign_by: tags, members: [desk]}",
    )
    assert [name for name, _ in found[Field.TAGS]] == ["handled", "owner: Ben"]


def test_workflow_of_defaults_applies_to_the_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": "workflow: {assign_by: tags}\n",
            "teams.yaml": TEAMS,
            "a.yaml": document("a@contoso.example", MEMBERS, "workflow: {members: [desk]}"),
        },
    )
    assert Field.TAGS in only(tmp_path).settings


@pytest.mark.parametrize(
    ("lines", "place", "words"),
    [
        (["workflow: {assign_by: tags}"], "a.yaml:5:1", "a key is missing: A workflow needs `members`."),
        (["workflow: {members: [desk]}"], "a.yaml:5:1", "a key is missing: A workflow needs `assign_by`."),
        (["workflow: {assign_by: tags, members: [dsk]}"], "a.yaml:5:39", "unknown team: There is no team `dsk`."),
        (
            ["workflow: {assign_by: tags, members: [emi@contoso.example]}"],
            "a.yaml:5:39",
            "no access to the mailbox: emi@contoso.example cannot read what is assigned.",
        ),
        (["workflow: {assign_by: rules, members: [desk]}"], "a.yaml:5:1", "a key is missing: `assign_by: rules`"),
        (
            ["workflow:", "  assign_by: tags", "  members: [desk]", "  assign: [{to: a@b.example, when: {to: x}}]"],
            "a.yaml:8:3",
            "a key without effect: `assign` has no effect with `assign_by: tags`.",
        ),
        (
            ["workflow: {assign_by: tags, members: [desk], names: {emi@contoso.example: E}}"],
            "a.yaml:5:54",
            "unknown member: emi@contoso.example is not among",
        ),
        (
            ["workflow: {assign_by: tags, members: [desk], names: {ben@contoso.example: ANNA}}"],
            "a.yaml:5:39",
            "two members with the same name: anna@contoso.example and ben@contoso.example are both `ANNA`.",
        ),
        (
            ["workflow: {assign_by: tags, members: [desk], names: {ben@contoso.example: a/b}}"],
            "a.yaml:5:39",
            "not a name",
        ),
        (
            ["tags: [{name: handled, color: red}]", "workflow: {assign_by: tags, members: [desk]}"],
            "a.yaml:5:15",
            "conflict with the workflow: `handled` is in `tags`",
        ),
    ],
)
def test_contradiction_is_told_with_its_place(tmp_path: Path, lines: list[str], place: str, words: str) -> None:
    found = told(tmp_path, MEMBERS, *lines)
    assert len(found) >= 1, found
    assert found[0][0] == place
    assert found[0][1].startswith(words)


def test_group_in_a_team_is_no_person(tmp_path: Path) -> None:
    teams = "desk:\n  - group: staff@contoso.example\n"
    found = told(tmp_path, MEMBERS, "workflow: {assign_by: tags, members: [desk]}", teams=teams)
    assert [words.partition(":")[0] for _, words in found] == ["not a person"]


def test_person_who_comes_through_a_group_can_take_messages(tmp_path: Path) -> None:
    lines = ("members: [{group: staff@contoso.example}]", "workflow: {assign_by: tags, members: [desk]}")
    assert Field.TAGS in settings(tmp_path, *lines)

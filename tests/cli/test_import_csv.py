"""`import --csv`: specs from the lists that administrators keep."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.language.load import load_specs
from sharedbox_cli.language.resolve import resolve
from tests.asked import each
from tests.conftest import Cli, Cloud, Done
from tests.field_values import TABLES

LISTS = Path(__file__).parents[2] / "examples" / "csv"
SPECS = Path("specs")
EXAMPLES = {
    "postfaecher.csv": ("--column", "Kostenstelle=label.cost-centre"),
    "permissions.csv": (),
    "new-mailboxes.csv": ("--domain", "contoso.example"),
}


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(cli: Cli, text: str | bytes, *arguments: str, platform: str = MICROSOFT365) -> Done:
    """Return what an import of a file with some text did."""
    Path("list.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return cli("import", SPECS, "--csv", "list.csv", "--platform", platform, "-o", "json", *arguments)


def document(cli: Cli, text: str | bytes, *arguments: str, platform: str = MICROSOFT365) -> Any:
    """Return the report of an import that works."""
    done = imported(cli, text, *arguments, platform=platform)
    assert done.code == 0, done.err
    return json.loads(done.out)


def members(mailbox: str) -> dict[str, list[str]]:
    """Return the rights of each person as the specs resolve them."""
    desired = resolve(load_specs([SPECS]), TABLES, datetime.now(UTC)).mailboxes[Address.of(mailbox)]
    found: dict[str, list[str]] = {}
    for grant in desired.grants or ():
        found.setdefault(grant.trustee.key, []).append(str(grant.right))
    return {who: sorted(rights) for who, rights in found.items()}


def no_files() -> bool:
    return not SPECS.exists() or not [*SPECS.rglob("*")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_imported_planned_and_applied(cloud: Cloud, cli: Cli, name: str) -> None:
    done = cli("import", SPECS, "--csv", LISTS / name, "--platform", MICROSOFT365, *EXAMPLES[name])
    assert done.code == 0, done.err
    assert "written to specs." in done.err
    assert cloud.effects() == []
    assert cli("validate", SPECS).code == 0
    assert cli("plan", SPECS).code == 0
    applied = cli("apply", SPECS, "--yes")
    assert applied.code == 0, applied.err
    assert "No changes." in cli("plan", SPECS).out
    assert cli("import", SPECS, "--check").code in (0, 2)


def test_check_writes_nothing_and_says_so(cli: Cli) -> None:
    done = imported(cli, "Mailbox,User\na@contoso.example,anna@contoso.example\n", "--check")
    assert done.code == 2
    assert no_files()
    assert json.loads(done.out)["files"] == ["specs/a.yaml"]


def test_second_import_adds_what_is_new_and_keeps_files(cli: Cli) -> None:
    assert imported(cli, "Mailbox,User\na@contoso.example,anna@contoso.example\n").code == 0
    (SPECS / "a.yaml").write_text((SPECS / "a.yaml").read_text() + "# mine\n")
    data = document(cli, "Mailbox,User\nA@contoso.example,ben@contoso.example\nb@contoso.example,ben@contoso.example\n")
    assert {row["mailbox"]: row["state"] for row in data["mailboxes"]} == {
        "A@contoso.example": "exists",
        "b@contoso.example": "new",
    }
    assert (SPECS / "a.yaml").read_text().endswith("# mine\n")


def test_row_with_an_error_stops_everything_unless_it_is_named(cli: Cli) -> None:
    text = "Mailbox;User\na@contoso.example;anna@contoso.example\nb@contoso.example;nobody at all\n"
    done = imported(cli, text)
    assert done.code == 1
    assert "list.csv:3:19" in done.err or '"line": 3' in done.err
    assert no_files()
    data = document(cli, text, "--ignore", "3")
    assert [row["mailbox"] for row in data["mailboxes"]] == ["a@contoso.example"]
    assert [row["line"] for row in data["ignored"]] == [3]


HOSTILE = [
    "",
    "\n",
    "Mailbox,User\n",
    '"Mailbox,User\n',
    "Mailbox,User\na@contoso.example,\x00\n",
    "Mailbox,User\n=HYPERLINK(1),anna@contoso.example\n",
    "Mailbox,DisplayName\na@contoso.example,\"=cmd|' /C calc'!A0\"\n",
    "Mailbox,DisplayName\na@contoso.example,evil\x1b[31m\n",
    "Mailbox,User\na@contoso.example,b@contoso.example,c@contoso.example\n",
    "Mailbox,User\n,b@contoso.example\n",
    "Mailbox,DisplayName\na@contoso.example,One\nA@contoso.example,Two\n",
    "Mailbox,Email\na@contoso.example,b@contoso.example\n",
    "Foo,Bar\na,b\n",
    "anna@contoso.example;ben@contoso.example\nc@contoso.example;d@contoso.example\n",
    "Mailbox,DisplayName,DisplayName\na@contoso.example,One,Two\n",
    "Mailbox,User\na@contoso.example,System.Object[]\n",
    'Mailbox,User\na@contoso.example,"{anna, ben...}"\n',
    "Mailbox,Aliases\na@contoso.example,x@contoso.example\nb@contoso.example,x@contoso.example\n",
    "Mailbox,FullAccess\na@contoso.example,ja\n",
    "Mailbox,User,AccessRights\na@contoso.example,anna@contoso.example,Everything\n",
    "Mailbox,User,Until\na@contoso.example,anna@contoso.example,03/04/2027\n",
    "Alias,User\ninfo,anna\n",
    f"Mailbox,DisplayName\na@contoso.example,{'x' * 300}\n",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("output", ["text", "json"])
def test_hostile_file_is_an_error_in_words(cli: Cli, text: str, output: str) -> None:
    Path("list.csv").write_bytes(text.encode())
    done = cli("import", SPECS, "--csv", "list.csv", "--platform", MICROSOFT365, "-o", output)
    assert done.code == 1
    assert "list.csv" in done.err
    assert "bug" not in done.err
    assert "\x1b" not in done.out + done.err
    assert no_files()


def test_missing_file_and_folder_are_errors(cli: Cli) -> None:
    for name in ("no.csv", "."):
        done = cli("import", SPECS, "--csv", name, "--platform", MICROSOFT365)
        assert done.code in (1, 2)
        assert "bug" not in done.err


@pytest.mark.parametrize("platform", [MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE])
def test_words_of_exchange_become_the_rights_of_each_platform(cli: Cli, platform: str) -> None:
    text = (
        "PrimarySmtpAddress,User,AccessRights,IsInherited,Deny\n"
        "new@contoso.example,anna@contoso.example,{FullAccess},False,False\n"
        "new@contoso.example,ben@contoso.example,SendAs,False,False\n"
        'new@contoso.example,NT AUTHORITY\\SELF,"{FullAccess, ReadPermission}",False,False\n'
        "new@contoso.example,emi@contoso.example,{FullAccess},True,False\n"
        "new@contoso.example,fatima@contoso.example,{FullAccess},False,True\n"
    )
    data = document(cli, text, platform=platform)
    assert len(data["ignored"]) == 4
    found = members("new@contoso.example")
    assert found.keys() == {"anna@contoso.example", "ben@contoso.example"}
    assert found["anna@contoso.example"] == ["member" if platform == GOOGLE_COLLABORATIVE else "full_access"]
    assert found["ben@contoso.example"] == ["member" if platform == GOOGLE_COLLABORATIVE else "send_as"]


@pytest.mark.parametrize(
    "cell",
    [
        "anna@contoso.example;ben@contoso.example",
        "anna@contoso.example, ben@contoso.example",
        "anna@contoso.example|ben@contoso.example",
        "anna@contoso.example\nben@contoso.example",
        "anna@contoso.example ben@contoso.example",
        "Anna M\u00fcller <anna@contoso.example>; Carter, Ben <ben@contoso.example>",
        "M\u00fcller, Anna <anna@contoso.example>, Carter, Ben <ben@contoso.example>",
        '"M\u00fcller; Anna" <anna@contoso.example>; ben@contoso.example',
        "{anna@contoso.example, ben@contoso.example}",
        "mailto:anna@contoso.example; SMTP:ben@contoso.example;",
    ],
)
def test_people_of_a_cell(cli: Cli, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    document(cli, f"Postfach;Mitglieder\nnew@contoso.example;{quoted}\n")
    assert members("new@contoso.example").keys() == {"anna@contoso.example", "ben@contoso.example"}


def test_column_is_read_as_named(cli: Cli) -> None:
    text = "Was;Wer;Darf\nnew@contoso.example;anna@contoso.example;ben@contoso.example\n"
    done = imported(cli, text)
    assert done.code == 1
    assert "--column" in done.err
    data = document(cli, text, "--column", "was=mailbox", "--column", "Wer=members", "--column", "3=send_on_behalf")
    assert [column["field"] for column in data["columns"]] == ["mailbox", "members", "send_on_behalf"]
    assert members("new@contoso.example")["ben@contoso.example"] == ["send_on_behalf"]


@pytest.mark.parametrize("option", ["Was=nothing", "=mailbox", "Was", "Other=members"])
def test_wrong_column_option_is_an_error(cli: Cli, option: str) -> None:
    done = imported(
        cli, "Was;User\nnew@contoso.example;anna@contoso.example\n", "--column", option, "--column", "Was=mailbox"
    )
    assert done.code == 1
    assert "--column" in done.err
    assert no_files()


def test_mailbox_without_people_does_not_manage_members(cli: Cli) -> None:
    document(cli, "Mailbox,User\na@contoso.example,\nb@contoso.example,anna@contoso.example\n")
    assert "members" not in (SPECS / "a.yaml").read_text()
    assert "anna" in (SPECS / "b.yaml").read_text()


def test_password_column_is_not_used_and_not_shown(cli: Cli) -> None:
    done = imported(cli, "Alias,Password,User\ninfo,Geheim123,anna\n", "--domain", "contoso.example")
    assert done.code == 0, done.err
    assert "Geheim123" not in done.out + done.err + "".join(path.read_text() for path in each(SPECS.rglob("*.yaml")))


def test_platform_must_be_clear(cli: Cli) -> None:
    Path("list.csv").write_text("Mailbox,User\na@contoso.example,anna@contoso.example\n")
    done = cli("import", SPECS, "--csv", "list.csv")
    assert done.code == 1
    assert "--platform" in done.err


def test_people_move_and_those_without_a_counterpart_are_named(cli: Cli) -> None:
    Path("map.csv").write_text("old;new\nanna@old.example;anna.mueller@contoso.example\nben@old.example;\n")
    text = "Mailbox,User\na@contoso.example,anna@old.example\na@contoso.example,ben@old.example\n"
    data = document(cli, text, "--people", "map.csv")
    assert data["without_counterpart"] == ["ben@old.example"]
    spec = (SPECS / "a.yaml").read_text()
    assert "- user: anna.mueller@contoso.example" in spec
    assert "user: ben@old.example" not in spec
    assert "Not managed" in spec


MAILBOXES = Path(__file__).parents[2] / "examples" / "mailboxes"
MAP = "old;new\nanna@contoso.example;anna@new.example\nBen@contoso.example;ben@new.example\nsg-audit@contoso.example;\n"


def everybody(folder: Path) -> dict[str, set[tuple[str, str, str]]]:
    """Return all rights of all mailboxes of a folder."""
    desired = resolve(load_specs([folder]), TABLES, datetime.now(UTC)).mailboxes
    return {
        mailbox.address.key: {(one.trustee.key, str(one.right), one.reason) for one in mailbox.grants or ()}
        for mailbox in desired.values()
    }


@pytest.mark.parametrize("target", ["specs", "new"])
def test_specs_get_new_addresses_in_place_or_elsewhere(cli: Cli, target: str) -> None:
    shutil.copytree(MAILBOXES, SPECS)
    before, texts = everybody(SPECS), {path.name: path.read_text() for path in SPECS.iterdir()}
    Path("map.csv").write_text(MAP)
    assert cli("import", target, "--from", SPECS, "--people", "map.csv", "--check").code == 2
    assert {path.name: path.read_text() for path in SPECS.iterdir()} == texts
    done = cli("import", target, "--from", SPECS, "--people", "map.csv", "-o", "json", "--yes")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert {item["address"] for item in data["without_counterpart"]} >= {
        "sg-audit@contoso.example",
        "emi@contoso.example",
    }
    new = {"anna@contoso.example": "anna@new.example", "ben@contoso.example": "ben@new.example"}
    assert everybody(Path(target)) == {
        mailbox: {(new.get(who, who), right, reason) for who, right, reason in rights}
        for mailbox, rights in before.items()
    }
    for item in each(data["replaced"]):
        assert (
            texts[Path(item["file"]).name].splitlines()[item["line"] - 1][item["column"] - 1 :].startswith(item["old"])
        )
    assert "# Teams: named sets of people" in (Path(target) / "teams.yaml").read_text()
    if target == "new":
        assert {path.name: path.read_text() for path in SPECS.iterdir()} == texts
        assert cli("import", target, "--from", SPECS, "--people", "map.csv").code == 1


def test_two_people_who_become_one_have_the_rights_of_both(cli: Cli) -> None:
    shutil.copytree(MAILBOXES, SPECS)
    before = everybody(SPECS)
    Path("map.csv").write_text("anna@contoso.example;one@new.example\nben@contoso.example;one@new.example\n")
    assert cli("import", SPECS, "--from", SPECS, "--people", "map.csv", "--yes").code == 0
    old = ("anna@contoso.example", "ben@contoso.example")
    assert everybody(SPECS) == {
        mailbox: {("one@new.example" if who in old else who, right, reason) for who, right, reason in rights}
        for mailbox, rights in before.items()
    }


def test_specs_of_a_cloud_get_new_addresses(cloud: Cloud, cli: Cli) -> None:
    Path("map.csv").write_text("@contoso.example,@new.example\nhugo@contoso.example,\n")
    done = cli("import", SPECS, "--people", "map.csv", "-o", "json")
    assert done.code == 0, done.err
    assert cloud.effects() == []
    data = json.loads(done.out)
    assert data["without_counterpart"] in ([], ["hugo@contoso.example"])
    people = {who for rights in everybody(SPECS).values() for who, _, _ in rights}
    assert people
    assert not any(who.endswith("@contoso.example") for who in each(people))
    assert {mailbox.partition("@")[2] for mailbox in everybody(SPECS)} == {"new.example"}
    again = json.loads(cli("import", SPECS, "--people", "map.csv", "-o", "json").out)
    assert {row["state"] for row in each(again["mailboxes"])} == {"exists"}
    assert again["files"] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old;new\nanna@contoso.example;not an address\n",
        "old;new\nanna@contoso.example;a@new.example\nANNA@contoso.example;b@new.example\n",
        "old;new\n;b@new.example\n",
        "a;b;c\nanna@contoso.example;b@new.example;x\n",
        "old;new\n@contoso.example;b@new.example\n",
        'old;new\n"anna@contoso.example;b@new.example\n',
    ],
)
def test_wrong_map_is_an_error(cli: Cli, text: str) -> None:
    shutil.copytree(MAILBOXES, SPECS)
    Path("map.csv").write_text(text)
    done = cli("import", SPECS, "--from", SPECS, "--people", "map.csv", "--yes")
    assert done.code == 1
    assert "map.csv" in done.err
    assert "bug" not in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--from", "."),
        ("--column", "a=members"),
        ("--domain", "contoso.example"),
        ("--ignore", "3"),
        ("--from", ".", "--csv", "a.csv", "--people", "b.csv"),
        ("--update", "--csv", "a.csv"),
        ("--update", "--as", GOOGLE_DELEGATED),
        ("--as", GOOGLE_DELEGATED, "--csv", "a.csv"),
        ("--from", ".", "--people", "b.csv", "--mailbox", "a*"),
    ],
)
def test_options_that_say_nothing_together_are_refused(cli: Cli, options: tuple[str, ...]) -> None:
    done = cli("import", SPECS, *options)
    assert done.code == 1
    assert options[0] in done.err or "--csv" in done.err


def test_several_files_are_read_together(cli: Cli) -> None:
    Path("mailboxes.csv").write_text("Mailbox,DisplayName\na@contoso.example,Alpha\nb@contoso.example,Beta\n")
    Path("people.csv").write_text("Mailbox;User\na@contoso.example;anna@contoso.example\n")
    lists = ("--csv", "mailboxes.csv", "--csv", "people.csv", "--csv", "people.csv")
    done = cli("import", SPECS, *lists, "--platform", MICROSOFT365, "-o", "json")
    assert done.code == 0, done.err
    assert len(json.loads(done.out)["sources"]) == 2
    assert members("a@contoso.example") == {"anna@contoso.example": ["full_access", "send_as"]}
    assert "display_name: Alpha" in (SPECS / "a.yaml").read_text()


def test_names_and_accounts_get_their_addresses_from_the_map(cli: Cli) -> None:
    Path("map.csv").write_text("Alt,Neu\nCONTOSO\\anna,anna@contoso.example\nBen Carter,ben@contoso.example\n")
    text = "Mailbox,User\na@contoso.example,contoso\\Anna\na@contoso.example,Ben  Carter\n"
    done = imported(cli, text)
    assert done.code == 1
    assert "--people" in done.err
    assert document(cli, text, "--people", "map.csv")["without_counterpart"] == []
    assert members("a@contoso.example").keys() == {"anna@contoso.example", "ben@contoso.example"}


def test_mailbox_that_no_row_names_is_an_error(cli: Cli) -> None:
    text = "Mailbox,User\na@contoso.example,anna@contoso.example\nb@contoso.example,anna@contoso.example\n"
    assert imported(cli, text, "--mailbox", "c*").code == 1
    assert no_files()
    data = document(cli, text, "--mailbox", "a*")
    assert [row["mailbox"] for row in data["mailboxes"]] == ["a@contoso.example"]


@pytest.mark.slow
def test_too_many_people_are_an_error_with_a_place(cli: Cli) -> None:
    people = ";".join(f"user{number}@contoso.example" for number in range(17_000))
    done = imported(cli, f"Mailbox,User\na@contoso.example,{people}\n")
    assert done.code == 1
    assert "list.csv" in done.err
    assert no_files()


def test_folder_without_specs_is_an_error(cli: Cli) -> None:
    Path("empty").mkdir()
    Path("map.csv").write_text(MAP)
    for name in ("empty", "missing"):
        done = cli("import", SPECS, "--from", name, "--people", "map.csv")
        assert done.code == 1
        assert name in done.err


@pytest.mark.parametrize("target", [GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE])
def test_specs_move_to_another_platform(cli: Cli, target: str) -> None:
    shutil.copytree(MAILBOXES, SPECS)
    Path("map.csv").write_text(MAP)
    options = ("--from", SPECS, "--as", target, "--people", "map.csv")
    assert cli("import", SPECS, *options).code == 1
    assert cli("import", "new", *options, "--check").code == 2
    assert not Path("new").exists()
    done = cli("import", "new", *options, "-o", "json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert {(row["from_platform"], row["platform"]) for row in each(data["mailboxes"])} == {(MICROSOFT365, target)}
    assert "emi@contoso.example" in {item["address"] for item in each(data["without_counterpart"])}
    assert {item["new"] for item in each(data["replaced"])} == {"anna@new.example", "ben@new.example"}
    people = {who for rights in everybody(Path("new")).values() for who, _, _ in rights}
    assert people == {"anna@new.example", "ben@new.example"}
    assert cli("validate", "new").code == 0
    assert {row["mailbox"] for row in data["mailboxes"]} == set(everybody(SPECS))


@pytest.mark.parametrize("target", [GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE])
def test_cloud_moves_to_another_platform(cloud: Cloud, cli: Cli, target: str) -> None:
    done = cli("import", SPECS, "--as", target, "-o", "json")
    assert done.code == 0, done.err
    assert {row["platform"] for row in each(json.loads(done.out)["mailboxes"])} == {target}
    assert cloud.effects() == []
    assert cli("validate", SPECS).code == 0


def test_unknown_platform_is_an_error(cli: Cli) -> None:
    shutil.copytree(MAILBOXES, SPECS)
    done = cli("import", "new", "--from", SPECS, "--as", "googel-delegated")
    assert done.code == 1
    assert "google-delegated" in done.err


def test_what_is_not_used_is_named_with_its_place(cli: Cli) -> None:
    Path("list.csv").write_text(
        "Mailbox;Notes;User\na@contoso.example;old;anna@contoso.example;\nb@contoso.example;;S-1-5-21-1\n"
    )
    done = cli("import", SPECS, "--csv", "list.csv", "--platform", MICROSOFT365, "--check")
    assert done.code == 2
    assert "list.csv:1:9   column Notes: no usual name" in done.out
    assert "list.csv:3:20   S-1-5-21-1: a deleted account" in done.out

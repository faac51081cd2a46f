"""Which files are read, and what stops the reading: never half a set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.language import file_text, files
from sharedbox_cli.language.load import load_specs
from tests.language.setting import address, desired, document, only, problems, rights, summaries, write

ANNA = ("members:", "  - user: anna@contoso.example")


def test_folder_when_read_then_every_yaml_below_counts_and_nothing_else(tmp_path: Path) -> None:
    names = ["a.yaml", "b.yml", "C.YAML", "below/deep/d.yaml"]
    others = ["e.yaml~", ".f.yaml", ".e.yaml.swp", ".#g.yaml", ".hidden/h.yaml", "notes.txt", "sharedbox.yaml"]
    write(tmp_path, {name: document(f"box{number}@contoso.example") for number, name in enumerate(names)})
    write(tmp_path, dict.fromkeys(others, "no: spec: at all"))
    assert desired(tmp_path).total == len(names)


def test_file_with_mark_and_windows_line_ends_when_read_then_it_is_accepted(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + document("support@contoso.example", *ANNA).replace("\n", "\r\n").encode()
    mailbox = only(write(tmp_path, {"a.yaml": raw}))
    assert rights(mailbox) == {("anna@contoso.example", "full_access"), ("anna@contoso.example", "send_as")}
    assert (mailbox.place.line, mailbox.place.column) == (2, 10)


@pytest.mark.parametrize("content", ["", "# only a comment\n", "---\n", "---\n...\n"])
def test_empty_file_when_read_then_a_warning_and_no_document(tmp_path: Path, content: str) -> None:
    loaded = load_specs([write(tmp_path, {"a.yaml": content})])
    assert [item.summary for item in loaded.warnings] == ["an empty file"]
    assert loaded.documents == []


@pytest.mark.parametrize(
    ("raw", "summary", "place", "says"),
    [
        ("version: 1".encode("utf-16"), "not UTF-8", (1, 1), "UTF-16"),
        ("version: 1".encode("utf-16-be"), "not UTF-8", (1, 1), "offset 0"),
        ("version: 1".encode("utf-32"), "not UTF-8", (1, 1), "UTF-32"),
        ("version: 1\nmailbox: bücher".encode("latin-1"), "not UTF-8", (2, 11), "offset 21"),
        (b"version: 1\nmailbox: \x00a", "a character that must not be here", (2, 10), "U+0000"),
        (b"version: 1\nmailbox: \x1b[31m", "a character that must not be here", (2, 10), "U+001B"),
        (b"version: 1\rmailbox: a", "a character that must not be here", (1, 11), "carriage return"),
        (b"version: 1\nmailbox: \xed\xa0\x80", "not UTF-8", (2, 10), "0xED"),
        (b"a" * (1024 * 1024 + 1), "too large", (0, 0), "1024 KiB"),
    ],
)
def test_bytes_that_are_no_spec_when_read_then_the_place_is_told(
    tmp_path: Path, raw: bytes, summary: str, place: tuple[int, int], says: str
) -> None:
    (found,) = problems(write(tmp_path, {"a.yaml": raw}))
    assert found.summary == summary
    assert (found.place.line, found.place.column) == place
    assert says in found.why


def test_folder_with_the_name_of_a_spec_when_read_then_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert summaries(tmp_path) == ["not a file"]


def test_pipe_when_read_then_it_is_an_error_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert summaries(tmp_path) == ["not a file"]


def test_endless_device_when_linked_then_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("/dev/zero")
    assert summaries(tmp_path) == ["a link out of the folder"]
    assert summaries(Path("/dev/zero")) == ["not a file"]


def test_link_out_of_the_folder_when_met_then_it_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"out/a.yaml": document(), "in/b.yaml": document("b@contoso.example")})
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    assert summaries(tmp_path / "in") == ["a link out of the folder"]


def test_link_inside_when_its_target_is_hidden_then_it_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"..data/a.yaml": document()})
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert desired(tmp_path).total == 1


@pytest.mark.parametrize("target", ["nowhere.yaml", "loop.yaml"])
def test_link_that_leads_nowhere_when_met_then_it_is_an_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "loop.yaml").symlink_to(target)
    assert summaries(tmp_path) == ["a broken link"]


@pytest.mark.parametrize("target", [".", "below"])
def test_folder_linked_into_itself_when_read_then_it_is_an_error(tmp_path: Path, target: str) -> None:
    write(tmp_path, {"below/a.yaml": document()})
    (tmp_path / "zloop").symlink_to(target)
    assert summaries(tmp_path) == ["read twice"]


def test_one_file_by_two_names_when_read_then_it_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": document()})
    os.link(tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert summaries(tmp_path) == ["read twice"]


def test_same_path_when_named_twice_then_it_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"below/a.yaml": document()})
    assert desired(tmp_path / "below", tmp_path, tmp_path / "below" / "a.yaml").total == 1


def test_file_that_is_not_there_when_named_then_it_is_an_error(tmp_path: Path) -> None:
    assert summaries(tmp_path / "a.yaml") == ["cannot be read"]


def test_file_that_may_not_be_read_when_read_then_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, {"a.yaml": document()})
    monkeypatch.setattr(os, "open", refuse)
    (found,) = problems(tmp_path)
    assert found.summary == "cannot be read"
    assert "Permission denied" in found.why


def test_folder_that_may_not_be_read_when_read_then_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    assert summaries(tmp_path) == ["cannot be read"]


def test_file_that_grows_while_it_is_read_when_read_then_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, {"a.yaml": document()}) / "a.yaml"
    really_read = os.read

    def read(descriptor: int, size: int) -> bytes:
        with path.open("a") as file:
            file.write("# more\n")
        return really_read(descriptor, size)

    monkeypatch.setattr(os, "read", read)
    monkeypatch.setattr(file_text, "MAX_FILE_BYTES", 200)
    assert summaries(tmp_path)[0] in ("changed while it was read", "too large")


def test_file_that_is_cut_while_it_is_read_when_read_then_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, {"a.yaml": document()}) / "a.yaml"
    really_read = os.read

    def read(descriptor: int, size: int) -> bytes:
        os.truncate(path, 10)
        return really_read(descriptor, size)

    monkeypatch.setattr(os, "read", read)
    assert summaries(tmp_path) == ["changed while it was read"]


def test_set_when_it_has_too_many_files_then_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    write(tmp_path, {f"{number}.yaml": document(f"box{number}@contoso.example") for number in range(4)})
    assert summaries(tmp_path) == ["too many files"]


def test_set_when_it_is_too_large_then_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_SET_BYTES", 100)
    write(tmp_path, {f"{number}.yaml": document(f"box{number}@contoso.example") for number in range(2)})
    assert summaries(tmp_path) == ["too large"]


def test_file_named_alone_when_read_then_its_folders_defaults_and_teams_count(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": "sign_in: blocked\n",
            "teams.yaml": "desk: [{user: anna@contoso.example}]\n",
            "a.yaml": document("a@contoso.example", "members: [{team: desk}]"),
            "b.yaml": document("b@contoso.example"),
        },
    )
    found = desired(tmp_path / "a.yaml")
    assert list(found.mailboxes) == [address("a@contoso.example")]
    assert found == desired_only(tmp_path, "a@contoso.example", found.digest)


def desired_only(folder: Path, text: str, digest: str) -> object:
    """Return what a whole folder wants of one mailbox, as if it had been named alone."""
    from dataclasses import replace

    whole = desired(folder)
    return replace(whole, mailboxes={address(text): whole.mailboxes[address(text)]}, digest=digest, total=1)


@pytest.mark.parametrize("mark", [".git", "sharedbox.yaml"])
def test_part_of_a_set_when_named_then_what_stands_above_counts_up_to_the_top(tmp_path: Path, mark: str) -> None:
    write(
        tmp_path,
        {
            "_defaults.yaml": "display_name: too far up\n",
            f"repo/{mark}": "",
            "repo/specs/_defaults.yaml": "sign_in: blocked\n",
            "repo/specs/teams.yaml": "desk: [{user: anna@contoso.example}]\n",
            "repo/specs/emea/berlin/a.yaml": document("a@contoso.example", "members: [{team: desk}]"),
        },
    )
    specs = tmp_path / "repo" / "specs"
    whole = only(specs)
    assert rights(whole)
    assert "display_name" not in whole.settings
    for part in (specs / "emea", specs / "emea" / "berlin", specs / "emea" / "berlin" / "a.yaml"):
        assert only(part) == whole
        assert desired(part).digest == desired(specs).digest


def test_a_folder_of_anything_is_no_set_of_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ENTRIES", 5)
    for number in range(3):
        (tmp_path / f"photos-{number}").mkdir()
        (tmp_path / f"photos-{number}" / "a.jpg").touch()
    with pytest.raises(SpecError) as caught:
        load_specs([tmp_path])
    (problem,) = caught.value.problems
    assert (problem.place.file, problem.summary) == (str(tmp_path), "too many files")
    assert "Name the folder of the specs" in problem.hint

"""`doctor --record` keeps raw answers without anybody in them, in files of the owner alone, and overwrites none."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.asked import each, every
from tests.conftest import Cli, Cloud

SPECS = Path(__file__).parents[2] / "examples"
NAMES = re.compile(
    r"contoso|anna\b|müller|m\\u00fcller|chlo|hugo|fatima|carter|\bsales|\bsupport\b|\bpress\b|emulator", re.IGNORECASE
)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_answers_of_both_clouds_name_nobody_and_hold_no_token(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "answers"
    specs = tmp_path / "specs"
    specs.mkdir()
    for name, platform in (("sales", "microsoft365"), ("press", "google-delegated")):
        text = f"version: 1\nmailbox: {name}@contoso.example\nplatform: {platform}\n"
        (specs / f"{name}.yaml").write_text(text)
    done = cli("doctor", specs, "--record", folder, "-o", "json")
    assert done.code == 0, done.out + done.err
    assert both.effects() == []
    listed = {item["file"] for item in json.loads(done.out)["recordings"]}
    assert {str(path.relative_to(folder)) for path in files(folder) if path.suffix == ".body"} == listed
    texts = {path: path.read_text() for path in files(folder)}
    assert len(texts) > 50
    for path, text in each(texts.items()):
        assert not NAMES.search(text.replace("doctor --record", "")), (path, NAMES.search(text))
        assert not re.search(r"bearer|authorization|eyJ[\w-]+\.|client_secret|PRIVATE KEY", text, re.IGNORECASE), path
    assert every(path.stat().st_mode & 0o777 == 0o600 for path in texts)
    assert every(path.stat().st_mode & 0o777 == 0o700 for path in folder.rglob("*") if path.is_dir())
    assert folder.stat().st_mode & 0o777 == 0o700
    (contacts,) = folder.rglob("*-contact-delegates-list.json")
    assert json.loads(texts[contacts])["status"] == 200


def test_answers_keep_the_form_of_the_vendor(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    assert cli("doctor", "--record", folder, "--mailbox", "SALES@contoso.example").code == 0
    (body,) = (folder / "microsoft365").glob("*-get-mailbox.body")
    (row,) = json.loads(body.read_text())["value"]
    assert row["RecipientTypeDetails"] == "SharedMailbox"
    assert re.fullmatch(r"person-\d+@domain-\d+\.example", row["PrimarySmtpAddress"])
    assert every(
        entry.split(":")[0] in ("SMTP", "smtp", "SIP", "SPO", "X500", "x500") for entry in row["EmailAddresses"]
    )
    (about,) = (folder / "microsoft365").glob("*-get-mailbox.json")
    assert json.loads(about.read_text())["call"] == 'Get-Mailbox {"Identity": "{mailbox}"}'


def test_nothing_is_overwritten(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    done = cli("doctor", "--record", tmp_path, "--mailbox", "sales@contoso.example")
    assert (done.code, "the folder is not empty" in done.err) == (1, True)
    assert [path.name for path in files(tmp_path)] == ["kept.txt"]
    taken = cli("doctor", "--record", tmp_path / "kept.txt", "--mailbox", "sales@contoso.example")
    assert (taken.code, "Traceback" in taken.err) == (1, False)


def test_answer_that_is_an_error_is_kept_too(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    assert cli("doctor", "--record", folder, "--mailbox", "nobody@contoso.example").code == 0
    (about,) = (folder / "microsoft365").glob("*-get-mailbox.json")
    assert json.loads(about.read_text())["status"] == 404


def test_mailbox_must_be_known(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    for arguments, words in each(
        (
            (("--record", tmp_path / "a"), "no mailbox to record"),
            (("--mailbox", "sales@contoso.example"), "`--mailbox` needs `--record`"),
            (("--record", tmp_path / "b", "--mailbox", "sales"), "not an address"),
        )
    ):
        done = cli("doctor", *arguments)
        assert (done.code, words in done.err) == (1, True), done.err
    assert files(tmp_path) == []
    (tmp_path / "press.yaml").write_text("version: 1\nmailbox: press@contoso.example\nplatform: google-delegated\n")
    done = cli("doctor", tmp_path / "press.yaml", "--record", tmp_path / "c")
    assert (done.code, "no mailbox to record" in done.err) == (1, True), done.out + done.err
    assert not (tmp_path / "c").exists()


def test_service_that_is_not_reached_is_told(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    cloud.faults({"route": "exchange.*", "kind": "reset_before"})
    done = cli("doctor", "--record", tmp_path / "a", "--mailbox", "sales@contoso.example")
    assert (done.code, "without an answer" in done.out) == (3, True), done.out

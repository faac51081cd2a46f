"""A spec that names another platform than before."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from tests.conftest import Cli, Cloud

MEMBERS = "members: [{user: ben@contoso.example}]\n"


def spec(folder: Path, platform: str, mailbox: str = "desk@contoso.example", more: str = MEMBERS) -> Path:
    folder.mkdir(exist_ok=True)
    text = f"version: 1\nmailbox: {mailbox}\nplatform: {platform}\n{more}"
    (folder / "desk.yaml").write_text(text, encoding="utf-8")
    return folder


def test_other_platform_is_refused_until_it_is_allowed_by_name(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365")
    assert cli("apply", specs, "--yes").code == 0
    spec(specs, "google-delegated", "Desk@Contoso.example", "display_name: Desk\n")
    planned = cli("plan", specs)
    words = "was managed on microsoft365, and its spec says google-delegated"
    assert words in " ".join(planned.out.split())
    both.forget()
    refused = cli("apply", specs, "--yes")
    assert refused.code == 4
    assert "platform-change=Desk@Contoso.example" in refused.err
    assert both.effects() == []
    assert cli("apply", specs, "--yes", "--allow", "platform-change=desk@contoso.example").code == 0
    spec(specs, "google-delegated", more="display_name: Help desk\n")
    assert cli("apply", specs, "--yes").code == 0, "it is managed there now"


def test_platform_after_a_deletion_can_be_another(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365")
    assert cli("apply", specs, "--yes").code == 0
    spec(specs, "microsoft365", more="state: absent\n")
    assert cli("apply", specs, "--yes", "--allow", "delete=desk@contoso.example").code == 0
    spec(specs, "google-delegated", more="display_name: Desk\n")
    assert cli("apply", specs, "--yes").code == 0


def test_platform_without_changes_is_no_matter(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365")
    assert cli("apply", specs, "--yes").code == 0
    spec(specs, "google-delegated", "press@contoso.example", more="labels: {team: x}\n")
    assert cli("apply", specs, "--yes").code == 0


def test_profile_with_a_new_name_does_not_forget_the_platform(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365")
    assert cli("apply", specs, "--yes").code == 0
    (tmp_path / "sharedbox.yaml").write_text("profiles: {renamed: {}}\n", encoding="utf-8")
    spec(specs, "google-delegated", more="display_name: Desk\n")
    refused = cli("apply", specs, "--yes")
    assert (refused.code, "platform-change=desk@contoso.example" in refused.err) == (4, True)


def test_without_a_journal_the_other_cloud_is_asked(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    assert cli("apply", spec(tmp_path / "specs", "microsoft365"), "--yes").code == 0
    shutil.rmtree(os.environ["SHAREDBOX_STATE_DIR"])
    for platform in ("google-delegated", "google-collaborative"):
        specs = spec(tmp_path / platform, platform, more="display_name: Desk\n")
        refused = cli("apply", specs, "--yes")
        assert (refused.code, "platform-change=desk@contoso.example" in refused.err) == (4, True), refused.err
        words = " ".join(cli("plan", specs).out.split())
        assert f"exists on microsoft365, and its spec says {platform}" in words
    assert cli("apply", specs, "--yes", "--allow", "platform-change=desk@contoso.example").code == 0


def test_google_is_asked_as_well(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365", "press@contoso.example", "display_name: Press\n")
    refused = cli("apply", specs, "--yes")
    assert (refused.code, "platform-change=press@contoso.example" in refused.err) == (4, True), refused.err


def test_other_cloud_that_cannot_be_read_says_nothing(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    both.faults({"route": "google.*", "kind": "forbidden", "count": 10_000})
    specs = spec(tmp_path / "specs", "microsoft365", "press@contoso.example", "display_name: Press\n")
    assert cli("apply", specs, "--yes").code == 0


def test_other_cloud_is_asked_for_new_mailboxes_only(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    specs = spec(tmp_path / "specs", "microsoft365", "sales@contoso.example", "display_name: New\n")
    both.forget()
    assert cli("plan", specs).code == 0
    assert not [route for route in both.routes() if route.startswith("google")]


def test_move_of_many_is_allowed_by_one_pasted_line(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    def specs_on(platform: str, more: str) -> Path:
        folder = tmp_path / "specs"
        folder.mkdir(exist_ok=True)
        for name in ("one", "two", "d'or"):
            text = f"version: 1\nmailbox: {name}@contoso.example\nplatform: {platform}\n{more}"
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    assert cli("apply", specs_on("microsoft365", MEMBERS), "--yes").code == 0
    refused = cli("apply", specs_on("google-delegated", "display_name: Desk\n"), "--yes")
    assert (refused.code, refused.err.count("refused: guard platform-change")) == (4, 1), refused.err
    (line,) = [line for line in refused.err.splitlines() if "--allow platform-change" in line]
    assert cli(*shlex.split(line)[1:]).code == 0

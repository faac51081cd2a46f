"""`show --as`: what it prints is a valid spec for the other platform, and says what is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.emulator.seed import PLATFORMS, grown
from tests.asked import each, every
from tests.cli.conftest import Readings
from tests.conftest import EXAMPLES, Cli, Cloud, CloudMaker

SALES, PRESS, EVENTS = "sales@contoso.example", "press@contoso.example", "events@contoso.example"


def validated(cli: Cli, folder: Path, text: str) -> None:
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "specs" / "box.yaml").write_text(text, encoding="utf-8")
    done = cli("validate", folder / "specs")
    assert (done.code, done.out) == (0, "1 mailbox, no problems.\n"), f"{text}\n{done.err}"


@pytest.mark.parametrize("address", [SALES, PRESS, EVENTS])
def test_observed_when_shown_as_any_platform_then_valid_there(
    both: Cloud, cli: Cli, one_reading: None, tmp_path: Path, address: str
) -> None:
    for platform in PLATFORMS:
        done = cli("show", address, "--as", platform)
        assert done.code == 0, done.err
        assert f"\nplatform: {platform}\n" in done.out
        validated(cli, tmp_path, done.out)
    assert both.effects() == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("address", ["support@contoso.example", "invoices@contoso.example", SALES])
def test_spec_when_shown_as_any_platform_then_valid_there_without_asking_a_cloud(
    cli: Cli, tmp_path: Path, address: str, platform: str
) -> None:
    done = cli("show", address, EXAMPLES, "--as", platform)
    assert done.code == 0, done.err
    validated(cli, tmp_path, done.out)


def test_what_is_lost_when_shown_then_with_the_reason_of_the_table(both: Cloud, cli: Cli) -> None:
    text = cli("show", SALES, "--as", GOOGLE_DELEGATED).out
    assert "#   sent_items.send_as both, sent_items.send_on_behalf sender: the mailbox always keeps" in text
    assert "  # hugo@contoso.example: cannot sign in: is access still needed?\n  - user: hugo@contoso.example\n" in text
    assert "# had full access, send as: gets full access, the default of that platform.\nmembers:\n" in text
    assert "a deleted account" in text
    assert "there is no owner" in cli("show", PRESS, "--as", GOOGLE_COLLABORATIVE).out


def test_spec_when_a_usual_folder_names_it_then_it_is_taken_and_else_the_cloud(
    both: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sharedbox_cli.cli.session.DEFAULT_SPECS", tmp_path)
    (tmp_path / "a.yaml").write_text(f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\ndisplay_name: Ours\n")
    assert "display_name: Ours" in cli("show", SALES, "--as", GOOGLE_DELEGATED).out
    assert "display_name: Sales" in cli("show", SALES, "--as", GOOGLE_DELEGATED, "--observed").out
    assert "display_name: Press Contoso" in cli("show", PRESS, "--as", MICROSOFT365).out
    assert cli("show", PRESS, tmp_path, "--as", MICROSOFT365).code == 1


def test_json_when_asked_then_spec_and_notes(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    data = json.loads(cli("show", SALES, "--as", GOOGLE_DELEGATED, "-o", "json").out)
    assert (data["format"], data["from_platform"], data["to_platform"]) == (
        "sharedbox.conversion/1",
        MICROSOFT365,
        GOOGLE_DELEGATED,
    )
    assert {
        "key": "members",
        "member": "hugo@contoso.example",
        "what": "hugo@contoso.example",
        "is_lost": False,
        "why": "cannot sign in: is access still needed?",
    } in data["notes"]
    validated(cli, tmp_path, data["spec"])


def test_wrong_words_when_typed_then_said(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    done = cli("show", SALES, "--as", "google-delegate")
    assert (done.code, "no such platform" in done.err) == (1, True)
    assert "Did you mean `google-delegated`?" in done.err
    assert cli("show", "nobody@contoso.example", "--as", MICROSOFT365).code == 1
    held = cli("show", "all-staff@contoso.example", "--as", GOOGLE_DELEGATED)
    assert (held.code, "Another object has this address" in held.err) == (1, True)
    person = cli("show", "jakub@contoso.example", "--as", MICROSOFT365)
    assert "# a person's mailbox now: every member will see all of it.\nmailbox: jakub@" in person.out
    two = cli("show", "anna@contoso.example", "--as", GOOGLE_COLLABORATIVE)
    assert (two.code, "one on google-delegated and one on microsoft365" in two.err) == (1, True)
    (tmp_path / "a.yaml").write_text(f"version: 1\nmailbox: {SALES}\nplatform: microsoft365\nstate: absent\n")
    assert "nothing to convert" in cli("show", SALES, tmp_path, "--as", GOOGLE_DELEGATED).err


@pytest.fixture
def readings() -> Readings:
    """Return the readings of a test: each has a tenant of its own."""
    return []


@pytest.mark.parametrize("source", PLATFORMS)
def test_grown_mailboxes_are_valid_on_another_platform(
    cloud_of: CloudMaker, cli: Cli, one_reading: None, tmp_path: Path, source: str
) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 12, 60, 3, (source,)))
    target = GOOGLE_DELEGATED if source != GOOGLE_DELEGATED else GOOGLE_COLLABORATIVE
    for address in each(sorted(cloud.seeded.mailboxes)[::3]):
        for platform in (target, source):
            done = cli("show", address, "--as", platform)
            assert done.code == 0, done.err
            validated(cli, tmp_path, done.out)
            assert every(letter == "\n" or letter.isprintable() for letter in done.out)


def test_spec_moved_to_another_cloud_applies_there(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    text = cli("show", "billing@contoso.example", "--as", GOOGLE_COLLABORATIVE).out
    (tmp_path / "specs").mkdir()
    file = tmp_path / "specs" / "billing.yaml"
    file.write_text(text.replace("  - user: emi@contoso.example", "  - user: emi@contoso.example\n    rights: [owner]"))
    refused = cli("apply", file.parent, "--yes")
    assert (refused.code, "exists on microsoft365" in refused.err) == (4, True), refused.err
    done = cli("apply", file.parent, "--yes", "--allow", "platform-change=billing@contoso.example")
    assert done.code == 0, done.out + done.err
    assert "No changes." in cli("plan", file.parent).out
    back = cli("show", "billing@contoso.example", file.parent, "--as", MICROSOFT365).out
    assert "# emi@contoso.example: had owner; gets full access, send as." in back
    file.unlink()
    validated(cli, tmp_path, back)

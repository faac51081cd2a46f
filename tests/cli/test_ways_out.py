"""Errors of people who write specs by hand: each says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cli

HEAD = "version: 1\nmailbox: team@contoso.example\nplatform: microsoft365\n"
ALONE = "write the address alone: `team@contoso.example`"
TEXTS = {
    "an address as an entry": (f"{HEAD}members: [anna@contoso.example]\n", "Write `- user: anna@contoso.example`."),
    "a word for a mapping": (f"{HEAD}sent_items: both\n", "Its keys are: send_as, send_on_behalf."),
    "a fraction": (f"{HEAD}storage: {{warn_at: 0.8}}\n", "`80%`"),
    "a version with a point": ("version: 1.0\nmailbox: team@contoso.example\n", "`version` is 1."),
    "a quote": (f"{HEAD}display_name: 'Team\naliases: []\n", "4:15   The quote that begins here is never closed."),
    "a name": (HEAD.replace("team@contoso.example", '"Team <team@contoso.example>"'), ALONE),
    "brackets": (HEAD.replace("team@contoso.example", "<team@contoso.example>"), ALONE),
    "a name with other letters": (HEAD.replace("team@contoso.example", '"Müller, A. <team@contoso.example>"'), ALONE),
    "a link": (HEAD.replace("team@contoso.example", "mailto:team@contoso.example"), ALONE),
    "a link in capitals": (HEAD.replace("team@contoso.example", "MAILTO:team@contoso.example?subject=x"), ALONE),
    "an alias": (
        f"{HEAD}aliases: ['Help <help@contoso.example>']\n",
        "write the address alone: `help@contoso.example`",
    ),
    "a member": (
        f"{HEAD}members:\n  - user: Anna <anna@contoso.example>\n",
        "write the address alone: `anna@contoso.example`",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_spec_by_hand(cli: Cli, tmp_path: Path, name: str) -> None:
    text, words = TEXTS[name]
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    done = cli("validate", tmp_path)
    assert (done.code, words in done.err) == (1, True), done.err


@pytest.mark.parametrize("text", ["mailto:", "<>", "Team <team>", "a <b@c> d", "mailto:team", "< @ >"])
def test_what_has_no_address_gets_no_such_hint(cli: Cli, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD.replace("team@contoso.example", f"'{text}'"))
    done = cli("validate", tmp_path)
    assert (done.code, "write the address alone" in done.err) == (1, False), done.err


def test_names_are_suggested(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD)
    assert "Did you mean `team@contoso.example`?" in cli("show", "tem@contoso.example", tmp_path).err
    assert "There are: google-collaborative, google-delegated." in cli("explain", "google").err


def test_key_of_a_spec_is_explained_where_a_topic_is_asked_for(cli: Cli) -> None:
    for name, words in (("until", "Access ends at the end of this day"), ("Members", "Who has access")):
        done = cli("explain", name)
        assert (done.code, words in done.err) == (1, True), done.err

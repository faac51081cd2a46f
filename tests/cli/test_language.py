"""`--lang` and the locale: which language a command speaks, and what stays English."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from sharedbox_cli.checks.registry import CHECKS
from sharedbox_cli.cli.language import language_of
from sharedbox_cli.core.texts import Language
from sharedbox_cli.emulator.seed import PLATFORMS, grown
from tests.asked import each
from tests.cli.conftest import Readings
from tests.conftest import Cli, Cloud, CloudMaker
from tests.pseudo import Pseudo, english_in


@pytest.fixture
def readings() -> Readings:
    """Return the readings of a test: each has a tenant of its own."""
    return []


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT"}, "de"),
        ({"LANG": "de_CH.UTF-8@euro"}, "de"),
        ({"LANG": "DE"}, "de"),
        ({"LANG": "de-DE"}, "de"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "den_CA"}, "en"),
        ({"LANG": "../../de"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "de_DE", "LANG": "de_DE"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "de_DE", "LANG": "en_US"}, "de"),
        ({"LC_CTYPE": "de_DE.UTF-8"}, "en"),
    ],
)
def test_locale_decides(variables: dict[str, str], language: str) -> None:
    assert language_of(variables) == Language(language)


def test_option_comes_before_the_environment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert "Prüfungen" in cli("explain").out
    assert "Checks" in cli("explain", "--lang", "en").out
    monkeypatch.setenv("SHAREDBOX_LANG", "en")
    assert "Checks" in cli("explain").out
    assert "Prüfungen" in cli("explain", "--lang", "DE").out
    assert "Checks" in cli("explain").out, "a command leaves nothing behind"
    monkeypatch.setenv("SHAREDBOX_LANG", "")
    assert "Prüfungen" in cli("explain").out


@pytest.mark.parametrize("word", ["fr", "deutsch", "de_DE", ""])
def test_unknown_language_is_a_usage_error(cli: Cli, word: str) -> None:
    done = cli("explain", "--lang", word)
    assert done.code == 1
    assert "'en'" in done.err
    assert "'de'" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("output", ["json", "csv"])
def test_machine_formats_stay_english(both: Cloud, cli: Cli, output: str) -> None:
    for command in (["audit"], ["who", "hugo@contoso.example"], ["explain"], ["explain", "google-delegated"]):
        english, german = cli(*command, "-o", output), cli(*command, "-o", output, "--lang", "de")
        assert _timeless(english.out) == _timeless(german.out)
        assert german.code == 0


@pytest.mark.slow
@pytest.mark.parametrize("output", ["json", "sarif", "junit"])
def test_formats_of_findings_for_programs_stay_english(both: Cloud, cli: Cli, output: str) -> None:
    english, german = (cli("check", "--whole-tenant", "-o", output, "--lang", word).out for word in ("en", "de"))
    assert _timeless(english) == _timeless(german)


def _timeless(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "", text)


COMMANDS = [
    ["audit"],
    ["audit", "--by", "person"],
    ["audit", "--by", "matrix"],
    ["audit", "--person", "hugo*"],
    ["audit", "--save"],
    ["audit", "--why"],
    ["audit", "--since", "2020-01-01"],
    ["audit", "--by", "matrix", "--against", "SPECS"],
    ["audit", "--why", "--against", "SPECS", "-o", "html"],
    ["audit", "diff", "OLD", "NEW"],
    ["audit", "diff", "NEW", "OLD", "-o", "html"],
    ["audit", "-o", "markdown"],
    ["audit", "-o", "html"],
    ["who", "hugo@contoso.example"],
    ["who", "hugo@contoso.example", "-o", "html"],
    ["check", "--whole-tenant"],
    ["check", "--whole-tenant", "-o", "markdown"],
    ["check", "--whole-tenant", "-o", "html"],
]


@pytest.mark.slow
def test_report_has_no_text_outside_of_the_catalogue(
    both: Cloud, cli: Cli, one_reading: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = {"SPECS": tmp_path / "specs.yaml", **_two_audits(cli, tmp_path)}
    head = "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\n"
    files["SPECS"].write_text(f"{head}members:\n  - user: ines@contoso.example\n", "utf-8")
    monkeypatch.setenv("COLUMNS", "500")  # nothing is broken in the middle of a word
    known = f"{_values(cli)} {tmp_path} specs yaml old new json"
    monkeypatch.setattr("gettext.GNUTranslations", lambda file: Pseudo())
    for command in each(COMMANDS):
        done = cli(*(files.get(word, word) for word in command), "--lang", "de")
        assert done.code == 0, done.err
        assert "øø" in _visible(done.out)
        assert set(english_in(_visible(done.out), known)) == set(), command


@pytest.mark.slow
def test_report_on_a_grown_tenant_has_no_text_outside_of_the_catalogue(
    cloud_of: CloudMaker, cli: Cli, one_reading: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_of(lambda tenant: grown(tenant, mailboxes=12, members=4, seed=3, platforms=PLATFORMS))
    monkeypatch.setenv("COLUMNS", "500")
    known = f"{_values(cli)} FullAccess rejected expired Fragen Antworten business standard"
    monkeypatch.setattr("gettext.GNUTranslations", lambda file: Pseudo())
    for command in (["audit"], ["check", "--whole-tenant"], ["audit", "-o", "html"]):
        done = cli(*command, "--lang", "de")
        assert set(english_in(_visible(done.out), known)) == set(), command


def _two_audits(cli: Cli, folder: Path) -> dict[str, Path]:
    """Return two saved audits: rights, an account and a mailbox differ, and one mailbox was not read."""
    new = json.loads(cli("audit", "-o", "json").out)
    old = json.loads(json.dumps(new))
    old["tool_version"] = "0.0.9"
    del old["rows"][0], old["rows"][-1], old["mailboxes"][1]
    old["rows"] = [row for row in old["rows"] if row["mailbox"] in {one["mailbox"] for one in old["mailboxes"]}]
    for row in old["rows"]:
        row["is_enabled"] = not row["is_enabled"]
        row["can_hold"] = not row["can_hold"]
    old["mailboxes"][-1]["is_read"] = False
    files = {"OLD": folder / "old.json", "NEW": folder / "new.json"}
    for name, data in (("OLD", old), ("NEW", new)):
        files[name].write_text(json.dumps(data), "utf-8")
    return files


def test_explanation_has_no_text_outside_of_the_catalogue(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    topics = json.loads(cli("explain", "-o", "json").out)
    names = [item["name"] for group in ("platforms", "checks", "guards") for item in topics[group]]
    keys = " ".join(_keys(cli, item["name"]) for item in each(topics["platforms"]))
    pages = " ".join(
        re.findall(r"https://[^\s\"]+|docs/\S+", " ".join(cli("explain", name, "-o", "json").out for name in names))
    )
    monkeypatch.setattr("gettext.GNUTranslations", lambda file: Pseudo())
    for name in (None, *each(names)):
        out = cli("explain", *([name] if name else []), "-o", "markdown", "--lang", "de").out
        text = re.sub(r"\(øøøøøøø: [^)]*\)|`[^`]*`", "", html.unescape(out))
        assert set(english_in(text, f"{' '.join(names)} {keys} {pages} {_LISTED}")) == set(), name


_LISTED = "none blocked present true member full access send as suite"


def _keys(cli: Cli, platform: str) -> str:
    data = json.loads(cli("explain", platform, "-o", "json").out)
    needing = (data["mailbox"], *data["rows"])
    permissions = (name for row in needing for name in (*row.get("read", ()), *row.get("write", ())))
    return " ".join([*(row["path"] for row in data["rows"]), json.dumps(data["values"]), *permissions])


def _values(cli: Cli) -> str:
    """Return all names, addresses and ids that a report shows as they are."""
    data = json.loads(cli("audit", "-o", "json").out)
    found = json.loads(cli("check", "--whole-tenant", "-o", "json").out)["findings"]
    people = [row for row in data["rows"] if row["kind"] not in ("organization", "anyone")]
    rows = [" ".join(row[key] for key in ("mailbox", "person", "trustee_id", "address")) for row in people]
    rows += [" ".join([row["name"], *row["via"]]) for row in people if row["entry"] != "sign-in"]
    names = [f"{item['check']} {item['subject']} {item['platform']} {item['source']}" for item in found]
    settings = [row["detail"] for row in data["rows"] if row["entry"] == "setting"]
    checks = [check.id for check in CHECKS]
    return " ".join([*rows, *names, *settings, *checks, json.dumps(data["tenants"]), _OURS])


_OURS = (
    "sharedbox default UTC GB SHA FS person since hugo pending Billing (old) EXCHANGEENTERPRISE EXCHANGESTANDARD SPE"
)
"""Names of ours, units, and words of the services that reports show as they are."""


def _visible(text: str) -> str:
    """Return what a person can see or hear of a report."""
    if not text.startswith("<!DOCTYPE"):
        return html.unescape(text)
    text = re.sub(r"<(script|style).*?</\1>", " ", text, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|data-(?!risk|sort|short|group)[a-z]+)="([^"]*)"', text)
    text = re.sub(r'<code id="sha256">\w+</code>', " ", text)
    return re.sub(r"\{\w+\}|\S+\u2026", " ", html.unescape(" ".join([re.sub(r"<[^>]*>", " ", text), *spoken])))

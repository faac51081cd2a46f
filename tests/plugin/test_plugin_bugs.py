"""Errors in the code of a plug-in: it is named, and everything else continues."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Cloud
from tests.plugin.test_commands import INFO, content

INSIDE: dict[str, str] = {}


def break_observe(plugin: Path, monkeypatch: pytest.MonkeyPatch, returned: str = "") -> None:
    from sharedbox_jsonfile import provider

    def broken(self: object, scope: object, listener: object = None) -> object:
        return returned or INSIDE["no such key"]

    monkeypatch.setattr(provider.JsonFile, "observe", broken)


@pytest.mark.parametrize("returned", ["", "a text"])
def test_bug_in_observe_names_the_plugin_and_the_others_continue(
    plugin: Path, cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, returned: str
) -> None:
    break_observe(plugin, monkeypatch, returned)
    done = cli("audit", "-o", "json")
    assert done.code == 3, done.err
    document = json.loads(done.out)
    [left_out] = document["left_out"]
    assert (left_out["platform"], "`json_file`" in left_out["where"]) == ("json-file", True)
    assert {item["platform"] for item in document["mailboxes"]} == {"microsoft365"}
    assert ("TypeError" if returned else "KeyError") in done.err
    assert "bug in sharedbox" not in done.err


def test_bug_in_observe_of_the_only_platform_is_an_error(
    plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_observe(plugin, monkeypatch)
    done = cli("audit")
    assert (done.code, done.out) == (1, "")
    assert "the provider plug-in `json_file` · observe" in done.err


def test_bug_in_apply_names_the_plugin(plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from sharedbox_jsonfile import provider

    monkeypatch.setattr(provider.JsonFile, "apply", lambda *_, **__: INSIDE["no such key"])
    done = cli("apply", "specs", "--yes", "--allow", f"mass-revocation={INFO}", "--allow", "mass-revocation=1")
    assert (done.code, "this is a bug in the provider plug-in `json_file`" in done.out) == (3, True), (
        done.out + done.err
    )


PARTS = ("connection", "tenant", "expected_tenant", "foreign_hosts", "connect")


@pytest.mark.parametrize("part", PARTS)
def test_bug_before_reading_names_the_plugin_and_the_others_continue(
    plugin: Path, cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    from sharedbox_jsonfile.plugin import JsonFilePlugin

    monkeypatch.setattr(JsonFilePlugin, part, lambda *_, **__: INSIDE["no such key"])
    done = cli("audit", "-o", "json")
    assert done.code == 3, done.err
    document = json.loads(done.out)
    assert [(one["platform"], "`json_file`" in one["where"]) for one in document["left_out"]] == [("json-file", True)]
    assert {item["platform"] for item in document["mailboxes"]} == {"microsoft365"}
    assert ("KeyError" in done.err, "bug in sharedbox" in done.err) == (True, False)


@pytest.mark.parametrize("part", ["connection", "diagnose"])
def test_bug_in_a_diagnosis_is_a_finding_and_the_others_are_diagnosed(
    plugin: Path, cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    from sharedbox_jsonfile.plugin import JsonFilePlugin

    monkeypatch.setattr(JsonFilePlugin, part, lambda *_, **__: INSIDE["no such key"])
    done = cli("doctor")
    assert (done.code, "the provider plug-in `json_file`" in done.out) == (5, True), done.out + done.err
    assert "Microsoft 365" in done.out


def test_bug_in_close_is_a_warning(plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from sharedbox_jsonfile import provider

    monkeypatch.setattr(provider.JsonFile, "close", lambda _: INSIDE["no such key"])
    done = cli("audit")
    assert (done.code, INFO in done.out) == (0, True), done.err
    assert "warning: the provider plug-in `json_file` · close" in done.err


@pytest.mark.parametrize("returned", [None, "done"])
def test_outcome_of_another_type_is_a_bug_of_the_plugin(
    plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, returned: object
) -> None:
    from sharedbox_jsonfile import provider

    monkeypatch.setattr(provider.JsonFile, "apply", lambda *_, **__: returned)
    done = cli("apply", "specs", "--yes", "--allow", f"mass-revocation={INFO}", "--allow", "mass-revocation=1")
    assert (done.code, "TypeError: this is a bug in the provider plug-in `json_file`" in done.out) == (3, True)
    assert "unknown: info@contoso.example" in done.out


def break_check(monkeypatch: pytest.MonkeyPatch, detect: Callable[..., Any]) -> None:
    """Let the check of the plug-in use another detector, in a tenant of two mailboxes."""
    from sharedbox_jsonfile import checks

    monkeypatch.setattr(checks, "CHECKS", tuple(replace(one, detect=detect) for one in checks.CHECKS))


BROKEN_DETECTORS: dict[str, tuple[Callable[..., Any], str]] = {
    "raises at once": (lambda _: INSIDE["no such key"], "KeyError"),
    "raises later": (lambda _: (one for one in [("", "a name", "Why."), *[INSIDE["no such key"]]]), "KeyError"),
    "returns nothing": (lambda _: None, "TypeError"),
    "returns short rows": (lambda _: [("a",)], "ValueError"),
    "returns no texts": (lambda _: [("", 7, "Why.")], "TypeError"),
}


@pytest.mark.parametrize("name", BROKEN_DETECTORS)
@pytest.mark.parametrize("output", ["text", "json", "sarif", "junit"])
def test_bug_in_a_check_names_the_plugin_and_the_other_checks_continue(
    plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, output: str
) -> None:
    data = content(plugin)
    data["mailboxes"]["other@contoso.example"] = {"name": "", "aliases": [], "members": {}}
    (plugin / "mail.json").write_text(json.dumps(data))
    found = json.loads(cli("check", "--whole-tenant", "-o", "json").out)["findings"]
    detect, error = BROKEN_DETECTORS[name]
    break_check(monkeypatch, detect)
    done = cli("check", "--whole-tenant", "-o", output)
    assert done.code == 3, done.out + done.err
    assert "warning: not checked: json-file-name-missing (json-file)" in done.err
    assert "the provider plug-in `json_file` · check of info@contoso.example and 1 more" in done.err
    assert (error in done.err, "bug in sharedbox" in done.err) == (True, False)
    assert "json-file-name-missing" in done.out
    if output == "json":
        document = json.loads(done.out)
        assert document["findings"] == [item for item in found if item["check"] != "json-file-name-missing"]
        assert len(document["findings"]) < len(found)
        assert [(item["kind"], item["name"]) for item in document["not_read"]] == [("check", "json-file-name-missing")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "note"},
        {"needs": None},
        {"detect": "x"},
        {"platforms": "json-file"},
        {"overrides": None},
        {"hint": None},
        {"id": None},
    ],
)
def test_check_in_a_wrong_form_is_not_used(
    plugin: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    from sharedbox_jsonfile import checks

    monkeypatch.setattr(checks, "CHECKS", tuple(replace(one, **wrong) for one in checks.CHECKS))
    done = cli("check", "specs")
    assert (done.code, "a check of the provider plug-in `json_file` is not used" in done.err) == (0, True), done.err

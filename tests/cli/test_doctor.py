"""Doctor looks at every cloud of a profile, in one report."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import dataclass
from typing import Any

import pytest

from sharedbox_cli.core.errors import AuthError
from tests.conftest import Cli, Cloud

GOOGLE = "sharedbox_cli.providers.google_workspace.doctor"


@dataclass(frozen=True)
class Found:
    step: str
    status: str
    detail: str
    mend: str = ""


def google_says(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Put a doctor in Google's place: what is tried here is the report of both."""

    def diagnose(connection: Any, *, is_interactive: bool, prompt: Any) -> Any:
        assert connection.admin == "admin@contoso.example"
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = types.ModuleType(GOOGLE)
    module.diagnose = diagnose  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, GOOGLE, module)
    package = sys.modules.get(GOOGLE.rpartition(".")[0])
    if package is not None:
        monkeypatch.setattr(package, "doctor", module, raising=False)


def test_both_when_well_then_one_report_with_both_and_0(both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    google_says(monkeypatch, (Found("token", "ok", "as admin@contoso.example"),))
    done = cli("doctor")
    assert done.code == 0, done.out
    assert "Microsoft 365: tenant" in done.out
    assert "Google Workspace: C03xyz987, as admin@contoso.example" in done.out
    assert "All is well." in done.out
    steps = json.loads(cli("doctor", "-o", "json").out)["steps"]
    assert {step["cloud"] for step in steps} == {"microsoft365", "google_workspace"}


def test_both_when_something_is_missing_at_each_then_it_says_what_is_missing_where(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    google_says(monkeypatch, (
        Found("token", "ok", "as admin@contoso.example"),
        Found("scope apps.licensing", "missing", "needed for licences", "admin.google.com > Security\nAdd it."),
    ))  # fmt: skip
    doc = {"roles": {"https://outlook.office365.com": ["Exchange.ManageAsApp"]}, "directory_roles": []}
    both.tenant.run("update apps set doc = ?", json.dumps(doc))
    done = cli("doctor")
    assert done.code == 5
    assert (
        "missing: scope apps.licensing: needed for licences\n      admin.google.com > Security\n      Add it."
        in done.out
    )
    assert "Entra admin center" in done.out
    assert "at Microsoft 365, 1 at Google Workspace." in done.out
    data = json.loads(cli("doctor", "-o", "json").out)
    missing = {step["cloud"] for step in data["steps"] if step["status"] == "missing"}
    assert missing == {"microsoft365", "google_workspace"}


def test_one_when_it_fails_altogether_then_the_other_is_still_looked_at(
    both: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    google_says(monkeypatch, AuthError("the key cannot be used", where="key.json", why="It is cut.", mend="Get one."))
    done = cli("doctor", "-o", "json")
    steps = json.loads(done.out)["steps"]
    assert done.code == 5
    assert [step for step in steps if step["cloud"] == "google_workspace"] == [
        {"cloud": "google_workspace", "step": "diagnosis", "status": "failed", "mend": "Get one.",
         "detail": "the key cannot be used key.json It is cut."},
    ]  # fmt: skip
    assert any(step["status"] == "ok" for step in steps if step["cloud"] == "microsoft365")


def test_profile_when_it_has_no_cloud_then_said(cli: Cli) -> None:
    done = cli("doctor")
    assert (done.code, "no tenant is configured" in done.err) == (1, True)

"""Requests to the emulator itself, including invalid ones."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import SCOPES, SERVICE_ACCOUNT
from sharedbox_cli.emulator.google.control import KNOBS
from tests.emulator.google import ANNA, AUTH, DIRECTORY, Workspace


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("quota", {"gmail": "many"}),
        ("quota", {"gmail": "1"}),
        ("quota", []),
        ("knobs", {"nonsense": "1"}),
        ("grant", {"scopes": 7}),
        ("grant", []),
    ],
)
def test_control_when_asked_for_nonsense_then_is_400_with_words(strict: Workspace, path: str, body: Any) -> None:
    answer = strict.call("POST", f"/_emulator/google/{path}", body)
    assert (answer.status_code, set(answer.json())) == (400, {"error"})


def test_control_when_unknown_then_is_404(strict: Workspace) -> None:
    assert strict.call("POST", "/_emulator/google/nonsense", {}).status_code == 404
    assert strict.call("GET", "/_emulator/nonsense").status_code == 404


def test_grant_when_done_then_adds_to_what_was_granted(google: Workspace) -> None:
    scope = f"{AUTH}gmail.readonly"
    answer = google.call("POST", "/_emulator/google/grant", {"scopes": [scope], "administrator": True})
    assert answer.json() == {"email": SERVICE_ACCOUNT, "scopes": sorted([*SCOPES, scope]), "signers": []}
    assert google.call("GET", f"{DIRECTORY}/users/{ANNA}", subject=None).status_code == 200
    assert google.grant(google.assertion(sub=ANNA, scope=scope)).status_code == 200


def test_knobs_when_turned_then_count_at_once(google: Workspace) -> None:
    assert len(KNOBS) == 11  # a new one belongs in a test
    for state, found in (("off", [False]), ("unset", []), ("", [True])):
        google.call("POST", "/_emulator/google/knobs", {"mail_delegation": state})
        policies = google.call("GET", "/v1/policies").json().get("policies", [])
        assert [one["setting"]["value"]["enableMailDelegation"] for one in policies] == found
    google.store.run("delete from g_licences")
    for licence, is_ready in (("", False), ("1010070001", True)):
        google.call("POST", "/_emulator/google/knobs", {"domain_licence": licence})
        assert google.call("GET", f"{DIRECTORY}/users/{ANNA}").json()["isMailboxSetup"] is is_ready
    google.call("POST", "/_emulator/google/knobs", {"extra_fields": "1"})
    assert "xNewField" in google.call("GET", f"{DIRECTORY}/users/{ANNA}").json()
    google.call("POST", "/_emulator/google/knobs", {"extra_fields": "", "disabled_apis": "admin"})
    assert google.call("GET", f"{DIRECTORY}/users/{ANNA}").status_code == 403

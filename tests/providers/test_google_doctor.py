"""Doctor for a Workspace: names what is missing and where to click, on a tenant that lacks each thing in turn."""

from __future__ import annotations

import json

import pytest

from sharedbox_cli.emulator.google.builder import SCOPES, SERVICE_ACCOUNT_ID
from sharedbox_cli.providers.diagnosis import Diagnosis
from sharedbox_cli.providers.google_workspace.config import google_connection
from sharedbox_cli.providers.google_workspace.doctor import diagnose
from sharedbox_cli.providers.google_workspace.scopes import APIS
from tests.asked import each, every
from tests.providers.google_setting import GoogleSetting
from tests.slow_rest import in_turn

NEEDED = sorted({scope for definition in APIS.values() for scope in (*definition.read, *definition.write)})


def examined(workspace: GoogleSetting, **more: str) -> dict[str, Diagnosis]:
    connection = google_connection(None, {**workspace.emulator.environment(), **more})
    assert connection is not None
    return {step.step: step for step in diagnose(connection)}


def bad(found: dict[str, Diagnosis]) -> list[Diagnosis]:
    return [step for step in found.values() if step.status != "ok"]


def test_doctor_when_all_is_there_then_every_step_is_well_and_nothing_was_written(workspace: GoogleSetting) -> None:
    found = examined(workspace)
    assert bad(found) == []
    assert len(found) > 15
    assert workspace.effects() == []


@pytest.mark.parametrize("scope", in_turn(NEEDED, 0, 6))
def test_doctor_when_a_scope_is_not_granted_then_it_names_it_and_where_to_add_it(
    workspace: GoogleSetting, scope: str
) -> None:
    left = [one for one in SCOPES if one != scope]
    workspace.tenant.run("update g_service_accounts set scopes = ?", json.dumps(left))
    found = bad(examined(workspace))
    assert found
    for step in each(found):
        assert step.status == "missing"
        assert f"not granted: {scope}" in step.detail
        assert "Domain-wide delegation" in step.hint
        assert SERVICE_ACCOUNT_ID in step.hint
        assert scope in step.hint


def test_doctor_when_nothing_is_delegated_then_every_set_is_missing(workspace: GoogleSetting) -> None:
    workspace.tenant.run("update g_service_accounts set scopes = '[]'")
    found = examined(workspace)
    assert {step.status for name, step in found.items() if name.startswith("scopes")} == {"missing"}


def test_doctor_when_the_subject_is_no_administrator_then_it_names_the_roles(workspace: GoogleSetting) -> None:
    found = examined(workspace, SHAREDBOX_GOOGLE_ADMIN="anna@contoso.example")
    missing = {name: step for name, step in found.items() if step.status == "missing"}
    assert {"read accounts", "read groups", "read group settings", "read licences", "read policies"} <= set(missing)
    assert every("Admin roles" in step.hint for step in missing.values())
    assert "Super Admin" in missing["read policies"].hint
    assert "License Management" in missing["read licences"].hint


@pytest.mark.parametrize("who", ["nobody@contoso.example", "hugo@contoso.example", "verkauf@contoso.example"])
def test_doctor_when_nobody_can_act_as_the_subject_then_it_says_so_and_stops(
    workspace: GoogleSetting, who: str
) -> None:
    found = list(examined(workspace, SHAREDBOX_GOOGLE_ADMIN=who).values())
    assert [step.status for step in found] == ["failed"]
    assert "administrator" in found[0].hint


def test_doctor_when_the_key_is_revoked_then_it_says_so(workspace: GoogleSetting) -> None:
    workspace.emulator.environment()
    workspace.tenant.run("update g_service_accounts set keys = '{}'")
    found = list(examined(workspace).values())
    assert [step.status for step in found] == ["failed"]
    assert "key is not accepted" in found[0].detail


def test_doctor_when_there_is_no_key_file_then_it_says_so(workspace: GoogleSetting) -> None:
    found = list(examined(workspace, GOOGLE_APPLICATION_CREDENTIALS="/nowhere.json").values())
    assert [(step.step, step.status) for step in found] == [("credential", "failed")]


@pytest.mark.parametrize(
    ("route", "step", "api"),
    [
        ("directory.users.list", "read accounts", "admin.googleapis.com"),
        ("groupsSettings.groups.get", "read group settings", "groupssettings.googleapis.com"),
        ("licensing.licenseAssignments.listForProduct", "read licences", "licensing.googleapis.com"),
        ("cloudidentity.policies.list", "read policies", "cloudidentity.googleapis.com"),
        ("gmail.users.settings.delegates.list", "read a mailbox's settings", "gmail.googleapis.com"),
    ],
)
def test_doctor_when_an_api_is_switched_off_then_it_names_it(
    workspace: GoogleSetting, route: str, step: str, api: str
) -> None:
    workspace.faults(
        {
            "route": f"google.{route}",
            "kind": "status",
            "status": 403,
            "body": "json",
            "reason": "accessNotConfigured",
            "count": 100,
        }
    )
    found = examined(workspace)
    assert [one.step for one in bad(found)] == [step]
    assert api in found[step].hint


def test_doctor_when_the_edition_ends_no_membership_then_it_says_what_happens_instead(workspace: GoogleSetting) -> None:
    workspace.tenant.set_meta("google:membership_ends", "off")
    (step,) = bad(examined(workspace))
    assert (step.step, step.status) == ("end memberships", "missing")
    assert "Enterprise Standard" in step.detail
    assert "the first apply after `until`" in step.detail


def test_doctor_when_the_service_fails_then_it_is_told_and_no_trace(workspace: GoogleSetting) -> None:
    workspace.faults({"route": "google.directory.*", "kind": "status", "status": 503, "count": 100})
    found = examined(workspace)
    assert found["read accounts"].status == "failed"
    assert "failed" in found["read accounts"].detail

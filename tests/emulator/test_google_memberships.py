"""Memberships of Cloud Identity in the emulated Google: who has an end, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.asked import each
from tests.emulator.google import ANNA, BEN, DIRECTORY, EVENTS, Workspace, said

MASKS = ("expiryDetail.expireTime", "expiry_detail.expire_time")


def status(answer: Any) -> tuple[int, str]:
    """Verify an error in the newer format, and return its code and status."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "status"}
    return error["code"], error["status"]


def group(google: Workspace) -> str:
    """Return the name of a group."""
    return str(google.call("GET", f"/v1/groups:lookup?groupKey.id={EVENTS}").json()["name"])


def time_in(google: Workspace, seconds: float) -> str:
    """Return a time from now on."""
    return datetime.fromtimestamp(google.emulator.clock.now() + seconds, UTC).isoformat()


def role(end: str | None = None, name: str = "MEMBER") -> dict[str, Any]:
    """Return a role, with an end."""
    return {"name": name, "expiryDetail": {"expireTime": end}} if end else {"name": name}


def create(google: Workspace, *roles: dict[str, Any], who: str = BEN) -> Any:
    """Add a member."""
    body = {"preferredMemberKey": {"id": who}, "roles": list(roles)}
    return google.call("POST", f"/v1/{group(google)}/memberships", body)


def modify(google: Workspace, name: str, **body: Any) -> Any:
    """Change the roles of a member."""
    return google.call("POST", f"/v1/{name}:modifyMembershipRoles", body)


def moving(end: str | None, mask: str = MASKS[0], name: str = "MEMBER") -> list[dict[str, Any]]:
    """Return the update of an end."""
    return [{"fieldMask": mask, "membershipRole": {"name": name, "expiryDetail": {"expireTime": end}}}]


def named(google: Workspace, who: str = BEN) -> str:
    """Return the name of a membership."""
    found = google.call("GET", f"/v1/{group(google)}/memberships:lookup?memberKey.id={who}").json()
    return str(found["name"])


def is_member(google: Workspace, who: str = BEN) -> bool:
    """Return whether the Directory lists somebody."""
    return google.call("GET", f"{DIRECTORY}/groups/{EVENTS}/members/{who}").status_code == 200


def test_end_is_kept_moved_in_both_spellings_and_cleared(google: Workspace) -> None:
    end = time_in(google, 3600)
    made = create(google, role(end)).json()
    assert made["done"] and made["response"]["roles"][0]["expiryDetail"]
    for mask in each(MASKS):
        assert modify(google, named(google), updateRolesParams=moving(time_in(google, 7200), mask)).status_code == 200
    answer = modify(google, named(google), updateRolesParams=moving(None)).json()
    assert answer["membership"]["roles"] == [{"name": "MEMBER"}]
    listed = google.call("GET", f"/v1/{group(google)}/memberships?pageSize=1").json()
    assert len(listed["memberships"]) == 1 and listed["nextPageToken"]


def test_member_whose_end_has_come_is_gone_and_the_log_names_google(google: Workspace) -> None:
    create(google, role(time_in(google, 60)))
    assert is_member(google)
    google.advance(61)
    assert not is_member(google)
    log = google.call("GET", "/admin/reports/v1/activity/users/all/applications/admin").json()["items"]
    assert log[0]["actor"]["email"] == "cloud-support@google.com"
    assert create(google, role()).status_code == 200, "somebody can come back, without the old end"
    google.advance(61)
    assert is_member(google)


def test_only_members_have_an_end_that_is_in_the_future(google: Workspace) -> None:
    end = time_in(google, 3600)
    for roles in each(
        [
            (role(end), role(name="MANAGER")),
            (role(), role(end, "OWNER")),
            (role(time_in(google, -1)),),
            (role("tomorrow"),),
            (role("2099-01-01T00:00:00"),),
            (role(name="MANAGER"),),
            (role(), role()),
            (role(name="READER"), role()),
        ]
    ):
        assert status(create(google, *roles)) == (400, "INVALID_ARGUMENT")
    assert not is_member(google)
    create(google, role(end))
    name = named(google)
    bodies: list[dict[str, Any]] = [
        {},
        {"addRoles": [role(name="MANAGER")], "updateRolesParams": moving(None)},
        {"updateRolesParams": moving(end, "expiryDetail")},
        {"updateRolesParams": moving(end, name="MANAGER")},
        {"updateRolesParams": moving(time_in(google, -1))},
        {"addRoles": [role(name="MANAGER")]},
        {"removeRoles": ["MEMBER"]},
    ]
    for body in each(bodies):
        assert status(modify(google, name, **body)) == (400, "INVALID_ARGUMENT")
    raised = google.call("PUT", f"{DIRECTORY}/groups/{EVENTS}/members/{BEN}", {"role": "MANAGER"})
    assert raised.status_code == 400, "the Directory raises nobody who has an end"
    modify(google, name, updateRolesParams=moving(None))
    assert modify(google, name, addRoles=[role(name="MANAGER")]).status_code == 200
    assert status(modify(google, name, updateRolesParams=moving(end))) == (400, "INVALID_ARGUMENT")
    assert modify(google, name, removeRoles=["MANAGER"]).json()["membership"]["roles"] == [{"name": "MEMBER"}]


def test_twice_is_409_and_absent_or_not_allowed_is_403(google: Workspace) -> None:
    create(google, role())
    assert status(create(google, role())) == (409, "ALREADY_EXISTS")
    google.call("PATCH", f"/groups/v1/groups/{EVENTS}?alt=json", {"allowExternalMembers": "false"})
    outside = create(google, role(time_in(google, 60)), who="guest@partner.example")
    assert (status(outside), said(outside)) == (
        (400, "FAILED_PRECONDITION"),
        "The group does not allow external members.",
    )
    unknown = google.call("GET", "/v1/groups:lookup?groupKey.id=nobody@contoso.example")
    assert (status(unknown), "Error(2028)" in said(unknown)) == ((403, "PERMISSION_DENIED"), True)
    name = group(google)
    for answer in each(
        [
            google.call("GET", f"/v1/{name}/memberships", subject=ANNA),
            google.call("GET", "/v1/groups/0unknown/memberships"),
        ]
    ):
        assert status(answer) == (403, "PERMISSION_DENIED")
    assert google.call("DELETE", f"/v1/{named(google)}").json()["done"] is True
    gone = google.call("GET", f"/v1/{name}/memberships:lookup?memberKey.id={BEN}")
    assert status(gone) == (404, "NOT_FOUND")


@pytest.mark.parametrize(("edition", "code", "trial"), [("off", 403, 403), ("refused", 400, 200)])
def test_edition_without_ends_refuses_a_new_one(google: Workspace, edition: str, code: int, trial: int) -> None:
    create(google, role())
    google.call("POST", "/_emulator/google/knobs", {"membership_ends": edition})
    assert modify(google, named(google), updateRolesParams=moving(time_in(google, 60))).status_code == code
    assert modify(google, named(google), updateRolesParams=moving(None)).status_code == 200
    path = f"/v1/{group(google)}/memberships:checkTransitiveMembership?query=member_key_id == '{ADMIN}'"
    assert google.call("GET", path).status_code == trial
    google.call("POST", "/_emulator/google/knobs", {"membership_ends": ""})
    assert google.call("GET", path).json() == {"hasMembership": False}
    assert google.call("GET", path.replace(" ==", "")).status_code == 400

"""Application permissions and directory roles in the emulated Graph."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.microsoft.graph.permissions import OF_MAILBOX, PERMISSIONS
from tests.asked import every
from tests.conftest import Cloud
from tests.emulator.graph import ADVANCED, ANNA, BEN, code, give, opened

DENIED = (403, "Authorization_RequestDenied")
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
IN_MAILBOX = (403, "ErrorAccessDenied")
CALENDAR = f"/users/{ANNA}/calendar/calendarPermissions"
CATEGORIES = f"/users/{ANNA}/outlook/masterCategories"
CALLS: dict[str, tuple[str, str, Any]] = {
    "users.list": ("GET", "/users?$top=1", None),
    "users.get": ("GET", f"/users/{ANNA}", None),
    "users.patch": ("PATCH", f"/users/{ANNA}", {"accountEnabled": True}),
    "users.assignLicense": ("POST", f"/users/{ANNA}/assignLicense", {"addLicenses": [], "removeLicenses": []}),
    "users.licenseDetails": ("GET", f"/users/{ANNA}/licenseDetails", None),
    "groups.list": ("GET", "/groups", None),
    "groups.get": ("GET", "/groups/00000000-0000-0000-0000-000000000000", None),
    "groups.members": ("GET", "/groups/00000000-0000-0000-0000-000000000000/members", None),
    "groups.transitiveMembers": (
        "GET",
        "/groups/00000000-0000-0000-0000-000000000000/transitiveMembers/microsoft.graph.user",
        None,
    ),
    "directoryObjects.getByIds": ("POST", "/directoryObjects/getByIds", {"ids": []}),
    "users.delete": ("DELETE", f"/users/{ANNA}", None),
    "deletedItems.restore": ("POST", "/directory/deletedItems/00000000-0000-0000-0000-000000000000/restore", None),
    "deletedItems.users": ("GET", "/directory/deletedItems/microsoft.graph.user", None),
    "subscribedSkus.list": ("GET", "/subscribedSkus", None),
    "organization.list": ("GET", "/organization", None),
    "outlook.masterCategories.list": ("GET", CATEGORIES, None),
    "outlook.masterCategories.create": ("POST", CATEGORIES, {"displayName": "urgent", "color": "preset0"}),
    "outlook.masterCategories.get": ("GET", f"{CATEGORIES}/00000000-0000-0000-0000-000000000000", None),
    "outlook.masterCategories.patch": ("PATCH", f"{CATEGORIES}/00000000-0000-0000-0000-000000000000", {}),
    "outlook.masterCategories.delete": ("DELETE", f"{CATEGORIES}/00000000-0000-0000-0000-000000000000", None),
    "mailFolders.list": ("GET", f"/users/{ANNA}/mailFolders", None),
    "mailFolders.get": ("GET", f"/users/{ANNA}/mailFolders/inbox", None),
    "messageRules.list": ("GET", f"/users/{ANNA}/mailFolders/inbox/messageRules", None),
    "messageRules.get": ("GET", f"/users/{ANNA}/mailFolders/inbox/messageRules/x", None),
    "messageRules.create": ("POST", f"/users/{ANNA}/mailFolders/inbox/messageRules", {}),
    "messageRules.patch": ("PATCH", f"/users/{ANNA}/mailFolders/inbox/messageRules/x", {}),
    "messageRules.delete": ("DELETE", f"/users/{ANNA}/mailFolders/inbox/messageRules/x", None),
    "calendarPermissions.list": ("GET", CALENDAR, None),
    "calendarPermissions.get": ("GET", f"{CALENDAR}/RGVmYXVsdA==", None),
    "calendarPermissions.create": ("POST", CALENDAR, {"emailAddress": {"address": BEN}, "role": "read"}),
    "calendarPermissions.patch": ("PATCH", f"{CALENDAR}/RGVmYXVsdA==", {"role": "read"}),
    "calendarPermissions.delete": ("DELETE", f"{CALENDAR}/x", None),
    "mailFolders.create": ("POST", f"/users/{ANNA}/mailFolders", {"displayName": "Orders"}),
    "reports.getMailboxUsageDetail": ("GET", "/reports/getMailboxUsageDetail(period='D7')", None),
    "reports.settings": ("GET", "/admin/reportSettings", None),
}


def call(http: httpx.Client, route: str) -> httpx.Response:
    """Call a route with a minimal valid request."""
    method, path, body = CALLS[route]
    return http.request(method, f"/v1.0{path}", json=body) if body is not None else http.request(method, f"/v1.0{path}")


@pytest.mark.parametrize("route", sorted(PERMISSIONS))
def test_route_when_the_caller_has_every_other_permission_then_403(cloud: Cloud, route: str) -> None:
    every = {name for names in PERMISSIONS.values() for name in names}
    give(cloud, *sorted(every - set(PERMISSIONS[route])))
    with opened(cloud) as http:
        assert code(call(http, route)) == (IN_MAILBOX if route.startswith(OF_MAILBOX) else DENIED)
    give(cloud, *sorted(every))
    with opened(cloud) as http:
        assert call(http, route).status_code != 403


@pytest.mark.parametrize(
    ("query", "is_open"),
    [
        ("", True),
        ("?$select=id,displayName,mail", True),
        ("?$select=accountEnabled", False),
        ("?$select=id,proxyAddresses", False),
        ("?$select=assignedLicenses", False),
    ],
)
def test_basic_reader_when_it_asks_for_more_than_names_then_403(cloud: Cloud, query: str, is_open: bool) -> None:
    give(cloud, "User.ReadBasic.All")
    with opened(cloud) as http:
        for path in ("/v1.0/users", f"/v1.0/users/{ANNA}"):
            answer = http.get(path + query)
            assert answer.status_code == 200 if is_open else code(answer) == DENIED


def test_basic_reader_when_it_filters_by_more_than_names_then_403(cloud: Cloud) -> None:
    give(cloud, "User.ReadBasic.All")
    with opened(cloud) as http:
        assert http.get("/v1.0/users", params={"$filter": f"mail eq '{ANNA}'"}).status_code == 200
        assert code(http.get("/v1.0/users", params={"$filter": "accountEnabled eq true"})) == DENIED


@pytest.mark.parametrize(
    ("roles", "body", "is_open"),
    [
        (("User.EnableDisableAccount.All", "User.Read.All"), {"accountEnabled": False}, True),
        (("User.EnableDisableAccount.All",), {"accountEnabled": False}, False),
        (("User.EnableDisableAccount.All", "User.Read.All"), {"displayName": "x"}, False),
        (("User.EnableDisableAccount.All", "User.Read.All"), {"accountEnabled": False, "usageLocation": "DE"}, False),
        (("User.ReadWrite.All",), {"accountEnabled": False, "displayName": "x", "usageLocation": "DE"}, True),
        (("User.Read.All",), {"accountEnabled": False}, False),
    ],
)
def test_patch_when_the_permission_is_for_sign_in_alone_then_nothing_else(
    cloud: Cloud, roles: tuple[str, ...], body: dict[str, Any], is_open: bool
) -> None:
    give(cloud, *roles)
    with opened(cloud) as http:
        answer = http.patch(f"/v1.0/users/{ANNA}", json=body)
    assert answer.status_code == 204 if is_open else code(answer) == DENIED
    assert len(cloud.effects()) == is_open


def change_user(cloud: Cloud, **doc: object) -> None:
    """Change Anna's document in the tenant."""
    cloud.tenant.run("update objects set doc = json_patch(doc, ?) where mail = ?", json.dumps(doc), ANNA)


@pytest.mark.parametrize("role", ["", GLOBAL_ADMINISTRATOR])
def test_patch_when_the_user_is_an_administrator_then_only_a_higher_role_may(cloud: Cloud, role: str) -> None:
    change_user(cloud, admin_role="29232cdf-9323-42fd-ade2-1d097af3e4de")
    give(cloud, "User.ReadWrite.All", directory_roles=(role,) if role else ())
    with opened(cloud) as http:
        answer = http.patch(f"/v1.0/users/{ANNA}", json={"accountEnabled": False})
    assert answer.status_code == 204 if role else code(answer) == DENIED


def test_patch_when_mastered_on_premises_then_400_but_for_the_place_of_use(cloud: Cloud) -> None:
    change_user(cloud, on_premises=True)
    give(cloud, "User.ReadWrite.All")
    with opened(cloud) as http:
        for name, value in (("accountEnabled", False), ("displayName", "x")):
            answer = http.patch(f"/v1.0/users/{ANNA}", json={name: value})
            assert code(answer)[0] == 400 and "on-premises mastered" in answer.text
        assert http.patch(f"/v1.0/users/{ANNA}", json={"usageLocation": "FR"}).status_code == 204


@pytest.mark.parametrize("cast", ["", "/microsoft.graph.user"])
def test_members_when_the_caller_may_not_read_users_then_ids_alone(cloud: Cloud, cast: str) -> None:
    group = cloud.tenant.row("select id from objects where mail = 'sg-audit@contoso.example'")
    assert group is not None
    path = f"/v1.0/groups/{group['id']}/{'transitiveMembers' if cast else 'members'}{cast}?$count=true&$select=id,mail"
    give(cloud, "GroupMember.Read.All")
    with opened(cloud) as http:
        bare = http.get(path, headers=ADVANCED).json()["value"]
    assert bare and every(set(item) == {"@odata.type", "id"} for item in bare)
    give(cloud, "GroupMember.Read.All", "User.Read.All")
    with opened(cloud) as http:
        whole = http.get(path, headers=ADVANCED).json()["value"]
    assert {item["id"] for item in whole} == {item["id"] for item in bare}
    assert every(item["mail"].endswith("@contoso.example") for item in whole)


def test_token_when_issued_before_a_revocation_then_401_with_a_claims_challenge(cloud: Cloud) -> None:
    with opened(cloud) as http:
        assert http.get("/v1.0/users").status_code == 200
        cloud.tenant.clock.advance(10)
        cloud.tenant.set_meta("tokens_revoked_at", str(int(cloud.tenant.clock.now())))
        answer = http.get("/v1.0/users")
        assert code(answer) == (401, "InvalidAuthenticationToken")
        challenge = answer.headers["www-authenticate"]
        assert 'error="insufficient_claims"' in challenge
        claims = json.loads(base64.b64decode(challenge.partition('claims="')[2].rstrip('"')))
        assert claims["access_token"]["nbf"]["essential"] is True
    with opened(cloud) as http:
        assert http.get("/v1.0/users").status_code == 200


def test_vendors_sdk_renews_a_revoked_token(cloud: Cloud) -> None:
    from sharedbox_cli.core.model import MICROSOFT365
    from sharedbox_cli.providers.base import Scope

    provider = cloud.provider()
    scope = Scope(frozenset({MICROSOFT365}))
    first = provider.observe(scope)
    cloud.tenant.clock.advance(10)
    cloud.tenant.set_meta("tokens_revoked_at", str(int(cloud.tenant.clock.now())))
    assert provider.observe(scope).mailboxes.keys() == first.mailboxes.keys()
    provider.close()

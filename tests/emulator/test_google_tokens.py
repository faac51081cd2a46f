"""Google's token endpoint and access control: the reference's rules 1 to 6, and keyless signing."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from google_auth_httplib2 import Request as HttpLibRequest

from sharedbox_cli.emulator.google.builder import ADMIN, SERVICE_ACCOUNT
from tests.emulator.google import (
    ANNA,
    AUDIENCE,
    AUTH,
    DIRECTORY,
    GMAIL,
    GRANT,
    HUGO,
    PRESS,
    SETTINGS,
    Workspace,
    flat,
    reason,
    refused,
    said,
)

UNAUTHORIZED = (
    401,
    "unauthorized_client",
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the "
    "scopes requested.",
)
TIMES = (
    400,
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp "
    "values in the JWT claim.",
)


@pytest.mark.parametrize("token", ["", "ya29.unknown", "not.a.jwt"])
def test_01_call_when_the_bearer_is_missing_or_unknown_then_is_401(strict: Workspace, token: str) -> None:
    answer = strict.call("GET", f"{DIRECTORY}/users?customer=my_customer", token=token)
    assert reason(answer) == (401, "authError")
    error = answer.json()["error"]
    assert error["status"] == "UNAUTHENTICATED"
    assert error["errors"][0]["message"] == "Invalid Credentials"
    assert error["errors"][0]["location"] == "Authorization"


def test_01_call_when_the_token_is_an_hour_old_then_is_401(google: Workspace) -> None:
    token = google.token()
    google.advance(3600)
    assert reason(google.call("GET", f"{DIRECTORY}/users?customer=my_customer", token=token)) == (401, "authError")


def test_01_call_when_a_service_account_signed_its_own_token_then_audience_and_age_count(google: Workspace) -> None:
    google.store.run("update g_service_accounts set is_admin = 1")
    url = f"{DIRECTORY}/users?customer=my_customer"
    mine = {"sub": SERVICE_ACCOUNT, "scope": None}
    good = google.assertion(**mine, aud="https://admin.googleapis.com/")
    assert google.call("GET", url, token=good).status_code == 200
    by_scope = google.assertion(sub=SERVICE_ACCOUNT, scope=f"{AUTH}admin.directory.user.readonly", aud=None)
    assert google.call("GET", url, token=by_scope).status_code == 200
    for wrong in (
        google.assertion(**mine),
        google.assertion(**mine, aud="https://gmail.googleapis.com/"),
        google.assertion(aud="https://admin.googleapis.com/", scope=None),
        google.assertion(**mine, aud="https://admin.googleapis.com/", iat=1, exp=3601),
    ):
        assert reason(google.call("GET", url, token=wrong)) == (401, "authError")


@pytest.mark.parametrize(
    ("path", "subject", "scope"),
    [
        (f"{DIRECTORY}/users?customer=my_customer", ADMIN, "admin.directory.group"),
        (f"{DIRECTORY}/groups?customer=my_customer", ADMIN, "admin.directory.user"),
        (f"{SETTINGS}/delegates", PRESS, "gmail.settings.sharing"),
        (f"{GMAIL}/labels", PRESS, "gmail.settings.basic"),
        ("/v1/policies", ADMIN, "admin.directory.user"),
        ("/groups/v1/groups/orders@contoso.example?alt=json", ADMIN, "admin.directory.group"),
    ],
)
def test_02_call_when_the_token_lacks_the_methods_scopes_then_is_403(
    strict: Workspace, path: str, subject: str, scope: str
) -> None:
    answer = strict.call("GET", path, token=strict.token(subject, AUTH + scope))
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (403, "PERMISSION_DENIED")
    assert error["message"] == "Request had insufficient authentication scopes."
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    if "errors" in error:
        assert error["errors"][0]["reason"] == "insufficientPermissions"


def test_03_grant_when_all_is_well_then_tells_token_type_and_seconds(google: Workspace) -> None:
    found = google.grant(google.assertion()).json()
    assert set(found) == {"access_token", "expires_in", "token_type"}
    assert (found["expires_in"], found["token_type"]) == (3599, "Bearer")


CHANGED = [
    ({"sub": "nobody@contoso.example"}, (400, "invalid_grant", "Invalid email or User ID")),
    ({"sub": "anna"}, (400, "invalid_grant", "Not a valid email or user ID.")),
    ({"sub": "presse@contoso.example"}, (400, "invalid_request", 'Invalid impersonation "sub" field')),
    ({"sub": "boss@elsewhere.example"}, (400, "invalid_request", 'Invalid impersonation "sub" field')),
    ({"sub": HUGO}, (400, "invalid_grant", "Account has been disabled.")),
    ({"scope": f"{AUTH}admin.directory.user {AUTH}drive"}, UNAUTHORIZED),
    ({"scope": f"{AUTH}gmail.readonly"}, UNAUTHORIZED),
    ({"scope": None}, (400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")),
    ({"scope": "mail"}, (400, "invalid_scope", "mail is not a valid audience string.")),
    ({"aud": "https://127.0.0.1/token"}, (400, "invalid_grant", "Invalid JWT: Failed audience check.")),
    ({"iss": "other@emulator.iam.gserviceaccount.com"}, (400, "invalid_grant", "Invalid grant: account not found")),
]


@pytest.mark.parametrize(("changed", "expected"), CHANGED, ids=[f"{n}" for n in range(len(CHANGED))])
def test_03_grant_when_a_claim_is_wrong_then_is_refused_as_the_table_says(
    strict: Workspace, changed: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert flat(strict.grant(strict.assertion(**changed))) == expected


@pytest.mark.parametrize(
    ("issued", "expires"), [(0, 3601), (400, 3700), (-4200, -600), (10, 10), (100, 50), (-1.5, 3000), (True, 3000)]
)
def test_03_grant_when_its_times_are_unreasonable_then_is_refused(
    strict: Workspace, issued: float, expires: float
) -> None:
    now = int(strict.emulator.clock.now())
    iat = issued if isinstance(issued, bool) else now + issued
    assert flat(strict.grant(strict.assertion(iat=iat, exp=now + expires))) == TIMES


def test_03_grant_when_signed_with_another_key_or_method_then_is_refused(strict: Workspace) -> None:
    claims = jwt.decode(strict.assertion(), options={"verify_signature": False})
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for forged in (
        jwt.encode(claims, other, "RS256"),
        jwt.encode(claims, "x" * 32, "HS256"),
        jwt.encode(claims, "", "none"),
        strict.assertion()[:-4] + "AAAA",
    ):
        assert flat(strict.grant(forged)) == (400, "invalid_grant", "Invalid JWT Signature.")
    assert flat(strict.grant("nonsense"))[:2] == (400, "invalid_grant")


def test_03_grant_when_the_form_is_wrong_then_is_refused(strict: Workspace) -> None:
    assert flat(strict.grant(strict.assertion(), "client_credentials"))[:2] == (400, "unsupported_grant_type")
    body = json.dumps({"assertion": strict.assertion(), "grant_type": GRANT}).encode()
    answer = strict.call("POST", "/token", token="", content=body, headers={"Content-Type": "application/json"})
    assert flat(answer)[:2] == (400, "invalid_request")


def test_03_google_auth_when_refused_then_raises_what_the_table_says(strict: Workspace) -> None:
    credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
        strict.key, scopes=[f"{AUTH}drive"], subject=ADMIN
    )
    with pytest.raises(RefreshError) as caught:
        credentials.refresh(HttpLibRequest(strict.plain()))
    assert str(caught.value.args[0]) == f"{UNAUTHORIZED[1]}: {UNAUTHORIZED[2]}"


def test_04_gmail_when_the_user_is_neither_me_nor_the_subject_then_is_denied(strict: Workspace) -> None:
    for subject, path in ((ADMIN, PRESS), (PRESS, ANNA)):
        answer = strict.call("GET", f"/gmail/v1/users/{path}/settings/delegates", subject=subject)
        assert reason(answer) == (403, "forbidden")
        assert said(answer) == f"Delegation denied for {subject}"
    assert strict.call("GET", f"/gmail/v1/users/{PRESS}/labels", subject=PRESS).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "delegates", {"delegateEmail": ANNA}),
        ("DELETE", f"delegates/{ANNA}", None),
        ("GET", "delegates", None),
        ("POST", "sendAs", {"sendAsEmail": ANNA}),
        ("DELETE", f"sendAs/{ANNA}", None),
        ("POST", "forwardingAddresses", {"forwardingEmail": ANNA}),
        ("DELETE", f"forwardingAddresses/{ANNA}", None),
        ("PUT", "autoForwarding", {"enabled": False}),
    ],
)
def test_05_gmail_when_the_token_acts_as_nobody_then_sharing_is_refused(
    strict: Workspace, method: str, path: str, body: Any
) -> None:
    answer = strict.call(method, f"{SETTINGS}/{path}", body, subject=None)
    assert reason(answer) == (403, "forbidden")
    assert said(answer) == "Access restricted to service accounts that have been delegated domain-wide authority"


@pytest.mark.parametrize(
    "path",
    [
        f"{DIRECTORY}/users?customer=my_customer",
        f"{DIRECTORY}/groups?customer=my_customer",
        "/groups/v1/groups/orders@contoso.example?alt=json",
        "/apps/licensing/v1/product/Google-Apps/users?customerId=C03xyz987",
        "/admin/reports/v1/usage/dates/2026-01-01",
    ],
)
@pytest.mark.parametrize("subject", [ANNA, None])
def test_06_admin_apis_when_the_subject_is_no_administrator_then_are_403(
    strict: Workspace, path: str, subject: str | None
) -> None:
    answer = strict.call("GET", path, subject=subject)
    assert reason(answer) == (403, "forbidden")
    assert said(answer) == "Not Authorized to access this resource/api"


def test_06_policies_when_the_subject_is_no_super_administrator_then_are_403(google: Workspace) -> None:
    google.make.person("deputy", "Dora Deputy", extra={"isDelegatedAdmin": True})
    deputy = "deputy@contoso.example"
    assert google.call("GET", f"{DIRECTORY}/users?customer=my_customer", subject=deputy).status_code == 200
    answer = google.call("GET", "/v1/policies", subject=deputy)
    error = answer.json()["error"]
    assert error == {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}
    answer = google.call("PATCH", f"{DIRECTORY}/users/{ADMIN}", {"suspended": True}, subject=deputy)
    assert reason(answer) == (403, "forbidden")


def test_client_when_its_token_is_refused_once_then_asks_for_a_new_one(google: Workspace) -> None:
    google.emulator.faults.set([{"route": "google.directory.users.list", "kind": "unauthorized"}])
    found = google.api("directory").users().list(customer="my_customer").execute()
    assert len(found["users"]) > 3
    assert [line["route"] for line in google.emulator.log.lines].count("google.oauth2.token") == 2


def test_client_when_calling_another_mailbox_as_the_administrator_then_is_denied(google: Workspace) -> None:
    request = google.api("gmail", ADMIN).users().settings().delegates().list(userId=PRESS)
    assert refused(request) == (403, "forbidden")


def test_audience_is_googles_own_whatever_the_token_uri_is(google: Workspace) -> None:
    google.api("directory").users().get(userKey=ANNA).execute()
    [line] = [line for line in google.emulator.log.lines if line["route"] == "google.oauth2.token"]
    assert line["body"]["assertion"] == "(redacted)"
    assert AUDIENCE.startswith("https://oauth2.googleapis.com")

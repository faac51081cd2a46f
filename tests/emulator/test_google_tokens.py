"""Google's token endpoint, and who may call what: the reference's refusals 1 to 6, and signing without a key."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import external_account, iam
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
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
    reason,
    refused,
    said,
)

UNAUTHORIZED = (
    401, "unauthorized_client",
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the "
    "scopes requested.",
)  # fmt: skip
TIMES = (
    400, "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp "
    "values in the JWT claim.",
)  # fmt: skip
POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/forge"
JWT_TOKEN = "urn:ietf:params:oauth:token-type:jwt"
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": POOL, "subject_token": "from-ci",
    "requested_token_type": "urn:ietf:params:oauth:token-type:access_token", "subject_token_type": JWT_TOKEN,
    "scope": f"{AUTH}cloud-platform",
}  # fmt: skip


def flat(answer: Any) -> tuple[int, str, str]:
    """Return an OAuth error, its flat shape checked."""
    data = answer.json()
    assert set(data) == {"error", "error_description"}
    return answer.status_code, data["error"], data["error_description"]


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
        google.assertion(**mine), google.assertion(**mine, aud="https://gmail.googleapis.com/"),
        google.assertion(aud="https://admin.googleapis.com/", scope=None),
        google.assertion(**mine, aud="https://admin.googleapis.com/", iat=1, exp=3601),
    ):  # fmt: skip
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
]  # fmt: skip


@pytest.mark.parametrize(("changed", "expected"), CHANGED, ids=[f"{n}" for n in range(len(CHANGED))])
def test_03_grant_when_a_claim_is_wrong_then_is_refused_as_the_table_says(
    strict: Workspace, changed: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert flat(strict.grant(strict.assertion(**changed))) == expected


@pytest.mark.parametrize(
    ("issued", "expires"), [(0, 3601), (301, 3601), (-4200, -600), (10, 10), (100, 50), (-1.5, 3000), (True, 3000)]
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
        jwt.encode(claims, other, "RS256"), jwt.encode(claims, "x" * 32, "HS256"), jwt.encode(claims, "", "none"),
        strict.assertion()[:-4] + "AAAA",
    ):  # fmt: skip
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
        ("POST", "delegates", {"delegateEmail": ANNA}), ("DELETE", f"delegates/{ANNA}", None),
        ("GET", "delegates", None), ("POST", "sendAs", {"sendAsEmail": ANNA}), ("DELETE", f"sendAs/{ANNA}", None),
        ("POST", "forwardingAddresses", {"forwardingEmail": ANNA}), ("DELETE", f"forwardingAddresses/{ANNA}", None),
        ("PUT", "autoForwarding", {"enabled": False}),
    ],
)  # fmt: skip
def test_05_gmail_when_the_token_acts_as_nobody_then_sharing_is_refused(
    strict: Workspace, method: str, path: str, body: Any
) -> None:
    answer = strict.call(method, f"{SETTINGS}/{path}", body, subject=None)
    assert reason(answer) == (403, "forbidden")
    assert said(answer) == "Access restricted to service accounts that have been delegated domain-wide authority"


@pytest.mark.parametrize(
    "path",
    [
        f"{DIRECTORY}/users?customer=my_customer", f"{DIRECTORY}/groups?customer=my_customer",
        "/groups/v1/groups/orders@contoso.example?alt=json",
        "/apps/licensing/v1/product/Google-Apps/users?customerId=C03xyz987",
        "/admin/reports/v1/usage/dates/2026-01-01",
    ],
)  # fmt: skip
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


def keyless(google: Workspace, signer: str = "ci@emulator.iam.gserviceaccount.com") -> None:
    """Let one account sign for the service account."""
    google.call("POST", "/_emulator/google/grant", {"signers": [signer, "principal://ci"]})
    google.store.run(
        "insert or ignore into g_service_accounts (email, client_id, scopes) values (?, '2', '[]')", signer
    )
    trusted = {POOL: {"name": "ci", "tokens": ["from-ci"]}}
    assert google.call("POST", "/_emulator/google/knobs", {"federated": trusted}).status_code == 200


def source(google: Workspace, *scopes: str) -> str:
    """Return the token of the source identity, by token exchange."""
    answer = google.call("POST", "/v1/token", token="", content=None, headers={})
    assert answer.status_code == 400
    found = google.form("/v1/token", {**EXCHANGE, "scope": " ".join(scopes) or EXCHANGE["scope"]})
    assert found.status_code == 200, found.text
    assert set(found.json()) == {"access_token", "issued_token_type", "token_type", "expires_in"}
    return str(found.json()["access_token"])


def test_signing_when_google_signs_for_a_federated_identity_then_the_grant_is_good(
    google: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyless(google)
    name = f"/v1/projects/-/serviceAccounts/{SERVICE_ACCOUNT}"
    token = source(google)
    claims = jwt.decode(google.assertion(), options={"verify_signature": False})
    answer = google.call("POST", f"{name}:signJwt", {"payload": json.dumps(claims)}, token=token)
    assert set(answer.json()) == {"keyId", "signedJwt"}
    assert google.grant(answer.json()["signedJwt"]).status_code == 200
    payload = base64.b64encode(b"hello").decode()
    answer = google.call("POST", f"{name}:signBlob", {"payload": payload}, token=token)
    assert set(answer.json()) == {"keyId", "signedBlob"}
    answer = google.call("POST", f"{name}:generateAccessToken", {"scope": [f"{AUTH}apps.licensing"]}, token=token)
    assert set(answer.json()) == {"accessToken", "expireTime"}


def test_signing_when_asked_by_google_auths_own_signer_then_directory_can_be_read(
    google: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyless(google)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(google.emulator.ca_file))
    monkeypatch.setattr(
        iam, "_IAM_SIGN_ENDPOINT", f"{google.emulator.origin}/v1/projects/-/serviceAccounts/{{}}:signBlob"
    )

    class Federated(external_account.Credentials):
        def retrieve_subject_token(self, request: Any) -> str:
            return "from-ci"

    source_credentials = Federated(  # type: ignore[no-untyped-call]
        audience=POOL, subject_token_type=JWT_TOKEN, token_url=f"{google.emulator.origin}/v1/token",
        credential_source={}, scopes=[f"{AUTH}cloud-platform"],
    )  # fmt: skip
    session = requests.Session()
    request = Request(session)
    signer = iam.Signer(request, source_credentials, SERVICE_ACCOUNT)  # type: ignore[no-untyped-call]
    credentials = service_account.Credentials(  # type: ignore[no-untyped-call]
        signer, SERVICE_ACCOUNT, f"{google.emulator.origin}/token", subject=ADMIN,
        scopes=[f"{AUTH}admin.directory.user.readonly"],
    )  # fmt: skip
    credentials.refresh(request)  # type: ignore[no-untyped-call]
    session.close()
    answer = google.call("GET", f"{DIRECTORY}/users?customer=my_customer", token=credentials.token)
    assert answer.status_code == 200


def test_signing_when_the_caller_may_not_then_is_403_in_the_rpc_shape(google: Workspace) -> None:
    keyless(google)
    name = f"/v1/projects/-/serviceAccounts/{SERVICE_ACCOUNT}:signBlob"
    body = {"payload": base64.b64encode(b"x").decode()}
    own = google.token(None, f"{AUTH}cloud-platform")
    answer = google.call("POST", name, body, token=own)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"], "errors" in error) == (403, "PERMISSION_DENIED", False)
    answer = google.call("POST", name, body, token=google.token(None, f"{AUTH}apps.licensing"))
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    wildcard = name.replace("/-/", "/emulator/")
    for path, wrong in (
        (name, {"payload": "no base64!"}), (name, {}), (wildcard, body),
        (name.replace("signBlob", "signJwt"), {"payload": "[]"}),
        (name.replace("signBlob", "signJwt"), {"payload": json.dumps({"exp": 2**40})}),
        (name.replace("signBlob", "generateAccessToken"), {"scope": [], "lifetime": "10s"}),
        (name.replace("signBlob", "generateAccessToken"), {"scope": [f"{AUTH}apps.licensing"], "lifetime": "7200s"}),
    ):  # fmt: skip
        assert google.call("POST", path, wrong, token=source(google)).status_code == 400, wrong


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": GRANT}, "invalid_request"), ({"subject_token": "forged"}, "invalid_grant"),
        ({"audience": "//iam.googleapis.com/other"}, "invalid_grant"), ({"scope": ""}, "invalid_request"),
        ({"requested_token_type": JWT_TOKEN}, "invalid_request"), ({"subject_token_type": "jwt"}, "invalid_request"),
    ],
)  # fmt: skip
def test_exchange_when_a_field_is_wrong_then_is_refused_in_the_flat_shape(
    google: Workspace, changed: dict[str, str], error: str
) -> None:
    keyless(google)
    answer = google.form("/v1/token", {**EXCHANGE, **changed})
    assert flat(answer)[:2] == (400, error)


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

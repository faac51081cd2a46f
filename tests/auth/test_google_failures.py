"""Every error of Google's sign-in, and the message that users read."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from google.auth import exceptions

from sharedbox_cli.auth.connection import GoogleConnection
from sharedbox_cli.auth.google import GoogleCredentials, words_of_refresh_error
from sharedbox_cli.auth.google_signing import SigningRefused, SourceRefused
from sharedbox_cli.core.errors import AuthError, CloudError, NotFound, Refused, SharedboxError, Throttled, Unreachable
from tests.auth.google_service import ACCOUNT, CLIENT_ID, SOURCE_TOKEN, Service, key_info, serving, written

ADMIN = "admin@contoso.example"
BOX = "support@contoso.example"
READ = ("https://www.googleapis.com/auth/gmail.settings.basic", "https://www.googleapis.com/auth/gmail.labels")
CANARY = "canary-4711"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def keyed(service: Service, folder: Path) -> GoogleConnection:
    return GoogleConnection(
        admin=ADMIN, key_path=written(folder, key_info()), token_url=f"{service.origin}/token", iam_url=service.origin
    )


def keyless(service: Service, folder: Path) -> GoogleConnection:
    (folder / "subject.txt").write_text(CANARY)
    info: dict[str, Any] = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/x",
        "token_url": f"{service.origin}/sts",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "credential_source": {"file": str(folder / "subject.txt")},
    }
    return GoogleConnection(
        admin=ADMIN,
        key_path=written(folder, info),
        service_account=ACCOUNT,
        token_url=f"{service.origin}/token",
        iam_url=service.origin,
    )


def refused(connection: GoogleConnection, subject: str = BOX, service: Service | None = None) -> SharedboxError:
    """Return the message, after verifying that it contains neither a secret nor the vendor's text."""
    credentials = GoogleCredentials(connection, environment={}).of(subject, READ)
    with pytest.raises(exceptions.GoogleAuthError) as caught:
        credentials.refresh(None)  # type: ignore[no-untyped-call]
    words = words_of_refresh_error(caught.value, subject, READ, connection)
    text = f"{words!r} {words} {words.where} {words.why} {words.hint}"
    for secret in (CANARY, SOURCE_TOKEN, "PRIVATE KEY", "ya29.", *(service.assertions if service else ())):
        assert secret not in text
    assert words.summary
    assert words.hint or words.why
    return words


TABLE = [
    (
        401,
        "unauthorized_client",
        "Client is unauthorized to retrieve access tokens using this method",
        AuthError,
        "Domain-wide delegation",
    ),
    (401, "access_denied", "Requested client not authorized.", AuthError, "Domain-wide delegation"),
    (400, "invalid_grant", "Invalid email or User ID", NotFound, "the user does not exist"),
    (400, "invalid_grant", "Not a valid email or user ID.", Refused, "sharedbox cannot act as this user"),
    (400, "invalid_grant", "Invalid JWT Signature.", AuthError, "the key is not accepted"),
    (
        400,
        "invalid_grant",
        "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.",
        AuthError,
        "clock",
    ),
    (400, "invalid_grant", "Account has been suspended", Refused, "suspended"),
    (400, "invalid_grant", "Invalid grant: account not found", AuthError, "the service account does not exist"),
    (400, "invalid_scope", f"{CANARY} is not a valid audience string", AuthError, READ[0]),
    (400, "invalid_request", 'Invalid impersonation "sub" field', Refused, "alias"),
    (401, "invalid_client", "The OAuth client was not found.", AuthError, "the service account does not exist"),
    (400, "invalid_grant", f"Something of tomorrow: {CANARY}", AuthError, "sharedbox doctor"),
    (400, "rate_limit_exceeded", "", Throttled, "limits requests"),
    (503, "server_error", CANARY, Unreachable, "failed"),
]


@pytest.mark.parametrize(("status", "code", "description", "kind", "told"), TABLE)
def test_token_when_refused_then_what_it_means_and_where_to_click(
    google: Service, tmp_path: Path, status: int, code: str, description: str, kind: type[SharedboxError], told: str
) -> None:
    for _ in range(3):
        google.next("token", status, {"error": code, "error_description": description})
    words = refused(keyed(google, tmp_path), service=google)
    assert type(words) is kind
    assert told in f"{words} {words.hint}"
    assert code in f"{words.where} {getattr(words, 'code', '')}"
    assert BOX in words.where or kind is AuthError
    if isinstance(words, CloudError):
        assert words.mailbox == BOX


def test_delegation_when_missing_then_the_client_id_and_the_whole_list_of_scopes(
    google: Service, tmp_path: Path
) -> None:
    google.next("token", 401, {"error": "unauthorized_client", "error_description": ""})
    words = refused(keyed(google, tmp_path))
    assert CLIENT_ID in words.hint
    assert f"    {READ[1]},{READ[0]}\n" in words.hint
    assert "API controls > Domain-wide delegation" in words.hint
    google.next("token", 401, {"error": "unauthorized_client", "error_description": ""})
    assert "unique id" in refused(keyless(google, tmp_path)).hint
    error = exceptions.RefreshError("x", {"error": "unauthorized_client"})  # type: ignore[no-untyped-call]
    assert "4711" in words_of_refresh_error(error, BOX, READ, GoogleConnection(), client_id="4711").hint


@pytest.mark.parametrize(
    "description", ["Invalid email or User ID", "Account disabled", "Not a valid email or user ID."]
)
def test_administrator_when_nobody_can_act_as_them_then_the_setting_is_named(
    google: Service, tmp_path: Path, description: str
) -> None:
    google.next("token", 400, {"error": "invalid_grant", "error_description": description})
    words = refused(keyed(google, tmp_path), subject=ADMIN)
    assert isinstance(words, AuthError)
    assert "SHAREDBOX_GOOGLE_ADMIN" in words.hint
    assert ADMIN in words.where


@pytest.mark.parametrize("body", ["<html>down</html>", {}, {"error": {"code": 403}}, {"error": f"<{CANARY}>"}])
def test_token_when_the_answer_is_no_oauth_then_still_words(google: Service, tmp_path: Path, body: object) -> None:
    google.next("token", 403, body)
    assert refused(keyed(google, tmp_path)).summary == "sign-in failed"


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (
            403,
            {"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "IAM_PERMISSION_DENIED"}]}},
            AuthError,
            "Service Account Token Creator",
        ),
        (
            403,
            {"error": {"status": "PERMISSION_DENIED", "details": ["?", {"reason": "SERVICE_DISABLED"}]}},
            AuthError,
            "IAM Service Account Credentials API",
        ),
        (404, {"error": {"status": "NOT_FOUND", "message": CANARY}}, AuthError, ACCOUNT),
        (400, {"error": {"status": CANARY}}, AuthError, "rejected the identity"),
        (401, {"error": "?"}, AuthError, "rejected the identity"),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, Throttled, "limits requests"),
        (500, f"<html>{CANARY}", Unreachable, "IAM failed"),
        (200, {"keyId": "k"}, Unreachable, "IAM failed"),
    ],
)
def test_signing_when_refused_then_the_right_or_the_api_that_is_missing(
    google: Service, tmp_path: Path, status: int, body: object, kind: type[SharedboxError], told: str
) -> None:
    for _ in range(3):
        google.next("sign", status, body)
    words = refused(keyless(google, tmp_path))
    assert type(words) is kind
    assert told in f"{words} {words.hint}"
    assert not google.tokens


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, {"error": "invalid_grant", "error_description": f"The audience does not match {CANARY}"}, "federation"),
        (403, f"<html>{CANARY}</html>", "federation"),
    ],
)
def test_federation_when_it_refuses_then_the_pool_is_named(
    google: Service, tmp_path: Path, status: int, body: object, told: str
) -> None:
    google.next("sts", status, body)
    words = refused(keyless(google, tmp_path))
    assert isinstance(words, AuthError)
    assert told in words.summary
    assert not google.signs


def test_source_when_its_sign_in_is_worn_out_or_its_file_gone_then_words(google: Service, tmp_path: Path) -> None:
    person = GoogleConnection(admin=ADMIN, service_account=ACCOUNT)
    worn = exceptions.RefreshError("x", {"error": "invalid_grant", "error_description": CANARY})  # type: ignore[no-untyped-call]
    words = words_of_refresh_error(SourceRefused(worn), BOX, READ, person)
    assert "gcloud auth application-default login" in words.hint
    connection = keyless(google, tmp_path)
    (tmp_path / "subject.txt").unlink()
    assert refused(connection).summary == "the identity for keyless sign-in cannot be used"
    below = exceptions.TransportError(OSError("no route"))  # type: ignore[no-untyped-call]
    assert isinstance(words_of_refresh_error(SourceRefused(below), BOX, READ, person), Unreachable)


def test_network_when_nobody_listens_then_unreachable(google: Service, tmp_path: Path) -> None:
    with serving() as gone:
        connection = keyed(gone, tmp_path)
    words = refused(connection)
    assert isinstance(words, Unreachable)
    assert words.status == 0
    sign = GoogleConnection(
        admin=ADMIN, key_path=keyless(google, tmp_path).key_path, service_account=ACCOUNT, iam_url=gone.origin
    )
    assert isinstance(refused(sign), Unreachable)
    assert SigningRefused(503, "").retryable


def test_certificate_when_unknown_then_the_variables_and_when_named_then_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with serving(context) as service:
        connection = keyed(service, tmp_path)
        words = refused(connection)
        assert isinstance(words, AuthError)
        assert "REQUESTS_CA_BUNDLE" in words.hint
        assert "HTTPLIB2_CA_CERTS" in words.hint
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))
        assert refused(connection).where == "REQUESTS_CA_BUNDLE"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        GoogleCredentials(connection, environment={}).of(BOX, READ).refresh(None)  # type: ignore[no-untyped-call]
        assert len(service.tokens) == 1


def test_netrc_when_it_names_the_host_then_not_used(
    google: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password canary-4711\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    GoogleCredentials(keyless(google, tmp_path), environment={}).of(BOX, READ).refresh(None)  # type: ignore[no-untyped-call]
    assert google.signs[0][1] == f"Bearer {SOURCE_TOKEN}-1"

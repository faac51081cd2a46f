"""Acting on behalf of users of a Google Workspace, through the real google-auth."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from google.auth import exceptions

from sharedbox_cli.auth.connection import GoogleConnection, GoogleMethod
from sharedbox_cli.auth.google import GoogleCredentials
from sharedbox_cli.auth.google_signing import CONNECT_SECONDS, SECONDS, TokenRequest
from sharedbox_cli.auth.secrets import SecretFileWarning
from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.providers import transport
from tests.auth.google_service import ACCOUNT, AUDIENCE, CLIENT_ID, SOURCE_TOKEN, TOKEN, Service, key_info, written

ADMIN = "admin@contoso.example"
BOX = "support@contoso.example"
READ = ("https://www.googleapis.com/auth/gmail.settings.basic", "https://www.googleapis.com/auth/gmail.labels")


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """Record pauses without waiting, and hide the identity of the machine."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    return pauses


def connection(service: Service, path: str = "", **more: Any) -> GoogleConnection:
    return GoogleConnection(
        admin=ADMIN, key_path=path, token_url=f"{service.origin}/token", iam_url=service.origin, **more
    )


def keyed(service: Service, folder: Path, **more: Any) -> GoogleCredentials:
    return GoogleCredentials(connection(service, written(folder, key_info()), **more), environment={})


def federation(service: Service, folder: Path) -> dict[str, object]:
    (folder / "subject.txt").write_text("canary-subject-token")
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/p/providers/github",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{service.origin}/sts",
        "credential_source": {"file": str(folder / "subject.txt")},
    }


def keyless(service: Service, folder: Path, **more: Any) -> GoogleCredentials:
    path = written(folder, federation(service, folder))
    return GoogleCredentials(connection(service, path, service_account=ACCOUNT, **more), environment={})


def header(credentials: Any) -> str:
    headers: dict[str, str] = {}
    credentials.before_request(TokenRequest(), "GET", "https://gmail.googleapis.com/", headers)
    return headers["authorization"]


def test_key_when_used_then_the_assertion_says_who_acts_as_whom(google: Service, tmp_path: Path) -> None:
    credentials = keyed(google, tmp_path)
    assert header(credentials.of(BOX, READ)) == f"Bearer {TOKEN}-1"
    [asked] = google.tokens
    assert (asked.claims["iss"], asked.claims["sub"], asked.claims["aud"]) == (ACCOUNT, BOX, AUDIENCE)
    assert asked.scopes == set(READ)
    assert asked.claims["exp"] - asked.claims["iat"] == 3600
    assert asked.header == {"typ": "JWT", "alg": "RS256", "kid": "k1"}
    assert (credentials.client_id, credentials.identity) == (CLIENT_ID, ACCOUNT)


def test_key_when_only_the_environment_names_it_then_found_and_its_token_uri_counts(
    google: Service, tmp_path: Path
) -> None:
    path = written(tmp_path, key_info(token_uri=f"{google.origin}/token"))
    made = GoogleCredentials(GoogleConnection(admin=ADMIN), environment={"GOOGLE_APPLICATION_CREDENTIALS": path})
    assert header(made.of(ADMIN, READ)).startswith("Bearer ")
    assert google.tokens[0].claims["sub"] == ADMIN


def test_credentials_when_asked_for_again_then_the_same_object_and_one_token(google: Service, tmp_path: Path) -> None:
    credentials = keyed(google, tmp_path)
    first = credentials.of(BOX, READ)
    assert credentials.of(BOX.upper(), tuple(reversed(READ))) is first
    assert credentials.of(BOX, READ[:1]) is not first
    assert credentials.of(ADMIN, READ) is not first
    assert header(first) == header(first) == f"Bearer {TOKEN}-1"
    assert len(google.tokens) == 1


def test_forget_when_called_then_whoever_holds_credentials_asks_anew(google: Service, tmp_path: Path) -> None:
    credentials = keyed(google, tmp_path)
    mailbox, other, admin = credentials.of(BOX, READ), credentials.of(BOX, READ[:1]), credentials.of(ADMIN, READ)
    for made in (mailbox, other, admin):
        header(made)
    credentials.forget(BOX.upper())
    assert header(mailbox) == f"Bearer {TOKEN}-4"
    assert header(other) == f"Bearer {TOKEN}-5"
    assert header(admin) == f"Bearer {TOKEN}-3"
    assert credentials.of(BOX, READ) is mailbox


def test_credentials_when_many_threads_want_them_then_one_object_and_one_token(google: Service, tmp_path: Path) -> None:
    credentials = keyed(google, tmp_path)
    start = threading.Barrier(8)

    def ask(_: int) -> tuple[int, str]:
        start.wait()
        made = credentials.of(BOX, READ)
        return id(made), header(made)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(google.tokens) == 1


def test_keyless_when_federated_then_iam_signs_and_no_key_is_there(google: Service, tmp_path: Path) -> None:
    credentials = keyless(google, tmp_path)
    assert header(credentials.of(BOX, READ)) == f"Bearer {TOKEN}-1"
    header(credentials.of(ADMIN, READ))
    assert google.signs == [(f"/v1/projects/-/serviceAccounts/{ACCOUNT}:signBlob", f"Bearer {SOURCE_TOKEN}-1")] * 2
    [exchange] = google.exchanges
    assert exchange["subject_token"] == "canary-subject-token"
    assert exchange["scope"] == "https://www.googleapis.com/auth/cloud-platform"
    asked = google.tokens[0]
    assert (asked.claims["iss"], asked.claims["sub"], asked.claims["aud"]) == (ACCOUNT, BOX, AUDIENCE)
    assert "kid" not in asked.header
    assert (credentials.client_id, credentials.identity) == ("", ACCOUNT)


def test_keyless_when_iam_is_busy_then_asked_again_and_a_worn_out_source_is_renewed(
    google: Service, tmp_path: Path, slept: list[float]
) -> None:
    google.next("sign", 401, {"error": {"status": "UNAUTHENTICATED"}})
    google.next("sign", 503, {})
    assert header(keyless(google, tmp_path).of(BOX, READ)) == f"Bearer {TOKEN}-1"
    assert [found for _, found in google.signs] == [
        f"Bearer {SOURCE_TOKEN}-1",
        f"Bearer {SOURCE_TOKEN}-2",
        f"Bearer {SOURCE_TOKEN}-2",
    ]
    assert len(slept) == 1


def test_keyless_when_wanted_with_a_key_file_then_the_key_is_only_the_source(google: Service, tmp_path: Path) -> None:
    path = written(tmp_path, key_info(token_uri=f"{google.origin}/token"))
    other = "mail@contoso-ops.iam.gserviceaccount.com"
    asked = connection(google, path, service_account=other, method=GoogleMethod.KEYLESS)
    credentials = GoogleCredentials(asked, environment={})
    header(credentials.of(BOX, READ))
    assert [(item.claims["iss"], item.claims.get("sub")) for item in google.tokens[-1:]] == [(other, BOX)]
    assert google.signs[0][0].endswith(f"/{other}:signBlob")
    assert (credentials.client_id, credentials.identity) == ("", other)


def test_token_when_refused_below_http_then_the_librarys_own_error(google: Service, tmp_path: Path) -> None:
    google.next("token", 307, "")
    credentials = keyed(google, tmp_path).of(BOX, READ)
    with pytest.raises(exceptions.RefreshError):
        credentials.refresh(None)  # type: ignore[no-untyped-call]
    google.next("token", 200, "<html>Please sign in to the network</html>")
    with pytest.raises(exceptions.RefreshError, match="not an answer"):
        credentials.refresh(None)  # type: ignore[no-untyped-call]
    google.next("token", 200, {"access_token": ""})
    with pytest.raises(exceptions.RefreshError, match="no token"):
        credentials.refresh(None)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("more", "info", "told"),
    [
        ({}, None, "SHAREDBOX_GOOGLE_SERVICE_ACCOUNT"),
        ({}, {"type": "external_account"}, "no service account"),
        ({"method": GoogleMethod.KEYLESS}, None, "`service_account`"),
        ({"method": GoogleMethod.KEY}, None, "is not set"),
        ({"method": GoogleMethod.KEY}, {"type": "authorized_user"}, "not a service account key"),
        ({"service_account": "other@x.example"}, key_info(), "but other@x.example is configured"),
        (
            {},
            key_info(private_key="-----BEGIN PRIVATE KEY-----\ncanary-4711\n-----END PRIVATE KEY-----\n"),
            "incomplete",
        ),
        ({}, key_info(universe_domain="google.example"), "another Google"),
        ({}, {"client_email": ACCOUNT}, "no `type`"),
        ({"service_account": ACCOUNT}, {"type": "external_account"}, "cannot be used"),
        ({"service_account": ACCOUNT}, {"type": "external_account", "credential_source": {}}, "cannot be used"),
        ({"service_account": ACCOUNT}, {"type": "canary-4711"}, "cannot be used"),
        ({"service_account": ACCOUNT}, None, "gcloud auth application-default login"),
    ],
)
def test_set_up_when_a_part_is_missing_then_told_before_any_request(
    google: Service, tmp_path: Path, more: dict[str, Any], info: dict[str, Any] | None, told: str
) -> None:
    path = written(tmp_path, info) if info else ""
    with pytest.raises(AuthError) as caught:
        GoogleCredentials(connection(google, path, **more), environment={}).of(BOX, READ)
    error = caught.value
    assert told in f"{error} {error.hint}"
    assert error.hint or error.why
    assert "canary" not in f"{error!r} {error} {error.hint}"
    assert not google.tokens


def test_file_when_it_is_none_or_open_to_others_then_told(google: Service, tmp_path: Path) -> None:
    def of(path: Path) -> GoogleCredentials:
        return GoogleCredentials(connection(google, str(path)), environment={})

    with pytest.raises(AuthError, match="does not exist"):
        of(tmp_path / "gone.json").of(BOX, READ)
    with pytest.raises(AuthError, match="cannot be read"):
        of(tmp_path).of(BOX, READ)
    broken = tmp_path / "broken.json"
    broken.write_text('{"private_key": "canary-4711"')
    with pytest.raises(AuthError, match="not JSON") as caught:
        of(broken).of(BOX, READ)
    assert caught.value.__cause__ is None
    seen = tmp_path / "seen.json"
    seen.write_text(json.dumps(key_info()))
    seen.chmod(0o644)
    with pytest.warns(SecretFileWarning):
        of(seen).of(BOX, READ)


def test_subject_when_nobody_is_named_then_the_mend_names_the_setting(google: Service, tmp_path: Path) -> None:
    with pytest.raises(AuthError) as caught:
        keyed(google, tmp_path).of("", READ)
    assert "SHAREDBOX_GOOGLE_ADMIN" in caught.value.hint


def test_objects_when_shown_then_no_key_and_no_token(google: Service, tmp_path: Path) -> None:
    credentials = keyed(google, tmp_path)
    made = credentials.of(BOX, READ)
    header(made)
    file = credentials._credential_file()
    shown = f"{credentials!r} {made!r} {file!r} {credentials._identity!r}"
    assert "PRIVATE KEY" not in shown
    assert TOKEN not in shown


def test_connection_for_a_token_is_waited_for_as_for_any_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead proxy accepts no connection: the library would wait as long as for a response."""
    waited: list[object] = []

    def never(*_: object, timeout: object = None, **__: object) -> None:
        waited.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.Session, "request", never)
    with pytest.raises(exceptions.TransportError):
        TokenRequest()("https://oauth2.googleapis.com/token", "POST")
    assert waited == [(CONNECT_SECONDS, SECONDS)]
    assert CONNECT_SECONDS == transport.CONNECT_SECONDS

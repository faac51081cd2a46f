"""How the emulated Google responds: the reference's notes 35 to 38, and injected failures."""

from __future__ import annotations

import http.client
import socket
import ssl

import pytest
from googleapiclient.errors import HttpError

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.asked import each, every
from tests.emulator.google import ANNA, DIRECTORY, EVENTS, JOBS, ORDERS, PRESS, SETTINGS, Workspace, reason, refused

USERS = f"{DIRECTORY}/users"
LIST = f"{USERS}?customer=my_customer"
GROUP = "/groups/v1/groups/orders@contoso.example"
LICENCES = "/apps/licensing/v1/product/Google-Apps/users"


def test_35_collections_when_empty_then_their_key_is_absent(google: Workspace) -> None:
    store = google.store
    for sql in ("delete from g_groups", "delete from g_members", "delete from g_licences", "delete from g_items"):
        store.run(sql)
    group = google.make.group("empty", "Empty")
    for user in (ANNA, JOBS):
        store.run("insert into g_licences select 'Google-Apps', '1010020027', id from g_users where email = ?", user)
    store.run("delete from g_licences where user_id = (select id from g_users where email = ?)", ANNA)
    lists = [
        (f"{DIRECTORY}/groups/{group}/members", "members", ADMIN),
        (f"{USERS}/{ANNA}/aliases", "aliases", ADMIN),
        (f"{LIST}&showDeleted=true", "users", ADMIN),
        (f"{USERS}/{ANNA}/tokens", "items", ADMIN),
        (f"{USERS}/{ANNA}/asps", "items", ADMIN),
        ("/apps/licensing/v1/product/101034/users?customerId=C03xyz987", "items", ADMIN),
        (f"{SETTINGS}/delegates", "delegates", JOBS),
        (f"{SETTINGS}/filters", "filter", JOBS),
        (f"{SETTINGS}/forwardingAddresses", "forwardingAddresses", JOBS),
        ("/v1/policies?filter=setting.type.matches('none')", "policies", ADMIN),
    ]
    for path, key, subject in each(lists):
        answer = google.call("GET", path, subject=subject)
        assert answer.status_code == 200, answer.text
        assert key not in answer.json(), path
    store.run("delete from g_groups")
    assert "groups" not in google.call("GET", f"{DIRECTORY}/groups?customer=my_customer").json()


def test_36_delete_when_done_then_is_204_without_a_body(google: Workspace) -> None:
    google.make.label(press_id(google), "Old")
    for path, subject in (
        (f"{DIRECTORY}/groups/{ORDERS}/aliases/bestellung@contoso.example", ADMIN),
        (f"{DIRECTORY}/groups/{ORDERS}/members/{ANNA}", ADMIN),
        (f"{DIRECTORY}/groups/{EVENTS}", ADMIN),
        (f"{SETTINGS}/delegates/ben@contoso.example", PRESS),
        (f"{USERS}/{JOBS}", ADMIN),
    ):
        if path.endswith(ANNA):
            assert google.call("POST", f"{DIRECTORY}/groups/{ORDERS}/members", {"email": ANNA}).status_code == 200
        answer = google.call("DELETE", path, subject=subject)
        assert (answer.status_code, answer.content) == (204, b""), answer.text
    licence = f"/apps/licensing/v1/product/Google-Apps/sku/1010020028/user/{ANNA}"
    answer = google.call("DELETE", licence)
    assert (answer.status_code, answer.json()) == (200, {})
    assert google.api("directory").users().signOut(userKey=ANNA).execute() == ""


def press_id(google: Workspace) -> str:
    user = google.store.user(PRESS)
    assert user is not None
    return str(user["id"])


def test_37_answers_when_asked_again_then_keys_come_in_any_order_and_new_ones_on_request(google: Workspace) -> None:
    orders = {tuple(google.call("GET", f"{USERS}/{ANNA}").json()) for _ in range(8)}
    inner = {tuple(google.call("GET", f"{USERS}/{ANNA}").json()["name"]) for _ in range(8)}
    assert len(orders) > 1 and len(inner) > 1
    google.emulator.tenant.set_meta("google:extra_fields", "1")
    found = google.api("directory").users().list(customer="my_customer").execute()
    assert "xNewField" in found and every("xNewField" in row and "xNewField" in row["name"] for row in found["users"])


def test_38_connection_when_plain_or_distrusted_then_nothing_is_answered(strict: Workspace) -> None:
    port = int(strict.emulator.origin.rpartition(":")[2])
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.request("GET", LIST)
        plain.getresponse()
    plain.close()
    with socket.create_connection(("127.0.0.1", port)) as raw, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(raw, server_hostname="admin.googleapis.com")


@pytest.mark.parametrize("host", ["admin.googleapis.com", "gmail.googleapis.com", "www.googleapis.com", "127.0.0.1"])
def test_38_certificate_when_asked_by_googles_names_then_carries_them(strict: Workspace, host: str) -> None:
    port = int(strict.emulator.origin.rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(strict.emulator.ca_file))
    with socket.create_connection(("127.0.0.1", port)) as raw, context.wrap_socket(raw, server_hostname=host) as secure:
        assert secure.version() in ("TLSv1.2", "TLSv1.3")


def test_get_when_longer_than_2048_then_comes_as_post_and_is_understood(strict: Workspace) -> None:
    mask = ",".join(["users(id,primaryEmail)"] * 100)
    found = strict.api("directory").users().list(customer="my_customer", fields=mask).execute()
    assert len(found["users"]) > 3
    assert strict.emulator.log.lines[-1]["method"] == "GET"


def test_client_when_the_service_is_overloaded_then_tells_so(google: Workspace) -> None:
    google.emulator.faults.set(
        [
            {"route": "google.directory.*", "kind": "status", "status": 403, "body": "json", "reason": "quotaExceeded"},
            {"route": "google.directory.*", "n": 2, "kind": "status", "status": 503, "body": "json"},
            {"route": "google.directory.*", "n": 3, "kind": "throttle", "retry_after": 4},
        ]
    )
    request = google.api("directory").users().get(userKey=ANNA)
    assert refused(request) == (403, "quotaExceeded")
    assert refused(request) == (503, "backendError")
    with pytest.raises(HttpError) as caught:
        request.execute()
    assert (caught.value.status_code, caught.value.resp["retry-after"]) == (429, "4")
    assert request.execute()["primaryEmail"] == ANNA


def test_api_when_nobody_switched_it_on_then_is_403(google: Workspace) -> None:
    google.emulator.tenant.set_meta("google:disabled_apis", "groupssettings gmail")
    answer = google.call("GET", f"{GROUP}?alt=json")
    assert reason(answer) == (403, "accessNotConfigured")
    assert answer.json()["error"]["details"][0]["reason"] == "SERVICE_DISABLED"
    assert google.call("GET", LIST).status_code == 200

"""Accounts and their addresses in the emulated Google: the reference's rules 16 to 20."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.emulator.google import ANNA, BEN, DIRECTORY, HUGO, NEW_USER, ORDERS, PRESS, Workspace, reason, refused, said

USERS = f"{DIRECTORY}/users"


def users(google: Workspace) -> Any:
    return google.api("directory").users()


@pytest.mark.parametrize("taken", [ANNA, "Presse@Contoso.Example", ORDERS, "BESTELLUNG@contoso.example"])
def test_16_address_when_somebody_has_it_then_is_409_everywhere(strict: Workspace, taken: str) -> None:
    directory = strict.api("directory")
    for request in (
        directory.users().insert(body={**NEW_USER, "primaryEmail": taken}),
        directory.groups().insert(body={"email": taken}),
        directory.users().aliases().insert(userKey=BEN, body={"alias": taken}),
        directory.groups().aliases().insert(groupKey="events@contoso.example", body={"alias": taken}),
        directory.users().update(userKey=BEN, body={"primaryEmail": taken}),
        directory.groups().update(groupKey="events@contoso.example", body={"email": taken}),
    ):
        assert refused(request) == (409, "duplicate")


def test_17_aliases_when_there_are_thirty_then_one_more_is_refused(google: Workspace) -> None:
    aliases = users(google).aliases()
    for number in range(30):
        found = aliases.insert(userKey=ANNA, body={"alias": f"Anna{number:02d}@contoso-mail.example"}).execute()
        assert found["kind"] == "admin#directory#alias"
    assert refused(aliases.insert(userKey=ANNA, body={"alias": "anna30@contoso.example"})) == (412, "limitExceeded")
    listed = [item["alias"] for item in aliases.list(userKey=ANNA).execute()["aliases"]]
    assert listed == sorted(listed) and len(listed) == 30
    assert users(google).get(userKey=ANNA).execute()["aliases"] == listed


@pytest.mark.parametrize("address", ["x@elsewhere.example", "x@sub.contoso.example"])
def test_18_address_when_its_domain_is_not_verified_then_is_404(strict: Workspace, address: str) -> None:
    answer = strict.call("POST", USERS, {**NEW_USER, "primaryEmail": address})
    assert (reason(answer), said(answer)) == ((404, "notFound"), "Domain not found.")
    assert reason(strict.call("POST", f"{DIRECTORY}/groups", {"email": address})) == (404, "notFound")
    assert reason(strict.call("POST", f"{USERS}/{ANNA}/aliases", {"alias": address})) == (404, "notFound")
    listed = strict.call("GET", f"{USERS}?domain={address.partition('@')[2]}")
    assert reason(listed) == (404, "notFound")


@pytest.mark.parametrize(
    "address",
    [
        "x",
        "@contoso.example",
        "a b@contoso.example",
        "x+tag@contoso.example",
        "a..b@contoso.example",
        "ä@contoso.example",
        f"{'x' * 65}@contoso.example",
        "x@@contoso.example",
        ".x@contoso.example",
    ],
)
def test_18_address_when_malformed_then_is_400(strict: Workspace, address: str) -> None:
    assert reason(strict.call("POST", USERS, {**NEW_USER, "primaryEmail": address}))[0] == 400
    assert reason(strict.call("POST", f"{DIRECTORY}/groups", {"email": address}))[0] == 400


def test_18_key_when_of_a_foreign_domain_or_customer_then_is_403(strict: Workspace) -> None:
    for path in (
        f"{USERS}/boss@elsewhere.example",
        f"{USERS}?customer=C0000000",
        f"{DIRECTORY}/groups?customer=C0000000",
    ):
        answer = strict.call("GET", path)
        assert (reason(answer), said(answer)) == ((403, "forbidden"), "Not Authorized to access this resource/api")
    answer = strict.call("GET", f"{USERS}/nobody@contoso.example")
    assert (reason(answer), said(answer)) == ((404, "notFound"), "Resource Not Found: userKey")


def test_19_org_unit_when_unknown_then_is_400(strict: Workspace) -> None:
    for request in (
        users(strict).insert(body={**NEW_USER, "orgUnitPath": "/Nowhere"}),
        users(strict).update(userKey=ANNA, body={"orgUnitPath": "/Nowhere"}),
    ):
        assert refused(request) == (400, "invalid")
    assert "Invalid Ou Id" in said(strict.call("PUT", f"{USERS}/{ANNA}", {"orgUnitPath": "/Nowhere"}))


def test_19_org_unit_when_in_another_case_then_is_found(google: Workspace) -> None:
    moved = users(google).update(userKey=ANNA, body={"orgUnitPath": "/SHARED mailboxes"}).execute()
    assert moved["orgUnitPath"] == "/Shared mailboxes", "the case of names is ignored (guides/manage-org-units)"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"password": None}, "required"),
        ({"name": None}, "required"),
        ({"name": {"givenName": "x"}}, "required"),
        ({"name": {"givenName": "", "familyName": "x"}}, "invalid"),
        ({"name": {"givenName": "  ", "familyName": "x"}}, "invalid"),
        ({"primaryEmail": None}, "required"),
        ({"password": "short"}, "invalid"),
        ({"password": "Paßwörter sind so"}, "invalid"),
        ({"password": "x" * 101}, "invalid"),
        ({"hashFunction": "MD5"}, "invalid"),
        ({"hashFunction": "SHA-256", "password": "0" * 64}, "invalid"),
        ({"hashFunction": "crypt", "password": "$6$rounds=50000$salt$hash"}, "invalid"),
        ({"name": {"givenName": "x" * 61, "familyName": "x"}}, "invalid"),
        ({"recoveryPhone": "0170"}, "invalid"),
        ({"recoveryEmail": "me"}, "invalid"),
    ],
)
def test_20_insert_when_a_field_is_missing_or_wrong_then_is_400(
    strict: Workspace, changed: dict[str, Any], why: str
) -> None:
    body = {name: value for name, value in {**NEW_USER, **changed}.items() if value is not None}
    assert refused(users(strict).insert(body=body)) == (400, why)


@pytest.mark.parametrize("field", [{"isGuestUser": True}, {"sshPublicKeys": [{"key": "x"}]}])
def test_20_insert_when_a_field_is_not_modelled_then_says_so(strict: Workspace, field: dict[str, Any]) -> None:
    assert refused(users(strict).insert(body={**NEW_USER, **field})) == (501, "notImplemented")


def test_20_insert_when_done_then_password_and_its_hash_are_never_read_back(google: Workspace) -> None:
    body = {**NEW_USER, "password": "0" * 32, "hashFunction": "MD5", "changePasswordAtNextLogin": False}
    found = users(google).insert(body=body).execute()
    again = users(google).get(userKey="new@contoso.example", projection="full").execute()
    for one in (found, again):
        assert not {"password", "hashFunction"} & set(one)
    assert (again["lastLoginTime"], again["isMailboxSetup"]) == ("1970-01-01T00:00:00.000Z", False)


def test_insert_when_archived_then_needs_a_licence_for_it(strict: Workspace) -> None:
    request = users(strict).update(userKey=ANNA, body={"archived": True})
    assert refused(request) == (412, "insufficientArchivedUserLicenses")


def test_get_when_asked_by_alias_or_id_then_is_the_account(strict: Workspace) -> None:
    by_alias = users(strict).get(userKey="presse@contoso.example").execute()
    assert by_alias["primaryEmail"] == PRESS
    assert users(strict).get(userKey=by_alias["id"]).execute() == by_alias
    assert by_alias["aliases"] == ["press@contoso-mail.example", "presse@contoso.example"]


def test_update_when_a_field_is_absent_then_keeps_it_and_null_clears(google: Workspace) -> None:
    ids = [{"type": "custom", "customType": "cost", "value": "4711"}]
    users(google).update(userKey=ANNA, body={"recoveryEmail": "a@elsewhere.example", "externalIds": ids}).execute()
    users(google).patch(userKey=ANNA, body={"externalIds": [], "name": {"givenName": "Änne"}}).execute()
    found = users(google).get(userKey=ANNA).execute()
    assert (found["recoveryEmail"], found["externalIds"]) == ("a@elsewhere.example", ids)  # patch does not clear lists
    assert found["name"]["fullName"] == "Änne Müller"
    users(google).update(userKey=ANNA, body={"recoveryEmail": None, "externalIds": []}).execute()
    found = users(google).get(userKey=ANNA).execute()
    assert "recoveryEmail" not in found and found["externalIds"] == []


def test_rename_when_done_then_the_old_address_is_an_alias(google: Workspace) -> None:
    found = users(google).update(userKey=ANNA, body={"primaryEmail": "anna.mueller@contoso.example"}).execute()
    assert found["aliases"] == [ANNA]
    assert users(google).get(userKey=ANNA).execute()["primaryEmail"] == "anna.mueller@contoso.example"
    assert refused(users(google).insert(body={**NEW_USER, "primaryEmail": ANNA})) == (409, "duplicate")


def test_delete_when_done_then_can_be_restored_for_twenty_days(google: Workspace) -> None:
    identity = users(google).get(userKey=ANNA).execute()["id"]
    users(google).delete(userKey=ANNA).execute()
    assert refused(users(google).get(userKey=ANNA)) == (404, "notFound")
    deleted = users(google).list(customer="my_customer", showDeleted="true").execute()["users"]
    assert [(row["id"], "deletionTime" in row) for row in deleted] == [(identity, True)]
    users(google).undelete(userKey=identity, body={"orgUnitPath": "/"}).execute()
    assert users(google).get(userKey=ANNA).execute()["id"] == identity
    assert refused(users(google).undelete(userKey="123", body={})) == (412, "conditionNotMet")
    users(google).delete(userKey=ANNA).execute()
    google.advance(20 * 86400 + 1)
    token = google.grant(google.assertion()).json()["access_token"]
    answer = google.call("POST", f"{USERS}/{identity}/undelete", {}, token=token)
    assert reason(answer) == (412, "conditionNotMet")


def test_delete_when_it_is_oneself_then_is_403(strict: Workspace) -> None:
    assert refused(users(strict).delete(userKey=ADMIN)) == (403, "forbidden")
    assert refused(users(strict).update(userKey=ADMIN, body={"suspended": True})) == (403, "forbidden")


def test_list_when_ordered_or_queried_then_is_so(strict: Workspace) -> None:
    found = users(strict).list(customer="my_customer", orderBy="familyName", sortOrder="DESCENDING").execute()["users"]
    names = [row["name"]["familyName"].lower() for row in found]
    assert names == sorted(names, reverse=True)
    suspended = users(strict).list(customer="my_customer", query="isSuspended=true").execute()["users"]
    assert [(row["primaryEmail"], row["suspensionReason"]) for row in suspended] == [(HUGO, "ADMIN")]
    unit = users(strict).list(customer="my_customer", query="orgUnitPath='/Shared mailboxes'").execute()["users"]
    assert {row["primaryEmail"] for row in unit} == {PRESS, "jobs@contoso.example"}
    odd = users(strict).list(customer="my_customer", query="manager='x'")
    assert refused(odd) == (501, "notImplemented")


def test_security_when_sessions_and_passwords_are_taken_then_lists_are_empty(google: Workspace) -> None:
    user = google.store.user(ANNA)
    assert user is not None
    google.store.put(user["id"], "asp", "7", {"kind": "admin#directory#asp", "codeId": 7, "name": "old phone"})
    google.store.put(user["id"], "token", "app", {"kind": "admin#directory#token", "clientId": "app"})
    directory = google.api("directory")
    assert directory.asps().list(userKey=ANNA).execute()["items"][0]["codeId"] == 7
    directory.asps().delete(userKey=ANNA, codeId=7).execute()
    directory.tokens().delete(userKey=ANNA, clientId="app").execute()
    assert refused(directory.tokens().delete(userKey=ANNA, clientId="app")) == (404, "notFound")
    assert "items" not in directory.asps().list(userKey=ANNA).execute()


def test_domains_and_customer_when_asked_then_name_the_organisation(strict: Workspace) -> None:
    directory = strict.api("directory")
    found = directory.domains().list(customer="my_customer").execute()["domains"]
    assert [(row["domainName"], row["isPrimary"]) for row in found] == [
        ("contoso.example", True),
        ("contoso-mail.example", False),
    ]
    assert directory.customers().get(customerKey="my_customer").execute()["id"] == "C03xyz987"
    assert refused(directory.domains().list(customer="C0000000")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("users", {"primaryEmail": "Abuse@contoso.example"}),
        ("users", {"primaryEmail": "a+b@contoso.example"}),
        ("users", {"primaryEmail": "a@contoso.example", "name": {"givenName": "<EU>", "familyName": "x"}}),
        (f"users/{ANNA}/aliases", {"alias": "postmaster@contoso.example"}),
        ("groups", {"email": "a+b@contoso.example"}),
        ("groups", {"email": "a@contoso.example", "name": "x" * 74}),
        ("groups", {"email": "a@contoso.example", "name": "<EU>"}),
        ("groups/events@contoso.example/aliases", {"alias": "webmaster@contoso.example"}),
    ],
)
def test_names_that_google_refuses(google: Workspace, path: str, body: dict[str, Any]) -> None:
    rest = {"password": "long enough", "name": {"givenName": "A", "familyName": "B"}} if path == "users" else {}
    assert reason(google.call("POST", f"{DIRECTORY}/{path}", {**rest, **body})) == (400, "invalid")


def test_group_with_a_reserved_name_is_created(google: Workspace) -> None:
    assert google.call("POST", f"{DIRECTORY}/groups", {"email": "abuse@contoso.example"}).status_code == 200

"""Queries of accounts and groups, and what the emulator says of APIs that it does not model."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from googleapiclient.errors import HttpError

from tests.emulator.google import ANNA, DIRECTORY, HUGO, ORDERS, STAFF, Workspace, reason

ALL = 11
USERS = f"{DIRECTORY}/users?customer=my_customer&fields=users/primaryEmail&query="
GROUPS = f"{DIRECTORY}/groups?customer=my_customer&query="


def ask(strict: Workspace, url: str, kind: str, key: str) -> set[str]:
    answer = strict.call("GET", url)
    assert answer.status_code == 200, answer.text
    return {row[key] for row in answer.json().get(kind, [])}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("isSuspended=False isGuest=False", ALL - 1),
        ("isSuspended=false", ALL - 1),
        ("isSuspended=TRUE", 1),
        ("isGuest=true", 0),
        ("isArchived=false isSuspended=true", 1),
        ("isAdmin=true", 1),
        ("isDelegatedAdmin=true", 0),
        ("orgUnitPath='/Shared mailboxes'", 2),
        ("orgUnitPath=/People isSuspended=false", 7),
        ("orgUnitPath='/People' isSuspended=true", 1),
        ("email:a*", 2),
        (f"email={ANNA}", 1),
        (f"email:{ANNA.upper()}", 1),
        ("givenName:an*", 1),
        ("familyName='Müller'", 1),
        ("name:'Anna Müller'", 1),
        ("name:'nobody at all'", 0),
        ("  isSuspended = false   isGuest : false  ", ALL - 1),
    ],
)
def test_accounts_that_match_every_clause(strict: Workspace, query: str, count: int) -> None:
    assert len(ask(strict, USERS + query, "users", "primaryEmail")) == count


@pytest.mark.parametrize(
    "query", ["manager='x'", "isSuspended>false", "name:a*b*", "isGuest", "orgUnitPath:/", "email=x*", "'"]
)
def test_query_of_accounts_that_is_not_modelled_is_501(strict: Workspace, query: str) -> None:
    assert strict.call("GET", USERS + query).status_code == 501


def test_flag_that_is_no_truth_value_is_refused(strict: Workspace) -> None:
    assert reason(strict.call("GET", f"{USERS}isGuest=maybe")) == (400, "invalid")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"memberKey={ANNA}", {STAFF}),
        (f"memberKey={HUGO}", {STAFF, ORDERS}),
        (f"memberKey={HUGO.upper()}", {STAFF, ORDERS}),
        ("memberKey=agency@partner.example", {"events@contoso.example"}),
        ("memberKey=nobody@contoso.example", set()),
        ("email:ord*", {ORDERS}),
        ("email:x*", set()),
    ],
)
def test_groups_of_a_member_and_by_the_beginning_of_their_address(
    strict: Workspace, query: str, expected: set[str]
) -> None:
    assert ask(strict, GROUPS + query, "groups", "email") == expected


@pytest.mark.parametrize("query", ["name='Orders'", "email:orders@contoso.example", "memberKey=a*", "memberKey=a b"])
def test_query_of_groups_that_is_not_modelled_is_501(strict: Workspace, query: str) -> None:
    assert strict.call("GET", GROUPS + query).status_code == 501


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("tasks", "/tasks/v1/users/@me/lists", 501),
        ("vault", "/v1/matters/x/exports", 501),
        ("drive", "/drive/v3/files", 501),
        ("people", "/v1/people/me", 501),
        ("www", "/drive/v3/files", 501),
        ("admin", "/admin/datatransfer/v1/transfers", 501),
        ("cloudidentity", "/v1beta1/policies", 501),
        ("admin", "/admin/nothing", 404),
        ("gmail", "/gmail/v1/nothing", 404),
        ("licensing", "/apps/nothing", 404),
    ],
)
def test_api_that_is_not_modelled_is_501_and_a_path_that_does_not_exist_404(
    strict: Workspace, host: str, path: str, status: int
) -> None:
    answer = strict.call("GET", path, headers={"Host": f"{host}.googleapis.com"})
    assert answer.status_code == status
    assert ("does not model" in answer.text) is (status == 501)


@pytest.mark.parametrize("product", ["101035", "101047", "Google-Drive-storage", "Google-Vault"])
def test_product_that_the_customer_does_not_have_has_no_assignments(strict: Workspace, product: str) -> None:
    url = f"/apps/licensing/v1/product/{product}/users?customerId=C03xyz987"
    assert "items" not in strict.call("GET", url).json()
    assert reason(strict.call("GET", url.replace(product, "101099"))) == (404, "notFound")


MAIL = "settings/gmail.mail_delegation"


@pytest.mark.parametrize(
    ("text", "is_listed"),
    [
        ("", True),
        (f"setting.type == '{MAIL}'", True),
        (f'setting.type == "{MAIL}"', True),
        (r"setting.type.matches('^settings/gmail\\..*$')", True),
        (r"setting.type.matches('^.*\\.mail_delegation$')", True),
        (r"setting.type.matches('^.*\\.service_status$')", False),
        ('customer == "customers/my_customer"', True),
        (r"""customer == "customers/C03xyz987" && setting.type.matches('^.*\\.service_status$')""", False),
        (
            r"""customer == "customers/my_customer" && ( setting.type.matches('^settings/gmail\\..*$') ||"""
            r""" setting.type.matches('^.*\\.service_status$') )""",
            True,
        ),
        (r"setting.type == 'x' || setting.type.matches('delegation') && setting.type.matches('gmail')", True),
        (r"(setting.type == 'x' || setting.type.matches('delegation')) && setting.type == 'y'", False),
    ],
)
def test_filter_of_policies_as_its_page_shows_it(strict: Workspace, text: str, is_listed: bool) -> None:
    found = ask(strict, f"/v1/policies?filter={quote(text)}", "policies", "name")
    assert bool(found) is is_listed


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('customer == "customers/C0other"', 403),
        ("setting.type.matches('[')", 400),
        ("setting.type == 'x' &&", 400),
        ("(setting.type == 'x'", 400),
        ("&& setting.type == 'x'", 400),
        ("setting.type == 'x' setting.type == 'y'", 400),
        ("policyQuery.orgUnit == 'x'", 501),
    ],
)
def test_filter_of_policies_that_is_refused_or_not_modelled(strict: Workspace, text: str, status: int) -> None:
    assert strict.call("GET", f"/v1/policies?filter={quote(text)}").status_code == status


@pytest.mark.parametrize("limit", [3, 10])
def test_delegates_end_at_the_limit_of_the_tenant(google: Workspace, limit: int) -> None:
    google.call("POST", "/_emulator/google/knobs", {"delegate_limit": str(limit)})
    delegates = google.delegates()
    names = [f"{name}@contoso.example" for name in ("anna", "chloe", "emi", "ines", "jakub", "admin", "jobs")]
    outcomes = [_added(delegates, name) for name in names]
    room = limit - 3
    assert outcomes == [""] * room + ["Delegator user cannot have any more delegates"] * (len(names) - room)


def _added(delegates: Any, name: str) -> str:
    try:
        delegates.create(userId="me", body={"delegateEmail": name}).execute()
    except HttpError as error:
        return str(json.loads(error.content)["error"]["message"])
    return ""

"""`$filter` in the emulated Graph: the operators of each property, and what needs an advanced query."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Cloud
from tests.emulator.graph import ADVANCED, PLAN_1, code, opened

ENTERPRISE = "efb87545-963c-4e0d-99df-69c6916d9eb0"


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


def ask(http: httpx.Client, text: str, *, advanced: bool = False, path: str = "/v1.0/users") -> httpx.Response:
    """Request all objects that match a filter."""
    more = {"$count": "true"} if advanced else {}
    return http.get(path, params={"$filter": text, **more}, headers=ADVANCED if advanced else {})


def names(answer: httpx.Response) -> set[str]:
    """Return the local parts of the returned addresses."""
    assert answer.status_code == 200, answer.text
    return {str(item["mail"]).partition("@")[0] for item in answer.json()["value"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail eq 'ANNA@contoso.example'", {"anna"}),
        ("mail in ('anna@contoso.example', 'ben@contoso.example')", {"anna", "ben"}),
        ("startsWith(displayName,'anna')", {"anna"}),
        ("startswith(mail, 'b')", {"ben", "billing"}),
        ("mail eq 'anna@contoso.example' or mail eq 'ben@contoso.example' and accountEnabled eq false", {"anna"}),
        ("(startsWith(mail,'a') or startsWith(mail,'b')) and displayName eq 'Ben Carter'", {"ben"}),
        ("displayName eq 'this and that'", set()),
        ("displayName eq 'O''Brien or not'", set()),
        ("mail ge 'sales@' and mail le 'sales@z'", {"sales"}),
        ("accountEnabled eq false and startsWith(mail,'hugo')", {"hugo"}),
        ("proxyAddresses/any(p:p eq 'smtp:verkauf@contoso.example')", {"sales"}),
        ("proxyAddresses/any(x:startsWith(x,'smtp:verk'))", {"sales"}),
        (f"assignedLicenses/any(l:l/skuId eq {PLAN_1})", set()),
    ],
)
def test_filter_when_the_service_takes_it_then_those_that_pass(http: httpx.Client, text: str, found: set[str]) -> None:
    assert names(ask(http, text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("not startsWith(mail,'a') and startsWith(displayName,'Anna')", set()),
        ("mail ne 'anna@contoso.example' and startsWith(mail,'an')", set()),
        ("endsWith(mail,'s@contoso.example')", {"sales"}),
        ("assignedLicenses/$count eq 0", {"sales", "billing"}),
        (
            f"assignedPlans/any(p:p/servicePlanId eq {ENTERPRISE} and p/capabilityStatus eq 'Enabled') "
            "and startsWith(mail,'anna')",
            {"anna"},
        ),
    ],
)
def test_advanced_filter_needs_its_header_and_count(http: httpx.Client, text: str, found: set[str]) -> None:
    assert code(ask(http, text)) == (400, "Request_UnsupportedQuery")
    assert code(http.get("/v1.0/users", params={"$filter": text}, headers=ADVANCED))[0] == 400
    assert names(ask(http, text, advanced=True)) == found


@pytest.mark.parametrize(
    "text",
    [
        "nonsense eq 'x'",
        "startsWith(nonsense,'x')",
        "jobTitle eq 'x'",
        "accountEnabled ge true",
        "startsWith(userType,'M')",
        "startsWith(accountEnabled,'t')",
        "accountEnabled eq 'true'",
        "mail eq true",
        "mail eq anna",
        "userType ge 'Member'",
        "proxyAddresses eq 'smtp:x'",
        "proxyAddresses/any(p:q eq 'x')",
        "proxyAddresses/any(p:p/address eq 'x')",
        "proxyAddresses/all(p:p eq 'x')",
        "assignedLicenses/any(l:l eq 'x')",
        "assignedLicenses/any(l:l/skuId eq 'x')",
        "mail in ()",
        "mail in 'x'",
        "mail eq 'x' and",
        "(mail eq 'x'",
        "mail eq 'x')",
        "mail eq 'x",
        "contains(mail,'x')",
        "mail like 'x'",
        "mail eq 'x' mail eq 'y'",
        "mail",
        "mail/any(m:m eq 'x')",
        "eq",
        "((((((((((((((((((mail eq 'x'))))))))))))))))))",
        'mail eq "x"',
    ],
)
def test_filter_when_the_service_refuses_it_then_400(http: httpx.Client, text: str) -> None:
    for advanced in (False, True):
        status, name = code(ask(http, text, advanced=advanced))
        assert status == 400 and name in ("Request_UnsupportedQuery", "BadRequest"), text


@pytest.mark.parametrize("joined", [" or ", ","])
def test_filter_when_of_more_than_fifteen_then_only_an_advanced_query_may(http: httpx.Client, joined: str) -> None:
    def text(count: int) -> str:
        if joined == ",":
            return "mail in (" + ",".join(["'sales@contoso.example'"] * count) + ")"
        return joined.join(["mail eq 'sales@contoso.example'"] * count)

    assert names(ask(http, text(15))) == {"sales"}
    answer = ask(http, text(16))
    assert code(answer) == (400, "Request_UnsupportedQuery")
    assert "OR' operators: 16. Max allowed: 15" in answer.text
    assert names(ask(http, text(16), advanced=True)) == {"sales"}


def test_long_advanced_query_is_refused_outside_a_batch(http: httpx.Client) -> None:
    text = "mail in (" + ",".join(f"'{number:090}'" for number in range(25)) + ")"
    assert code(ask(http, text, advanced=True))[0] == 400
    part = {"id": "1", "method": "GET", "url": f"/users?$count=true&$filter={text}", "headers": ADVANCED}
    [answer] = http.post("/v1.0/$batch", json={"requests": [part]}).json()["responses"]
    assert answer["status"] == 200


def test_filter_when_on_groups_then_their_own_properties(http: httpx.Client) -> None:
    assert names(ask(http, "securityEnabled eq false", path="/v1.0/groups")) == {"all-staff"}
    assert code(ask(http, "accountEnabled eq true", path="/v1.0/groups"))[0] == 400


def test_count_when_asked_for_then_of_all_pages_on_the_first_one_alone(http: httpx.Client) -> None:
    first = http.get("/v1.0/users?$count=true&$top=2&$select=id", headers=ADVANCED).json()
    assert first["@odata.count"] == 11 and len(first["value"]) == 2
    second = http.get(first["@odata.nextLink"], headers=ADVANCED).json()
    assert "@odata.count" not in second and len(second["value"]) == 2
    assert code(http.get(first["@odata.nextLink"])) == (400, "Request_UnsupportedQuery")

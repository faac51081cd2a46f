"""Compares every Graph route with the vendor's description, which msgraph-sdk is generated from.

Paths and methods are request builders, query options are in their URL templates, and properties are in the models'
deserializers. What the SDK does not describe is listed with its source.
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.microsoft import inbox_rules
from sharedbox_cli.emulator.microsoft.graph import objects
from sharedbox_cli.emulator.microsoft.graph.permissions import PERMISSIONS
from sharedbox_cli.emulator.microsoft.graph.service import Graph
from sharedbox_cli.emulator.microsoft.graph.unmodelled import METHODS
from sharedbox_cli.emulator.router import Route
from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cloud

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the SDK warns about its own classes

NOT_IN_SDK = {
    "batch": "learn.microsoft.com/graph/json-batching: msgraph_core has its own class for it",
    "reports.download": "the pre-authenticated address that the report redirects to",
}
NESTED = {
    "assignedLicenses": "AssignedLicense",
    "assignedPlans": "AssignedPlan",
    "servicePlans": "ServicePlanInfo",
    "licenseAssignmentStates": "LicenseAssignmentState",
    "prepaidUnits": "LicenseUnitsDetail",
    "verifiedDomains": "VerifiedDomain",
}
LISTS = {
    "/v1.0/users": "User",
    "/v1.0/groups": "Group",
    "/v1.0/subscribedSkus": "SubscribedSku",
    "/v1.0/organization": "Organization",
    "/v1.0/users/sales@contoso.example/outlook/masterCategories": "OutlookCategory",
    "/v1.0/users/sales@contoso.example/mailFolders": "MailFolder",
    "/v1.0/users/sales@contoso.example/mailFolders/inbox/messageRules": "MessageRule",
    "/v1.0/directory/deletedItems/microsoft.graph.user": "User",
}


SUFFIXED = frozenset({"/v1.0/groups/{id}/members"})
"""Paths of which the SDK has methods that the service has only below them (`members/$ref`)."""


def routes(observed: Any = None) -> list[Route]:
    from types import SimpleNamespace

    return list(Graph(observed or SimpleNamespace(tenant=Tenant())).router.routes)  # type: ignore[arg-type]


DESCRIBED = [route for route in routes() if route.name not in NOT_IN_SDK]


@cache
def fields(name: str) -> frozenset[str]:
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    found = getattr(importlib.import_module(f"msgraph.generated.models.{module}"), name)
    return frozenset(found().get_field_deserializers())


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def client() -> Any:
    from kiota_abstractions.authentication import AnonymousAuthenticationProvider
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient

    return GraphServiceClient(request_adapter=GraphRequestAdapter(AnonymousAuthenticationProvider()))


def builder(template: str) -> Any:
    """Return the SDK's request builder for a template, by walking its attributes."""
    found: Any = client()
    for segment in template.removeprefix("/v1.0/").split("/"):
        if segment.startswith("{"):
            by_id = next(name for name in dir(found) if re.fullmatch(r"by_\w+_id", name))
            found = getattr(found, by_id)("x")
        elif segment.startswith("getMailboxUsageDetail("):
            found = found.get_mailbox_usage_detail_with_period("D7")
        else:
            short = segment.replace("microsoft.graph.", "graph_").replace("graph.user", "graph_user")
            found = getattr(found, snake(short.lstrip("$")))
    return found


def name_of(route: Route) -> str:
    return f"{route.method} {route.template}"


@pytest.mark.parametrize("route", DESCRIBED, ids=name_of)
def test_route_when_compared_then_path_and_method_are_the_vendors(route: Route) -> None:
    described = builder(route.template)
    assert callable(getattr(described, route.method.lower(), None))
    path = described.url_template.removeprefix("{+baseurl}").partition("{?")[0]
    ours = route.template.removeprefix("/v1.0").replace("microsoft.graph.", "graph.")
    assert re.sub(r"\{[^}]*\}", "{}", path.replace("'", "")) == re.sub(r"\{[^}]*\}", "{}", ours.replace("'", ""))


def test_method_that_is_not_modelled_is_501_and_no_other_one(http: httpx.Client) -> None:
    ours = {(route.method, route.template) for route in DESCRIBED}
    templates = {template for _, template in ours if "(" not in template}
    theirs = {
        (method.upper(), template)
        for template in templates
        for method in ("get", "post", "patch", "put", "delete")
        if callable(getattr(builder(template), method, None))
    }
    once = theirs - ours
    assert {(method, one) for method, one in once if (method, one) not in METHODS and one not in SUFFIXED} == set()
    assert theirs >= METHODS
    for method, template in METHODS:
        answer = http.request(method, template.replace("{id}", "x"), json=None if method == "DELETE" else {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotImplemented")
    assert http.put("/v1.0/users", json={}).status_code == 405


@pytest.mark.parametrize("model", ["User", "Group", "Organization"])
def test_every_property_of_the_models_is_modelled_or_501(http: httpx.Client, model: str) -> None:
    path = {"User": "/v1.0/users", "Group": "/v1.0/groups", "Organization": "/v1.0/organization"}[model]
    for name in each(name for name in fields(model) if "@" not in name):
        for spelling in (name, name[0].upper() + name[1:]):
            answer = http.get(path, params={"$select": spelling})
            assert answer.status_code in (200, 501), answer.text
            if answer.status_code == 200:
                assert set(answer.json()["value"][0]) == {name}
            if model != "Organization":
                assert http.get(path, params={"$filter": f"{spelling} eq 'x'"}).status_code in (200, 400, 501)
    assert http.get(path, params={"$select": "nothing"}).status_code == 400


def test_route_when_it_is_not_open_then_it_has_permissions() -> None:
    assert {route.name for route in DESCRIBED} == set(PERMISSIONS)


def test_properties_when_known_here_then_the_models_have_them() -> None:
    assert fields("User") >= objects.USER
    assert fields("Group") >= objects.GROUP
    assert set(objects.USER_DEFAULT) <= objects.USER


@pytest.fixture
def http(cloud: Cloud) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    with httpx.Client(base_url=cloud.emulator.origin) as found:
        token = found.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data=form).json()["access_token"]
        found.headers["Authorization"] = f"Bearer {token}"
        yield found


@pytest.mark.parametrize(("path", "model"), LISTS.items())
def test_list_when_answered_then_every_property_is_the_models(
    cloud: Cloud, http: httpx.Client, path: str, model: str
) -> None:
    if "deletedItems" in path:
        cloud.tenant.run(
            "update objects set deleted_at = ? where mail = 'ben@contoso.example'", cloud.tenant.clock.now()
        )
    select = {"User": objects.USER, "Group": objects.GROUP}.get(model)
    params = {"$select": ",".join(sorted(select))} if select else {}
    if model == "OutlookCategory":
        assert http.post(path, json={"displayName": "urgent", "color": "preset0"}).status_code == 201
    if model == "MessageRule":
        mailbox = cloud.tenant.row("select id from objects where mail = 'sales@contoso.example'")
        inbox_rules.add(cloud.tenant, mailbox["id"] if mailbox else "", "Orders", MarkAsRead=True)
    items = http.get(path, params=params).json()["value"]
    for item in each(items):
        assert set(item) <= fields(model)
        parts = {key: value if isinstance(value, list) else [value] for key in NESTED if (value := item.get(key))}
        assert not [key for key, found in parts.items() for part in found if not set(part) <= fields(NESTED[key])]


@pytest.mark.parametrize("path", ["/v1.0/users", "/v1.0/groups"])
def test_query_when_an_option_is_accepted_then_the_vendor_describes_it(http: httpx.Client, path: str) -> None:
    described = builder(path).url_template
    for option in ("$select", "$top", "$filter", "$count", "$orderby", "$expand", "$skip", "$format", "nonsense"):
        value = {"$select": "id", "$top": "1", "$filter": "mail eq 'x'", "$count": "true"}.get(option, "1")
        accepted = http.get(path, params={option: value}).status_code == 200
        if accepted:
            assert f"%24{option.lstrip('$')}" in described, option

"""Compares every method of the emulated Google with the vendor's description, in both directions.

Everything served is described: path, method, parameters and scopes. Responses match their schemas. Everything that
the client calls is served: its source names its calls by the ids of the discovery documents.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sharedbox_cli.core.capability import LEVEL_PATHS
from sharedbox_cli.core.fields import Field
from sharedbox_cli.emulator.google.builder import ADMIN, SCOPES, SERVICE_ACCOUNT
from sharedbox_cli.emulator.google.handlers import HANDLERS
from sharedbox_cli.emulator.google.iam import Signing
from sharedbox_cli.emulator.google.vault import MATTERS
from sharedbox_cli.emulator.seed import PLATFORMS, grown
from tests.asked import each
from tests.emulator.google import ANNA, AUTH, PRESS, Workspace, both, opened, reason, said
from tests.emulator.google_calls import BLOB, CALLS
from tests.emulator.google_documents import FOLDER, described, flaws

CLIENT = Path(__file__).parents[2] / "sharedbox_cli" / "providers" / "google_workspace"
SERVED = sorted({*HANDLERS, *Signing(SimpleNamespace()).handlers()})  # type: ignore[arg-type]

LISTS = {
    "settings/delegates": "ListDelegatesResponse",
    "settings/sendAs": "ListSendAsResponse",
    "settings/filters": "ListFiltersResponse",
    "labels": "ListLabelsResponse",
    "settings/vacation": "VacationSettings",
    "settings/forwardingAddresses": "ListForwardingAddressesResponse",
    "settings/autoForwarding": "AutoForwarding",
}


@pytest.fixture(scope="module")
def wide() -> Iterator[Workspace]:
    """Return a read-only workspace whose administrator granted all scopes."""
    with opened(both) as workspace:
        everything = sorted({scope for one in described().values() for scope in one.scopes})
        workspace.store.run(
            "update g_service_accounts set scopes = ?, signers = ?",
            json.dumps([*everything, *SCOPES]),
            json.dumps([SERVICE_ACCOUNT]),
        )
        yield workspace


def test_each_served_method_is_described_and_tried() -> None:
    assert set(SERVED) <= set(described())
    assert [name for name, _ in CALLS] and {name for name, _ in CALLS} == set(SERVED)


def test_calls_of_the_client_when_named_in_its_source_then_are_served() -> None:
    apis = "directory|gmail|calendar|contactDelegation|groupsSettings|licensing|reports|cloudidentity|vault"
    pattern = re.compile(rf"\"((?:{apis})\.\w[\w.]*\w)\"")
    named = {name for file in sorted(CLIENT.rglob("*.py")) for name in pattern.findall(file.read_text())}
    keys = {*map(str, Field), *LEVEL_PATHS}
    methods = {name for name in named - keys if not (_is_host_or_scope(name) or _is_stem(name))}
    assert len(methods) > 25
    assert methods <= set(described()), "no such method at Google"
    assert methods <= set(SERVED), "not served"


def _is_host_or_scope(name: str) -> bool:
    return (
        name.endswith(".googleapis.com")
        or name == "gmail.com"
        or any(f"{AUTH}{name}" in one.scopes for one in described().values())
    )


def _is_stem(name: str) -> bool:
    return any(one.startswith(f"{name}.") for one in described())


def subject_of(name: str) -> str | None:
    return PRESS if name.startswith(("gmail.", "calendar.")) else None if name.startswith("iam") else ADMIN


@pytest.mark.parametrize("name", SERVED)
def test_method_when_a_token_has_one_of_its_scopes_then_is_let_in_and_with_none_is_not(
    wide: Workspace, name: str
) -> None:
    method = described()[name]
    for scope in each(sorted(method.scopes)):
        answer = wide.call(
            method.raw["httpMethod"], f"{method.path}?nonsense=1", token=wide.token(subject_of(name), scope)
        )
        assert answer.status_code == 400, answer.text
        assert said(answer).startswith('Invalid JSON payload received. Unknown name "nonsense"')
    others = {f"{AUTH}admin.reports.usage.readonly", f"{AUTH}apps.licensing", f"{AUTH}gmail.labels"} - method.scopes
    answer = wide.call(method.raw["httpMethod"], method.path, token=wide.token(subject_of(name), min(others)))
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


@pytest.mark.parametrize("name", [name for name in SERVED if described()[name].raw.get("request")])
def test_method_when_its_body_has_an_unknown_name_then_is_400(wide: Workspace, name: str) -> None:
    method = described()[name]
    token = wide.token(subject_of(name), min(method.scopes))
    answer = wide.call(method.raw["httpMethod"], f"{method.path}?alt=json", {"nonsense": 1}, token=token)
    assert answer.status_code == 400
    assert 'Unknown name "nonsense"' in said(answer)


@pytest.mark.parametrize(
    "api", ["directory", "gmail", "calendar", "licensing", "groupsSettings", "cloudidentity", "vault", "iamcredentials"]
)
def test_method_when_described_and_not_modelled_then_says_501(wide: Workspace, api: str) -> None:
    modelled = set(SERVED)
    for name, method in each(described().items()):
        required = [
            key
            for key, facts in method.raw.get("parameters", {}).items()
            if facts.get("required") and facts["location"] == "query"
        ]
        if (
            method.api != api
            or name in modelled
            or required
            or method.raw.get("request")
            or not method.raw.get("scopes")
        ):
            continue
        if any(facts.get("pattern") or facts.get("enum") for facts in method.raw.get("parameters", {}).values()):
            continue
        path = method.path if api != "gmail" else method.path.replace("/users/x/", "/users/me/")
        answer = wide.call(method.raw["httpMethod"], path, token=wide.token(subject_of(name), min(method.scopes)))
        assert answer.status_code == 501, (name, answer.text)


def test_answers_when_every_method_is_called_by_the_client_then_hold_what_is_described(wide: Workspace) -> None:
    with opened(both) as workspace:
        _prepare(workspace)
        ids: dict[str, str] = {}
        built: dict[str, Any] = {}
        for name, arguments in CALLS:
            found = _execute(workspace, built, name, {**arguments, **_known(arguments, ids)})
            method = described()[name]
            if "response" not in method.raw:
                assert found in ("", None)
                continue
            assert flaws(method.api, method.raw["response"]["$ref"], found) == [], name
            if name in ("gmail.users.labels.create", "gmail.users.settings.filters.create"):
                ids["label" if "labels" in name else "filter"] = found["id"]
            if name == "directory.users.insert":
                ids["deleted"] = found["id"]
            if name.startswith("cloudidentity.") and name.endswith(".lookup"):
                ids["membership" if "memberships" in name else "group"] = found["name"]


@pytest.mark.slow
def test_answers_when_a_grown_tenant_is_read_then_hold_what_is_described() -> None:
    with opened(lambda tenant: grown(tenant, 70, 4, 1, PLATFORMS)) as workspace:
        directory = workspace.api("directory")
        users = directory.users().list(customer="my_customer", maxResults=500, projection="full").execute()
        groups = directory.groups().list(customer="my_customer").execute()
        assert flaws("directory", "Users", users) + flaws("directory", "Groups", groups) == []
        for row in each(groups["groups"]):
            members = directory.members().list(groupKey=row["id"]).execute()
            assert flaws("directory", "Members", members) == []
            settings = workspace.call("GET", f"/groups/v1/groups/{row['email']}?alt=json").json()
            assert flaws("groupsSettings", "Groups", settings) == []
        for row in each(users["users"]):
            if row["orgUnitPath"] == "/Shared mailboxes" and int(row["primaryEmail"].partition("@")[0][-2:]) < 20:
                for path, schema in LISTS.items():
                    found = workspace.call("GET", f"/gmail/v1/users/me/{path}", subject=row["primaryEmail"]).json()
                    assert flaws("gmail", schema, found) == [], found


def _prepare(workspace: Workspace) -> None:
    everything = sorted({scope for one in described().values() for scope in one.scopes})
    workspace.store.run(
        "update g_service_accounts set scopes = ?, signers = ?", json.dumps(everything), json.dumps([SERVICE_ACCOUNT])
    )
    anna = workspace.store.user(ANNA)
    assert anna is not None
    hold = {"holdId": "h1", "name": "Case 7", "corpus": "MAIL", "updateTime": "2026-01-02T03:04:05Z"}
    account = {"accountId": anna["id"], "email": ANNA, "holdTime": "2026-01-02T03:04:05.123Z"}
    matter = {"matterId": "m1", "name": "Case", "state": "OPEN", "holds": [{**hold, "accounts": [account]}]}
    workspace.emulator.tenant.set_meta(MATTERS, json.dumps([matter]))
    asp = {"kind": "admin#directory#asp", "codeId": 7, "name": "old phone", "creationTime": "1", "userKey": anna["id"]}
    workspace.store.put(anna["id"], "asp", "7", asp)
    token = {
        "kind": "admin#directory#token",
        "clientId": "app",
        "displayText": "App",
        "scopes": ["x"],
        "anonymous": False,
    }
    workspace.store.put(anna["id"], "token", "app", token)


def _known(arguments: dict[str, Any], ids: dict[str, str]) -> dict[str, str]:
    """Return the arguments with ids from earlier calls."""
    return {key: ids[value] for key, value in arguments.items() if isinstance(value, str) and value in ids}


def _execute(workspace: Workspace, built: dict[str, Any], name: str, arguments: dict[str, Any]) -> Any:
    method = described()[name]
    if method.api not in built:
        scopes = sorted({scope for one in described().values() if one.api == method.api for scope in one.scopes})
        built[method.api] = workspace.api(method.api.lower(), subject_of(name), *scopes)
    found: Any = built[method.api]
    for step in method.resources[:-1]:
        found = getattr(found, step)()
    return getattr(found, method.resources[-1])(**arguments).execute()


@pytest.mark.parametrize(
    ("host", "version", "file"),
    [
        ("admin", "directory_v1", "admin.directory_v1"),
        ("admin", "reports_v1", "admin.reports_v1"),
        ("gmail", "v1", "gmail.v1"),
        ("groupssettings", "v1", "groupssettings.v1"),
        ("licensing", "v1", "licensing.v1"),
        ("cloudidentity", "v1", "cloudidentity.v1"),
        ("vault", "v1", "vault.v1"),
        ("iamcredentials", "v1", "iamcredentials.v1"),
    ],
)
def test_discovery_when_asked_by_host_then_is_the_packaged_document(
    wide: Workspace, host: str, version: str, file: str
) -> None:
    headers = {"Host": f"{host}.googleapis.com"}
    answer = wide.call("GET", f"/$discovery/rest?version={version}", token="", headers=headers)
    assert answer.json() == json.loads((FOLDER / f"{file}.json").read_text())
    answer = wide.call("GET", "/$discovery/rest?version=v9", token="", headers=headers)
    assert reason(answer) == (404, "notFound")


def test_blob_when_signed_then_is_base64(wide: Workspace) -> None:
    found = _execute(
        wide, {}, "iamcredentials.projects.serviceAccounts.signBlob", {"name": BLOB, "body": {"payload": "eA=="}}
    )
    assert len(base64.b64decode(found["signedBlob"])) == 256

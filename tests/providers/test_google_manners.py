"""How the vendor's client is used: packaged descriptions, masks, least scopes, one HTTP object a thread."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httplib2
import pytest

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Fact, Platform, Right
from sharedbox_cli.emulator.google.token import TokenService
from sharedbox_cli.providers.google_workspace.api import PARTS
from sharedbox_cli.providers.google_workspace.capabilities import CAPABILITIES
from sharedbox_cli.providers.google_workspace.config import google_connection
from sharedbox_cli.providers.google_workspace.doctor import diagnose
from sharedbox_cli.providers.google_workspace.scopes import APIS, GMAIL
from sharedbox_cli.providers.google_workspace.single_send_http import http_once
from sharedbox_cli.providers.transport import CONNECT_SECONDS
from tests.asked import each, every
from tests.field_values import settings_on
from tests.providers.google_setting import STANDARD, GoogleSetting, collaborative, delegated, everything, user

FACTS = (Fact.USED_BYTES, Fact.USED_AT, Fact.LICENCES, Fact.POOL_USED_BYTES, Fact.DELEGATION, Fact.SIGN_IN_STATE)
ALL_FIELDS = {platform: (*settings_on(platform), Field.KIND, Field.DELIVERY) for platform in CAPABILITIES}
AUTH = "https://www.googleapis.com/auth/"
NO_READ_ONLY_ONE = {"apps.groups.settings", "apps.licensing", "gmail.settings.basic", "gmail.labels"}
"""Reading needs these, as Google has no smaller scope for it (google-workspace reference: methods and scopes)."""
each_platform = pytest.mark.parametrize("platform", CAPABILITIES)


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, set[str]]]:
    """Return the scopes of all tokens that were given out, by whom they act for."""
    found: dict[str, set[str]] = defaultdict(set)
    issue = TokenService.issue

    def issued(self: TokenService, subject: str, scopes: Any, account: str, *, delegated: bool = False) -> str:
        found[subject] |= {str(scope).removeprefix(AUTH) for scope in scopes}
        return issue(self, subject, scopes, account, delegated=delegated)

    monkeypatch.setattr(TokenService, "issue", issued)
    yield found


def read_everything(workspace: GoogleSetting, platform: Platform) -> None:
    workspace.shared.observe(everything(platform, fields=ALL_FIELDS[platform], facts=FACTS))


def documents() -> dict[str, dict[str, Any]]:
    """Return every method of the packaged descriptions, by its id."""
    import googleapiclient.discovery_cache as cache

    folder = Path(cache.__file__).parent / "documents"
    found: dict[str, dict[str, Any]] = {}
    for definition in APIS.values():
        file = folder / f"{definition.service}.{definition.version}.json"
        document = definition.document or json.loads(file.read_text(encoding="utf-8"))
        todo = [document]
        while todo:
            node = todo.pop()
            todo += node.get("resources", {}).values()
            for method in node.get("methods", {}).values():
                reply = document["schemas"].get(method.get("response", {}).get("$ref"), {})
                found[method["id"]] = {**method, "is_paged": "nextPageToken" in reply.get("properties", {})}
    return found


@each_platform
def test_lists_when_paged_then_a_mask_names_what_is_read_and_the_next_page(
    workspace: GoogleSetting, platform: Platform
) -> None:
    read_everything(workspace, platform)
    known = documents()
    paged = [
        line
        for line in workspace.emulator.log.lines
        if known.get(str(line["route"]).removeprefix("google."), {}).get("is_paged")
    ]
    assert paged
    for line in each(paged):
        assert "nextPageToken" in line["query"], (line["route"], line["query"])
        assert "fields=" in line["query"]


@each_platform
def test_descriptions_when_clients_are_built_then_none_is_fetched(workspace: GoogleSetting, platform: Platform) -> None:
    read_everything(workspace, platform)
    assert not [line for line in workspace.emulator.log.lines if "discovery" in line["path"]]


@each_platform
def test_scopes_when_reading_then_nothing_that_writes_is_asked_for(
    workspace: GoogleSetting, granted: dict[str, set[str]], platform: Platform
) -> None:
    read_everything(workspace, platform)
    asked = {scope for scopes in granted.values() for scope in scopes}
    assert {one for one in asked if not one.endswith(".readonly")} <= NO_READ_ONLY_ONE
    mailboxes = {mailbox for mailbox in workspace.make.seeded.mailboxes if mailbox in granted}
    others = [scope for who, scopes in granted.items() if who not in mailboxes for scope in scopes]
    assert not [scope for scope in others if scope.startswith("gmail.")], "mailboxes are read as themselves"


def test_scopes_when_a_plan_needs_one_api_then_no_other_is_asked_for(
    workspace: GoogleSetting, granted: dict[str, set[str]]
) -> None:
    workspace.observe(delegated("sales", {Field.DISPLAY_NAME: "Sales"}))
    assert {scope.split(".")[0] for scopes in granted.values() for scope in scopes} == {"admin"}
    granted.clear()
    workspace.provider().observe(everything(GOOGLE_COLLABORATIVE))
    assert {scope for scopes in granted.values() for scope in scopes if not scope.startswith("admin.")} == {
        "apps.groups.settings"
    }


def test_scopes_that_write_are_requested_only_to_write(workspace: GoogleSetting, granted: dict[str, set[str]]) -> None:
    workspace.run(delegated("sales", {Field.LICENCE: STANDARD}, (user("anna"),)))
    asked = {scope for scopes in granted.values() for scope in scopes}
    assert "gmail.settings.sharing" in asked
    assert not asked & {"apps.groups.settings", "admin.directory.user.security"}
    granted.clear()
    workspace.run(collaborative("desk", {}, (user("anna", Right.OWNER), user("emi", Right.MEMBER))))
    asked = {scope for scopes in granted.values() for scope in scopes}
    assert "admin.directory.group.member" in asked
    assert not {scope for scope in asked if scope.startswith(("gmail", "apps.licensing"))}


def test_scopes_when_the_doctor_looks_then_each_api_is_tried(
    workspace: GoogleSetting, granted: dict[str, set[str]]
) -> None:
    connection = google_connection(None, workspace.emulator.environment())
    assert connection is not None
    found = diagnose(connection)
    assert every(one.status == "ok" for one in found), found
    wanted = {
        scope.removeprefix(AUTH) for definition in APIS.values() for scope in (*definition.read, *definition.write)
    }
    assert {scope for scopes in granted.values() for scope in scopes} >= wanted


def test_http_when_many_threads_read_then_each_has_an_object_of_its_own(
    workspace: GoogleSetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: dict[int, set[int]] = defaultdict(set)
    kept: list[object] = []
    second = threading.Event()

    def watched() -> Any:
        made = http_once()
        kept.append(made)  # so that no id is given twice
        request = made.request

        def noted(*arguments: Any, **options: Any) -> Any:
            used[id(made)].add(threading.get_ident())
            if len(used) > 1:
                second.set()
            if "/gmail/v1/" in str(arguments[0]):
                second.wait(10)  # both mailboxes are read at once: neither thread goes on before the other is at work
            return request(*arguments, **options)

        made.request = noted
        return made

    monkeypatch.setattr("sharedbox_cli.providers.google_workspace.google_client.http_once", watched)
    monkeypatch.setitem(PARTS, GMAIL, 1)  # so that the Gmail of two mailboxes is not one request
    workspace.make.mailbox("press", "Press")
    read_everything(workspace, GOOGLE_DELEGATED)
    assert len(used) > 1, "several threads were at work"
    assert [len(threads) for threads in used.values()] == [1] * len(used)


def test_connection_is_waited_for_less_than_a_response(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[object] = []

    def never(address: object, timeout: object = None, **_: object) -> None:
        waited.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(httplib2.HTTPSConnectionWithTimeout, "connect", lambda self: never(self.host, self.timeout))
    with pytest.raises(TimeoutError):
        http_once().request("https://gmail.googleapis.com/")
    assert waited == [CONNECT_SECONDS]

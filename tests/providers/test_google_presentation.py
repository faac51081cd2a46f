"""The language of a delegated mailbox, and the signature under its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from tests.asked import each
from tests.providers.google_setting import Fill, GoogleSetting, at, delegated, everything, id_of, scope_of

Workspaces = Callable[[Fill], GoogleSetting]
LANGUAGE, SIGNATURE = Field.LANGUAGE, Field.SIGNATURE
RICH = '<b onclick="x()">Press</b><script>x()</script> <a href="https://x.example/">us</a><style>b{}</style>'


def two(make: GoogleBuilder) -> None:
    make.mailbox("press", "Press")
    make.mailbox("jobs", "Jobs")


def settings_of(workspace: GoogleSetting) -> dict[Field, Value]:
    wanted = delegated("press", {LANGUAGE: "de", SIGNATURE: ""})
    return dict(workspace.observe(wanted).mailboxes[at("press")].settings)


def one(workspace: GoogleSetting, settings: dict[Field, Value]) -> Outcome:
    (outcome,) = workspace.run(delegated("press", settings)).values()
    return outcome


def test_each_value_settles_and_is_read_back(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    for language, saved in each(
        (("de-AT", "de"), ("en-AU", "en-GB"), ("pt", "pt-BR"), ("nb", "no"), ("fr-CA", "fr-CA"))
    ):
        assert one(workspace, {LANGUAGE: language}).status is Status.DONE
        assert settings_of(workspace)[LANGUAGE] == saved
        assert workspace.plan(delegated("press", {LANGUAGE: language})) == ()
    for signature in each(("Kind regards\nPress <press@contoso.example>", RICH, "1 < 2 & 3", "")):
        assert one(workspace, {SIGNATURE: signature}).status is Status.DONE
        assert workspace.plan(delegated("press", {SIGNATURE: signature})) == ()
    assert settings_of(workspace)[SIGNATURE] == ""


def test_signature_of_the_service_is_without_what_it_removes(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    one(workspace, {SIGNATURE: RICH})
    assert settings_of(workspace)[SIGNATURE] == '<b>Press</b> <a href="https://x.example/">us</a>'


def test_language_that_is_not_offered_fails_and_names_what_was_saved(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    (change,) = workspace.plan(delegated("press", {LANGUAGE: "xx"}))
    assert workspace.shared.apply(change).status is Status.FAILED
    assert settings_of(workspace)[LANGUAGE] == "en"


def test_drift_by_the_vendors_api_is_planned_and_corrected(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    spec = delegated("press", {LANGUAGE: "de", SIGNATURE: "Press"})
    workspace.run(spec)
    owner, store = id_of(workspace.make, "press"), workspace.make.store
    store.save_gmail(owner, {**store.gmail(owner), "language": {"displayLanguage": "fr"}})
    store.put(owner, "sendas", at("press").key, {"sendAsEmail": at("press").key, "signature": "<div>Jobs</div>"})
    changes = workspace.plan(spec)
    assert {name: value for change in changes for name, value in change.before.items()} == {
        LANGUAGE: "fr",
        SIGNATURE: "Jobs",
    }
    assert [workspace.shared.settle(change).name for change in changes] == ["ABSENT"] * 2
    assert {outcome.status for outcome in workspace.apply(changes).values()} == {Status.DONE}
    assert [workspace.shared.settle(change).name for change in changes] == ["PRESENT"] * 2
    assert workspace.plan(spec) == ()


def test_signatures_of_other_senders_stay(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    other = {"sendAsEmail": "news@contoso.example", "signature": "<b>News</b>", "verificationStatus": "accepted"}
    workspace.make.store.put(id_of(workspace.make, "press"), "sendas", "news@contoso.example", other)
    one(workspace, {SIGNATURE: "Press"})
    assert workspace.make.store.item(id_of(workspace.make, "press"), "sendas", "news@contoso.example") == other


def test_each_is_read_of_the_mailboxes_whose_spec_has_it_and_no_others(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    workspace.observe(delegated("press", {LANGUAGE: "de"}), delegated("jobs", {SIGNATURE: ""}))
    calls = workspace.calls()
    assert calls["gmail.users.settings.getLanguage"] == calls["gmail.users.settings.sendAs.list"] == 1
    scope = replace(scope_of([delegated("press", {}), delegated("jobs", {})]), fields=frozenset())
    workspace.shared.observe(scope)
    assert workspace.calls()["gmail.users.settings.getLanguage"] == 1
    workspace.shared.observe(everything(GOOGLE_DELEGATED, fields=[LANGUAGE]))
    assert workspace.calls()["gmail.users.settings.getLanguage"] == 3


@pytest.mark.parametrize(
    ("name", "call", "field"), [(LANGUAGE, "getLanguage", "displayLanguage"), (SIGNATURE, "sendAs.list", "isPrimary")]
)
def test_mailbox_whose_answer_lacks_something_is_not_read(
    workspace_of: Workspaces, name: Field, call: str, field: str
) -> None:
    workspace = workspace_of(two)
    workspace.faults({"route": f"google.gmail.users.settings.{call}", "kind": "drop_field", "field": field, "count": 9})
    with pytest.raises(ObserveError, match="press@"):
        workspace.observe(delegated("press", {name: "de"}))

"""The language of a delegated mailbox, and the signatures under its address and its senders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sharedbox_cli.cli.import_.adopt import adopt
from sharedbox_cli.core.change_words import change_words
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED
from sharedbox_cli.core.outcome import Outcome, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from tests.asked import each
from tests.field_values import TABLES
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


NEWS = f"news@{at('press').domain}"


def sender(*signature: str) -> dict[Field, Value]:
    return {Field.SENDERS: ((NEWS, "News", "", False, *signature),)}


def test_signature_of_a_sender_settles_and_is_read_back(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    for signature in each(("Kind regards\nNews", RICH, "1 < 2 & 3")):
        assert one(workspace, sender(signature)).status is Status.DONE
        assert workspace.plan(delegated("press", sender(signature))) == ()
        assert workspace.plan(delegated("press", sender())) == ()  # without the key it can be any
    (change,) = workspace.plan(delegated("press", {Field.SENDERS: ((NEWS, "Other", "", False),)}))
    assert (
        change_words(Field.SENDERS, change) == f"+Other <{NEWS}> (signature {WORDS}) -News <{NEWS}> (signature {WORDS})"
    )
    assert workspace.shared.settle(change).name == "ABSENT"
    assert workspace.shared.apply(change).status is Status.DONE
    assert workspace.shared.settle(change).name == "PRESENT"
    assert stored_signature(workspace) == "<div>1 &lt; 2 &amp; 3</div>"
    assert one(workspace, sender("")).status is Status.DONE
    assert stored_signature(workspace) == "" and workspace.plan(delegated("press", sender(""))) == ()


WORDS = "1 < 2 & 3"


def stored_signature(workspace: GoogleSetting) -> str:
    item = workspace.make.store.item(id_of(workspace.make, "press"), "sendas", NEWS)
    return str((item or {})["signature"])


def test_signature_of_a_sender_that_loses_a_part_fails(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    outcome = one(workspace, sender("<b>News</b> <script>x()</script><style>b{}</style>"))
    assert outcome.status is Status.DONE
    form = {"route": "google.gmail.users.settings.sendAs.patch", "kind": "drop_field", "field": "signature", "count": 1}
    workspace.faults(form)
    outcome = one(workspace, sender("Other"))
    assert outcome.status is Status.FAILED and NEWS in outcome.reason and "without some" in outcome.reason


def test_signature_of_a_sender_is_written_only_if_people_would_see_a_difference(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    other = {"sendAsEmail": NEWS, "signature": '<p class="x"><i>News</i></p>', "verificationStatus": "accepted"}
    workspace.make.store.put(id_of(workspace.make, "press"), "sendas", NEWS, other)
    assert one(workspace, sender("<b>News</b>")).status is Status.DONE  # the name differs
    assert stored_signature(workspace) == '<p class="x"><i>News</i></p>'


def test_signature_of_a_sender_is_adopted(workspace_of: Workspaces) -> None:
    workspace = workspace_of(two)
    one(workspace, sender("<b>News</b>\n<i>daily</i>"))
    observed = workspace.observe(delegated("press", sender()))
    adopted = adopt(observed.mailboxes[at("press")], observed, TABLES, is_members_only=False)
    assert adopted.mailbox.settings[Field.SENDERS] == sender("<b>News</b>\n<i>daily</i>")[Field.SENDERS]
    assert workspace.plan(delegated("press", {Field.SENDERS: adopted.mailbox.settings[Field.SENDERS]})) == ()


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

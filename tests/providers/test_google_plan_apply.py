"""Plan, apply, plan: through the real SDKs the second plan is empty, for every field of both of Google's kinds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, DesiredMailbox, Right
from sharedbox_cli.core.values import BLOCKED, LICENCE_NONE, Value
from tests.field_values import choices_on, rounds_on
from tests.providers.google_setting import STANDARD, STARTER, GoogleSetting, at, collaborative, delegated, group, user
from tests.slow_rest import crossed

RULE: Value = (("name", "orders"), ("when.from", ("a@shop.example", "b c")), ("then.move_to", "Orders/2026"))
RULES: dict[str, Value] = {
    "words": (RULE,),
    "several labels": (
        (("name", "x"), ("when.subject_contains", ("order", "Bestellung")), ("then.tag", ("red", "blue"))),
    ),
    "actions": (
        (
            ("name", "x"),
            ("when.has_attachment", True),
            ("when.larger_than", 1000000),
            ("then.star", True),
            ("then.mark_read", True),
            ("then.never_spam", True),
            ("then.important", False),
        ),
    ),
    "forward": ((("name", "x"), ("when.to", ("me@contoso.example",)), ("then.forward_to", "anna@contoso.example")),),
    "two": (RULE, (("name", "y"), ("when.without_words", "spam"), ("when.has_words", "{a b}"), ("then.delete", True))),
    "none": (),
}
AWAY: dict[Field, Value] = {
    Field.AUTO_REPLY: True,
    Field.AUTO_REPLY_SUBJECT: "Away",
    Field.AUTO_REPLY_INTERNAL: "Back soon\n\nSales",
    Field.AUTO_REPLY_AUDIENCE: "organization",
    Field.AUTO_REPLY_START: "2026-12-01T08:00:00Z",
    Field.AUTO_REPLY_END: "2026-12-24T08:00:00Z",
}


DELEGATED: dict[str, dict[Field, Value]] = {
    "display name": {Field.DISPLAY_NAME: "Продажи & Co"},
    "one word as name": {Field.DISPLAY_NAME: "Sales"},
    "aliases": {Field.ALIASES: ("a@contoso.example", "vendas@contoso.example")},
    "sign-in": {Field.SIGN_IN: BLOCKED},
    "org unit": {Field.ORG_UNIT: "/People"},
    "licence": {Field.LICENCE: STARTER},
    "no licence": {Field.LICENCE: LICENCE_NONE},
    "folders": {Field.FOLDERS: ("Orders", "Orders/2026")},
    "tags": {Field.TAGS: (("any", ""), ("red one", "red"), ("urgent", "orange"))},
    "senders": {
        Field.SENDERS: (
            ("help@contoso.example", "Help", "", False),
            ("news@contoso.example", "News", "help@contoso.example", True),
        )
    },
    "no senders": {Field.SENDERS: ()},
    **{f"rules: {name}": {Field.RULES: value} for name, value in RULES.items()},
    "auto-reply": AWAY,
    "auto-reply to known": {Field.AUTO_REPLY: True, Field.AUTO_REPLY_INTERNAL: "x", Field.AUTO_REPLY_AUDIENCE: "known"},
    "no auto-reply": {Field.AUTO_REPLY: False},
    "forwarding": {Field.FORWARDING_TO: "ben@contoso.example", Field.FORWARDING_KEEP_COPY: True},
    "forwarding away": {Field.FORWARDING_TO: "ben@contoso.example", Field.FORWARDING_KEEP_COPY: False},
    "no forwarding": {Field.FORWARDING_TO: ""},
    "imap and pop": {Field.ACCESS_IMAP: True, Field.ACCESS_POP: True},
    **{f"{name} {value}": {name: value} for name, values in choices_on(GOOGLE_DELEGATED).items() for value in values},
}
COLLABORATIVE: dict[str, Mapping[Field, Value]] = {
    "display name": {Field.DISPLAY_NAME: "デスク"},
    "aliases": {Field.ALIASES: ("schreibtisch@contoso.example",)},
    "no aliases": {Field.ALIASES: ()},
    "description": {Field.GROUP_DESCRIPTION: "What it is for"},
    "moderated outsiders": {Field.GROUP_POSTING: "organization", Field.GROUP_MODERATION: "non-members"},
    "nobody posts": {Field.GROUP_POSTING: "nobody"},
    "answers elsewhere": {Field.GROUP_REPLY_TO: "help@contoso.example"},
    "answers to the group": {Field.GROUP_REPLY_TO: "group"},
    **rounds_on(GOOGLE_COLLABORATIVE),
}
DELEGATED_GRANTS = {
    "nobody": (),
    "others": (user("anna"), user("chloe")),
    "senders too": (user("ben"), user("ben", Right.SEND_AS), user("anna", Right.SEND_AS)),
}
COLLABORATIVE_GRANTS = {
    "nobody": (),
    "other roles": (user("anna", Right.MEMBER), user("ben", Right.OWNER), user("chloe", Right.MANAGER)),
    "deliveries": (
        user("anna", Right.OWNER, "daily"),
        user("ben", Right.MEMBER, "all"),
        user("chloe", Right.MEMBER, "digest"),
        user("emi", Right.MEMBER, "disabled"),
    ),
    "role and delivery": (user("ben", Right.OWNER, "all"),),
    "a group": (user("anna", Right.OWNER), group("all")),
}


def _ends_empty(workspace: GoogleSetting, mailbox: DesiredMailbox) -> None:
    outcomes = workspace.run(mailbox)
    assert all(outcome.is_success for outcome in outcomes.values()), outcomes
    assert workspace.plan(mailbox) == ()
    workspace.forget()
    again = workspace.observe(mailbox).mailboxes[mailbox.address]
    for name, value in mailbox.settings.items():
        if not SETTINGS[name].is_ensured:
            assert again.settings[name] == value
    assert workspace.effects() == []


@pytest.mark.parametrize(("local", "settings"), crossed(["sales", "brand-new"], DELEGATED))
def test_plan_of_a_delegated_field_when_applied_then_the_next_is_empty(
    workspace: GoogleSetting, local: str, settings: dict[Field, Value]
) -> None:
    if local == "brand-new" and Field.LICENCE not in settings:
        settings = {**settings, Field.LICENCE: STANDARD}
    _ends_empty(workspace, delegated(local, settings))


@pytest.mark.parametrize(("local", "settings"), crossed(["desk", "brand-new", "news"], COLLABORATIVE))
def test_plan_of_a_collaborative_field_when_applied_then_the_next_is_empty(
    workspace: GoogleSetting, local: str, settings: Mapping[Field, Value]
) -> None:
    _ends_empty(workspace, collaborative(local, settings))


@pytest.mark.parametrize(("local", "grants"), crossed(["sales", "brand-new"], DELEGATED_GRANTS))
def test_plan_of_delegates_when_applied_then_the_next_is_empty(
    workspace: GoogleSetting, local: str, grants: tuple[object, ...]
) -> None:
    _ends_empty(workspace, delegated(local, {Field.LICENCE: STANDARD}, grants))  # type: ignore[arg-type]


@pytest.mark.parametrize(("local", "grants"), crossed(["desk", "brand-new", "news"], COLLABORATIVE_GRANTS))
def test_plan_of_members_when_applied_then_the_next_is_empty(
    workspace: GoogleSetting, local: str, grants: tuple[object, ...]
) -> None:
    _ends_empty(workspace, collaborative(local, {}, grants))  # type: ignore[arg-type]


def test_plan_of_an_outsider_when_applied_then_the_next_is_empty(workspace: GoogleSetting) -> None:
    mailbox = collaborative("desk", {Field.GROUP_EXTERNAL_MEMBERS: True}, (user("x@partner.example", Right.MEMBER),))
    before = workspace.observe(mailbox).directory[at("x@partner.example")]
    _ends_empty(workspace, mailbox)
    observed = workspace.observe(mailbox)
    assert observed.directory[at("x@partner.example")] == before, "known by one id before and after joining"
    assert observed.trustees[before].is_guest

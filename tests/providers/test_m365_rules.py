"""Mail rules on Microsoft 365: by the cmdlets of Exchange, in their order, and without touching what is not ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sharedbox_cli.cli.import_.adopt import adopt
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_rules import pairs_of, rules_in
from sharedbox_cli.core.model import MICROSOFT365, Fact
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import UNKNOWN, Value
from sharedbox_cli.emulator.microsoft import folders, inbox_rules
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import LEGACY_DN
from sharedbox_cli.providers.microsoft365.capabilities import canonical
from sharedbox_cli.providers.microsoft365.rule_tables import ACTION_FLAGS, CHOICES, MAILBOX_IS, WORDS
from tests.asked import each, every
from tests.field_values import TABLES
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at, scope, trustee_id, update_of
from tests.slow_rest import crossed

DOMAIN = "contoso.example"
READ = (("then.mark_read", True),)


def rule(name: str, *pairs: tuple[str, Value]) -> Value:
    """Return a rule, by default for all messages that have an attachment."""
    when: tuple[tuple[str, Value], ...] = (
        () if any(key.startswith("when.") for key, _ in pairs) else (("when.has_attachment", True),)
    )
    then = () if any(key.startswith("then.") for key, _ in pairs) else READ
    return tuple(sorted((("name", name), *pairs, *when, *then)))


def somebody_adds(setting: Setting, name: str, *, mailbox: str = "sales", **more: Any) -> str:
    """Add a rule as somebody in Outlook does."""
    return inbox_rules.add(setting.tenant, str(trustee_id(setting, mailbox)), name, **({"MarkAsRead": True} | more))


def stored(setting: Setting, mailbox: str = "sales", kind: str = inbox_rules.SERVER) -> dict[str, dict[str, Any]]:
    """Return the rules that the mailbox has, in their order."""
    rows = inbox_rules.rules_of(setting.tenant, str(trustee_id(setting, mailbox)), kind)
    return {row["name"]: inbox_rules.parameters_of(row) for row in rows}


def rules_of(setting: Setting) -> Value:
    observed = setting.provider().observe(scope("sales", fields={Field.RULES}, grants=False))
    return observed.mailboxes[at("sales")].settings[Field.RULES]


def pairs(setting: Setting) -> list[dict[str, Value]]:
    return [*rules_in(rules_of(setting))]


def facts_of(setting: Setting) -> dict[Fact, Value]:
    observed = setting.provider().observe(scope("sales", fields={Field.RULES}, grants=False))
    return dict(observed.mailboxes[at("sales")].facts)


def brought(setting: Setting, *rules: Value) -> None:
    """Apply rules, and verify that a second plan is empty."""
    spec = shared("sales", {Field.RULES: canonical(Field.RULES, rules)})
    changes = plan(setting, setting.provider(), spec)
    assert every(outcome.status is Status.DONE for outcome in apply(setting.provider(), changes).values())
    assert plan(setting, setting.provider(), spec) == ()
    assert setting.provider().settle(changes[0]) is Effect.PRESENT
    assert setting.provider().apply(changes[0]).status is Status.ALREADY_SO


EVERY_KEY: dict[str, Value] = {
    **dict.fromkeys(WORDS, ("Wort eins", "zwei")),
    **{f"mailbox_is/{word}": word for word in MAILBOX_IS},
    "from": (f"anna@{DOMAIN}", "x@partner.example"),
    "to": (f"ben@{DOMAIN}",),
    "has_attachment": True,
    "has_any_tag": True,
    "importance": "high",
    "sensitivity": "confidential",
    "message_type": "non-delivery-report",
    "flagged_for": "for-your-information",
    "larger_than": 5_000_000,
    "smaller_than": 9_000_000,
    "received_after": "2027-01-01T00:00:00Z",
    "received_before": "2027-06-01T12:30:00Z",
}
EVERY_ACTION: dict[str, Value] = {
    "move_to": "Inbox",
    "copy_to": "Archive",
    "tag": ("later", "urgent"),
    "star": True,
    "flag": "for-your-information",
    **dict.fromkeys(ACTION_FLAGS, True),
    "mark_importance": "low",
    "forward_to": f"anna@{DOMAIN}",
    "forward_as_attachment_to": (f"anna@{DOMAIN}", "x@partner.example"),
    "redirect_to": "x@partner.example",
}


def test_every_condition_exception_and_action_is_written_and_read(demo: Setting) -> None:
    wanted = [
        rule(f"{part} {key}", (f"{part}.{key.partition('/')[0]}", value))
        for part in ("when", "unless")
        for key, value in EVERY_KEY.items()
    ]
    wanted += [rule(f"then {key}", (f"then.{key}", value)) for key, value in EVERY_ACTION.items()]
    wanted += [rule("all", ("when.everything", True)), rule("stop", ("stop", True)), rule("off", ("enabled", False))]
    assert CHOICES.keys() <= EVERY_KEY.keys()
    brought(demo, *wanted)
    assert rules_of(demo) == canonical(Field.RULES, tuple(wanted))
    assert [*stored(demo)] == [str(pairs_of(one)["name"]) for one in wanted]
    assert stored(demo)["stop"]["StopProcessingRules"] is True


def test_conditions_and_actions_are_taken_away_one_by_one(demo: Setting) -> None:
    whole = [(f"when.{key.partition('/')[0]}", value) for key, value in EVERY_KEY.items() if "/" not in key]
    whole += [(f"unless.{key}", value) for key, value in EVERY_KEY.items() if "/" not in key]
    whole += [
        ("when.mailbox_is", "cc"),
        *((f"then.{key}", value) for key, value in EVERY_ACTION.items() if key != "flag"),
    ]
    brought(demo, rule("a", *whole), rule("b"))
    brought(demo, rule("a", ("when.mailbox_is", "to"), ("then.mark_read", True), ("stop", True)), rule("b"))
    assert stored(demo)["a"] == {"MyNameInToBox": True, "MarkAsRead": True, "StopProcessingRules": True}


@pytest.mark.parametrize(
    ("order", "priorities"), crossed(["cab", "bca", "acb", "dabc", "adbc", "ca", "d", ""], ["", "equal"])
)
def test_rules_get_the_order_of_the_spec(demo: Setting, order: str, priorities: str) -> None:
    for name in "abc":
        somebody_adds(demo, name, HasAttachment=True)
    demo.tenant.set_meta("rule_priorities", priorities)
    brought(demo, *(rule(name) for name in order))
    assert [*stored(demo)] == [*order]


def test_rule_of_outlook_broken_and_hidden_ones_are_named_and_left_out(demo: Setting) -> None:
    somebody_adds(demo, "Orders", HasAttachment=True)
    somebody_adds(demo, "Sound", kind=inbox_rules.CLIENT)
    somebody_adds(demo, "Off in Outlook", kind=inbox_rules.CLIENT_OFF)
    somebody_adds(demo, "Gone", MoveToFolder="deleted")
    somebody_adds(demo, "Evil", kind=inbox_rules.HIDDEN, ForwardTo=["smtp:x@evil.example"])
    facts = facts_of(demo)
    assert facts[Fact.CLIENT_RULES] == ("Sound",)
    assert facts[Fact.KEPT_RULES] == (("broken", "Gone"), ("hidden", "Evil"))
    assert rules_of(demo) == (rule("Orders"),)
    brought(demo, rule("New"))
    assert [*stored(demo)] == ["Gone", "New"] and [*stored(demo, kind=inbox_rules.HIDDEN)] == ["Evil"]


def test_unknown_parts_of_a_rule_keep_it(demo: Setting) -> None:
    somebody_adds(demo, "Future", SomethingNew=["x"])
    somebody_adds(demo, "Pin", PinMessage=True)
    assert facts_of(demo)[Fact.KEPT_RULES] == (("other", "Future"),)
    pinned = rule("Pin", ("then.pin", True), ("then.mark_read", True), ("when.everything", True))
    assert rules_of(demo) == (pinned,)
    change = update_of(demo, "sales", {Field.RULES: ()})
    assert demo.provider().apply(change).status is Status.DONE
    assert [*stored(demo)] == ["Future"]
    brought(demo, pinned)
    assert stored(demo)["Pin"]["PinMessage"] is True


def without_graph(demo: Setting) -> None:
    """Take the permission to read rules in Graph."""
    app = demo.tenant.row("select doc from apps")
    doc = json.loads(app["doc"] if app else "")
    doc["roles"]["https://graph.microsoft.com"] = ["User.Read.All", "Directory.Read.All", "Organization.Read.All"]
    demo.tenant.run("update apps set doc = ?", json.dumps(doc))


def test_rules_of_outlook_are_unknown_without_the_permission(demo: Setting) -> None:
    without_graph(demo)
    somebody_adds(demo, "Orders", HasAttachment=True)
    assert facts_of(demo)[Fact.CLIENT_RULES] == UNKNOWN
    assert rules_of(demo) == (rule("Orders"),)


@pytest.mark.parametrize(("form", "language"), crossed(["", "name", "identity", "id"], ["en-US", "de-DE"]))
def test_folders_are_named_in_english_in_every_language_and_form(demo: Setting, language: str, form: str) -> None:
    demo.tenant.set_meta("folder_language", language)
    demo.tenant.set_meta("rule_folder_form", form)
    identity = str(trustee_id(demo, "sales"))
    root = folders.root_of(demo.tenant, identity)["id"]
    inbox = folders.children(demo.tenant, identity, root)[0]["id"]
    folders.add(demo.tenant, identity, inbox, "Bestellungen")
    brought(demo, rule("a", ("then.move_to", "inbox/bestellungen")), rule("b", ("then.copy_to", "Deleted Items")))
    assert [one.get("then.move_to") for one in pairs(demo)] == ["Inbox/Bestellungen", None]


def test_rule_to_a_missing_folder_fails_before_any_write(demo: Setting) -> None:
    change = update_of(demo, "sales", {Field.RULES: (rule("a"), rule("b", ("then.move_to", "Nowhere")))})
    outcome = demo.provider().apply(change)
    assert outcome.status is Status.FAILED and "`Nowhere`" in outcome.reason and stored(demo) == {}


def test_folder_of_an_ambiguous_name_is_not_guessed(demo: Setting) -> None:
    demo.tenant.set_meta("rule_folder_form", "name")
    identity = str(trustee_id(demo, "sales"))
    root = folders.root_of(demo.tenant, identity)["id"]
    above = folders.add(demo.tenant, identity, root, "Orders")
    folders.add(demo.tenant, identity, above, "orders")
    somebody_adds(demo, "a", MoveToFolder=above)
    assert pairs(demo) == []
    [found] = rules_in(facts_of(demo)[Fact.OTHER_RULES])
    assert found["then.move_to"] == "Orders (one of 2 folders)"


def test_calendar_with_the_name_of_a_folder_is_no_namesake(demo: Setting) -> None:
    demo.tenant.set_meta("rule_folder_form", "name")
    identity = str(trustee_id(demo, "sales"))
    root = folders.root_of(demo.tenant, identity)["id"]
    folders.add(demo.tenant, identity, root, "Orders")
    folders.add(demo.tenant, identity, root, "Team")
    for row in folders.children(demo.tenant, identity, root):
        if row["type"] in ("Calendar", "Contacts"):
            folders.add(demo.tenant, identity, row["id"], "orders", content=row["class"])
    brought(demo, rule("a", ("then.move_to", "Orders")))
    assert [one["then.move_to"] for one in pairs(demo)] == ["Orders"]


def test_words_in_capital_letters_are_no_drift(demo: Setting) -> None:
    demo.tenant.set_meta("rule_words", "upper")
    brought(demo, rule("a", ("when.subject_contains", ("Bestellung", "Straße")), ("unless.body_contains", ("Ende",))))
    assert stored(demo)["a"]["SubjectContainsWords"] == ["BESTELLUNG", "STRAßE"]


@pytest.mark.parametrize(("identity", "nulls"), crossed(["", "alias"], ["", "null", "named"]))
def test_every_form_of_an_answer_is_read(demo: Setting, nulls: str, identity: str) -> None:
    demo.tenant.set_meta("rule_nulls", nulls)
    demo.tenant.set_meta("rule_identity", identity)
    demo.tenant.set_meta("new_rule_identity", "other")
    brought(demo, rule("a", ("when.importance", "low")), rule("b", ("enabled", False)))
    brought(demo, rule("b"))


def test_recipient_is_compared_by_every_address_that_it_has(demo: Setting) -> None:
    alias = f"annie@{DOMAIN}"
    demo.tenant.add_address(str(trustee_id(demo, "anna")), "smtp", alias)
    brought(demo, rule("a", ("when.from", (alias,)), ("then.forward_to", f"Ben@{DOMAIN}")))
    assert pairs(demo)[0]["when.from"] == (f"anna@{DOMAIN}",)


def test_recipient_that_nobody_knows_says_so(demo: Setting) -> None:
    somebody_adds(demo, "a", ForwardTo=[f"ex:{LEGACY_DN}8450-gone", "smtp:X@Partner.example"])
    targets = {("other", "a", "8450-gone (not resolved)"), ("other", "a", "x@partner.example")}
    facts = facts_of(demo)
    assert facts[Fact.KEPT_TARGETS] == tuple(sorted(targets)) and facts[Fact.KEPT_RULES] == (("other", "a"),)


def test_list_of_one_element_can_be_a_text(demo: Setting) -> None:
    demo.tenant.set_meta("rule_lists", "text")
    alone = rule("a", ("when.from", (f"anna@{DOMAIN}",)), ("then.redirect_to", "x@partner.example"))
    brought(demo, alone, rule("b", ("when.subject_contains", ("one",)), ("then.tag", ("later",))))
    assert pairs(demo)[0]["when.from"] == (f"anna@{DOMAIN}",)
    assert pairs(demo)[0]["then.redirect_to"] == "x@partner.example"


@pytest.mark.parametrize("name", ["Default", "NullReports"])
def test_texts_that_look_like_no_value_are_read(demo: Setting, name: str) -> None:
    demo.tenant.set_meta("rule_lists", "text")
    demo.tenant.set_meta("rule_folder_form", "name")
    identity = str(trustee_id(demo, "sales"))
    folders.add(demo.tenant, identity, folders.root_of(demo.tenant, identity)["id"], name)
    brought(demo, rule("a", ("when.subject_contains", (name,)), ("then.move_to", name)))
    [found] = pairs(demo)
    assert (found["when.subject_contains"], found["then.move_to"]) == ((name,), name)


def test_same_name_twice_keeps_the_rule_that_is_equal(demo: Setting) -> None:
    first = somebody_adds(demo, "Orders", SubjectContainsWords=["other"])
    second = somebody_adds(demo, "Orders", HasAttachment=True)
    brought(demo, rule("Orders"))
    rows = inbox_rules.rules_of(demo.tenant, str(trustee_id(demo, "sales")), inbox_rules.SERVER)
    assert [row["number"] for row in rows] == [second] != [first]


ONE, TWO = ("when.subject_contains", ("one",)), ("when.subject_contains", ("two",))
OFF = ("enabled", False)


@pytest.mark.slow
def test_rules_with_one_name_are_adopted_and_written_only_where_they_differ(demo: Setting) -> None:
    identity = str(trustee_id(demo, "sales"))
    first = somebody_adds(demo, "Orders", SubjectContainsWords=["one"])
    second = somebody_adds(demo, "orders", SubjectContainsWords=["two"])
    other = somebody_adds(demo, "Other", HasAttachment=True)
    observed = observe(demo.provider(), shared("sales", {Field.RULES: ()}))
    adopted = adopt(observed.mailboxes[at("sales")], observed, TABLES, is_members_only=False)
    rules = adopted.mailbox.settings[Field.RULES]
    assert [one["name"] for one in rules_in(rules)] == ["Orders", "orders", "Other"]
    assert not [note for note in adopted.notes if note.is_lost]
    assert plan(demo, demo.provider(), shared("sales", {Field.RULES: rules})) == ()
    last = rule("Other")
    steps: list[tuple[tuple[Value, ...], list[str]]] = [
        ((rule("orders", TWO), rule("Orders", ONE), last), [second, first, other]),
        ((rule("orders", TWO, OFF), rule("Orders", ONE, OFF), last), [second, first, other]),
        ((last, rule("Orders", ONE), rule("orders", TWO, OFF)), [other, first, second]),
        ((rule("orders", TWO), rule("Orders", ("when.subject_contains", ("three",)))), [second, first]),
        ((rule("orders", ("when.subject_contains", ("three",))),), [first]),
    ]
    for wanted, numbers in each(steps):
        brought(demo, *wanted)
        rows = inbox_rules.rules_of(demo.tenant, identity, inbox_rules.SERVER)
        assert [row["number"] for row in rows] == numbers
    brought(demo, rule("Orders", TWO), rule("orders", ("when.subject_contains", ("three",))))


def test_new_name_in_another_case_is_a_change(demo: Setting) -> None:
    number = somebody_adds(demo, "ORDERS", HasAttachment=True)
    brought(demo, rule("Orders"))
    rows = inbox_rules.rules_of(demo.tenant, str(trustee_id(demo, "sales")), inbox_rules.SERVER)
    assert [(row["number"], row["name"]) for row in rows] == [(number, "Orders")]


def test_force_is_sent_where_rules_of_outlook_are_not_known(demo: Setting) -> None:
    """A guard asked before: without an answer to the question of the service, the write would fail."""
    demo.tenant.set_meta("rule_prompt", "1")
    somebody_adds(demo, "Sound", kind=inbox_rules.CLIENT)
    without_graph(demo)
    assert facts_of(demo)[Fact.CLIENT_RULES] == UNKNOWN
    brought(demo, rule("a"))


def test_force_is_sent_only_where_outlook_has_rules(demo: Setting) -> None:
    demo.tenant.set_meta("rule_prompt", "1")
    somebody_adds(demo, "Sound", kind=inbox_rules.CLIENT)
    brought(demo, rule("a"))
    somebody_adds(demo, "Off", kind=inbox_rules.CLIENT_OFF)  # no response shows it
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.RULES: ()}))
    assert outcome.status is Status.FAILED and [*stored(demo)] == ["a"]


def test_rules_of_a_mailbox_on_another_server_are_written_there(demo: Setting) -> None:
    demo.tenant.set_meta("hosted_elsewhere", "1")
    brought(demo, rule("a"))
    brought(demo, rule("b"))


def test_rules_above_the_quota_fail(demo: Setting) -> None:
    words = tuple(f"{number:04}{'x' * 250}" for number in range(50))
    rules = tuple(rule(f"r{number}", ("when.subject_contains", words)) for number in range(12))
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.RULES: rules}))
    assert outcome.status is Status.FAILED and "quota" in outcome.reason


def test_reading_takes_few_requests(demo: Setting) -> None:
    somebody_adds(demo, "a", ForwardTo=[f"id:{trustee_id(demo, 'anna')}"], MoveToFolder=_inbox(demo))
    provider = demo.provider()
    demo.forget()
    provider.observe(scope("sales", "billing", fields={Field.RULES}, grants=False))
    assert demo.calls("exchange.Get-InboxRule") == 4
    assert demo.calls("graph.messageRules.list") == 2
    assert demo.calls("exchange.Get-MailboxFolderStatistics") == demo.calls("exchange.Get-Recipient") == 1


def _inbox(setting: Setting) -> str:
    identity = str(trustee_id(setting, "sales"))
    root = folders.root_of(setting.tenant, identity)["id"]
    return str(folders.children(setting.tenant, identity, root)[0]["id"])


def test_import_gives_an_empty_plan_or_leaves_the_rules_out(demo: Setting) -> None:
    somebody_adds(demo, "Orders", SubjectContainsWords=["ORDER"], MoveToFolder=_inbox(demo), StopProcessingRules=True)
    somebody_adds(demo, "Size", WithinSizeRangeMinimum=5 * 1024**2, WithinSizeRangeMaximum=1024**3)
    somebody_adds(demo, "All", is_enabled=False)
    observed = observe(demo.provider(), shared("sales", {Field.RULES: ()}))
    adopted = adopt(observed.mailboxes[at("sales")], observed, TABLES, is_members_only=False)
    assert [one["name"] for one in rules_in(adopted.mailbox.settings[Field.RULES])] == ["Orders", "Size", "All"]
    assert plan(demo, demo.provider(), shared("sales", {Field.RULES: adopted.mailbox.settings[Field.RULES]})) == ()
    assert not [note for note in adopted.notes if note.is_lost]


@pytest.mark.parametrize("size", [1_000, 1_024, 1_500, 999_000, 1_000_000, 1_048_576, 149_000_000])
def test_sizes_keep_their_form(size: int) -> None:
    once = canonical(Field.RULES, (rule("a", ("when.larger_than", size)),))
    assert canonical(Field.RULES, once) == once
    [found] = [one["when.larger_than"] for one in rules_in(once)]
    assert isinstance(found, int) and found % 1000 == 0 and abs(found - size) < 1025


def test_platform_lists_each_key_of_the_language() -> None:
    table = TABLES[MICROSOFT365]
    parts = (("when", EVERY_KEY), ("unless", EVERY_KEY), ("then", EVERY_ACTION))
    for path in each(f"rules[].{part}.{key.partition('/')[0]}" for part, keys in parts for key in keys):
        assert table.refusal(path) is None


def test_quota_for_rules_is_read_with_the_mailbox(demo: Setting) -> None:
    observed = demo.provider().observe(
        scope("sales", fields={Field.KIND}, facts={Fact.RULES_QUOTA_BYTES}, grants=False)
    )
    assert observed.mailboxes[at("sales")].facts[Fact.RULES_QUOTA_BYTES] == 256 * 1024


def test_change_by_somebody_in_graph_is_planned_and_corrected(demo: Setting) -> None:
    """Graph writes words in capital letters and replaces whole parts."""
    wanted = rule("a", ("when.subject_contains", ("order",)), ("unless.mailbox_is", "cc"))
    brought(demo, wanted, rule("b"))
    identity = str(trustee_id(demo, "sales"))
    sql = "update inbox_rules set doc = json_set(doc, '$.SubjectContainsWords', json(?)) where name = 'a'"
    demo.tenant.run(sql, '["ORDER"]')
    assert plan(demo, demo.provider(), shared("sales", {Field.RULES: (wanted, rule("b"))})) == ()
    demo.tenant.run("update inbox_rules set doc = json_remove(doc, '$.ExceptIfMyNameInCcBox') where name = 'a'")
    demo.tenant.run("update inbox_rules set priority = 0 - priority + 9, enabled = 0 where mailbox_id = ?", identity)
    brought(demo, wanted, rule("b"))
    assert [*stored(demo)] == ["a", "b"] and stored(demo)["a"]["ExceptIfMyNameInCcBox"] is True

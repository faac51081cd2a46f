"""What is inside a mailbox: written topic by topic after the grants; folders and tags are only added."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sharedbox_cli.core.change import Change, Kind, Risk, inverse, no_inverse_because
from sharedbox_cli.core.change_words import change_parts, setting_words, words
from sharedbox_cli.core.diff import fingerprint, make_plan
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.model import GOOGLE_DELEGATED, Desired, DesiredMailbox, Fact
from sharedbox_cli.core.observed import Observed, ObservedMailbox
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.values import KIND_SHARED, Value
from tests.field_values import DOMAIN
from tests.strategies import NOW, address

BOX = address("press")
RULE: Value = (
    ("name", "orders"),
    ("then.labels", ("Orders", "urgent")),
    ("then.mark_read", True),
    ("when.larger_than", 5_000_000),
    ("when.subject_contains", ("Bestellung", "order")),
)


def observed(settings: dict[Field, Value]) -> Observed:
    mailbox = ObservedMailbox("u1", BOX, GOOGLE_DELEGATED, {Field.KIND: KIND_SHARED, **settings})
    return Observed(
        "C01", "contoso.example", frozenset({GOOGLE_DELEGATED}), frozenset({DOMAIN}), NOW, mailboxes={BOX: mailbox}
    )


def changes(wanted: dict[Field, Value], there: dict[Field, Value]) -> tuple[Change, ...]:
    mailbox = DesiredMailbox(BOX, GOOGLE_DELEGATED, settings=wanted)
    return make_plan(Desired({BOX: mailbox}, "", 1), {GOOGLE_DELEGATED: observed(there)}, NOW, "0").changes


def test_each_topic_is_a_change_and_rules_come_last() -> None:
    wanted: dict[Field, Value] = {
        Field.RULES: (RULE,),
        Field.TAGS: (("urgent", "red"),),
        Field.FOLDERS: ("Orders",),
        Field.DISPLAY_NAME: "Press",
        Field.FORWARDING_TO: "desk@contoso.example",
        Field.AUTO_REPLY: True,
        Field.AUTO_REPLY_SUBJECT: "Hello",
    }
    there: dict[Field, Value] = {
        Field.RULES: (),
        Field.TAGS: (),
        Field.FOLDERS: (),
        Field.DISPLAY_NAME: "x",
        Field.FORWARDING_TO: "",
        Field.AUTO_REPLY: False,
        Field.AUTO_REPLY_SUBJECT: "",
    }
    found = changes(wanted, there)
    assert [sorted(map(str, change.after)) for change in found] == [
        ["display_name"],
        ["folders", "tags"],
        ["rules"],
        ["auto_reply.enabled", "auto_reply.subject"],
        ["forwarding.to"],
    ]
    assert [change.phase for change in found] == [Phase.SETTINGS, *[Phase.CONTENT] * 4]


def test_folders_when_some_are_missing_then_only_these_are_named_and_others_stay() -> None:
    (change,) = changes({Field.FOLDERS: ("A", "B")}, {Field.FOLDERS: ("B", "C")})
    assert change.after == {Field.FOLDERS: ("A",)}
    assert words(change) == "folders: +A"
    assert inverse(change) is None
    assert no_inverse_because(change) == "folders and tags may contain mail now"


@pytest.mark.parametrize(
    ("wanted", "there", "missing"),
    [
        ((("a", ""),), (("a", "red"),), ()),
        ((("a", "red"),), (("a", ""),), (("a", "red"),)),
        ((("a", "red"),), (("a", "red"), ("b", "")), ()),
        ((), (("b", ""),), ()),
    ],
)
def test_tag_when_it_says_no_colour_then_any_is_right(wanted: Value, there: Value, missing: tuple[Value, ...]) -> None:
    found = changes({Field.TAGS: wanted}, {Field.TAGS: there})
    assert [change.after[Field.TAGS] for change in found] == ([missing] if missing else [])


@pytest.mark.parametrize("name", [name for name in Field if SETTINGS[name].is_ensured])
def test_fingerprint_when_a_label_that_no_spec_names_comes_then_it_stays_the_same(name: Field) -> None:
    mine: Value = ("a", "red") if name is Field.TAGS else "a"
    other: Value = ("b", "") if name is Field.TAGS else "b"
    mailbox = DesiredMailbox(BOX, GOOGLE_DELEGATED, settings={name: (mine,)})
    assert fingerprint(mailbox, observed({name: (mine,)})) == fingerprint(mailbox, observed({name: (mine, other)}))
    assert fingerprint(mailbox, observed({name: (mine,)})) != fingerprint(mailbox, observed({name: (other,)}))


@pytest.mark.parametrize(
    ("target", "risk"), [("desk@elsewhere.example", Risk.HIGH), ("desk@contoso.example", Risk.LOW), ("", Risk.LOW)]
)
def test_forwarding_when_it_leaves_the_organisation_then_it_is_of_high_risk(target: str, risk: Risk) -> None:
    (change,) = changes({Field.FORWARDING_TO: target}, {Field.FORWARDING_TO: "x@contoso.example"})
    assert change.risk is risk


@pytest.mark.parametrize(
    ("wanted", "target", "count"),
    [
        ({Field.FORWARDING_KEEP_COPY: False}, "", 0),
        ({Field.FORWARDING_KEEP_COPY: False, Field.FORWARDING_TO: ""}, "", 0),
        ({Field.FORWARDING_KEEP_COPY: False}, "x@contoso.example", 1),
        ({Field.FORWARDING_KEEP_COPY: False, Field.FORWARDING_TO: "y@contoso.example"}, "", 1),
    ],
)
def test_copy_of_what_is_not_forwarded_is_no_difference(wanted: dict[Field, Value], target: str, count: int) -> None:
    found = changes(wanted, {Field.FORWARDING_TO: target, Field.FORWARDING_KEEP_COPY: True})
    assert [change.after for change in found] == [wanted] * count


def test_rules_when_told_then_a_person_can_read_them() -> None:
    assert setting_words(Field.RULES, (RULE,)) == (
        "[`orders`: larger than 5 MB, subject contains Bestellung or order => labels Orders and urgent, mark read]"
    )
    assert setting_words(
        Field.SENDERS, (("a@x.example", "A", "b@x.example", True), ("c@x.example", "", "", False))
    ) == ("A <a@x.example> (answers to b@x.example, default), c@x.example")
    assert setting_words(Field.TAGS, (("urgent", "red"), ("later", ""))) == "urgent (red), later"
    assert setting_words(Field.FORWARDING_TO, "") == "none"


def renamed(name: str) -> Value:
    assert isinstance(RULE, tuple)
    return (("name", name), *RULE[1:])


def of_rules(wanted: Value, before: dict[Field, Value]) -> Change:
    return Change(Kind.UPDATE, Phase.CONTENT, BOX, GOOGLE_DELEGATED, before=before, after={Field.RULES: wanted})


@pytest.mark.parametrize(
    ("there", "wanted", "told"),
    [
        ((RULE, renamed("b")), (renamed("b"), RULE), ["new order: `b`, `orders`"]),
        ((RULE,), (RULE, renamed("b")), [f"+{setting_words(Field.RULES, (renamed('b'),))}"]),
        ((RULE, renamed("b")), (RULE,), [f"-{setting_words(Field.RULES, (renamed('b'),))}"]),
    ],
)
def test_every_change_of_a_list_says_what_changes(there: Value, wanted: Value, told: list[str]) -> None:
    change = of_rules(wanted, before={Field.RULES: there})
    assert change_parts(Field.RULES, change) == told
    assert words(change) != "rules: "


def test_items_of_a_new_list_have_a_part_each() -> None:
    change = of_rules((RULE, renamed("b")), before={})
    assert len(change_parts(Field.RULES, change)) == 2
    assert words(change) == "rules: +`orders` +`b`"


def others(wanted: dict[Field, Value], there: dict[Field, Value], items: Value = ()) -> list[str]:
    """Return the notes on folders that a spec does not name; there is no change, whatever their number is."""
    seen = observed(there)
    current = replace(seen.mailboxes[BOX], facts={Fact.FOLDER_ITEMS: items})
    seen = replace(seen, mailboxes={BOX: current})
    plan = make_plan(
        Desired({BOX: DesiredMailbox(BOX, GOOGLE_DELEGATED, settings=wanted)}, "", 1),
        {GOOGLE_DELEGATED: seen},
        NOW,
        "0",
    )
    assert plan.changes == ()
    return [note.text for note in plan.notes]


def test_folders_that_no_spec_names_are_named_with_the_number_of_their_items() -> None:
    there: dict[Field, Value] = {
        Field.FOLDERS: ("Inbox/A", "Inbox/A/b", "Inbox/old", "Zoll"),
        Field.TAGS: (("Zoll", ""),),
    }
    counts: Value = (("Inbox/A", 3), ("Inbox/old", 4012))
    wanted: dict[Field, Value] = {Field.FOLDERS: ("Inbox/A/b",), Field.TAGS: (("Zoll", ""),)}
    assert others(wanted, there, counts) == [
        "1 folder is not in the spec and not touched: `Inbox/old` (4,012 items)"
    ], "a folder above another one and a tag are in it"
    assert others({Field.FOLDERS: ()}, there, (("Zoll", 0), ("Inbox/A", 1))) == [
        "4 folders are not in the spec and not touched: `Inbox/A` (1 item), `Inbox/A/b`, `Inbox/old`, `Zoll` (empty)"
    ]
    many = tuple(f"f{number:04}" for number in range(1_200))
    [note] = others({Field.FOLDERS: ("F0003",)}, {Field.FOLDERS: (*many, "F0003")})
    assert note.startswith("1,199 folders are") and note.endswith("`f0005`, and 1,194 more")
    rules: Value = ((("name", "r"), ("then.labels", ("Inbox/Old",))), (("name", "s"), ("then.move_to", "Inbox/A")))
    assert others({**wanted, Field.RULES: rules}, {**there, Field.RULES: rules}, counts) == [], "rules name them"
    assert others({Field.TAGS: ()}, {**there, Field.FOLDERS: ("x",)}) == [], "its spec does not manage folders"


def test_number_of_items_is_no_part_of_a_fingerprint() -> None:
    seen = observed({Field.FOLDERS: ("A",)})
    spec = DesiredMailbox(BOX, GOOGLE_DELEGATED, settings={Field.FOLDERS: ("A",)})
    counted = replace(seen, mailboxes={BOX: replace(seen.mailboxes[BOX], facts={Fact.FOLDER_ITEMS: (("A", 9),)})})
    assert fingerprint(spec, seen) == fingerprint(spec, counted)

"""Mail rules as Gmail filters, as properties: what is read is what was written, and no filter hides another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.mail_targets import forwarded_to
from sharedbox_cli.core.values import Value
from sharedbox_cli.providers.google_workspace.gmail_filters import canonical, filters_of, rules_of
from sharedbox_cli.providers.google_workspace.gmail_search import alternatives_in, any_of, quoted, text_problem

LABELS = {"Label_1": "Orders", "Label_2": "Red", "Label_3": "AND"}
IDS = {name: key for key, name in LABELS.items()}
SYNTAX = (
    "-",
    "OR",
    "AND",
    "NOT",
    "AROUND",
    " ",
    ":",
    "(",
    ")",
    "{",
    "}",
    "|",
    "+",
    "*",
    ".",
    "@",
    "from:",
    "a",
    "é",
    "日",
)
searchable = st.text(st.characters(exclude_characters='"', exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
texts = (searchable | st.lists(st.sampled_from(SYNTAX), max_size=6).map("".join)).filter(
    lambda text: text and not text_problem(text) and text == text.strip()
)
alternatives = st.lists(texts, min_size=1, max_size=4, unique=True)
when = st.fixed_dictionaries(
    {},
    optional={
        "when.from": alternatives.map(tuple),
        "when.to": alternatives.map(tuple),
        "when.subject_contains": alternatives.map(tuple),
        "when.has_words": st.lists(st.sampled_from((*SYNTAX, '"')), min_size=1).map("".join),
        "when.has_attachment": st.just(True),
        "when.larger_than": st.integers(1, 9000),
    },
).filter(bool)
then = st.fixed_dictionaries(
    {},
    optional={
        "then.tag": st.lists(st.sampled_from(list(IDS)), min_size=1, unique=True).map(tuple),
        "then.move_to": st.sampled_from(list(IDS)),
        "then.star": st.just(True),
        "then.important": st.booleans(),
        "then.delete": st.just(True),
        "then.forward_to": st.sampled_from(["ben@contoso.example", "Spy@evil.example"]),
    },
).filter(bool)
rules = st.tuples(st.shared(when, key="when") | when, then).map(lambda parts: tuple({**parts[0], **parts[1]}.items()))

raw_texts = st.sampled_from(
    ["a", '"a"', "a b", '"a b"', "(a OR b)", "a OR b", "-a", '"-a"', "{a b}", "from:a", "a@x.example"]
)
criteria = st.fixed_dictionaries(
    {}, optional={"from": raw_texts, "subject": raw_texts, "query": raw_texts, "hasAttachment": st.just(True)}
).filter(bool)
labels = st.lists(st.sampled_from(["Label_1", "Label_2", "STARRED", "TRASH", "IMPORTANT"]), min_size=1, unique=True)
action = st.fixed_dictionaries(
    {},
    optional={
        "addLabelIds": labels,
        "removeLabelIds": st.lists(st.sampled_from(["INBOX", "UNREAD", "SPAM"]), min_size=1, unique=True),
        "forward": st.sampled_from(["ben@contoso.example", "spy@evil.example"]),
    },
).filter(bool)
filters = st.lists(
    st.tuples(criteria | st.just({"from": "a"}), action).map(lambda pair: {"criteria": pair[0], "action": pair[1]}),
    max_size=5,
)


def effects(items: list[dict[str, Any]]) -> Mapping[Any, Any]:
    """Return what filters do: per condition the labels, and the sets of further actions."""
    found: dict[Any, tuple[set[str], set[Any]]] = {}
    for item in items:
        added, further = found.setdefault(frozenset(item["criteria"].items()), (set(), set()))
        mine = set(item["action"].get("addLabelIds", ()))
        added |= mine & LABELS.keys()
        system = frozenset(mine - LABELS.keys())
        actions = (system, frozenset(item["action"].get("removeLabelIds", ())), item["action"].get("forward"))
        if any(actions):
            further.add(actions)
    return found


@given(alternatives)
def test_texts_read_back_as_written(wanted: list[str]) -> None:
    assert alternatives_in(any_of(tuple(wanted))) == tuple(sorted(wanted))


@given(texts)
def test_no_text_is_search_syntax(text: str) -> None:
    search = quoted(text)
    if search == f'"{text}"':
        return
    assert search == text
    assert text.upper() not in ("AND", "OR", "NOT", "AROUND")
    assert all(character.isalnum() or character in "_.-@" for character in text)
    assert text[0].isalnum() or text[0] == "@", "a leading `-` means not"


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("order", "order"),
        ("anna@contoso.example", "anna@contoso.example"),
        ("news.example", "news.example"),
        ("@news.example", "@news.example"),
        ("-Newsletter-", '"-Newsletter-"'),
        ("-boss@contoso.example", '"-boss@contoso.example"'),
        ("a+b@contoso.example", '"a+b@contoso.example"'),
        ("order(s)", '"order(s)"'),
        ("from:boss", '"from:boss"'),
        ("{a b}", '"{a b}"'),
        ("OR", '"OR"'),
        ("foo|bar", '"foo|bar"'),
        ("-", '"-"'),
        ("***", '"***"'),
    ],
)
def test_only_words_and_addresses_stay_bare(text: str, search: str) -> None:
    assert quoted(text) == search


@pytest.mark.parametrize("text", ['Invoice "paid" now', '"', '"quoted phrase"', 'a"'])
def test_text_without_a_search_is_refused(text: str) -> None:
    assert "has_words" in text_problem(text)
    with pytest.raises(ValueError, match="has_words"):
        quoted(text)


@pytest.mark.slow
@given(st.lists(rules, min_size=1, max_size=4))
def test_rules_read_back_as_written(wanted: list[Value]) -> None:
    desired = canonical(Field.RULES, tuple(wanted))
    assert isinstance(desired, tuple)
    assert canonical(Field.RULES, desired) == desired
    assert rules_of([body for rule in desired for body in filters_of(rule, IDS)], LABELS) == desired


@pytest.mark.slow
@given(filters)
def test_filters_written_as_rules_do_the_same(items: list[dict[str, Any]]) -> None:
    read = rules_of(items, LABELS)
    again = [body for rule in read for body in filters_of(rule, IDS)]
    assert effects(again) == effects(items)
    targets = {item["action"]["forward"] for item in items if "forward" in item["action"]}
    assert forwarded_to({Field.RULES: read}) == targets, "no filter that forwards is hidden"


@pytest.mark.slow
@given(filters, filters)
def test_equal_rules_only_for_equal_filters(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    assume(effects(some) != effects(others))
    assert rules_of(some, LABELS) != rules_of(others, LABELS)

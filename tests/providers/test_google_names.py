"""Names, addresses and labels: `validate` refuses what Google refuses, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.identity import address_problem
from sharedbox_cli.emulator.google.directory.names import NO_ACCOUNT, NO_GROUP_ALIAS, is_local, is_name
from sharedbox_cli.emulator.google.gmail.labels import RESERVED, is_reserved
from sharedbox_cli.providers.google_workspace import names
from tests.providers.test_google_spec_problems import problems_of

LOCALS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=70).filter(
    lambda text: not address_problem(f"{text}@contoso.example")
)
WORDS = st.sampled_from(sorted({*NO_GROUP_ALIAS, "Abuse", "POSTMASTER", "support", "abuse.eu", "my-root"}))


@given(LOCALS | WORDS)
@example("press+eu")
@example("abuse")
@example("r&d")
def test_spec_agrees_with_google_on_addresses(local: str) -> None:
    address, word = f"{local}@contoso.example", local.lower()
    assert bool(names.account_address_problem(address)) is not is_local(word, NO_ACCOUNT)
    assert bool(names.group_alias_problem(address)) is not is_local(word, NO_GROUP_ALIAS)
    assert bool(names.group_address_problem(address)) is not is_local(word, NO_ACCOUNT)


@settings(max_examples=300)
@given(st.text(max_size=20) | st.sampled_from(sorted(RESERVED)), st.sampled_from(["", "/x", "x", "^", "/Inbox", " "]))
def test_spec_agrees_with_google_on_labels(first: str, rest: str) -> None:
    for name in (first + rest, (first + rest).lower(), (first + rest).title()):
        assert bool(names.label_problem(name)) is is_reserved(name)


@given(st.text(st.sampled_from("a b<>&=é"), max_size=80))
def test_spec_agrees_with_google_on_group_names(name: str) -> None:
    assert bool(names.name_problem(name, names.MAX_GROUP_NAME)) is not (is_name(name) and len(name) <= 73)


RULE = "rules: [{name: r, when: {from: a@b.example}, then: "
LONG = ", ".join(f"{'x' * 40}{number}@b.example" for number in range(30))
WORDY = f"has_words: '{'y' * 256}', without_words: '{'y' * 256}'"
MANY = [f"{{name: r{n}, when: {{from: a{n}@b.example}}, then: {{tag: [a, b], star: true}}}}" for n in range(501)]
REFUSED: dict[str, tuple[str, str, str]] = {
    "plus in an account": ("google-delegated", "press+eu", ""),
    "plus in an alias": ("google-delegated", "press", "aliases: [press+eu@contoso.example]"),
    "plus in a group": ("google-collaborative", "press+eu", ""),
    "plus in an alias of a group": ("google-collaborative", "press", "aliases: [a@b.example, a+b@b.example]"),
    "reserved account": ("google-delegated", "Abuse", ""),
    "reserved alias": ("google-delegated", "press", "aliases: [POSTMASTER@contoso.example]"),
    "reserved group": ("google-collaborative", "postmaster", ""),
    "reserved alias of a group": ("google-collaborative", "press", "aliases: [webmaster@contoso.example]"),
    "long name of a group": ("google-collaborative", "press", f"display_name: {'x' * 74}"),
    "brackets in a name": ("google-delegated", "press", "display_name: Press <EU>"),
    "brackets in a name of a group": ("google-collaborative", "press", "display_name: Press <EU>"),
    "folder": ("google-delegated", "press", "folders: [good, inbox/Jira]"),
    "tag": ("google-delegated", "press", "tags: [{name: Category_Social}]"),
    "target of a rule": ("google-delegated", "press", f"{RULE}{{move_to: Sent}}}}]"),
    "tag of a rule": ("google-delegated", "press", f"{RULE}{{tag: [a, 'b^']}}}}]"),
    "long conditions": (
        "google-delegated",
        "press",
        f"rules: [{{name: r, when: {{from: [{LONG}]}}, then: {{star: true}}}}]",
    ),
    "long search": (
        "google-delegated",
        "press",
        f"rules: [{{name: r, when: {{from: [{LONG[:1200]}], {WORDY}}}, then: {{star: true}}}}]",
    ),
    "many filters": ("google-delegated", "press", f"rules: [{', '.join(MANY)}]"),
    "many labels": ("google-delegated", "press", f"folders: [{', '.join(f'a{n}/b' for n in range(5001))}]"),
    "long signature of a sender": (
        "google-delegated",
        "press",
        f"senders: [{{address: news@contoso.example, signature: '{'&' * 2000}'}}]",
    ),
    "long signature": ("google-delegated", "press", f"signature: '{'&' * 2000}'"),
}
ALLOWED: dict[str, tuple[str, str, str]] = {
    "word in a longer word": ("google-delegated", "abuse-team", "aliases: [root@contoso.example]"),
    "long name of an account": ("google-delegated", "press", f"display_name: {'x' * 74}"),
    "name of 73 characters": ("google-collaborative", "press", f"display_name: {'é' * 73}"),
    "group of an administrator": ("google-collaborative", "webmaster", ""),
    "label below": ("google-delegated", "press", "folders: [Jira/Inbox, Inboxes, Category, 'R&D <x>']"),
    "conditions": (
        "google-delegated",
        "press",
        f"rules: [{{name: r, when: {{from: [{LONG[:1200]}]}}, then: {{star: true}}}}]",
    ),
    "filters": ("google-delegated", "press", f"rules: [{', '.join(MANY[:500])}]"),
    "signature": ("google-delegated", "press", f"signature: '{'&' * 1990}'"),
    "absent": ("google-delegated", "press+eu", "state: absent"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuse_a_name_in_a_spec(tmp_path: Path, name: str) -> None:
    platform, local, body = REFUSED[name]
    (problem,) = problems_of(tmp_path, platform, body, f"{local}@contoso.example")
    assert problem.place.line == (4 if body else 2)


@pytest.mark.parametrize("name", ALLOWED)
def test_allow_a_name_in_a_spec(tmp_path: Path, name: str) -> None:
    platform, local, body = ALLOWED[name]
    assert problems_of(tmp_path, platform, body, f"{local}@contoso.example") == ()

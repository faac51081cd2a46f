"""What is written reads back equal, whatever stands in it, and no comment can say anything to a machine."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from sharedbox_cli.core.errors import SpecError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.model import (
    GOOGLE_DELEGATED,
    MICROSOFT365,
    DesiredGrant,
    DesiredMailbox,
    Platform,
    Right,
    TrusteeKind,
)
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.export.expressible import writable
from sharedbox_cli.language.export.yaml import comments, scalar
from sharedbox_cli.language.text import text_problem
from sharedbox_cli.language.yaml_source import read_documents
from tests.asked import every
from tests.field_values import TABLES
from tests.language.documents import documents, raw, resolved
from tests.language.setting import NOW


@pytest.mark.slow
@given(documents())
@settings(max_examples=400, deadline=None)
def test_document_when_written_anew_then_it_reads_back_equal(document: dict[str, Any]) -> None:
    try:
        mailbox = resolved(json.dumps(document))  # JSON is YAML: every text stands in quotes
    except SpecError as error:
        assert error.problems
        return
    text = write(mailbox, TABLES[mailbox.platform], ["a head"], {"members": ["beside\nthem"]})
    assert resolved(text) == mailbox, text
    assert writable(mailbox, TABLES, NOW) == (mailbox, ())


@given(raw)
@settings(max_examples=400, deadline=None)
def test_scalar_when_written_then_it_reads_back_or_is_refused(text: str) -> None:
    found, problems = read_documents(f"key: {scalar(text)}\n", "a.yaml")
    if text_problem(text):
        assert problems
    else:
        assert (problems, found[0].data) == ([], {"key": text})
        assert "##" not in scalar(text)


@given(raw, raw)
@settings(max_examples=300, deadline=None)
def test_comment_when_anything_stands_in_it_then_it_stays_a_comment(one: str, two: str) -> None:
    lines = [*comments([f"{one}\n{two}\r{one}"], "  ")]
    assert all(line.lstrip().startswith("#") for line in lines)
    assert not any(letter for line in lines for letter in line if not letter.isprintable())
    found, problems = read_documents("\n".join(["a: 1", *lines, "b: 2"]), "a.yaml")
    assert (problems, found[0].data) == ([], {"a": 1, "b": 2})


def box_of(platform: Platform, **changes: Any) -> DesiredMailbox:
    return replace(DesiredMailbox(Address.of("Box@contoso.example"), platform), **changes)


def grant(address: str, right: Right = Right.FULL_ACCESS) -> DesiredGrant:
    return DesiredGrant(Address.of(address), TrusteeKind.USER, right)


def test_small_document_when_written_then_it_is_what_a_person_would_write() -> None:
    mailbox = box_of(
        MICROSOFT365,
        settings={
            Field.DISPLAY_NAME: "Fragen & Antworten",
            Field.SENT_AS: "both",
            Field.ALIASES: ("a@contoso.example",),
        },
        grants=(grant("a.b@contoso.example"), grant("a.b@contoso.example", Right.SEND_AS), grant("c@contoso.example")),
        labels={"cost": "4711"},
    )
    assert write(mailbox, TABLES[MICROSOFT365]) == (
        "version: 1\n"
        "mailbox: Box@contoso.example\n"
        "platform: microsoft365\n"
        "display_name: Fragen & Antworten\n"
        "aliases: [a@contoso.example]\n"
        'labels: {cost: "4711"}\n'
        "members:\n"
        "  - user: a.b@contoso.example\n"
        "  - user: c@contoso.example\n"
        "    rights: [full_access]\n"
        "sent_items: {send_as: both}\n"
    )


@pytest.mark.parametrize(
    ("changes", "key", "left"),
    [
        ({"settings": {Field.DISPLAY_NAME: "a\x1b[2J", Field.HIDDEN: True}}, "display_name", {Field.HIDDEN: True}),
        (
            {"settings": {Field.TAGS: (("ok", ""), ("zu ", "red")), Field.FOLDERS: ("a/b", "c//d")}},
            "tags",
            {Field.TAGS: (("ok", ""),), Field.FOLDERS: ("a/b",)},
        ),
        (
            {"settings": {Field.ALIASES: ("=a@contoso.example", "b@contoso.example")}},
            "aliases",
            {Field.ALIASES: ("b@contoso.example",)},
        ),
        ({"settings": {Field.SIGN_IN: "allowed"}}, "sign_in", {}),
        (
            {"settings": {Field.AUTO_REPLY: False, Field.AUTO_REPLY_SUBJECT: "a\u202eb"}},
            "auto_reply",
            {Field.AUTO_REPLY: False},
        ),
        (
            {
                "settings": {
                    Field.RULES: (
                        (("then.add CHAT", True), ("when.from", ("a",))),
                        (("then.star", True), ("when.from", ("b",))),
                    )
                }
            },
            "rules",
            {Field.RULES: ((("then.star", True), ("when.from", ("b",))),)},
        ),
    ],
)
def test_writable_when_the_language_has_no_word_then_only_that_is_left_out_and_named(
    changes: dict[str, Any], key: str, left: dict[Field, Any]
) -> None:
    mailbox, found = writable(box_of(GOOGLE_DELEGATED, **changes), TABLES, NOW)
    assert mailbox.settings == left
    assert key in {item.key for item in found}
    assert every(item.why for item in found)
    assert replace(resolved(write(mailbox, TABLES[GOOGLE_DELEGATED])), unmanaged=()) == mailbox


def test_writable_when_a_member_cannot_be_written_then_the_others_can() -> None:
    mailbox, found = writable(
        box_of(GOOGLE_DELEGATED, grants=(grant("'x@contoso.example"), grant("ok@contoso.example"))), TABLES, NOW
    )
    assert [item.trustee.text for item in mailbox.grants or ()] == ["ok@contoso.example"]
    assert [item.key for item in found] == ["members"]


def test_writable_when_the_address_itself_cannot_be_written_then_said() -> None:
    mailbox = replace(box_of(MICROSOFT365), address=Address.of("=cmd@contoso.example"))
    with pytest.raises(SpecError, match="not possible here"):
        writable(mailbox, TABLES, NOW)

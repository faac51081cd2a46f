"""A mailbox said for another platform: always possible there, and nothing lost without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharedbox_cli.core.convert import desired_of, moved_to
from sharedbox_cli.core.convert_notes import Moved
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    DesiredGrant,
    DesiredMailbox,
    Grant,
    Platform,
    Right,
    Trustee,
    TrusteeKind,
)
from sharedbox_cli.core.observed import Observed, ObservedMailbox, SpecialEntry
from sharedbox_cli.core.values import Value
from sharedbox_cli.language.export.document import write
from sharedbox_cli.language.export.expressible import writable
from tests.field_values import TABLES
from tests.language.documents import documents, resolved
from tests.language.setting import NOW

PLATFORMS = (MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE)
BOX = Address.of("box@contoso.example")
F, S, B = Right.FULL_ACCESS, Right.SEND_AS, Right.SEND_ON_BEHALF


def grants(*rights: Right, kind: TrusteeKind = TrusteeKind.USER, **more: Any) -> tuple[DesiredGrant, ...]:
    return tuple(DesiredGrant(Address.of("anna@contoso.example"), kind, right, **more) for right in rights)


def moved(source: Platform, target: Platform, **parts: Any) -> Moved:
    return moved_to(DesiredMailbox(BOX, source, **parts), TABLES[source], TABLES[target])


@pytest.mark.slow
@given(documents(), st.sampled_from(PLATFORMS))
@settings(max_examples=150, deadline=None)
def test_any_spec_when_moved_then_it_is_possible_there_and_what_is_gone_is_named(
    document: dict[str, Any], target: Platform
) -> None:
    mailbox = resolved(json.dumps(document))
    found = moved_to(mailbox, TABLES[mailbox.platform], TABLES[target])
    possible, left = writable(found.mailbox, TABLES, NOW)  # a platform can refuse combinations, too
    assert writable(possible, TABLES, NOW) == (possible, ())
    written = resolved(write(possible, TABLES[target]))
    assert replace(written, unmanaged=()) == replace(possible, unmanaged=())
    named = {note.key for note in found.notes if note.is_lost}
    held = {name for name, value in mailbox.settings.items() if value not in ((), "")}
    assert {str(name) for name in held - set(found.mailbox.settings)} <= named
    combined = {str(name).partition(".")[0] for name in set(found.mailbox.settings) - set(possible.settings)}
    assert combined <= {part.key for part in left}
    had = {grant.trustee for grant in mailbox.grants or ()}
    kept = {grant.trustee for grant in found.mailbox.grants or ()}
    lost = " ".join(note.what for note in found.notes if note.is_lost and note.key == "members")
    assert all(who in kept or who.text in lost for who in had)
    assert (found.mailbox.labels, found.mailbox.address) == (mailbox.labels, mailbox.address)


def test_rules_without_names_get_some_where_they_need_them() -> None:
    rules = tuple((("then.star", True), (f"when.{key}", 500_000)) for key in ("larger_than", "smaller_than"))
    found = moved(GOOGLE_DELEGATED, MICROSOFT365, settings={Field.RULES: rules}).mailbox
    assert [dict(rule)["name"] for rule in found.settings[Field.RULES]] == ["rule 1", "rule 2"]  # type: ignore[union-attr, arg-type]
    written = resolved(write(found, TABLES[MICROSOFT365]))
    assert written.settings[Field.RULES] == found.settings[Field.RULES]
    back = moved(MICROSOFT365, GOOGLE_DELEGATED, settings=found.settings).mailbox
    assert not any("name" in dict(rule) for rule in back.settings[Field.RULES])  # type: ignore[union-attr, arg-type]


@pytest.mark.parametrize(
    ("target", "name", "value", "kept", "lost"),
    [
        (GOOGLE_COLLABORATIVE, Field.DISPLAY_NAME, "x" * 74, None, "73 characters"),
        (GOOGLE_DELEGATED, Field.DISPLAY_NAME, "Press <EU>", None, "`<`"),
        (
            GOOGLE_DELEGATED,
            Field.ALIASES,
            ("a+b@contoso.example", "ok@contoso.example"),
            ("ok@contoso.example",),
            "`+`",
        ),
        (GOOGLE_DELEGATED, Field.ALIASES, ("abuse@contoso.example",), None, "reserves"),
    ],
)
def test_name_that_the_other_platform_refuses(
    target: Platform, name: Field, value: Value, kept: Value, lost: str
) -> None:
    found = moved(MICROSOFT365, target, settings={name: value})
    assert found.mailbox.settings.get(name) == kept
    (note,) = (note for note in found.notes if note.is_lost)
    assert (note.key, lost in note.why) == (str(name), True)


@pytest.mark.parametrize(
    ("source", "had", "target", "gets", "told"),
    [
        (MICROSOFT365, (F, S), GOOGLE_DELEGATED, (F,), "the default of that platform"),
        (MICROSOFT365, (F,), GOOGLE_DELEGATED, (F,), "and can send"),
        (MICROSOFT365, (S,), GOOGLE_DELEGATED, (S,), ""),
        (MICROSOFT365, (B,), GOOGLE_DELEGATED, (F,), "and can read incoming messages"),
        (MICROSOFT365, (F, S, B), GOOGLE_DELEGATED, (F, S), "gets full access, send as"),
        (MICROSOFT365, (F, S), GOOGLE_COLLABORATIVE, (Right.MEMBER,), "the default of that platform"),
        (MICROSOFT365, (S,), GOOGLE_COLLABORATIVE, (Right.MEMBER,), "and can read incoming messages"),
        (GOOGLE_DELEGATED, (F,), MICROSOFT365, (F, S), "the default of that platform"),
        (GOOGLE_DELEGATED, (F,), GOOGLE_COLLABORATIVE, (Right.MEMBER,), "the default of that platform"),
        (GOOGLE_COLLABORATIVE, (Right.OWNER,), MICROSOFT365, (F, S), "had owner"),
        (GOOGLE_COLLABORATIVE, (Right.MANAGER,), GOOGLE_DELEGATED, (F,), "had manager"),
        (GOOGLE_COLLABORATIVE, (Right.MEMBER,), MICROSOFT365, (F, S), "the default of that platform"),
        (GOOGLE_COLLABORATIVE, (Right.OWNER,), GOOGLE_COLLABORATIVE, (Right.OWNER,), ""),
    ],
)
def test_rights_when_moved_then_the_nearest_and_more_than_before_is_said(
    source: Platform, had: tuple[Right, ...], target: Platform, gets: tuple[Right, ...], told: str
) -> None:
    found = moved(source, target, grants=grants(*had))
    assert {grant.right for grant in found.mailbox.grants or ()} == set(gets)
    words = " ".join(f"{note.what} {note.why}" for note in found.notes if note.what != "there is no owner")
    assert (told in words) if told else not words


def test_group_when_the_platform_takes_none_then_lost_with_the_reason() -> None:
    found = moved(MICROSOFT365, GOOGLE_DELEGATED, grants=grants(F, kind=TrusteeKind.GROUP))
    assert found.mailbox.grants == ()
    assert [(note.is_lost, "no groups as delegates" in note.why) for note in found.notes] == [(True, True)]


def test_end_and_reason_when_moved_then_kept_and_automapping_is_not() -> None:
    until = datetime(2027, 4, 1, tzinfo=UTC)
    held = grants(F, S, until=until, reason="cover")
    found = moved(MICROSOFT365, GOOGLE_DELEGATED, grants=(replace(held[0], automapping=False), held[1]))
    assert [(g.until, g.reason, g.automapping) for g in found.mailbox.grants or ()] == [(until, "cover", None)]
    assert "it belongs to microsoft365" in " ".join(note.why for note in found.notes)


def test_two_lines_when_they_become_one_right_then_it_lasts_as_long_as_either() -> None:
    early = datetime(2027, 1, 1, tzinfo=UTC)
    found = moved(MICROSOFT365, GOOGLE_COLLABORATIVE, grants=(*grants(F, until=early), *grants(S)))
    assert [(g.right, g.until) for g in found.mailbox.grants or ()] == [(Right.MEMBER, None)]


def test_settings_when_moved_then_licences_never_and_empty_lists_without_a_word() -> None:
    settings_ = {Field.LICENCE: "none", Field.SENT_AS: "both", Field.ALIASES: (), Field.SIGN_IN: "allowed"}
    found = moved(MICROSOFT365, GOOGLE_DELEGATED, settings=settings_, warn_at_percent=80)
    assert found.mailbox.settings == {Field.ALIASES: ()}
    assert {note.key for note in found.notes} == {"storage.licence", "sent_items.send_as", "sign_in"}
    assert "no mail is received" in next(note.why for note in found.notes if note.key == "storage.licence")
    back = moved(GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE, settings={Field.FOLDERS: (), Field.TAGS: (("a", "red"),)})
    assert [note.key for note in back.notes] == ["tags"]


def test_collaborative_when_nobody_is_owner_then_said() -> None:
    assert "there is no owner" in {
        note.what for note in moved(MICROSOFT365, GOOGLE_COLLABORATIVE, grants=grants(F)).notes
    }


def test_observed_when_said_as_a_spec_then_what_no_spec_can_say_is_named() -> None:
    people = [
        Trustee(TrusteeId("1"), TrusteeKind.USER, Address.of("anna@contoso.example"), "Anna"),
        Trustee(TrusteeId("2"), TrusteeKind.USER, Address.of("hugo@contoso.example"), "Hugo", is_enabled=False),
        Trustee(TrusteeId("3"), TrusteeKind.ORPHAN),
        Trustee(TrusteeId("4"), TrusteeKind.USER, Address.of("ext@partner.example"), "Ext", is_guest=True),
    ]
    there = ObservedMailbox(
        "id",
        BOX,
        GOOGLE_DELEGATED,
        settings={
            Field.KIND: "shared",
            Field.FOLDERS: ("A", "B", "C"),
            Field.TAGS: (("A", ""), ("B", "red"), ("C", "")),
            Field.RULES: ((("then.labels", ("C",)), ("when.from", ("x",))),),
            Field.AUTO_REPLY: False,
            Field.AUTO_REPLY_SUBJECT: "old",
            Field.FORWARDING_TO: "",
            Field.FORWARDING_KEEP_COPY: True,
            Field.SENDERS: (),
        },
        grants=frozenset({*(Grant(person.id, F) for person in people), Grant(TrusteeId("1"), Right.OTHER, "x")}),
        special=(SpecialEntry(TrusteeId("9"), "denied to X", is_deny=True),),
    )
    observed = Observed(
        "t", "Contoso", frozenset({GOOGLE_DELEGATED}), frozenset(), NOW, trustees={item.id: item for item in people}
    )
    found = desired_of(there, observed, TABLES[GOOGLE_DELEGATED])
    assert found.mailbox.settings == {
        Field.FOLDERS: ("A",),
        Field.TAGS: (("B", "red"), ("C", "")),
        Field.AUTO_REPLY: False,
        Field.RULES: ((("then.labels", ("C",)), ("when.from", ("x",))),),
    }
    assert [item.trustee.text for item in found.mailbox.grants or ()] == [
        "anna@contoso.example",
        "ext@partner.example",
        "hugo@contoso.example",
    ]
    assert {(note.what, note.is_lost) for note in found.notes} == {
        ("denied to X", True),
        ("full access of 3", True),
        ("a right of anna@contoso.example", True),
        ("hugo@contoso.example", False),
        ("ext@partner.example", False),
    }
    assert writable(found.mailbox, TABLES, NOW) == (found.mailbox, ())

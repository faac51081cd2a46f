"""Access that no entry gives: settings that let everybody read, copies of the mail, and sign-in to the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.mail_rules import pairs_of, sent_to
from sharedbox_cli.core.model import Fact, Right
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.reach import Audience as Audience
from sharedbox_cli.core.texts import mark
from sharedbox_cli.core.values import ALLOWED, Value

AUDIENCE_WORDS: Mapping[Audience, str] = {
    Audience.ORGANIZATION: mark("everybody in the organisation"),
    Audience.ANYONE: mark("anyone on the web"),
}


KEPT_RULES: Mapping[str, str] = {
    "broken": mark("broken mail rule {rest}"),
    "hidden": mark("hidden mail rule {rest}"),
    "client": mark("mail rule {rest}, which runs in Outlook"),
    "other": mark("mail rule {rest}, which a spec cannot express"),
}
"""The rules that stay as they are, by kind."""
FORWARDING_WORDS = mark("forwarding of all mail")
SIGN_IN_WORDS = mark("sign-in to its account")
OWN_ACCOUNT = mark("its own account")


class Entry(StrEnum):
    """Where a row of an audit comes from."""

    GRANT = "grant"
    DENY = "deny"
    INHERITED = "inherited"
    UNKNOWN = "unknown"
    INVITATION = "invitation"
    """A right that its holder has as soon as they accept it."""
    SETTING = "setting"
    FORWARDING = "forwarding"
    RULE = "rule"
    FOLDER = "folder"
    """What somebody can do in one folder of the mailbox."""
    SIGN_IN = "sign-in"
    """Whoever has the password of the mailbox's own account has all of it."""


LEVEL_AUDIENCES: Mapping[Field, Audience] = {
    Field.CALENDAR_DEFAULT: Audience.ORGANIZATION,
    Field.CALENDAR_ANONYMOUS: Audience.ANYONE,
    Field.CONTACTS_DEFAULT: Audience.ORGANIZATION,
}
"""Whom each of these levels of a calendar or of contacts is about."""


def opens_level(name: Field, value: Value) -> bool:
    """Return whether a level shows more than usual. One that has no word here does: nobody knows what it allows."""
    usual = ("none", "availability") if name is Field.CALENDAR_DEFAULT else ("none",)
    return value is not None and value not in usual


WAYS = frozenset({Entry.SETTING, Entry.FORWARDING, Entry.RULE, Entry.SIGN_IN})
"""Access that is a setting of the mailbox."""
IN_FORCE = frozenset({Entry.GRANT, Entry.FOLDER, *WAYS})
"""Access that works now."""


class Way(NamedTuple):
    """Access that one setting gives."""

    entry: Entry
    right: Right
    detail: str
    """Names the setting."""
    target: str = ""
    """The address or recipient that gets mail; empty for everybody else."""
    audience: Audience | None = None


GIVING = frozenset(
    {Field.GROUP_VIEWING, Field.GROUP_JOINING, *LEVEL_AUDIENCES, Field.FORWARDING_TO, Field.RULES, Field.SIGN_IN}
)
"""The settings of which `ways_of` says whether they give access."""


def ways_of(mailbox: ObservedMailbox) -> Iterator[Way]:
    """Yield the access that settings of a mailbox give. What was not read gives none."""
    settings, facts = mailbox.settings, mailbox.facts
    viewing = settings.get(Field.GROUP_VIEWING, facts.get(Fact.VIEWING))
    for name, value, right in (
        (Field.GROUP_VIEWING, viewing, Right.READ),
        (Field.GROUP_JOINING, settings.get(Field.GROUP_JOINING), Right.MEMBER),
    ):
        if value in SETTINGS[name].opens:
            yield Way(Entry.SETTING, right, f"{name}: {value}", audience=Audience(str(value)))
    for name, audience in LEVEL_AUDIENCES.items():
        if opens_level(name, settings.get(name)):
            yield Way(Entry.SETTING, Right.OTHER, f"{name}: {settings[name]}", audience=audience)
    if target := str(facts.get(Fact.FORWARDING_TO) or settings.get(Field.FORWARDING_TO) or ""):
        yield Way(Entry.FORWARDING, Right.READ, FORWARDING_WORDS, target)
    for rule in _tuples(settings.get(Field.RULES)):
        words = SETTINGS[Field.RULES].item_words(rule)
        for target in sorted(sent_to(pairs_of(rule))):
            yield Way(Entry.RULE, Right.READ, mark("mail rule {rest}", rest=words), target)
    for kept in _tuples(facts.get(Fact.KEPT_TARGETS)):
        kind, title, address = map(str, kept)
        yield Way(Entry.RULE, Right.READ, mark(KEPT_RULES[kind], rest=title), address)
    if settings.get(Field.SIGN_IN) == ALLOWED and not facts.get(Fact.IS_SUSPENDED):
        state = facts.get(Fact.SIGN_IN_STATE) or ""
        detail = mark("sign-in to its account: {rest}", rest=state) if state else SIGN_IN_WORDS
        yield Way(Entry.SIGN_IN, Right.FULL_ACCESS, detail)


def _tuples(value: Value) -> tuple[tuple[Value, ...], ...]:
    return tuple(item for item in value if isinstance(item, tuple)) if isinstance(value, tuple) else ()

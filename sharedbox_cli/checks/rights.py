"""Rules on rights: held without use, past their end, or by what cannot hold them."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Here, Rule, Subject, name_of
from sharedbox_cli.core.change_words import RIGHT_WORDS
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    READING,
    Right,
    TrusteeKind,
    until_words,
)
from sharedbox_cli.core.values import COPY_SENDER

Found = Iterable[tuple[str, str, str]]
_GRANTS = frozenset({"grants"})


def _too_many_entries(subject: Subject) -> Found:
    count = sum(grant.right is Right.FULL_ACCESS for grant in subject.grants()) + len(subject.mailbox.special)
    if count > limits.MOST_ENTRIES * 9 // 10:
        yield "", "nearly all permission entries used", f"{count} of {limits.MOST_ENTRIES} entries are in use."


def _unknown(subject: Subject) -> Found:
    for entry in subject.mailbox.special:
        if entry.is_deny:
            yield entry.trustee, "a deny entry", f"`{entry.text}`: it beats every grant, and no spec manages it."


def _group_automapping(subject: Subject) -> Found:
    for wish in (subject.spec.grants or ()) if subject.spec else ():
        if wish.kind is TrusteeKind.GROUP and wish.automapping:
            yield str(wish.trustee), "automapping through a group", "Outlook adds a mailbox by itself for people only."


def _weak_group(subject: Subject) -> Found:
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        trustee = subject.trustee(identity)
        if trustee.kind is TrusteeKind.GROUP and not (trustee.is_security and trustee.is_mail_enabled):
            yield name_of(trustee), "a group that cannot hold rights", "It is no mail-enabled security group."


def _send_without_access(subject: Subject) -> Found:
    for identity in sorted(subject.people(Right.SEND_AS) - subject.people(*READING)):
        name = name_of(subject.trustee(identity))
        yield name, "send as without full access", f"{name} can send and sees no answer."


def _lost_copies(subject: Subject) -> Found:
    pairs = ((Right.SEND_AS, Field.SENT_AS), (Right.SEND_ON_BEHALF, Field.SENT_ON_BEHALF))
    for right, name in pairs:
        if subject.holders(right) and subject.mailbox.settings.get(name) == COPY_SENDER:
            yield (
                str(name),
                "sent mail is kept nowhere in the mailbox",
                "Only the sender has a copy; the team sees none.",
            )


def _expired(subject: Subject) -> Found:
    held = {(grant.trustee, grant.right) for grant in subject.grants()}
    for wish in subject.spec.expired if subject.spec else ():
        identity = subject.observed.directory.get(wish.trustee)
        if identity and (identity, wish.right) in held:
            what = RIGHT_WORDS[wish.right].capitalize()
            until = until_words(wish.until) if wish.until else ""
            yield str(wish.trustee), "access has expired and is still there", f"{what} lasted until {until}."


def _expiring(subject: Subject) -> Found:
    seen = set()
    for wish in (subject.spec.grants or ()) if subject.spec else ():
        if wish.until is None or wish.trustee in seen:
            continue
        if 0 <= (wish.until - subject.now).days < limits.EXPIRES_SOON_DAYS:
            seen.add(wish.trustee)
            yield str(wish.trustee), "access ends soon", f"It lasts until {until_words(wish.until)}."


_ABOUT = limits.ABOUT_SHARED
_WITH_GROUPS = frozenset({"grants", "members"})
_EXCHANGE = frozenset({MICROSOFT365})

RULES = (
    Rule(
        "many-entries",
        Severity.WARNING,
        f"close to {limits.MOST_ENTRIES} permission entries",
        "Use a mail-enabled security group: it counts once.",
        limits.FULL_ACCESS,
        _too_many_entries,
        _GRANTS,
        "members",
        platforms=_EXCHANGE,
    ),
    Rule(
        "deny-entry",
        Severity.NOTE,
        "a deny entry",
        "Look at it in the Exchange admin center; sharedbox leaves it alone.",
        limits.FULL_ACCESS,
        _unknown,
        _GRANTS,
        "members",
        platforms=_EXCHANGE,
    ),
    Rule(
        "group-automapping",
        Severity.WARNING,
        "automapping wished for a group",
        "Leave `automapping` out there, or list the people.",
        limits.FULL_ACCESS,
        _group_automapping,
        frozenset(),
        "members",
        is_of_spec=True,
        platforms=_EXCHANGE,
    ),
    Rule(
        "group-without-rights",
        Severity.WARNING,
        "a right given to a group that cannot hold it",
        "Use a mail-enabled security group.",
        limits.FULL_ACCESS,
        _weak_group,
        _GRANTS,
        "members",
        platforms=_EXCHANGE,
    ),
    Rule(
        "send-as-without-access",
        Severity.NOTE,
        "send as without full access",
        "Add `full_access`, if answers are to be read there.",
        limits.FULL_ACCESS,
        _send_without_access,
        _WITH_GROUPS,
        "members",
        on={GOOGLE_DELEGATED: Here(source=limits.SENDERS_API)},
        not_on=frozenset({GOOGLE_COLLABORATIVE}),
    ),
    Rule(
        "sent-items-lost",
        Severity.WARNING,
        "sent mail that the mailbox keeps no copy of",
        "Write `sent_items: {send_as: both, send_on_behalf: both}`.",
        limits.SET_MAILBOX,
        _lost_copies,
        _GRANTS | {Field.SENT_AS, Field.SENT_ON_BEHALF},
        "sent_items",
        platforms=_EXCHANGE,
    ),
    Rule(
        "access-expired",
        Severity.ERROR,
        "access past its `until` that is still there",
        "Apply the spec (it takes this access away), or give it a later `until`.",
        "docs/explanation/lifecycle.md",
        _expired,
        _GRANTS,
        "members",
    ),
    Rule(
        "access-expiring",
        Severity.NOTE,
        f"access that ends within {limits.EXPIRES_SOON_DAYS} days",
        "Extend `until`, if it is still needed.",
        "docs/explanation/lifecycle.md",
        _expiring,
        frozenset(),
        "members",
        is_of_spec=True,
    ),
)

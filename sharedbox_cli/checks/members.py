"""Rules on members and their rights."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Rule, Subject, name_of
from sharedbox_cli.core.change import RIGHT_WORDS
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import COPY_SENDER, Field, Right, TrusteeKind, until_words

Found = Iterable[tuple[str, str, str]]
_GRANTS = frozenset({"grants"})


def _too_many(subject: Subject) -> Found:
    count = len(subject.readers())
    if count > limits.MOST_USERS:
        yield "", "too many members", f"{count} people may open it; {limits.MOST_USERS} at a time is supported."


def _too_many_entries(subject: Subject) -> Found:
    count = sum(grant.right is Right.FULL_ACCESS for grant in subject.grants()) + len(subject.box.special)
    if count > limits.MOST_ENTRIES * 9 // 10:
        yield "", "nearly all permission entries used", f"{count} of {limits.MOST_ENTRIES} entries are in use."


def _nobody(subject: Subject) -> Found:
    if not subject.readers():
        all_off = " All accounts with full access are disabled." if subject.people(Right.FULL_ACCESS) else ""
        yield "", "nobody has access", f"Mail arrives, and nobody reads it.{all_off}"


def _only_one(subject: Subject) -> Found:
    people = subject.readers()
    if len(people) == 1:
        who = name_of(subject.trustee(next(iter(people))))
        yield who, "only one member", f"When {who} is away, nobody reads it."


def _members(subject: Subject, *, disabled: bool = False, guest: bool = False) -> Found:
    for identity in sorted(subject.people()):
        trustee = subject.trustee(identity)
        if disabled and not trustee.is_enabled:
            yield name_of(trustee), "a member is disabled", f"{name_of(trustee)} cannot sign in and still holds rights."
        if guest and trustee.is_guest:
            yield name_of(trustee), "a member is a guest", f"{name_of(trustee)} is from outside the organisation."


def _deleted(subject: Subject) -> Found:
    ids = {g.trustee for g in subject.grants() if subject.trustee(g.trustee).kind is TrusteeKind.ORPHAN}
    for identity in sorted(ids):
        yield identity, "a member was deleted", f"{identity} is all that is left of the account; the entry remains."


def _unknown(subject: Subject) -> Found:
    for entry in subject.box.special:
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
    for identity in sorted(subject.people(Right.SEND_AS) - subject.people(Right.FULL_ACCESS, Right.READ)):
        name = name_of(subject.trustee(identity))
        yield name, "send as without full access", f"{name} can send and sees no answer."


def _lost_copies(subject: Subject) -> Found:
    pairs = ((Right.SEND_AS, Field.SENT_AS), (Right.SEND_ON_BEHALF, Field.SENT_ON_BEHALF))
    for right, name in pairs:
        if subject.holders(right) and subject.box.settings.get(name) == COPY_SENDER:
            yield (
                str(name),
                "sent mail is kept nowhere in the mailbox",
                "Only the sender has a copy; the team sees none.",
            )


def _expired(subject: Subject) -> Found:
    held = {(grant.trustee, grant.right) for grant in subject.grants()}
    for wish in subject.spec.expired if subject.spec else ():
        identity = subject.world.directory.get(wish.trustee)
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

RULES = (
    Rule(
        "too-many-members",
        Severity.WARNING,
        f"more than {limits.MOST_USERS} people",
        "Use fewer people, or a Microsoft 365 group.",
        _ABOUT,
        _too_many,
        _WITH_GROUPS,
        "members",
    ),
    Rule(
        "many-entries",
        Severity.WARNING,
        f"close to {limits.MOST_ENTRIES} permission entries",
        "Use a mail-enabled security group: it counts once.",
        limits.FULL_ACCESS,
        _too_many_entries,
        _GRANTS,
        "members",
    ),
    Rule(
        "no-member",
        Severity.ERROR,
        "nobody with access",
        "Add members, or delete the mailbox.",
        _ABOUT,
        _nobody,
        _WITH_GROUPS,
        "members",
    ),
    Rule("one-member", Severity.NOTE, "one member only", "Add a deputy.", _ABOUT, _only_one, _WITH_GROUPS, "members"),
    Rule(
        "member-disabled",
        Severity.WARNING,
        "a member whose account is disabled",
        "Take the member out.",
        _ABOUT,
        lambda subject: _members(subject, disabled=True),
        _WITH_GROUPS,
        "members",
    ),
    Rule(
        "member-guest",
        Severity.WARNING,
        "a member from outside",
        "Shared mailboxes are for people of the organisation: take the member out.",
        _ABOUT,
        lambda subject: _members(subject, guest=True),
        _WITH_GROUPS,
        "members",
    ),
    Rule(
        "member-deleted",
        Severity.NOTE,
        "rights of a deleted account",
        "Harmless while the account is gone; take the entry away in the Exchange admin center.",
        limits.FULL_ACCESS,
        _deleted,
        _GRANTS,
        "members",
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

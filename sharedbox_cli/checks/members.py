"""Rules on members: too many, too few, and those who should not be."""

from __future__ import annotations

from collections.abc import Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Here, Rule, Subject, counted, name_of
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, ROLES, Right, TrusteeKind

Found = Iterable[tuple[str, str, str]]
_GRANTS = frozenset({"grants"})
_OPENING = (Right.FULL_ACCESS, *ROLES)


def _too_many(subject: Subject) -> Found:
    count = len(subject.readers())
    if count > limits.MOST_USERS:
        yield "", "too many members", f"{count} people may open it; {limits.MOST_USERS} at a time is supported."


def _nobody(subject: Subject) -> Found:
    if not subject.readers() and not subject.is_for_everybody():
        what = "members" if subject.people(*ROLES) else "accounts with full access"
        all_off = f" All {what} are disabled." if subject.people(*_OPENING) else ""
        yield "", "nobody has access", f"Mail arrives, and nobody reads it.{all_off}"


def _only_one(subject: Subject) -> Found:
    people = subject.readers()
    if len(people) == 1 and not subject.is_for_everybody():
        who = name_of(subject.trustee(next(iter(people))))
        yield who, "only one member", f"When {who} is away, nobody reads it."


def _disabled(subject: Subject) -> Found:
    for identity in sorted(subject.people()):
        trustee = subject.trustee(identity)
        if not trustee.is_enabled:
            yield name_of(trustee), "a member is disabled", f"{name_of(trustee)} cannot sign in and still holds rights."


def _guests(subject: Subject) -> Found:
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        trustee = subject.trustee(identity)
        if trustee.is_guest:
            yield name_of(trustee), "a member is a guest", f"{name_of(trustee)} is from outside the organisation."


def _guests_in_groups(subject: Subject) -> Found:
    """Return the groups that bring people from outside in: once a group, however many they are."""
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        people = (subject.trustee(one) for one in subject.observed.members.get(identity, ()))
        outside = sorted(name_of(one) for one in people if one.is_guest)
        if outside:
            group = name_of(subject.trustee(identity))
            more = "" if len(outside) == 1 else f" and {len(outside) - 1} more"
            why = f"Through {group}, {outside[0]}{more} from outside the organisation may do what the group may."
            yield group, f"a group with {counted(len(outside), 'person', 'people')} from outside", why


def _deleted(subject: Subject) -> Found:
    ids = {g.trustee for g in subject.grants() if subject.trustee(g.trustee).kind is TrusteeKind.ORPHAN}
    for identity in sorted(ids):
        address = subject.trustee(identity).address
        if address is None or not subject.is_outside(address.key):
            who = str(address or identity)
            yield who, "a member was deleted", f"{who} is all that is left of the account; the entry remains."


_ABOUT = limits.ABOUT_SHARED
_WITH_GROUPS = frozenset({"grants", "members"})
_EXCHANGE = frozenset({MICROSOFT365})
_PEOPLE_ON = {GOOGLE_DELEGATED: Here(source=limits.DELEGATES), GOOGLE_COLLABORATIVE: Here(source=limits.MEMBERS_API)}

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
        platforms=_EXCHANGE,
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
        on=_PEOPLE_ON,
    ),
    Rule(
        "one-member",
        Severity.NOTE,
        "one member only",
        "Add a deputy.",
        _ABOUT,
        _only_one,
        _WITH_GROUPS,
        "members",
        on=_PEOPLE_ON,
    ),
    Rule(
        "member-disabled",
        Severity.WARNING,
        "a member whose account is disabled",
        "Take the member out.",
        _ABOUT,
        _disabled,
        _WITH_GROUPS,
        "members",
        on={GOOGLE_DELEGATED: Here(source=limits.DELEGATES), GOOGLE_COLLABORATIVE: Here(source=limits.GROUP_MEMBERS)},
    ),
    Rule(
        "member-guest",
        Severity.WARNING,
        "a member from outside",
        "Shared mailboxes are for people of the organisation: take the member out.",
        _ABOUT,
        _guests,
        _GRANTS,
        "members",
        on={
            GOOGLE_COLLABORATIVE: Here(
                "Take the member out, and write `group: {external_members: false}`, unless it is meant.",
                limits.GROUP_SETTINGS,
            )
        },
    ),
    Rule(
        "group-with-outsiders",
        Severity.WARNING,
        "a group that brings people from outside in",
        "Take them out of the group, or list the people who are meant.",
        _ABOUT,
        _guests_in_groups,
        _WITH_GROUPS,
        "members",
        on={GOOGLE_COLLABORATIVE: Here(source=limits.MEMBERS_API)},
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
        on={
            GOOGLE_DELEGATED: Here(
                "Harmless while the account is gone; take the delegate away in Gmail's settings of the mailbox.",
                limits.DELEGATES_API,
            ),
            GOOGLE_COLLABORATIVE: Here(
                "Harmless while the account is gone; take the member out at admin.google.com > Directory > Groups.",
                limits.MEMBERS_API,
            ),
        },
    ),
)

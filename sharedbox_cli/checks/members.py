"""Checks on members: too many, too few, or the wrong ones."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject, counted, name_of
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import (
    GOOGLE_COLLABORATIVE,
    GOOGLE_DELEGATED,
    MICROSOFT365,
    READING,
    ROLES,
    Right,
    TrusteeKind,
)

_GRANTS = frozenset({"grants"})
_OPENING = (Right.FULL_ACCESS, *ROLES)


def _too_many(subject: Subject) -> Detections:
    count = len(subject.readers())
    if count > limits.MOST_USERS:
        why = f"{count} people can open the mailbox. Microsoft supports {limits.MOST_USERS} at the same time."
        yield "", "too many members", why


def _no_reader(subject: Subject) -> Detections:
    if not subject.readers() and not subject.is_for_everybody():
        what = "members" if subject.people(*ROLES) else "accounts with full access"
        all_off = f" All {what} are disabled." if subject.people(*_OPENING) else ""
        others = _others_who_read(subject)
        reads = f"no person can read it. {others}" if others else "nobody can read it."
        yield "", "nobody has access" if not others else "no person has access", f"Mail arrives, but {reads}{all_off}"


def _others_who_read(subject: Subject) -> str:
    """Return the sentence about holders that are no people: applications, and entries that could not be resolved."""
    ids = {grant.trustee for grant in subject.grants() if grant.right in READING}
    holders = [subject.trustee(identity) for identity in sorted(ids)]
    names = [name_of(item) for item in holders if item.kind in (TrusteeKind.APPLICATION, TrusteeKind.OTHER)]
    return f"These have access and are not known to be people: {', '.join(names)}." if names else ""


def _only_one(subject: Subject) -> Detections:
    people = subject.readers()
    if len(people) == 1 and not subject.is_for_everybody():
        who = name_of(subject.trustee(next(iter(people))))
        yield who, "only one member", f"When {who} is away, nobody reads the mail."


def _disabled(subject: Subject) -> Detections:
    for identity in sorted(subject.people()):
        trustee = subject.trustee(identity)
        if not trustee.is_enabled:
            who = name_of(trustee)
            yield who, "a member is disabled", f"{who} cannot sign in, but still has rights on the mailbox."


def _guests(subject: Subject) -> Detections:
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        trustee = subject.trustee(identity)
        if trustee.is_guest:
            yield name_of(trustee), "a member is a guest", f"{name_of(trustee)} is from outside the organisation."


def _guests_in_groups(subject: Subject) -> Detections:
    """Return the groups with members from outside the organisation: one detection per group, not per person."""
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        people = (subject.trustee(member) for member in subject.observed.members.get(identity, ()))
        outsiders = sorted(name_of(person) for person in people if person.is_guest)
        if outsiders:
            group = name_of(subject.trustee(identity))
            who = outsiders[0] if len(outsiders) == 1 else f"{outsiders[0]} and {len(outsiders) - 1} more"
            why = f"Members of {group} from outside the organisation have the rights of the group: {who}."
            yield group, f"a group with {counted(len(outsiders), 'person', 'people')} from outside", why


def _deleted(subject: Subject) -> Detections:
    ids = {g.trustee for g in subject.grants() if subject.trustee(g.trustee).kind is TrusteeKind.ORPHAN}
    for identity in sorted(ids):
        address = subject.trustee(identity).address
        if address is None or not subject.is_outside(address.key):
            who = str(address or identity)
            yield who, "a member was deleted", f"The entry {who} belongs to a deleted account."


def _applications(subject: Subject) -> Detections:
    for trustee in subject.holders_of_kind(TrusteeKind.APPLICATION):
        name = name_of(trustee)
        yield name, "an application has rights", f"{name} can use its rights without anybody signing in."


def _unresolved(subject: Subject) -> Detections:
    for trustee in subject.holders_of_kind(TrusteeKind.OTHER):
        name = name_of(trustee)
        why = f"{name} has rights, and the service does not say who this is. The rights may be in use."
        yield name, "a holder that could not be resolved", why


_ABOUT = limits.ABOUT_SHARED
_WITH_GROUPS = frozenset({"grants", "members"})
_EXCHANGE = frozenset({MICROSOFT365})
_GOOGLE_PAGES = {
    GOOGLE_DELEGATED: PlatformOverride(source=limits.DELEGATES),
    GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.MEMBERS_API),
}

CHECKS = (
    Check(
        id="too-many-members",
        severity=Severity.WARNING,
        title=f"more than {limits.MOST_USERS} people",
        hint="Give access to fewer people, or use a Microsoft 365 group.",
        source=_ABOUT,
        detect=_too_many,
        needs=_WITH_GROUPS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="no-member",
        severity=Severity.ERROR,
        title="a mailbox that nobody can open",
        hint="Add members, or delete the mailbox.",
        source=_ABOUT,
        detect=_no_reader,
        needs=_WITH_GROUPS,
        path="members",
        overrides=_GOOGLE_PAGES,
    ),
    Check(
        id="one-member",
        severity=Severity.NOTE,
        title="a mailbox with only one member",
        hint="Add a deputy.",
        source=_ABOUT,
        detect=_only_one,
        needs=_WITH_GROUPS,
        path="members",
        overrides=_GOOGLE_PAGES,
    ),
    Check(
        id="member-disabled",
        severity=Severity.WARNING,
        title="a member whose account is disabled",
        hint="Remove the member.",
        source=_ABOUT,
        detect=_disabled,
        needs=_WITH_GROUPS,
        path="members",
        overrides={**_GOOGLE_PAGES, GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.GROUP_MEMBERS)},
    ),
    Check(
        id="member-guest",
        severity=Severity.WARNING,
        title="a member from outside the organisation",
        hint="Remove the member. Shared mailboxes are for people inside the organisation.",
        source=_ABOUT,
        detect=_guests,
        needs=_GRANTS,
        path="members",
        overrides={
            GOOGLE_COLLABORATIVE: PlatformOverride(
                "Unless this is intended, remove the member and set `group: {external_members: false}`.",
                limits.GROUP_SETTINGS,
            )
        },
    ),
    Check(
        id="group-with-outsiders",
        severity=Severity.WARNING,
        title="a group with members from outside the organisation",
        hint="Remove them from the group, or list the intended people as members.",
        source=_ABOUT,
        detect=_guests_in_groups,
        needs=_WITH_GROUPS,
        path="members",
        overrides={GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.MEMBERS_API)},
    ),
    Check(
        id="member-application",
        severity=Severity.WARNING,
        title="an application with rights on a mailbox",
        hint="Find out who runs the application. If it is not needed, apply a spec whose members do not include it.",
        source=limits.FULL_ACCESS,
        detect=_applications,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="member-unresolved",
        severity=Severity.WARNING,
        title="rights of a holder that could not be resolved",
        hint="Look at the entry in the Exchange admin center. sharedbox does not change it.",
        source=limits.FULL_ACCESS,
        detect=_unresolved,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="member-deleted",
        severity=Severity.NOTE,
        title="rights of a deleted account",
        hint="It has no effect unless the account is restored. You can remove it in the Exchange admin center.",
        source=limits.FULL_ACCESS,
        detect=_deleted,
        needs=_GRANTS,
        path="members",
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(
                "It has no effect unless the account is restored. "
                "You can remove the delegate in the Gmail settings of the mailbox.",
                limits.DELEGATES_API,
            ),
            GOOGLE_COLLABORATIVE: PlatformOverride(
                "It has no effect unless the account is restored. "
                "You can remove the member at admin.google.com > Directory > Groups.",
                limits.MEMBERS_API,
            ),
        },
    ),
)

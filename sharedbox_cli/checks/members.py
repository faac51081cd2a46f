"""Checks on members: too many, too few, or the wrong ones."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject, name_of
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
from sharedbox_cli.core.texts import mark, tr, tr_count

_GRANTS = frozenset({"grants"})
_OPENING = (Right.FULL_ACCESS, *ROLES)


def _too_many(subject: Subject) -> Detections:
    count = len(subject.readers())
    if count > limits.MOST_USERS:
        why = tr(
            "{count} people can open the mailbox. Microsoft supports {most_users} at the same time.",
            count=count,
            most_users=limits.MOST_USERS,
        )
        yield "", tr("too many members"), why


def _no_reader(subject: Subject) -> Detections:
    if not subject.readers() and not subject.is_for_everybody():
        others, off = _others_who_read(subject), ""
        if subject.people(*_OPENING):
            is_of_members = subject.people(*ROLES)
            off = (
                tr("All members are disabled.") if is_of_members else tr("All accounts with full access are disabled.")
            )
        nobody = tr("Mail arrives, but nobody can read it.")
        why = tr("Mail arrives, but no person can read it. {others}", others=others) if others else nobody
        yield ("", tr("nobody has access") if not others else tr("no person has access"), f"{why} {off}".rstrip())


def _others_who_read(subject: Subject) -> str:
    """Return the sentence about holders that are no people: applications, and entries that could not be resolved."""
    ids = {grant.trustee for grant in subject.grants() if grant.right in READING}
    holders = [subject.trustee(identity) for identity in sorted(ids)]
    names = [name_of(item) for item in holders if item.kind in (TrusteeKind.APPLICATION, TrusteeKind.OTHER)]
    return tr("These have access and are not known to be people: {names}.", names=", ".join(names)) if names else ""


def _only_one(subject: Subject) -> Detections:
    people = subject.readers()
    if len(people) == 1 and not subject.is_for_everybody():
        who = name_of(subject.trustee(next(iter(people))))
        yield who, tr("only one member"), tr("When {who} is away, nobody reads the mail.", who=who)


def _disabled(subject: Subject) -> Detections:
    for identity in sorted(subject.people()):
        trustee = subject.trustee(identity)
        if not trustee.is_enabled:
            who = name_of(trustee)
            yield (
                who,
                tr("a member is disabled"),
                tr("{who} cannot sign in, but still has rights on the mailbox.", who=who),
            )


def _guests(subject: Subject) -> Detections:
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        trustee = subject.trustee(identity)
        if trustee.is_guest:
            yield (
                name_of(trustee),
                tr("a member is a guest"),
                tr("{trustee} is from outside the organisation.", trustee=name_of(trustee)),
            )


def _guests_in_groups(subject: Subject) -> Detections:
    """Return the groups with members from outside the organisation: one detection per group, not per person."""
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        people = (subject.trustee(member) for member in subject.observed.members.get(identity, ()))
        outsiders = sorted(name_of(person) for person in people if person.is_guest)
        if outsiders:
            group = name_of(subject.trustee(identity))
            more, first = len(outsiders) - 1, outsiders[0]
            who = tr("{name} and {count} more", name=first, count=more) if more else first
            why = tr(
                "Members of {group} from outside the organisation have the rights of the group: {who}.",
                group=group,
                who=who,
            )
            yield (
                group,
                tr_count(
                    "a group with {count} person from outside",
                    "a group with {count} people from outside",
                    len(outsiders),
                    count=len(outsiders),
                ),
                why,
            )


def _deleted(subject: Subject) -> Detections:
    ids = {g.trustee for g in subject.grants() if subject.trustee(g.trustee).kind is TrusteeKind.ORPHAN}
    for identity in sorted(ids):
        address = subject.trustee(identity).address
        if address is None or not subject.is_outside(address.key):
            who = str(address or identity)
            yield who, tr("a member was deleted"), tr("The entry {who} belongs to a deleted account.", who=who)


def _applications(subject: Subject) -> Detections:
    for trustee in subject.holders_of_kind(TrusteeKind.APPLICATION):
        name = name_of(trustee)
        yield (
            name,
            tr("an application has rights"),
            tr("{name} can use its rights without anybody signing in.", name=name),
        )


def _unresolved(subject: Subject) -> Detections:
    for trustee in subject.holders_of_kind(TrusteeKind.OTHER):
        name = name_of(trustee)
        why = tr("{name} has rights, and the service does not say who this is. The rights may be in use.", name=name)
        yield name, tr("a holder that could not be resolved"), why


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
        title=mark("more than {most_users} people", most_users=limits.MOST_USERS),
        hint=mark("Give access to fewer people, or use a Microsoft 365 group."),
        source=_ABOUT,
        detect=_too_many,
        needs=_WITH_GROUPS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="no-member",
        severity=Severity.ERROR,
        title=mark("a mailbox that nobody can open"),
        hint=mark("Add members, or delete the mailbox."),
        source=_ABOUT,
        detect=_no_reader,
        needs=_WITH_GROUPS,
        path="members",
        overrides=_GOOGLE_PAGES,
    ),
    Check(
        id="one-member",
        severity=Severity.NOTE,
        title=mark("a mailbox with only one member"),
        hint=mark("Add a deputy."),
        source=_ABOUT,
        detect=_only_one,
        needs=_WITH_GROUPS,
        path="members",
        overrides=_GOOGLE_PAGES,
    ),
    Check(
        id="member-disabled",
        severity=Severity.WARNING,
        title=mark("a member whose account is disabled"),
        hint=mark("Remove the member."),
        source=_ABOUT,
        detect=_disabled,
        needs=_WITH_GROUPS,
        path="members",
        overrides={**_GOOGLE_PAGES, GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.GROUP_MEMBERS)},
    ),
    Check(
        id="member-guest",
        severity=Severity.WARNING,
        title=mark("a member from outside the organisation"),
        hint=mark("Remove the member. Shared mailboxes are for people inside the organisation."),
        source=_ABOUT,
        detect=_guests,
        needs=_GRANTS,
        path="members",
        overrides={
            GOOGLE_COLLABORATIVE: PlatformOverride(
                mark("Unless this is intended, remove the member and set `group: {external_members: false}`."),
                limits.GROUP_SETTINGS,
            )
        },
    ),
    Check(
        id="group-with-outsiders",
        severity=Severity.WARNING,
        title=mark("a group with members from outside the organisation"),
        hint=mark("Remove them from the group, or list the intended people as members."),
        source=_ABOUT,
        detect=_guests_in_groups,
        needs=_WITH_GROUPS,
        path="members",
        overrides={GOOGLE_COLLABORATIVE: PlatformOverride(source=limits.MEMBERS_API)},
    ),
    Check(
        id="member-application",
        severity=Severity.WARNING,
        title=mark("an application with rights on a mailbox"),
        hint=mark(
            "Find out who runs the application. If it is not needed, apply a spec whose members do not include it."
        ),
        source=limits.FULL_ACCESS,
        detect=_applications,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="member-unresolved",
        severity=Severity.WARNING,
        title=mark("rights of a holder that could not be resolved"),
        hint=mark("Look at the entry in the Exchange admin center. sharedbox does not change it."),
        source=limits.FULL_ACCESS,
        detect=_unresolved,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="member-deleted",
        severity=Severity.NOTE,
        title=mark("rights of a deleted account"),
        hint=mark("It has no effect unless the account is restored. You can remove it in the Exchange admin center."),
        source=limits.FULL_ACCESS,
        detect=_deleted,
        needs=_GRANTS,
        path="members",
        overrides={
            GOOGLE_DELEGATED: PlatformOverride(
                mark(
                    "It has no effect unless the account is restored. "
                    "You can remove the delegate in the Gmail settings of the mailbox."
                ),
                limits.DELEGATES_API,
            ),
            GOOGLE_COLLABORATIVE: PlatformOverride(
                mark(
                    "It has no effect unless the account is restored. "
                    "You can remove the member at admin.google.com > Directory > Groups."
                ),
                limits.MEMBERS_API,
            ),
        },
    ),
)

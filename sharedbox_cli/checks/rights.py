"""Checks on rights: unused, expired, or granted to a trustee that cannot hold them."""

from __future__ import annotations

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject, name_of, sentence
from sharedbox_cli.core.change_words import RIGHT_WORDS
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365, READING, Right, TrusteeKind
from sharedbox_cli.core.texts import listed, mark, shown, tr, tr_in
from sharedbox_cli.core.until import until_words
from sharedbox_cli.core.values import COPY_SENDER

_GRANTS = frozenset({"grants"})


def _many_entries(subject: Subject) -> Detections:
    count = sum(grant.right is Right.FULL_ACCESS for grant in subject.grants()) + len(subject.mailbox.special)
    if count > limits.MOST_ENTRIES * 9 // 10:
        why = tr(
            "The mailbox has {count} permission entries. The limit is {most_entries}.",
            count=count,
            most_entries=limits.MOST_ENTRIES,
        )
        yield "", tr("nearly all permission entries are used"), why


def _denied(subject: Subject) -> Detections:
    for entry in subject.mailbox.special:
        if entry.is_deny:
            why = tr("`{text}` overrides every grant. Specs do not manage deny entries.", text=shown(entry.text))
            yield entry.trustee, tr("a deny entry"), why


def _hidden_sender(subject: Subject) -> Detections:
    sends = [Right.SEND_AS, Right.SEND_ON_BEHALF]
    rights = [tr_in("right", RIGHT_WORDS[right]) for right in sends if subject.holders(right)]
    if subject.mailbox.settings.get(Field.HIDDEN) is True and rights:
        why = tr("People have {rights}. Outlook for desktop cannot choose it as the sender.", rights=listed(rights))
        yield "", tr("a hidden mailbox that people send from"), why


def _group_automapping(subject: Subject) -> Detections:
    for grant in (subject.spec.grants or ()) if subject.spec else ():
        if grant.kind is TrusteeKind.GROUP and grant.automapping:
            why = tr("Outlook adds a mailbox automatically only for people, not for groups.")
            yield str(grant.trustee), tr("automapping for a group"), why


def _weak_group(subject: Subject) -> Detections:
    for identity in sorted({grant.trustee for grant in subject.grants()}):
        trustee = subject.trustee(identity)
        if trustee.kind is TrusteeKind.GROUP and not (trustee.is_security and trustee.is_mail_enabled):
            name = name_of(trustee)
            yield (
                name,
                tr("a group that cannot hold rights"),
                tr("{name} is not a mail-enabled security group.", name=name),
            )


def _send_without_access(subject: Subject) -> Detections:
    for identity in sorted(subject.people(Right.SEND_AS) - subject.people(*READING)):
        name = name_of(subject.trustee(identity))
        yield (
            name,
            tr("send as without full access"),
            tr("{name} can send as the mailbox, but cannot read the replies.", name=name),
        )


def _lost_copies(subject: Subject) -> Detections:
    pairs = ((Right.SEND_AS, Field.SENT_AS), (Right.SEND_ON_BEHALF, Field.SENT_ON_BEHALF))
    for right, field in pairs:
        if subject.holders(right) and subject.mailbox.settings.get(field) == COPY_SENDER:
            why = tr("Only the sender has a copy. The other members do not see what was sent.")
            yield str(field), tr("the mailbox keeps no copy of sent mail"), why


def _expired(subject: Subject) -> Detections:
    held = {(grant.trustee, grant.right) for grant in subject.grants()}
    for grant in subject.spec.expired if subject.spec else ():
        identity = subject.observed.directory.get(grant.trustee)
        if identity and (identity, grant.right) in held:
            what = sentence(tr_in("right", RIGHT_WORDS[grant.right]))
            until = until_words(grant.until) if grant.until else ""
            yield (
                str(grant.trustee),
                tr("access has expired but still exists"),
                tr("{what} was granted until {until}.", what=what, until=until),
            )


def _expiring(subject: Subject) -> Detections:
    seen = set()
    for grant in (subject.spec.grants or ()) if subject.spec else ():
        if grant.until is None or grant.trustee in seen:
            continue
        if 0 <= (grant.until - subject.now).days < limits.EXPIRES_SOON_DAYS:
            seen.add(grant.trustee)
            yield (
                str(grant.trustee),
                tr("access expires soon"),
                tr("Access is granted until {until}.", until=until_words(grant.until)),
            )


_WITH_GROUPS = frozenset({"grants", "members"})
_EXCHANGE = frozenset({MICROSOFT365})

CHECKS = (
    Check(
        id="many-entries",
        severity=Severity.WARNING,
        title=mark("close to {most_entries} permission entries", most_entries=limits.MOST_ENTRIES),
        hint=mark("Use a mail-enabled security group. A group counts as one entry."),
        source=limits.FULL_ACCESS,
        detect=_many_entries,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="hidden-sender",
        severity=Severity.NOTE,
        title=mark("a mailbox that address lists leave out, and that people send from"),
        hint=mark("Set `hidden_from_address_lists: false`, or send from it in Outlook on the web."),
        source=limits.ABOUT_SHARED,
        detect=_hidden_sender,
        needs=_GRANTS | {Field.HIDDEN},
        path="hidden_from_address_lists",
        platforms=_EXCHANGE,
    ),
    Check(
        id="deny-entry",
        severity=Severity.NOTE,
        title=mark("a deny entry"),
        hint=mark("Review the entry in the Exchange admin center. sharedbox does not change it."),
        source=limits.FULL_ACCESS,
        detect=_denied,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="group-automapping",
        severity=Severity.WARNING,
        title=mark("automapping requested for a group"),
        hint=mark("Remove `automapping` from this member, or list the people instead of the group."),
        source=limits.FULL_ACCESS,
        detect=_group_automapping,
        path="members",
        is_of_spec=True,
        platforms=_EXCHANGE,
    ),
    Check(
        id="group-without-rights",
        severity=Severity.WARNING,
        title=mark("a right granted to a group that cannot hold it"),
        hint=mark("Use a mail-enabled security group."),
        source=limits.FULL_ACCESS,
        detect=_weak_group,
        needs=_GRANTS,
        path="members",
        platforms=_EXCHANGE,
    ),
    Check(
        id="send-as-without-access",
        severity=Severity.NOTE,
        title=mark("send as without full access"),
        hint=mark("Add `full_access` if the replies are to be read in this mailbox."),
        source=limits.FULL_ACCESS,
        detect=_send_without_access,
        needs=_WITH_GROUPS,
        path="members",
        overrides={GOOGLE_DELEGATED: PlatformOverride(source=limits.SENDERS_API)},
        not_on=frozenset({GOOGLE_COLLABORATIVE}),
    ),
    Check(
        id="sent-items-lost",
        severity=Severity.WARNING,
        title=mark("sent mail of which the mailbox keeps no copy"),
        hint=mark("Set `sent_items: {send_as: both, send_on_behalf: both}`."),
        source=limits.SET_MAILBOX,
        detect=_lost_copies,
        needs=_GRANTS | {Field.SENT_AS, Field.SENT_ON_BEHALF},
        path="sent_items",
        platforms=_EXCHANGE,
    ),
    Check(
        id="access-expired",
        severity=Severity.ERROR,
        title=mark("access that has passed its `until` date but still exists"),
        hint=mark("Apply the spec to revoke this access, or set a later `until`."),
        source="docs/explanation/lifecycle.md",
        detect=_expired,
        needs=_GRANTS,
        path="members",
    ),
    Check(
        id="access-expiring",
        severity=Severity.NOTE,
        title=mark("access that expires within {expires_soon_days} days", expires_soon_days=limits.EXPIRES_SOON_DAYS),
        hint=mark("Set a later `until` if the access is still needed."),
        source="docs/explanation/lifecycle.md",
        detect=_expiring,
        path="members",
        is_of_spec=True,
    ),
)

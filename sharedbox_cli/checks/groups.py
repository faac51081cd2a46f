"""Checks on Google Groups that are used as an inbox: who manages them, and who can join, read and write."""

from __future__ import annotations

from collections.abc import Callable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Check, Detections, Detector, Need, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, Fact, Right
from sharedbox_cli.core.texts import mark, shown, tr
from sharedbox_cli.core.values import KIND_SHARED, Value

_COLLABORATIVE = frozenset({GOOGLE_COLLABORATIVE})


def _no_owner(subject: Subject) -> Detections:
    owners = subject.people(Right.OWNER)
    if not any(subject.trustee(owner).is_enabled for owner in owners):
        why = tr("Only an administrator can change its settings or approve new members.")
        off = tr("All its owners are suspended.") if owners else ""
        yield ("", tr("no owner"), f"{why} {off}".rstrip())


def _no_history(subject: Subject) -> Detections:
    is_inbox = subject.mailbox.settings.get(Field.KIND) == KIND_SHARED
    if is_inbox and subject.mailbox.facts.get(Fact.HAS_HISTORY) is False:
        why = tr("Without conversation history, members cannot take, assign or answer conversations.")
        yield "", tr("conversation history is off"), why


def _when(read: Callable[[Subject], Value], value: Value, summary: str, why: str) -> Detector:
    """Return a detector that compares one value."""

    def detect(subject: Subject) -> Detections:
        if read(subject) == value:
            yield "", tr(summary), tr(why)

    return detect


def _setting(name: Field) -> Callable[[Subject], Value]:
    return lambda subject: subject.mailbox.settings.get(name)


def _fact(name: Fact) -> Callable[[Subject], Value]:
    return lambda subject: subject.mailbox.facts.get(name)


def _everybody(subject: Subject) -> Detections:
    for entry in subject.mailbox.special:
        if entry.is_everybody:
            why = tr(
                "Entry `{text}`: all accounts can read the conversations, including accounts created later.",
                text=shown(entry.text),
            )
            yield "", tr("everyone in the organisation is a member"), why


def _mostly_suspended(subject: Subject) -> Detections:
    people = [subject.trustee(identity) for identity in subject.people()]
    suspended = sum(not person.is_enabled for person in people)
    if people and 3 * suspended >= limits.SUSPENDED_OF_THREE * len(people):
        why = tr(
            "{suspended} of {people} members are suspended. "
            "Mail to a group bounces when about two thirds of its members are suspended.",
            suspended=suspended,
            people=len(people),
        )
        yield "", tr("most members are suspended"), why


def _check(
    id: str,
    severity: Severity,
    title: str,
    hint: str,
    detect: Detector,
    needs: frozenset[Need],
    path: str,
    source: str = limits.GROUP_SETTINGS,
) -> Check:
    return Check(id, severity, title, hint, source, detect, needs, path, platforms=_COLLABORATIVE)


_SETTINGS_CHECKS = (
    _check(
        id="viewed-by-anyone",
        severity=Severity.ERROR,
        title=mark("conversations that anyone on the web can read"),
        hint=mark("Set `group: {viewing: members}`."),
        detect=_when(
            _fact(Fact.VIEWING), "anyone", mark("anyone on the web can read it"), mark("Every conversation is public.")
        ),
        needs=frozenset({Fact.VIEWING}),
        path="group.viewing",
    ),
    _check(
        id="viewed-by-organization",
        severity=Severity.WARNING,
        title=mark("conversations that the whole organisation can read"),
        hint=mark("Unless this is intended, set `group: {viewing: members}`."),
        detect=_when(
            _fact(Fact.VIEWING),
            "organization",
            mark("everyone in the organisation can read it"),
            mark("People in the organisation can read the conversations without being a member."),
        ),
        needs=frozenset({Fact.VIEWING}),
        path="group.viewing",
    ),
    _check(
        id="joined-by-anyone",
        severity=Severity.ERROR,
        title=mark("a group that anyone can join"),
        hint=mark("Set `group: {joining: invited}`."),
        detect=_when(
            _setting(Field.GROUP_JOINING),
            "anyone",
            mark("anyone can join it"),
            mark("Whoever joins can read the mail."),
        ),
        needs=frozenset({Field.GROUP_JOINING}),
        path="group.joining",
    ),
    _check(
        id="joined-by-organization",
        severity=Severity.WARNING,
        title=mark("a group that everyone in the organisation can join"),
        hint=mark("Unless this is intended, set `group: {joining: invited}`."),
        detect=_when(
            _setting(Field.GROUP_JOINING),
            "organization",
            mark("everyone in the organisation can join it"),
            mark("Whoever joins can read the mail, and no approval is needed."),
        ),
        needs=frozenset({Field.GROUP_JOINING}),
        path="group.joining",
    ),
    _check(
        id="members-add-members",
        severity=Severity.WARNING,
        title=mark("a group in which every member can add and remove members"),
        hint=mark("Set `group: {managing_members: owners-and-managers}`."),
        detect=_when(
            _setting(Field.GROUP_MANAGING_MEMBERS),
            "members",
            mark("members can add members"),
            mark("Any member can give access to others, or remove them."),
        ),
        needs=frozenset({Field.GROUP_MANAGING_MEMBERS}),
        path="group.managing_members",
    ),
    _check(
        id="external-members-allowed",
        severity=Severity.NOTE,
        title=mark("a group that allows members from outside the organisation"),
        hint=mark("Unless this is intended, set `group: {external_members: false}`."),
        detect=_when(
            _setting(Field.GROUP_EXTERNAL_MEMBERS),
            True,
            mark("members from outside the organisation are allowed"),
            mark("Whoever manages the members can give access to outsiders."),
        ),
        needs=frozenset({Field.GROUP_EXTERNAL_MEMBERS}),
        path="group.external_members",
    ),
    _check(
        id="posted-by-nobody",
        severity=Severity.WARNING,
        title=mark("a group that accepts no mail"),
        hint=mark(
            "Set `group: {posting: anyone}`, or `organization` to accept mail only from inside the organisation."
        ),
        detect=_when(_fact(Fact.POSTING), "nobody", mark("nobody can write to it"), mark("Every message is rejected.")),
        needs=frozenset({Fact.POSTING}),
        path="group.posting",
    ),
)

CHECKS = (
    *_SETTINGS_CHECKS,
    _check(
        id="owner-missing",
        severity=Severity.WARNING,
        title=mark("a group without an owner who can sign in"),
        hint=mark("Give one member the right `owner`. A group that is created through the API has no owner at first."),
        detect=_no_owner,
        needs=frozenset({"grants", "members"}),
        path="members",
        source=limits.MEMBERS_API,
    ),
    _check(
        id="history-missing",
        severity=Severity.ERROR,
        title=mark("a collaborative inbox without conversation history"),
        hint=mark("Set `group: {history: true}`."),
        detect=_no_history,
        needs=frozenset({Fact.HAS_HISTORY}),
        path="group.history",
        source=limits.COLLABORATIVE,
    ),
    _check(
        id="everybody-is-member",
        severity=Severity.WARNING,
        title=mark("a group with all accounts of the organisation as members"),
        hint=mark("Remove the entry at admin.google.com > Directory > Groups. sharedbox does not change it."),
        detect=_everybody,
        needs=frozenset({"grants"}),
        path="members",
        source=limits.MEMBERS_API,
    ),
    _check(
        id="members-suspended",
        severity=Severity.ERROR,
        title=mark("a group in which two thirds of the members are suspended"),
        hint=mark("Remove the suspended members."),
        detect=_mostly_suspended,
        needs=frozenset({"grants", "members"}),
        path="members",
        source=limits.GROUP_MEMBERS,
    ),
)

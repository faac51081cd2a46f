"""Rules on groups that are used as an inbox: who looks after them, and who can come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.model import Rule, Subject
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, Fact, Right
from sharedbox_cli.core.values import KIND_SHARED, Value

Found = Iterable[tuple[str, str, str]]
_INBOXES = frozenset({GOOGLE_COLLABORATIVE})


def _no_owner(subject: Subject) -> Found:
    owners = subject.people(Right.OWNER)
    if not any(subject.trustee(one).is_enabled for one in owners):
        off = " Those it has are suspended." if owners else ""
        yield "", "no owner", f"Nobody but an administrator can change its settings or approve people.{off}"


def _no_history(subject: Subject) -> Found:
    is_inbox = subject.mailbox.settings.get(Field.KIND) == KIND_SHARED
    if is_inbox and subject.mailbox.facts.get(Fact.HAS_HISTORY) is False:
        yield "", "conversations are not kept", "Without its history there is nothing to take, assign or answer."


def _when(read: Callable[[Subject], Value], value: Value, summary: str, why: str) -> Callable[[Subject], Found]:
    def look(subject: Subject) -> Found:
        if read(subject) == value:
            yield "", summary, why

    return look


def _setting(name: Field) -> Callable[[Subject], Value]:
    return lambda subject: subject.mailbox.settings.get(name)


def _viewing(subject: Subject) -> Value:
    return subject.mailbox.facts.get(Fact.VIEWING)


def _everybody(subject: Subject) -> Found:
    for entry in subject.mailbox.special:
        if entry.is_everybody:
            yield "", "everybody is a member", f"{entry.text}: all of them read it, and new accounts too."


def _suspended_crowd(subject: Subject) -> Found:
    people = [subject.trustee(one) for one in subject.people()]
    off = sum(not one.is_enabled for one in people)
    if people and 3 * off >= limits.SUSPENDED_OF_THREE * len(people):
        why = f"{off} of {len(people)} members are suspended: from about two thirds on, mail to the group bounces."
        yield "", "most members are suspended", why


def _rule(
    name: str,
    severity: Severity,
    title: str,
    hint: str,
    look: Callable[[Subject], Found],
    needs: frozenset[Fact | Field | str],
    path: str,
    source: str = limits.GROUP_SETTINGS,
) -> Rule:
    return Rule(name, severity, title, hint, source, look, needs, path, platforms=_INBOXES)


_SETTINGS_RULES = (
    _rule(
        "viewed-by-anyone",
        Severity.ERROR,
        "conversations that the whole web may read",
        "Write `group: {viewing: members}`.",
        _when(_viewing, "anyone", "anybody on the web may read it", "Every conversation is open to the world."),
        frozenset({Fact.VIEWING}),
        "group.viewing",
    ),
    _rule(
        "viewed-by-organization",
        Severity.WARNING,
        "conversations that the whole organisation may read",
        "Write `group: {viewing: members}`, unless it is meant.",
        _when(
            _viewing,
            "organization",
            "everybody in the organisation may read it",
            "Being no member keeps nobody of the organisation out.",
        ),
        frozenset({Fact.VIEWING}),
        "group.viewing",
    ),
    _rule(
        "joined-by-anyone",
        Severity.ERROR,
        "a group that anybody may join",
        "Write `group: {joining: invited}`.",
        _when(_setting(Field.GROUP_JOINING), "anyone", "anybody may join it", "Whoever joins reads what comes in."),
        frozenset({Field.GROUP_JOINING}),
        "group.joining",
    ),
    _rule(
        "joined-by-organization",
        Severity.WARNING,
        "a group that everybody in the organisation may join",
        "Write `group: {joining: invited}`, unless it is meant.",
        _when(
            _setting(Field.GROUP_JOINING),
            "organization",
            "everybody in the organisation may join it",
            "Whoever joins reads what comes in, and nobody is asked.",
        ),
        frozenset({Field.GROUP_JOINING}),
        "group.joining",
    ),
    _rule(
        "members-add-members",
        Severity.WARNING,
        "a group to which every member may add others",
        "Write `group: {managing_members: owners-and-managers}`.",
        _when(
            _setting(Field.GROUP_MANAGING_MEMBERS),
            "members",
            "members may add members",
            "One member is enough to let somebody in or put somebody out.",
        ),
        frozenset({Field.GROUP_MANAGING_MEMBERS}),
        "group.managing_members",
    ),
    _rule(
        "external-members-allowed",
        Severity.NOTE,
        "a group that people from outside may be members of",
        "Write `group: {external_members: false}`, unless it is meant.",
        _when(
            _setting(Field.GROUP_EXTERNAL_MEMBERS),
            True,
            "people from outside may be members",
            "Whoever manages its members can let them in.",
        ),
        frozenset({Field.GROUP_EXTERNAL_MEMBERS}),
        "group.external_members",
    ),
    _rule(
        "posted-by-nobody",
        Severity.WARNING,
        "a group that takes no mail",
        "Write `group: {posting: anyone}`, or `organization` for mail from inside alone.",
        _when(
            lambda subject: subject.mailbox.facts.get(Fact.POSTING),
            "nobody",
            "nobody may write to it",
            "Every message is turned away.",
        ),
        frozenset({Fact.POSTING}),
        "group.posting",
    ),
)

RULES = (
    *_SETTINGS_RULES,
    _rule(
        "owner-missing",
        Severity.WARNING,
        "a group without an owner who can sign in",
        "Make somebody `owner`; a group made by an API has none at first.",
        _no_owner,
        frozenset({"grants", "members"}),
        "members",
        limits.MEMBERS_API,
    ),
    _rule(
        "history-missing",
        Severity.ERROR,
        "a collaborative inbox that keeps no conversations",
        "Write `group: {history: true}`.",
        _no_history,
        frozenset({Fact.HAS_HISTORY}),
        "group.history",
        limits.COLLABORATIVE,
    ),
    _rule(
        "everybody-is-member",
        Severity.WARNING,
        "a group with all accounts of the organisation as members",
        "Take the entry out at admin.google.com > Directory > Groups; sharedbox leaves it alone.",
        _everybody,
        frozenset({"grants"}),
        "members",
        limits.MEMBERS_API,
    ),
    _rule(
        "members-suspended",
        Severity.ERROR,
        "a group of which two thirds of the members are suspended",
        "Take the suspended members out.",
        _suspended_crowd,
        frozenset({"grants", "members"}),
        "members",
        limits.GROUP_MEMBERS,
    ),
)

"""Checks on settings inside a mailbox: protocols, the calendar, automatic replies, retention, message sizes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from sharedbox_cli.checks import limits
from sharedbox_cli.checks.mail_rules import CHECKS as MAIL_RULES
from sharedbox_cli.checks.model import Check, Detections, PlatformOverride, Subject
from sharedbox_cli.core.fields import SETTINGS, Field
from sharedbox_cli.core.finding import Severity
from sharedbox_cli.core.model import GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.core.open_access import opens_level
from sharedbox_cli.core.texts import listed, mark, tr
from sharedbox_cli.core.values import BLOCKED, Value

_PROTOCOLS: Mapping[Field, str] = {
    Field.ACCESS_IMAP: "IMAP",
    Field.ACCESS_POP: "POP",
    Field.ACCESS_SMTP_AUTH: "SMTP AUTH",
}
_FEW = 3
"""Fewer mailboxes have no usual value."""
_TEAM = "team"
"""The label that names the team of a mailbox."""


def _open_protocols(subject: Subject) -> Detections:
    settings = subject.mailbox.settings
    # IMAP and POP are on in every new mailbox: only a spec that says so asks for them.
    asked = subject.spec.settings if subject.spec else {}
    named = [
        word
        for name, word in _PROTOCOLS.items()
        if settings.get(name) is True and (name is Field.ACCESS_SMTP_AUTH or asked.get(name) is True)
    ]
    if named and settings.get(Field.SIGN_IN) == BLOCKED:
        why = tr(
            "Its own account cannot sign in, so only programs of members could use it, and old passwords are weak."
        )
        yield "", tr("{named} enabled on a mailbox whose sign-in is blocked", named=listed(named)), why


def _reply_that_ended(subject: Subject) -> Detections:
    # The spec says enough: reading all replies would take a request for ten mailboxes.
    settings = {**(subject.spec.settings if subject.spec else {}), **subject.mailbox.settings}
    end = settings.get(Field.AUTO_REPLY_END)
    if settings.get(Field.AUTO_REPLY) and isinstance(end, str) and end:
        now = subject.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if end <= now:
            yield (
                "",
                tr("the automatic reply has ended"),
                tr("Its window ended at {end}, and nobody gets a reply.", end=end),
            )


def _days(value: Value) -> int | None:
    match = re.fullmatch(r"([0-9]+)d", str(value))
    return int(match[1]) if match else None


def _short_retention(subject: Subject) -> Detections:
    """Yield mailboxes that keep deleted messages for less time than most mailboxes of the organisation."""
    days = {
        address: found
        for address, mailbox in subject.observed.mailboxes.items()
        if (found := _days(mailbox.settings.get(Field.DELETED_ITEMS))) is not None
    }
    if len(days) < _FEW:
        return
    usual, count = max(Counter(days.values()).items(), key=lambda item: (item[1], item[0]))
    for address, own in sorted(days.items(), key=lambda item: item[0].key) if 2 * count > len(days) else ():
        if own < usual:
            why = tr(
                "{address} keeps deleted messages for {own} days. Most mailboxes here keep them for {usual}.",
                address=address,
                own=own,
                usual=usual,
            )
            yield address.text, tr("deleted messages are kept for less time than usual"), why


def _other_limits(subject: Subject) -> Detections:
    """Yield the mailbox of a team that limits messages differently from most of its team."""
    team = subject.spec.labels.get(_TEAM) if subject.spec else None
    if not team:
        return
    same = [key for key, one in subject.desired.mailboxes.items() if one.labels.get(_TEAM) == team]
    for name in (Field.SEND_LIMIT, Field.RECEIVE_LIMIT):
        held = [
            one.settings[name] for key in same if (one := subject.observed.mailboxes.get(key)) if name in one.settings
        ]
        own = subject.mailbox.settings.get(name)
        usual = Counter(held).most_common(1)
        if own is not None and usual and usual[0][0] != own and 2 * usual[0][1] > len(held):
            words = SETTINGS[name].item_words
            why = tr(
                "`{name}` is {own} here, and {usual} in most mailboxes of the team {team}.",
                name=name,
                own=words(own),
                usual=words(usual[0][0]),
                team=team,
            )
            yield str(name), tr("message limits differ inside a team"), why


_ONLY = frozenset({MICROSOFT365})
_CALENDARS = frozenset({GOOGLE_DELEGATED, MICROSOFT365})
_MICROSOFT_PAGE = {MICROSOFT365: PlatformOverride(source=limits.FOLDER_PERMISSIONS)}


def _public_calendar(subject: Subject) -> Detections:
    if opens_level(Field.CALENDAR_ANONYMOUS, subject.mailbox.settings.get(Field.CALENDAR_ANONYMOUS)):
        why = tr("People who are not in the organisation can see at least when it is busy.")
        yield "", tr("anyone on the web can see the calendar"), why


def _open_calendar(subject: Subject) -> Detections:
    if opens_level(Field.CALENDAR_DEFAULT, subject.mailbox.settings.get(Field.CALENDAR_DEFAULT)):
        why = tr("People who do not work with the mailbox can do more than see when it is busy.")
        yield "", tr("everyone in the organisation can read the calendar"), why


CHECKS = (
    Check(
        id="calendar-public",
        severity=Severity.ERROR,
        title=mark("a calendar that anyone on the web can see"),
        hint=mark("Set `calendar: {anonymous: none}`."),
        source=limits.CALENDAR_SHARING,
        detect=_public_calendar,
        needs=frozenset({Field.CALENDAR_ANONYMOUS}),
        path="calendar.anonymous",
        platforms=_CALENDARS,
        overrides=_MICROSOFT_PAGE,
    ),
    Check(
        id="calendar-open-to-all",
        severity=Severity.WARNING,
        title=mark("a calendar that the whole organisation can read"),
        hint=mark("Unless this is intended, set `calendar: {default: availability}`."),
        source=limits.CALENDAR_SHARING,
        detect=_open_calendar,
        needs=frozenset({Field.CALENDAR_DEFAULT}),
        path="calendar.default",
        platforms=_CALENDARS,
        overrides=_MICROSOFT_PAGE,
    ),
    Check(
        id="protocols-open",
        severity=Severity.NOTE,
        title=mark("IMAP, POP or SMTP AUTH enabled on a mailbox whose sign-in is blocked"),
        hint=mark("Unless a program needs it, write `access: {imap: false, pop: false, smtp_auth: false}`."),
        source=limits.CLIENT_ACCESS,
        detect=_open_protocols,
        needs=frozenset({Field.SIGN_IN, *_PROTOCOLS}),
        path="access",
        platforms=_ONLY,
    ),
    Check(
        id="auto-reply-ended",
        severity=Severity.NOTE,
        title=mark("an automatic reply whose window has ended"),
        hint=mark("Set a new `end`, or `enabled: false`."),
        source=limits.AUTO_REPLY,
        detect=_reply_that_ended,
        path="auto_reply",
        platforms=_ONLY,
    ),
    Check(
        id="retention-shorter",
        severity=Severity.NOTE,
        title=mark("a mailbox that keeps deleted messages for less time than most mailboxes of the organisation"),
        hint=mark("Unless this is intended, write `retention: {single_item_recovery: 30d}`."),
        source=limits.SET_MAILBOX,
        detect=_short_retention,
        needs=frozenset({Field.DELETED_ITEMS}),
        path="retention",
        platforms=_ONLY,
        is_of_tenant=True,
    ),
    Check(
        id="message-limits-differ",
        severity=Severity.NOTE,
        title=mark("a mailbox that limits messages differently from most mailboxes of its team (label `team`)"),
        hint=mark("Unless this is intended, write the same `message_limits`, for example in `_defaults.yaml`."),
        source=limits.SET_MAILBOX,
        detect=_other_limits,
        needs=frozenset({Field.SEND_LIMIT, Field.RECEIVE_LIMIT}),
        path="message_limits",
        platforms=_ONLY,
    ),
    *MAIL_RULES,
)

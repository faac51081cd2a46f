"""The rows of an audit in words, and what is arranged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sharedbox_cli.core.access import AccessRow
from sharedbox_cli.core.change_words import RIGHT_WORDS
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Fact, Right
from sharedbox_cli.core.observed import ObservedMailbox
from sharedbox_cli.core.open_access import IN_FORCE, KEPT_RULES, OWN_ACCOUNT, WAYS, Audience, Entry
from sharedbox_cli.core.texts import Language, Phrase, language, mark, mark_in, shown, tr, tr_count, tr_in
from sharedbox_cli.core.until import until_words
from sharedbox_cli.core.why import SERVICE, InSpec, Why


@dataclass(frozen=True, slots=True)
class Audit:
    """The rows and mailboxes to arrange. If there are several platforms, a mailbox is shown with its platform."""

    rows: Sequence[AccessRow]
    mailboxes: Sequence[ObservedMailbox]

    @property
    def is_mixed(self) -> bool:
        """Return whether there are several platforms."""
        return len({mailbox.platform for mailbox in self.mailboxes}) > 1

    def name(self, mailbox: str, platform: str) -> str:
        """Return a mailbox, with its platform if there are several."""
        return f"{mailbox} ({platform})" if self.is_mixed else mailbox

    def ids(self) -> dict[str, str]:
        """Return the IDs of holders who look like another one: a name can be any text, also an address."""
        holders = defaultdict(set)
        for row in self.rows:
            holders[row.person].add(row.holder)
        return {
            row.holder: f" [{row.trustee_id}]"
            for row in self.rows
            if len(holders[row.person]) > 1 and not row.holder.startswith("user:")
        }


def mailbox_key(mailbox: ObservedMailbox) -> tuple[str, str]:
    """Return what identifies a mailbox."""
    return mailbox.address.key, str(mailbox.platform)


def marks_of(row: AccessRow) -> str:
    """Return what is special about a holder or an entry."""
    marks = [
        tr("deleted account") if row.kind == "orphan" else "",
        entry_words(row.entry) if row.entry not in IN_FORCE else "",
        tr("guest") if row.is_guest else tr("outside the organisation") if row.is_external and row.address else "",
        tr("disabled") if not row.is_enabled and row.kind != "orphan" else "",
        holder_kind_words(row.kind) if row.kind in ("group", "application") else "",
        tr("not resolved") if row.kind == "other" and row.entry in ("grant", "folder") else "",
        "" if row.can_hold else tr("cannot hold rights"),
        "" if row.is_resolved else tr("members not read"),
        tr("as {address}", address=row.address) if row.address and row.address != row.person else "",
    ]
    return ", ".join(mark for mark in marks if mark)


def may_words(row: AccessRow) -> str:
    """Return the words of a right, or the text of an entry that is none."""
    if row.entry in WAYS:
        return right_name(row.right)
    if row.entry in ("grant", "folder"):
        return f"{right_name(row.right)} ({detail_words(row)})" if row.detail else right_name(row.right)
    return detail_words(row)


def counted_words(row: AccessRow) -> str:
    """Return the words of a right, with the number of items in its folder."""
    words = may_words(row)
    if row.items is None:
        return words
    return tr_count("{right} with {count} item", "{right} with {count} items", row.items, right=words)


def through_words(row: AccessRow) -> str:
    """Return the groups that give a right, or the setting that does."""
    return detail_words(row) if row.entry in WAYS else " > ".join(row.via)


def who_words(row: AccessRow) -> str:
    """Return the name and the address of a holder."""
    is_own = row.entry == Entry.SIGN_IN and row.name == OWN_ACCOUNT
    name = tr(OWN_ACCOUNT) if is_own else shown(row.name)
    return f"{name} <{row.person}>" if name and row.name != row.person else person_words(row)


def person_words(row: AccessRow) -> str:
    """Return the address of a holder, or the name of people whom nobody lists."""
    return tr(row.person) if row.kind in tuple(Audience) else shown(row.person)


def right_name(right: Right) -> str:
    """Return the name of a right."""
    return tr_in("right", RIGHT_WORDS[right])


def entry_words(entry: str) -> str:
    """Return where a row comes from, in one word."""
    return tr_in("entry", _ENTRIES[entry])


_ENTRIES: Mapping[str, str] = {
    "grant": mark_in("entry", "grant"),
    "deny": mark_in("entry", "deny"),
    "inherited": mark_in("entry", "inherited"),
    "unknown": mark_in("entry", "unknown"),
    "invitation": mark_in("entry", "invitation"),
    "setting": mark_in("entry", "setting"),
    "forwarding": mark_in("entry", "forwarding"),
    "rule": mark_in("entry", "rule"),
    "folder": mark_in("entry", "folder"),
    "sign-in": mark_in("entry", "sign-in"),
}


def holder_kind_words(kind: str) -> str:
    """Return what a group or an application is called."""
    return tr("application") if kind == "application" else tr("group")


def detail_words(row: AccessRow) -> str:
    """Return what an entry says."""
    is_of_service = row.entry == "grant" and row.kind not in tuple(Audience)
    if isinstance(row.detail, Phrase) or is_of_service or language() is Language.ENGLISH:
        return shown(row.detail)
    return shown(_kept_words(row.detail, _KEPT))


def _kept_words(text: str, templates: Sequence[str]) -> str:
    """Return a text of ours that was kept in English, with its template again."""
    for template in templates:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(template))
        if match := re.fullmatch(pattern, text):
            state = {"rest": _kept_words(match["rest"], _STATES)} if template == _SIGN_IN else {}
            return Phrase(template, {**match.groupdict(), **state})
    return text


_SIGN_IN = mark("sign-in to its account: {rest}")
_STATES = (
    mark("its password may be known to somebody"),
    mark("suspended: nobody signs in, and mail is rejected"),
    mark("the password can be reset with the recovery data"),
    mark("a password change is pending, which breaks delegation"),
    mark("hardened at {hardened}, and somebody signed in at {login}"),
)
_KEPT = (
    mark("forwarding of all mail"),
    *KEPT_RULES.values(),
    mark("mail rule {rest}"),
    mark("folder {folder}: {level}"),
    _SIGN_IN,
    mark("sign-in to its account"),
    mark("{status} invitation of {address} as delegate"),
    mark("send-as address of {who}, {status}"),
    mark("role {role} of {name}"),
    mark("{role}: everybody in the organisation"),
    mark("deny {text} for {name}"),
    mark("inherited {text} for {name}"),
    mark("entry {text} for {name}"),
)
"""What entries say. A saved reading has it as plain English."""


def kind_words(mailbox: ObservedMailbox) -> str:
    """Return what a mailbox is, if it is not shared."""
    match mailbox.settings.get(Field.KIND):
        case "user":
            return tr("not a shared mailbox but a person's mailbox")
        case "group":
            return tr("not a shared mailbox but a plain group")
        case _:
            return ""


def unread_words(mailbox: ObservedMailbox) -> str:
    """Return that a mailbox was not read, and why if that is known."""
    return tr("not read: its account is suspended") if mailbox.facts.get(Fact.IS_SUSPENDED) else tr("not read")


def _until(why: Why) -> str:
    if why.until is None:
        return ""
    when = until_words(why.until)
    if why.until_source == SERVICE:
        return tr("until {when}, ended by the service itself", when=when)
    return tr("until {when}", when=when)


def why_words(why: Why) -> str:
    """Return why a right is there, and since when."""
    granted = seen = ""
    if why.granted_at:
        when, by = f"{why.granted_at:%Y-%m-%d %H:%M}", why.granted_by or tr("somebody")
        granted = tr("granted {when} by {who}", when=when, who=by)
    if why.first_seen:
        when = f"{why.first_seen:%Y-%m-%d %H:%M}"
        seen = tr("first seen {when}", when=when) if why.is_start_known else tr("there at the first reading")
    outside = tr("not in the spec") if why.in_spec is InSpec.NO else ""
    words = (
        tr("unmanaged") if why.in_spec is InSpec.UNMANAGED else outside,
        granted or seen,
        tr("run {run}", run=why.granted_run[:8]) if why.granted_run else "",
        _until(why),
        tr("reason: {text}", text=why.reason) if why.reason else "",
        tr("owner: {name}", name=why.owner) if why.owner else "",
        why.spec,
    )
    return ", ".join(filter(None, words))

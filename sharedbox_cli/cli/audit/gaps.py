"""What an audit does not cover, although a reader might expect it."""

from __future__ import annotations

from collections.abc import Mapping

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import Platform, Right
from sharedbox_cli.core.reach import Reach
from sharedbox_cli.core.texts import plural, tr, tr_count
from sharedbox_cli.providers.reading import Reading


def not_inside(observed: Reading, capabilities: Mapping[Platform, Capabilities]) -> tuple[str, ...]:
    """Return what an audit inside mailboxes could not read of those that were read, per platform."""
    notes = []
    for platform, observation in sorted(observed.observations.items()):
        table = capabilities[platform]
        mailboxes = [
            mailbox
            for key, mailbox in observation.mailboxes.items()
            if mailbox.platform == platform and key not in observation.unread_mailboxes
        ]
        if table.not_audited_outside and (count := sum(mailbox.folders is None for mailbox in mailboxes)):
            one, many = plural(
                "{platform}: rights in folders of {count} mailbox are not read: access is denied.",
                "{platform}: rights in folders of {count} mailboxes are not read: access is denied.",
            )
            notes.append(tr_count(one, many, count, platform=platform, count=count))
        has_rules = Field.RULES in table.audited_inside
        if has_rules and (count := sum(Field.RULES not in mailbox.settings for mailbox in mailboxes)):
            one, many = plural(
                "{platform}: mail rules of {count} mailbox are not read: access is denied.",
                "{platform}: mail rules of {count} mailboxes are not read: access is denied.",
            )
            notes.append(tr_count(one, many, count, platform=platform, count=count))
    return tuple(notes)


def not_shared(observed: Reading, capabilities: Mapping[Platform, Capabilities], reach: Reach) -> tuple[str, ...]:
    """Return of how many mailboxes the calendar or the contacts could not be read, per platform."""
    notes = []
    for platform, observation in sorted(observed.observations.items()):
        table = capabilities[platform]
        wanted = table.audited_rights | (table.audited_inside_rights if reach else frozenset())
        mailboxes = [
            one for one in observation.mailboxes.values() if one.platform == platform and one.grants is not None
        ]
        for right in sorted(wanted):
            if count := sum(right not in mailbox.levels for mailbox in mailboxes):
                one, many = _UNREAD_LEVELS[right]
                notes.append(tr_count(one, many, count, platform=platform, count=count))
    return tuple(notes)


_UNREAD_LEVELS = {
    Right.CALENDAR: plural(
        "{platform}: who uses the calendar of {count} mailbox is not read: access is denied, or it has none.",
        "{platform}: who uses the calendars of {count} mailboxes is not read: access is denied, or they have none.",
    ),
    Right.CONTACTS: plural(
        "{platform}: who uses the contacts of {count} mailbox is not read: access is denied.",
        "{platform}: who uses the contacts of {count} mailboxes is not read: access is denied.",
    ),
}


def not_audited(observed: Reading, capabilities: Mapping[Platform, Capabilities], reach: Reach) -> tuple[str, ...]:
    """Return what the audit does not cover, although a reader might expect it, per platform with mailboxes."""
    platforms = (platform for platform, observation in sorted(observed.observations.items()) if observation.mailboxes)
    tables = ((platform, capabilities[platform]) for platform in platforms)
    gaps = ((key, (not reach and table.not_audited_outside) or table.not_audited) for key, table in tables)
    return tuple(f"{platform}: {tr(gap)}" for platform, gap in gaps if gap)

"""All modelled methods, by their ids in the discovery documents."""

from __future__ import annotations

from sharedbox_cli.emulator.google import (
    activities,
    calendar,
    contacts,
    groups_settings,
    licensing,
    memberships,
    orgunits,
    policies,
    reports,
    vault,
)
from sharedbox_cli.emulator.google.call import Handlers
from sharedbox_cli.emulator.google.directory import account_security, aliases, groups, members, users
from sharedbox_cli.emulator.google.gmail import delegates, filters, labels, senders, settings

HANDLERS: Handlers = {
    **users.HANDLERS,
    **aliases.HANDLERS,
    **account_security.HANDLERS,
    **groups.HANDLERS,
    **members.HANDLERS,
    **orgunits.HANDLERS,
    **memberships.HANDLERS,
    **groups_settings.HANDLERS,
    **delegates.HANDLERS,
    **senders.HANDLERS,
    **labels.HANDLERS,
    **filters.HANDLERS,
    **settings.HANDLERS,
    **calendar.HANDLERS,
    **contacts.HANDLERS,
    **licensing.HANDLERS,
    **reports.HANDLERS,
    **activities.HANDLERS,
    **policies.HANDLERS,
    **vault.HANDLERS,
}

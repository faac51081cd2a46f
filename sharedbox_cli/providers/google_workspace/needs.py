"""What each key needs on Google Workspace: OAuth scopes, each after `https://www.googleapis.com/auth/`.

Scopes of each method: the discovery documents of the APIs, read 2026-11. A broader scope does not replace a
narrower one in domain-wide delegation, so both are listed where both are requested.
"""

from __future__ import annotations

from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, Right
from sharedbox_cli.core.needs import (
    DELETE,
    ENFORCE_UNTIL,
    MAILBOX,
    MEMBERS,
    NO_HISTORY,
    WARN_AT,
    Needs,
    NeedsTable,
    needs_of,
    same,
)
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.google_workspace import columns
from sharedbox_cli.providers.google_workspace.calendar_columns import CALENDAR
from sharedbox_cli.providers.google_workspace.gmail_columns import (
    AUTO_REPLY,
    FILTERS,
    FORWARDING,
    IMAP,
    LABELS,
    POP,
    PRESENTATION,
    SENDERS,
)
from sharedbox_cli.providers.google_workspace.group_columns import GROUP_SETTINGS
from sharedbox_cli.providers.google_workspace.scopes import AUTH

_READ_USERS, _READ_GROUPS = "admin.directory.user.readonly", "admin.directory.group.readonly"
_READ_MEMBERS, _READ_DOMAINS = "admin.directory.group.member.readonly", "admin.directory.domain.readonly"
_USERS, _ALIASES, _SECURITY = "admin.directory.user", "admin.directory.user.alias", "admin.directory.user.security"
_GROUPS, _MEMBERS, _SETTINGS = "admin.directory.group", "admin.directory.group.member", "apps.groups.settings"
_LICENCES, _SIZES, _POLICIES = "apps.licensing", "admin.reports.usage.readonly", "cloud-identity.policies.readonly"
_MAIL, _SHARING, _LABELS = "gmail.settings.basic", "gmail.settings.sharing", "gmail.labels"
_CALENDAR, _READ_CALENDAR = "calendar.acls", "calendar.acls.readonly"
_CONTACTS, _READ_CONTACTS = "admin.contact.delegation", "admin.contact.delegation.readonly"
_ENDS, _READ_ENDS = "cloud-identity.groups", "cloud-identity.groups.readonly"
_HOLDS, _UNITS = "ediscovery.readonly", "admin.directory.orgunit.readonly"
"""Read before an account, a group or a licence goes, an account moves, or a group keeps no messages any more. Holds
name organisational units by ids. Without them, the guard `legal-hold` asks each time."""

_DIRECTORY = (_READ_USERS, _READ_DOMAINS)
_SHARED = Needs((_MAIL,), (_SHARING,))
DELEGATED: NeedsTable = {
    MAILBOX: Needs(_DIRECTORY, (_USERS,)),
    DELETE: Needs((_MAIL, _LICENCES, _SIZES, _HOLDS, _UNITS), (_USERS,)),
    MEMBERS: Needs((_MAIL, _READ_GROUPS), (_SHARING,)),
    WARN_AT: Needs((_SIZES,)),
    **same(columns.ACCOUNT, Needs(_DIRECTORY, (_USERS,))),
    Field.ORG_UNIT: Needs((*_DIRECTORY, _HOLDS, _UNITS), (_USERS,)),
    Field.SIGN_IN: Needs(_DIRECTORY, (_USERS, _SECURITY)),
    Field.ALIASES: Needs((*_DIRECTORY, _READ_GROUPS), (_ALIASES,)),
    **same(columns.LICENCE, Needs((_LICENCES, _SIZES, _HOLDS, _UNITS), (_LICENCES,))),
    **same(LABELS, Needs((_LABELS,), (_LABELS,))),
    **same(FILTERS, Needs((_MAIL, _LABELS), (_MAIL, _LABELS))),
    **same(SENDERS, _SHARED),
    **same(FORWARDING, _SHARED),
    **same((*AUTO_REPLY, *IMAP, *POP, *PRESENTATION), Needs((_MAIL,), (_MAIL,))),
    **same(CALENDAR, Needs((_READ_CALENDAR,), (_CALENDAR,))),
    str(Right.CALENDAR): Needs((_READ_CALENDAR, _READ_GROUPS), (_CALENDAR,)),
    f"{Right.CALENDAR}.people[].group": Needs((_READ_CALENDAR, _READ_GROUPS, _READ_MEMBERS, _SETTINGS), (_CALENDAR,)),
    str(Right.CONTACTS): Needs((_READ_CONTACTS, _READ_GROUPS), (_CONTACTS,)),
}
_GROUP = (_READ_USERS, _READ_DOMAINS, _READ_GROUPS)
COLLABORATIVE: NeedsTable = {
    MAILBOX: Needs((*_GROUP, _READ_MEMBERS, _SETTINGS), (_GROUPS, _SETTINGS)),
    DELETE: Needs((*_GROUP, _HOLDS), (_GROUPS,)),
    MEMBERS: Needs((*_GROUP, _READ_MEMBERS), (_MEMBERS,)),
    **same(columns.GROUP, Needs(_GROUP, (_GROUPS,))),
    **same(GROUP_SETTINGS, Needs((_SETTINGS,), (_SETTINGS,))),
    NO_HISTORY: Needs((_HOLDS,)),
    **same((ENFORCE_UNTIL, Field.UNTIL), Needs((_READ_ENDS,), (_ENDS,))),
}


def scopes_of(scope: Scope) -> frozenset[str]:
    """Return the scopes that reading a scope needs."""
    table = {GOOGLE_DELEGATED: DELEGATED, GOOGLE_COLLABORATIVE: COLLABORATIVE}
    reads_grants = scope.grants_of is None or bool(scope.grants_of)
    inside = scope.inside_all.union(*scope.inside.values())
    paths = (MAILBOX, *(MEMBERS,) * reads_grants, *map(str, (*scope.fields, *inside)))
    names = {name for platform in scope.platforms for path in paths for name in needs_of(table[platform], path).read}
    return frozenset(AUTH + name for name in names)

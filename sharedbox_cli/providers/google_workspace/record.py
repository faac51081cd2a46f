"""Raw answers to harmless reads of one mailbox, for those who keep the emulator like the service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sharedbox_cli.core.errors import AuthError, CloudError
from sharedbox_cli.providers.diagnosis import Recording
from sharedbox_cli.providers.google_workspace.ends import group_of, memberships_of, name_in, trial_of
from sharedbox_cli.providers.google_workspace.google_client import Ask, Make, Wire
from sharedbox_cli.providers.google_workspace.scopes import CALENDAR, CONTACTS, DIRECTORY, GMAIL, IDENTITY, SETTINGS

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection


def _settings(name: str, get: Callable[[Any], Any]) -> tuple[str, str, str, Make]:
    words = name.removesuffix("-list").replace("-", " ").title().replace(" ", "")
    call = f"{words[:1].lower()}{words[1:]}{'.list' if name.endswith('-list') else ''}"
    return GMAIL, f"gmail.users.settings.{call}", name, lambda api: get(api.users().settings())


_OF_MAILBOX: tuple[tuple[str, str, str, Make], ...] = (
    (CALENDAR, "calendar.acl.list", "acl-list", lambda api: api.acl().list(calendarId="primary")),
    _settings("filters-list", lambda api: api.filters().list(userId="me")),
    (GMAIL, "gmail.users.labels.list", "labels-list", lambda api: api.users().labels().list(userId="me")),
    _settings("delegates-list", lambda api: api.delegates().list(userId="me")),
    _settings("send-as-list", lambda api: api.sendAs().list(userId="me")),
    _settings("get-vacation", lambda api: api.getVacation(userId="me")),
    _settings("get-auto-forwarding", lambda api: api.getAutoForwarding(userId="me")),
    _settings("get-language", lambda api: api.getLanguage(userId="me")),
    _settings("get-imap", lambda api: api.getImap(userId="me")),
    _settings("get-pop", lambda api: api.getPop(userId="me")),
)
"""Reads as the mailbox itself: none of them can return a message."""


def record(connection: GoogleConnection, mailbox: str) -> Iterator[Recording]:
    """Yield the answers about one account or group. Raises AuthError for a sign-in that fails altogether."""
    from sharedbox_cli.auth.google import GoogleCredentials

    by_admin: tuple[tuple[str, str, str, Make], ...] = (
        (DIRECTORY, "directory.users.get", "users-get", lambda api: api.users().get(userKey=mailbox)),
        (DIRECTORY, "directory.groups.get", "groups-get", lambda api: api.groups().get(groupKey=mailbox)),
        (DIRECTORY, "directory.members.list", "members-list", lambda api: api.members().list(groupKey=mailbox)),
        (
            CONTACTS,
            "contactDelegation.users.delegates.list",
            "contact-delegates-list",
            lambda api: api.users().delegates().list(user=mailbox),
        ),
        (SETTINGS, "groupsSettings.groups.get", "group-settings", lambda api: api.groups().get(groupUniqueId=mailbox)),
    )
    wire = Wire(connection, GoogleCredentials(connection))
    try:
        for subject, reads in ((mailbox, _OF_MAILBOX), (connection.admin, by_admin)):
            for api, call, name, make in reads:
                yield _recording(wire, Ask(api, make, call, subject, mailbox), name)
        yield from _memberships(wire, connection.admin, mailbox)
    finally:
        wire.close()


def _memberships(wire: Wire, admin: str, mailbox: str) -> Iterator[Recording]:
    """Yield what Cloud Identity has of a group: its name, and with it when memberships end, and if they can."""
    found = _recording(wire, Ask(IDENTITY, group_of(mailbox), "cloudidentity.groups.lookup", admin, mailbox), "lookup")
    yield found
    try:
        group = name_in(json.loads(found.body))
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    for call, name, make in (
        ("list", "memberships-list", memberships_of(group, None)),
        ("checkTransitiveMembership", "check-transitive-membership", trial_of(group, admin)),
    ):
        yield _recording(wire, Ask(IDENTITY, make, f"cloudidentity.groups.memberships.{call}", admin, mailbox), name)


def _recording(wire: Wire, ask: Ask, name: str) -> Recording:
    call = f"{ask.call} as {'{mailbox}' if ask.subject == ask.mailbox else 'the administrator'}"
    try:
        status, content_type, body = wire.raw(ask)
    except (AuthError, CloudError) as error:
        return Recording(name, call, 0, body=error.summary.encode())
    return Recording(name, call, status, content_type, body)

"""Diagnosis by read requests: a token for each set of scopes, enabled APIs, roles, the delegation policy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, PermissionDenied, SharedboxError
from sharedbox_cli.providers.diagnosis import Diagnosis
from sharedbox_cli.providers.forms import optional_text, rows_in, understood
from sharedbox_cli.providers.google_workspace.ends import EDITIONS, group_of, is_edition, name_in, trial_of
from sharedbox_cli.providers.google_workspace.errors import NO_CALENDAR, NO_MAIL, lacks_scope
from sharedbox_cli.providers.google_workspace.google_client import Ask, Make, Wire
from sharedbox_cli.providers.google_workspace.scopes import (
    APIS,
    AUDIT,
    CALENDAR,
    CONTACTS,
    DIRECTORY,
    GMAIL,
    IDENTITY,
    LICENSING,
    POLICIES,
    REPORTS,
    SECURITY,
    SETTINGS,
    UNITS,
    VAULT,
)
from sharedbox_cli.providers.google_workspace.skus import PRODUCT

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection

DELEGATION = "admin.google.com > Security > Access and data control > API controls > Domain-wide delegation"
_ROLES = "admin.google.com > Account > Admin roles"
_ROLE = {
    DIRECTORY: "User Management Admin and Groups Admin",
    SETTINGS: "Groups Admin",
    LICENSING: "License Management",
    REPORTS: "one with the privilege Reports",
    AUDIT: "one with the privilege Reports",
    POLICIES: "Super Admin",
    SECURITY: "User Management Admin",
    IDENTITY: "Groups Admin",
    CONTACTS: "one with the privilege Contacts",
    UNITS: "User Management Admin",
    VAULT: "one with the privilege View All Matters of Vault",
}
_OPTIONAL = {
    REPORTS: "storage is not reported",
    AUDIT: "`audit --why` does not name who added members to groups",
    POLICIES: "whether delegation is enabled is not reported",
    CALENDAR: "`calendar` is not managed, and open calendars are not reported",
    CONTACTS: "`contacts` is not managed",
    IDENTITY: "`group: {enforce_until: true}` is not managed: access ends with the first apply after `until`",
    UNITS: "plans do not see which accounts a legal hold on an organisational unit covers",
    VAULT: "plans do not see which mailboxes are under a legal hold",
}
"""APIs that sharedbox can work without, and the consequence."""
_READ, _WRITE = "reading (plan, check, audit)", "writing (apply)"
_NOBODY = "no-such-group"


def diagnose(
    connection: GoogleConnection, *, is_interactive: bool = False, prompt: Callable[[str], None] | None = None
) -> tuple[Diagnosis, ...]:
    """Return one result per step. Nothing is written."""
    from sharedbox_cli.auth.google import GoogleCredentials

    credentials = GoogleCredentials(connection)
    wire = Wire(connection, credentials)
    try:
        return tuple(_all(wire, connection))
    finally:
        wire.close()


def _all(wire: Wire, connection: GoogleConnection) -> Iterator[Diagnosis]:
    try:
        client_id, account = wire.credentials.client_id, wire.credentials.identity
    except AuthError as error:
        yield failed("credential", error)
        return
    client = client_id or unique_id_of(account)
    refusal = token_error(wire, connection.admin, APIS[DIRECTORY].read[:1])
    if refusal is not None and not lacks_scope(refusal):
        yield failed(f"sign in as {connection.admin or 'an administrator'}", refusal)
        return
    yield Diagnosis("credential", "ok", f"service account {account}, as {connection.admin}")
    readable = []
    for api, definition in APIS.items():
        is_readable = True
        for purpose, scopes in ((_READ, definition.read), (_WRITE, definition.write)):
            if scopes and not (purpose == _WRITE and scopes == definition.read):
                diagnosis = _scopes(wire, connection.admin, api, purpose, scopes, client)
                is_readable = is_readable and (purpose == _WRITE or diagnosis.status == "ok")
                yield diagnosis
        if is_readable:
            readable.append(api)
    yield from reads(wire, connection, readable)


def unique_id_of(account: str) -> str:
    """Return where to find the client ID of a service account whose key is not at hand."""
    return f"the unique ID of {account} (console.cloud.google.com > IAM & Admin > Service accounts)"


def token_error(wire: Wire, subject: str, scopes: Sequence[str]) -> SharedboxError | None:
    """Return why Google refuses a token for some scopes, or None if it issues one."""
    from google.auth.exceptions import GoogleAuthError

    from sharedbox_cli.auth.google import words_of_refresh_error
    from sharedbox_cli.auth.google_signing import TokenRequest

    try:
        wire.credentials.of(subject, scopes).refresh(TokenRequest())  # type: ignore[no-untyped-call]
    except GoogleAuthError as error:
        return words_of_refresh_error(error, subject, scopes, wire.connection)
    except (AuthError, CloudError) as error:
        return error
    return None


def _scopes(wire: Wire, subject: str, api: str, purpose: str, scopes: Sequence[str], client: str) -> Diagnosis:
    """Return whether all scopes of one purpose are granted. If not, each is tried alone, to name the missing ones."""
    definition = APIS[api]
    step = f"scopes for {definition.title}, {purpose}"
    error = token_error(wire, subject, scopes)
    if error is None:
        return Diagnosis(step, "ok", f"{len(scopes)} granted")
    if not lacks_scope(error):
        return failed(step, error)
    errors = {scope: token_error(wire, subject, (scope,)) for scope in scopes}
    missing = [scope for scope, error in errors.items() if error is not None and lacks_scope(error)]
    listed = ",".join(missing)
    hint = f"{DELEGATION}. Client ID: {client}. Add:\n    {listed}\nA change takes minutes, at most a day."
    return Diagnosis(step, "missing", f"not granted: {', '.join(missing)}{_consequence(api)}", hint)


def _consequence(api: str) -> str:
    return f"; without it, {_OPTIONAL[api]}" if api in _OPTIONAL else ""


def reads(
    wire: Wire, connection: GoogleConnection, readable: Collection[str], scopes: Collection[str] | None = None
) -> Iterator[Diagnosis]:
    """Try one read per API. With scopes, only what they allow is read, and each read requests its own scopes alone."""
    customer = connection.customer
    makes: dict[str, tuple[str, Make]] = {
        DIRECTORY: ("read accounts", lambda service: service.users().list(customer=customer, maxResults=1)),
        SETTINGS: (
            "read group settings",
            lambda service: service.groups().get(groupUniqueId=f"{_NOBODY}@{connection.admin.rpartition('@')[2]}"),
        ),
        LICENSING: (
            "read licences",
            lambda service: service.licenseAssignments().listForProduct(
                productId=PRODUCT,
                customerId=connection.expected_customer or connection.admin.rpartition("@")[2],
                maxResults=1,
            ),
        ),
        REPORTS: (
            "read reports",
            lambda service: service.customerUsageReports().get(date="2026-01-01", parameters="accounts:num_users"),
        ),
        AUDIT: (
            "read the log of administrators",
            lambda service: service.activities().list(userKey="all", applicationName="admin", maxResults=1),
        ),
        POLICIES: ("read policies", lambda service: service.policies().list(pageSize=1)),
        SECURITY: ("read app passwords", lambda service: service.asps().list(userKey=connection.admin)),
        CALENDAR: (
            "read who may use a calendar",
            lambda service: service.acl().list(calendarId="primary", maxResults=1),
        ),
        UNITS: (
            "read organisational units",
            lambda service: service.orgunits().list(customerId=customer, type="children", fields="etag"),
        ),
        VAULT: ("read legal holds", lambda service: service.matters().list(state="OPEN", pageSize=1)),
        CONTACTS: (
            "read delegates of contacts",
            lambda service: service.users().delegates().list(user=connection.admin, pageSize=1),
        ),
        GMAIL: ("read a mailbox's settings", lambda service: service.users().settings().delegates().list(userId="me")),
    }
    more: tuple[tuple[str, str, Make], ...] = (
        (DIRECTORY, "read groups", lambda service: service.groups().list(customer=customer, maxResults=1)),
        (DIRECTORY, "read domains", lambda service: service.domains().list(customer=customer)),
    )
    for api, step, make in (*more, *((api, *makes[api]) for api in readable if api in makes)):
        if api not in readable:
            continue
        call = step if scopes is None else _CALLS.get(step, step)
        if scopes is None or {*APIS[api].scopes_of(call, is_write=False)} <= {*scopes}:
            yield _read(wire, connection, Ask(api, make, call, connection.admin), step)
    if IDENTITY in readable and DIRECTORY in readable:
        yield _ends(wire, connection)


def _ends(wire: Wire, connection: GoogleConnection) -> Diagnosis:
    """Return whether this edition ends memberships itself: asked about any group, by a request that needs one."""
    step, admin = "end memberships", connection.admin
    trial = Ask(IDENTITY, group_of(admin), "cloudidentity.groups", admin)
    try:
        address = _any_group(wire, connection)
        if not address:
            return Diagnosis(step, "ok", "there is no group")
        answer = wire.send(replace(trial, make=group_of(address)))
        name = understood(answer, "cloudidentity.groups.lookup", name_in, own_name=False)
    except (CloudError, AuthError, ObserveError) as error:
        return _refused(connection, trial, step, error)
    try:
        wire.send(replace(trial, make=trial_of(name, admin)))
    except (CloudError, AuthError) as error:
        if is_edition(error):
            what = f"this edition does not end memberships ({EDITIONS} do){_consequence(IDENTITY)}"
            return Diagnosis(step, "missing", what)
        return _refused(connection, trial, step, error)
    return Diagnosis(step, "ok", "answered")


def _any_group(wire: Wire, connection: GoogleConnection) -> str:
    """Return the address of one group, or nothing."""
    call, customer = "directory.groups.list", connection.customer
    ask = Ask(DIRECTORY, lambda api: api.groups().list(customer=customer, maxResults=1), call, connection.admin)
    rows = understood(wire.send(ask), call, lambda row: rows_in(row, "groups"), own_name=False)
    return optional_text(rows[0], "email") if rows else ""


_CALLS = {
    "read accounts": "directory.users.list",
    "read groups": "directory.groups.list",
    "read domains": "directory.domains.list",
    "read a mailbox's settings": "gmail.users.settings.delegates.list",
}
"""The calls whose scopes are fewer than those of their API."""


def _read(wire: Wire, connection: GoogleConnection, ask: Ask, step: str) -> Diagnosis:
    try:
        wire.send(ask)
    except (CloudError, AuthError) as error:
        return _refused(connection, ask, step, error)
    return Diagnosis(step, "ok", "answered")


def _refused(connection: GoogleConnection, ask: Ask, step: str, error: SharedboxError) -> Diagnosis:
    """Return what a read that failed says."""
    api = ask.api
    if isinstance(error, PermissionDenied):
        if error.code in ("accessNotConfigured", "SERVICE_DISABLED"):
            name = APIS[api].console
            hint = f"console.cloud.google.com/apis/library/{name}, in the service account's project > Enable."
            return Diagnosis(step, "missing", f"the API {name} is disabled", hint)
        role = _ROLE.get(api, "")
        hint = (
            f"{_ROLES}: give {connection.admin} the role {role}, or name another administrator." if role else error.hint
        )
        return Diagnosis(step, "missing", f"{connection.admin} lacks the permission{_consequence(api)}", hint)
    is_missing = isinstance(error, CloudError) and error.status in (400, 404)
    if (is_missing and (api in (SETTINGS, REPORTS) or _code(error) == NO_MAIL)) or _code(error) == NO_CALENDAR:
        return Diagnosis(step, "ok", "answered")  # the object, report or mailbox does not exist
    return failed(step, error)


def _code(error: SharedboxError) -> str:
    return error.code if isinstance(error, CloudError) else ""


def failed(step: str, error: SharedboxError) -> Diagnosis:
    """Return the step that an error ended."""
    text = " ".join(part for part in (error.summary, error.where, error.why) if part)
    return Diagnosis(step, "failed", text, error.hint)

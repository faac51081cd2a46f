"""What specs need of domain-wide delegation, what it grants beyond that, and the list that grants only that.

No API lists the scopes of a client. So each scope that sharedbox can use, and some broad ones, are tried: a token is
requested and not used (developers.google.com/identity/protocols/oauth2/service-account, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from sharedbox_cli.core.errors import AuthError, SharedboxError
from sharedbox_cli.core.needs import Needed, key_words
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis, Instructions
from sharedbox_cli.providers.google_workspace.doctor import DELEGATION, failed, reads, token_error, unique_id_of
from sharedbox_cli.providers.google_workspace.errors import lacks_scope
from sharedbox_cli.providers.google_workspace.google_client import Ask, Wire
from sharedbox_cli.providers.google_workspace.scopes import APIS, AUTH, DIRECTORY, POLICIES, UNITS, VAULT

if TYPE_CHECKING:
    from sharedbox_cli.auth.connection import GoogleConnection

BROAD = (
    "https://mail.google.com/",
    *(
        f"{AUTH}{name}"
        for name in (
            "gmail.modify",
            "gmail.readonly",
            "gmail.send",
            "calendar",
            "contacts",
            "drive",
            "cloud-platform",
            "admin.directory.customer",
            "admin.directory.rolemanagement",
        )
    ),
)
"""Scopes that sharedbox never uses and that people grant to be on the safe side."""
_CONSOLE = "https://admin.google.com/ac/owl/domainwidedelegation"


def assess(connection: GoogleConnection, needed: Needed) -> Assessment:
    """Return one result per scope that specs need, and per scope that is granted beyond them. Nothing is written."""
    from sharedbox_cli.auth.google import GoogleCredentials

    wire = Wire(connection, GoogleCredentials(connection))
    try:
        client_id, account = wire.credentials.client_id, wire.credentials.identity
        client = client_id or unique_id_of(account)
        steps = tuple(_steps(wire, connection, needed, account))
    except AuthError as error:
        return Assessment((failed("credential", error),))
    finally:
        wire.close()
    return Assessment(steps, (_instructions(client_id, client, needed),))


def _steps(wire: Wire, connection: GoogleConnection, needed: Needed, account: str) -> Iterator[Diagnosis]:
    admin = connection.admin
    refusal = token_error(wire, admin, APIS[DIRECTORY].read[:1])
    if refusal is not None and not lacks_scope(refusal):
        yield failed(f"sign in as {admin or 'an administrator'}", refusal)
        return
    yield Diagnosis("credential", "ok", f"service account {account}, as {admin}")
    wanted = sorted(f"{AUTH}{name}" for name in needed.all)
    missing = _missing(wire, admin, wanted)
    for scope in wanted:
        yield _needed(scope, missing.get(scope), needed)
    known = {scope for api in APIS.values() for scope in (*api.read, *api.write)}
    for scope in sorted({*known, *BROAD} - {*wanted, *APIS[VAULT].read, *APIS[UNITS].read}):
        if token_error(wire, admin, (scope,)) is None:
            more = "audit, check and import read more than plan" if scope in known else "no command needs it"
            yield Diagnosis(f"scope {scope.removeprefix(AUTH)}", "too much", f"no key of the specs needs it; {more}")
    granted = {*wanted} - missing.keys()
    readable = [api for api in APIS if _is_wanted(api, granted)]
    yield from reads(wire, connection, readable, granted)
    yield from _rank(wire, connection, needed, granted)


def _missing(wire: Wire, admin: str, wanted: Collection[str]) -> dict[str, SharedboxError]:
    """Return the scopes without a token, and why: one request where all of them are granted."""
    if not wanted or token_error(wire, admin, tuple(wanted)) is None:
        return {}
    errors = {scope: token_error(wire, admin, (scope,)) for scope in wanted}
    return {scope: error for scope, error in errors.items() if error is not None}


def _needed(scope: str, error: SharedboxError | None, needed: Needed) -> Diagnosis:
    name = scope.removeprefix(AUTH)
    words = f"{needed.purpose(name)}: {key_words(needed.all[name])}"
    if error is None:
        return Diagnosis(f"scope {name}", "ok", f"for {words}")
    if not lacks_scope(error):
        return failed(f"scope {name}", error)
    return Diagnosis(f"scope {name}", "missing", f"needed for {words}", f"{DELEGATION}: see the list below.")


def _is_wanted(api: str, granted: Collection[str]) -> bool:
    """Return whether some read of an API is possible with the scopes that specs need and that are granted."""
    return bool({*APIS[api].read} & {*granted})


def _rank(wire: Wire, connection: GoogleConnection, needed: Needed, granted: Collection[str]) -> Iterator[Diagnosis]:
    """Say whether the administrator is one with all privileges."""
    call = "directory.users.get"
    if not {*APIS[DIRECTORY].scopes_of(call, is_write=False)} <= {*granted}:
        return
    if {*APIS[POLICIES].read} & {f"{AUTH}{name}" for name in needed.all}:
        return
    ask = Ask(
        DIRECTORY,
        lambda service: service.users().get(userKey=connection.admin, fields="isAdmin"),
        call,
        connection.admin,
    )
    step = f"administrator {connection.admin}"
    try:
        is_super = wire.send(ask).get("isAdmin") is True
    except SharedboxError as error:
        yield failed(step, error)
        return
    if is_super:
        hint = "admin.google.com > Account > Admin roles: give another account only the roles of the setup guide."
        yield Diagnosis(step, "too much", "a super administrator; these specs need no such privilege", hint)
    else:
        yield Diagnosis(step, "ok", "no super administrator")


def _instructions(client_id: str, client: str, needed: Needed) -> Instructions:
    scopes = ",".join(sorted(f"{AUTH}{name}" for name in needed.all))
    lines = [f"Client ID: {client}", f"OAuth scopes: {scopes}"]
    if client_id:
        link = f"?clientIdToAdd={quote(client_id)}&clientScopeToAdd={quote(scopes, safe=':/,')}&overwriteClientId=true"
        lines.append(f"Or open: {_CONSOLE}{link}")
    return Instructions(f"{DELEGATION}, to grant only what these specs need", tuple(lines))

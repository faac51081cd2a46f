"""Diagnosis by read requests: token, roles, permissions, reachability. Each is tried once."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.core.needs import Needed
from sharedbox_cli.providers.diagnosis import Assessment, Diagnosis, Instructions, Status
from sharedbox_cli.providers.microsoft365.doctor_permissions import is_person, permission_steps
from sharedbox_cli.providers.microsoft365.least import privilege_steps, scoped_commands

if TYPE_CHECKING:
    import httpx
    from azure.core.credentials import TokenCredential

    from sharedbox_cli.auth.claims import TokenClaims
    from sharedbox_cli.auth.connection import MicrosoftConnection

SECONDS = 20.0
SKEW_SECONDS = 300.0


def diagnose(
    connection: MicrosoftConnection,
    needed: Needed | None = None,
    *,
    is_interactive: bool = False,
    prompt: Callable[[str], None] | None = None,
) -> Assessment:
    """Return one result per step; with what specs need, also what is too much, and commands. Nothing is written."""
    from sharedbox_cli.auth.claims import token_claims
    from sharedbox_cli.auth.microsoft import credential_for

    steps: list[Diagnosis] = []
    instructions: tuple[Instructions, ...] = ()
    try:
        credential = credential_for(connection, is_interactive=is_interactive, prompt=prompt)
    except AuthError as error:
        return Assessment((Diagnosis("credential", "failed", _words(error), error.hint),))
    tokens: dict[str, TokenClaims] = {}
    for name, scope in (("Graph", connection.graph_scope), ("Exchange", connection.exchange_scope)):
        try:
            tokens[name] = token_claims(credential, scope)
            steps.append(Diagnosis(f"token for {name}", "ok", f"as {tokens[name].name or tokens[name].app_id}"))
        except AuthError as error:
            steps.append(Diagnosis(f"token for {name}", "failed", _words(error), error.hint))
    if len(tokens) == 2:
        graph, exchange = tokens["Graph"], tokens["Exchange"]
        if needed is None or is_person(graph):
            steps += permission_steps(graph, exchange, needed)
        else:
            steps += privilege_steps(graph, exchange, needed)
            instructions = (scoped_commands(graph.app_id, graph.object_id, needed),)
        steps += _reads(connection, credential, exchange.tenant_id, needed)
    return Assessment(tuple(steps), instructions)


def _words(error: AuthError) -> str:
    return " ".join(part for part in (error.summary, error.where, error.why) if part)


def _reads(
    connection: MicrosoftConnection, credential: TokenCredential, tenant: str, needed: Needed | None
) -> Iterator[Diagnosis]:
    import httpx

    from sharedbox_cli.auth.microsoft import Renewable, bearer_auth

    renewable = Renewable(credential)
    graph = bearer_auth(renewable, connection.graph_scope, connection.graph_origin)
    exchange = bearer_auth(renewable, connection.exchange_scope, connection.exchange_origin)
    base = f"{connection.graph_origin}/v1.0"
    commands = f"{connection.exchange_origin}/adminapi/beta/{tenant}/InvokeCommand"
    with httpx.Client(timeout=SECONDS) as client:
        yield _read(client, "read the organisation", "GET", f"{base}/organization", graph)
        yield _read(client, "read users", "GET", f"{base}/users?$top=1&$select=id,accountEnabled", graph)
        for permission, step, path in _LISTS:
            if needed is None or permission in needed.all:
                yield _read(client, step, "GET", f"{base}/{path}", graph)
        yield from _inside(client, base, graph, needed)
        for cmdlet, parameters in (("Get-AcceptedDomain", {}), ("Get-Mailbox", {"ResultSize": 1})):
            body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
            yield _read(client, f"run {cmdlet}", "POST", commands, exchange, body)
        yield _skew(client, base, graph)


_LISTS = (
    ("GroupMember.Read.All", "read groups", "groups?$top=1&$select=id"),
    ("Organization.Read.All", "read licences", "subscribedSkus"),
)


def _inside(client: httpx.Client, base: str, auth: httpx.Auth, needed: Needed | None) -> Iterator[Diagnosis]:
    """Read one mailbox of the specs: a permission that is assigned in Exchange is in no token."""
    if needed is None or not needed.mailboxes:
        return
    mailbox = quote(needed.mailboxes[0].key)
    for name, path in _INSIDE:
        if name in needed.all:
            step = f"read {path.partition('?')[0]} of {needed.mailboxes[0].text}"
            found = _read(client, step, "GET", f"{base}/users/{mailbox}/{path}", auth)
            is_absent = found.detail.startswith("answered 404")
            yield replace(found, status="not checked", detail="it does not exist yet") if is_absent else found


_INSIDE = (("MailboxSettings.Read", "outlook/masterCategories"), ("Mail.ReadWrite", "mailFolders?$top=1"))
"""Harmless reads that show whether a permission works. They do not show that it can write."""


def _read(client: httpx.Client, step: str, method: str, url: str, auth: httpx.Auth, body: object = None) -> Diagnosis:
    import httpx

    try:
        with client.stream(method, url, auth=auth, json=body) as answer:
            status, request = answer.status_code, answer.headers.get("request-id", "")
    except httpx.HTTPError as error:
        return Diagnosis(step, "failed", f"not reachable: {type(error).__name__}", "Check the network and the proxy.")
    except AuthError as error:
        return Diagnosis(step, "failed", _words(error), error.hint)
    if status == 200:
        return Diagnosis(step, "ok", "answered")
    kind: Status = "missing" if status in (401, 403) else "failed"
    return Diagnosis(step, kind, f"answered {status}, request ID {request or 'unknown'}")


def _skew(client: httpx.Client, base: str, auth: httpx.Auth) -> Diagnosis:
    import httpx

    try:
        answer = client.get(f"{base}/organization", auth=auth)
        theirs = email.utils.parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError, TypeError):
        return Diagnosis("clock", "not checked", "the response has no date")
    seconds = abs((datetime.now(UTC) - theirs).total_seconds())
    if seconds > SKEW_SECONDS:
        return Diagnosis(
            "clock", "failed", f"differs from the cloud by {seconds:.0f} s", "Set the clock of this machine."
        )
    return Diagnosis("clock", "ok", "agrees with the clock of the cloud")

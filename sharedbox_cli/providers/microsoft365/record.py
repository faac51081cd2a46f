"""Raw answers to harmless reads of one mailbox, for those who keep the emulator like the service.

First what is not established yet about rights in folders, rules and recipients of settings; none can return a message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sharedbox_cli.core.errors import AuthError
from sharedbox_cli.providers.diagnosis import Recording
from sharedbox_cli.providers.microsoft365.exchange_admin import SYSTEM_MAILBOX
from sharedbox_cli.providers.microsoft365.folders import for_cmdlets

if TYPE_CHECKING:
    import httpx

    from sharedbox_cli.auth.connection import MicrosoftConnection

SECONDS = 60.0
_STATISTICS = "Get-MailboxFolderStatistics"
_CMDLETS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("get-inbox-rule", "Get-InboxRule", {"Mailbox": "{mailbox}"}),
    ("get-inbox-rule-hidden", "Get-InboxRule", {"Mailbox": "{mailbox}", "IncludeHidden": True}),
    ("get-mailbox", "Get-Mailbox", {"Identity": "{mailbox}"}),
    ("get-auto-reply", "Get-MailboxAutoReplyConfiguration", {"Identity": "{mailbox}"}),
    ("get-regional-configuration", "Get-MailboxRegionalConfiguration", {"Identity": "{mailbox}"}),
    ("get-folder-statistics", _STATISTICS, {"Identity": "{mailbox}"}),
    ("get-cas-mailbox", "Get-CASMailbox", {"Identity": "{mailbox}"}),
    ("get-mailbox-permission", "Get-MailboxPermission", {"Identity": "{mailbox}"}),
    ("get-recipient-permission", "Get-RecipientPermission", {"Identity": "{mailbox}"}),
)
_GRAPH = (
    ("calendar-permissions", "calendar/calendarPermissions"),
    ("message-rules", "mailFolders/inbox/messageRules"),
    ("master-categories", "outlook/masterCategories"),
)


def record(
    connection: MicrosoftConnection, mailbox: str, *, is_interactive: bool, prompt: Callable[[str], None]
) -> Iterator[Recording]:
    """Yield the answers about one mailbox. Raises AuthError."""
    import httpx

    from sharedbox_cli.auth.claims import token_claims
    from sharedbox_cli.auth.microsoft import Renewable, bearer_auth, credential_for

    credential = credential_for(connection, is_interactive=is_interactive, prompt=prompt)
    tenant = token_claims(credential, connection.exchange_scope).tenant_id
    renewable = Renewable(credential)
    exchange = bearer_auth(renewable, connection.exchange_scope, connection.exchange_origin)
    graph = bearer_auth(renewable, connection.graph_scope, connection.graph_origin)
    url = f"{connection.exchange_origin}/adminapi/beta/{tenant}/InvokeCommand"
    with httpx.Client(timeout=SECONDS, headers={"X-AnchorMailbox": f"APP:{SYSTEM_MAILBOX}@{tenant}"}) as client:

        def run(name: str, cmdlet: str, parameters: dict[str, Any]) -> Recording:
            filled = {key: _filled(value, mailbox) for key, value in parameters.items()}
            body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": filled}}
            return _recording(client, name, f"{cmdlet} {json.dumps(parameters)}", "POST", url, exchange, body)

        scope = {"Identity": "{mailbox}", "FolderScope": "Calendar"}
        calendars = run("get-folder-statistics-calendar", _STATISTICS, scope)
        yield calendars
        for number, folder in enumerate(("", *_calendars(calendars.body))):
            name = f"get-folder-permission-{number + 1}"
            yield run(name, "Get-MailboxFolderPermission", {"Identity": f"{{mailbox}}:\\{folder}"})
        for name, cmdlet, parameters in _CMDLETS:
            yield run(name, cmdlet, parameters)
        for name, path in _GRAPH:
            address = f"{connection.graph_origin}/v1.0/users/{quote(mailbox)}/{path}"
            yield _recording(client, name, f"GET users/{{mailbox}}/{path}", "GET", address, graph)


def _filled(value: Any, mailbox: str) -> Any:
    return value.replace("{mailbox}", mailbox) if isinstance(value, str) else value


def _calendars(body: bytes) -> Iterator[str]:
    """Yield the paths of the calendars, whatever their language is; none where the answer is not understood."""
    try:
        rows = json.loads(body)["value"]
        paths = [str(row["FolderPath"]) for row in rows if row.get("FolderType") == "Calendar"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    yield from map(for_cmdlets, paths)


def _recording(
    client: httpx.Client, name: str, call: str, method: str, url: str, auth: httpx.Auth, body: Any = None
) -> Recording:
    import httpx

    try:
        answer = client.request(method, url, auth=auth, json=body)
    except httpx.HTTPError as error:
        return Recording(name, call, 0, body=f"not reachable: {type(error).__name__}".encode())
    except AuthError as error:
        return Recording(name, call, 0, body=error.summary.encode())
    return Recording(name, call, answer.status_code, answer.headers.get("content-type", ""), answer.content)

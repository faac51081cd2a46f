"""The Exchange Online admin API: one door for every cmdlet, and batches of ten."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.exchange_admin import mailboxes, organization, permissions
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import bind, facts
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import (
    CmdletError,
    RoleMissing,
    bad_parameter,
    envelope,
    nul_bytes,
    paging_expired,
)
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import World
from sharedbox_cli.emulator.tokens import TokenInvalid

AUDIENCE = "https://outlook.office365.com"
HOSTS = ("outlook.office365.com",)
APP_ROLES = frozenset({"Exchange.ManageAsApp", "Exchange.Manage"})
READERS = frozenset({"29232cdf-9323-42fd-ade2-1d097af3e4de", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"})
WRITERS = frozenset({"29232cdf-9323-42fd-ade2-1d097af3e4de"})
"""Entra role templates: Exchange Administrator; Global Reader reads."""
MAX_BATCH = 10
MAX_PAGE = 1000
PAGE_SECONDS = 1800.0

CMDLETS: dict[str, Callable[[Call], Result]] = {
    "Get-Mailbox": mailboxes.get_mailbox,
    "New-Mailbox": mailboxes.new_mailbox,
    "Set-Mailbox": mailboxes.set_mailbox,
    "Remove-Mailbox": mailboxes.remove_mailbox,
    "Undo-SoftDeletedMailbox": mailboxes.undo_soft_deleted,
    "Get-MailboxStatistics": mailboxes.statistics,
    "Get-MailboxPermission": permissions.get_mailbox_permission,
    "Add-MailboxPermission": permissions.add_mailbox_permission,
    "Remove-MailboxPermission": permissions.remove_mailbox_permission,
    "Get-RecipientPermission": permissions.get_recipient_permission,
    "Add-RecipientPermission": permissions.add_recipient_permission,
    "Remove-RecipientPermission": permissions.remove_recipient_permission,
    "Get-Recipient": organization.get_recipient,
    "Get-AcceptedDomain": organization.get_accepted_domain,
    "Get-OrganizationConfig": organization.get_organization_config,
}


class ExchangeAdmin:
    """outlook.office365.com/adminapi/beta."""

    name = "exchange"

    def __init__(self, world: World) -> None:
        self._world = world
        self.router = Router((
            Route("POST", "/adminapi/beta/{tenant}/InvokeCommand", self._invoke, "InvokeCommand"),
            Route("POST", "/adminapi/beta/{tenant}/$batch", self._batch, "batch"),
        ))  # fmt: skip

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return host in HOSTS or path.lower().startswith("/adminapi/")

    def route_name(self, route: Route, request: Request) -> str:
        """Return the cmdlet's name: one door, many cmdlets."""
        if route.name != "InvokeCommand":
            return route.name
        try:
            return str(request.json()["CmdletInput"]["CmdletName"])
        except (ValueError, KeyError, TypeError):
            return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in the service's shape."""
        kind = "Microsoft.Exchange.Data.Storage.OverBudgetException" if status == 429 else f"Microsoft.Exchange.{code}"
        return envelope(CmdletError(status, kind, message))

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the answer, or the vendor's error."""
        try:
            claims = self._claims(request)
            if captured["tenant"].lower() not in {self._world.tenant.id, *self._world.tenant.domains()}:
                raise CmdletError(403, "Microsoft.Exchange.Authorization.TenantMismatch", "Wrong tenant in the path.")
            if route.name == "batch":
                return self._batch(request, captured)
            return self._invoke_as(request, set(claims.get("wids", ())))
        except TokenInvalid:
            return Response(401, b"", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        except RoleMissing:
            return nul_bytes()
        except CmdletError as error:
            return envelope(error)

    def _claims(self, request: Request) -> dict[str, Any]:
        claims = self._world.tokens.read(request.headers.get("authorization", ""), AUDIENCE)
        held = {*claims.get("roles", ()), *str(claims.get("scp", "")).split()}
        if not held & APP_ROLES:
            raise TokenInvalid("Exchange.ManageAsApp is missing.")
        return claims

    def _invoke(self, request: Request, captured: dict[str, str]) -> Response:
        return self._invoke_as(request, set(self._claims(request).get("wids", ())))

    def _invoke_as(self, request: Request, roles: set[str]) -> Response:
        if not roles & READERS:
            kind = "Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException"
            raise CmdletError(403, kind, "The role assigned to the application is not supported in this scenario.")
        name, parameters = _command(request)
        if name not in facts() or (not name.startswith("Get-") and not roles & WRITERS):
            raise RoleMissing(name)
        bound = bind(name, parameters)
        act = CMDLETS.get(name)
        if act is None:
            raise CmdletError(501, "Emulator.NotModelled", f"The emulator does not model {name} (docs/emulator.md).")
        result = act(Call(self._world, name, bound, request.headers.get("x-anchormailbox", "")))
        return self._shaped(request, name, bound, result)

    def _shaped(self, request: Request, name: str, bound: dict[str, Any], result: Result) -> Response:
        rows, link = self._page(request, result.rows, bound)
        if name.startswith("Get-") and "ResultSize" not in bound and len(result.rows) > MAX_PAGE:
            rows, link = result.rows[:MAX_PAGE], ""
            result.warnings.append("WARNING: By default, only the first 1000 items are returned.")
        select = [item for item in request.query.get("$select", "").split(",") if item]
        data: dict[str, Any] = {
            "@odata.context": f"{self._world.origin}/adminapi/beta/$metadata#Collection(Exchange.GenericHashTable)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": result.warnings,
            "value": [_decorated(row, select) for row in rows],
        }
        if link:
            data["@odata.nextLink"] = link
        reset = self._world.clock.moment().strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
        headers = {"Rate-Limit-Limit": "30000", "Rate-Limit-Remaining": "29990", "Rate-Limit-Reset": reset}
        answer = json_response(200, data, headers)
        answer.effect = result.effect
        return answer

    def _page(self, request: Request, rows: list[Row], bound: dict[str, Any]) -> tuple[list[Row], str]:
        size = bound.get("ResultSize")
        if isinstance(size, int):
            rows = rows[:size]
        start = self._start(request)
        end = start + _page_size(request)
        if end >= len(rows):
            return rows[start:], ""
        anchor = request.headers.get("x-anchormailbox", "")
        token = json.dumps([end, anchor, self._world.clock.now()])
        query = {
            **dict(parse_qsl(request.query_text)),
            "$skiptoken": base64.urlsafe_b64encode(token.encode()).decode(),
        }
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return rows[start:end], f"{self._world.origin}{request.path}?{text}"

    def _start(self, request: Request) -> int:
        token = request.query.get("$skiptoken")
        if not token:
            return 0
        try:
            start, anchor, made = json.loads(base64.urlsafe_b64decode(token + "=="))
        except ValueError as error:
            raise paging_expired() from error
        is_old = self._world.clock.now() - made > PAGE_SECONDS
        is_elsewhere = anchor != request.headers.get("x-anchormailbox", "")
        if is_old or is_elsewhere or self._world.tenant.meta("broken_paging") == "1":
            raise paging_expired()
        return int(start)

    def _batch(self, request: Request, captured: dict[str, str]) -> Response:
        prefix = f"/adminapi/beta/{captured['tenant']}/".lower()
        parts = _parts(request, prefix)
        goes_on = "continue-on-error" in request.headers.get("prefer", "")
        answers: list[dict[str, Any]] = []
        for part in parts:
            response = self._world.answer_part(_part_request(request, part))
            answers.append(_part_answer(part, response))
            if response.status >= 400 and not goes_on:
                break
        self._world.random.shuffle(answers)
        return json_response(200, {"responses": answers})


def _command(request: Request) -> tuple[str, Any]:
    try:
        command = request.json()["CmdletInput"]
        return str(command["CmdletName"]), command["Parameters"]
    except (ValueError, KeyError, TypeError) as error:
        raise bad_parameter("The request body is not a CmdletInput with CmdletName and Parameters.") from error


def _page_size(request: Request) -> int:
    for item in request.headers.get("prefer", "").split(","):
        name, _, value = item.strip().partition("=")
        if name == "odata.maxpagesize" and value.isdecimal():
            return max(1, min(MAX_PAGE, int(value)))
    return MAX_PAGE


def _decorated(row: Row, select: list[str]) -> Row:
    found: Row = {}
    for name in select or row:
        value = row.get(name)
        if isinstance(value, list):
            found[f"{name}@odata.type"] = "#Collection(String)"
            found[f"{name}@data.type"] = "System.Collections.Generic.List`1[System.String]"
        elif isinstance(value, bool):
            found[f"{name}@data.type"] = "System.Boolean"
        found[name] = value
    return found


def _parts(request: Request, prefix: str) -> list[dict[str, Any]]:
    try:
        parts: list[dict[str, Any]] = request.json()["requests"]
    except (ValueError, KeyError, TypeError) as error:
        raise bad_parameter("The batch has no requests.") from error
    if not 1 <= len(parts) <= MAX_BATCH:
        raise bad_parameter(f"The batch holds {len(parts)} requests; at most {MAX_BATCH} are possible.")
    for part in parts:
        url = str(part.get("url", ""))
        path = url.partition("://")[2].partition("/")[2]
        if "://" not in url or not f"/{path}".lower().startswith(prefix):
            raise bad_parameter("Each url of a batch is absolute and of the same tenant.")
        if part.get("method") != "POST":
            raise bad_parameter("Each request of a batch is a POST.")
    return parts


def _part_request(outer: Request, part: dict[str, Any]) -> Request:
    path, _, query = part["url"].partition("://")[2].partition("/")[2].partition("?")
    headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
    headers.setdefault("authorization", outer.headers.get("authorization", ""))
    headers.setdefault("x-anchormailbox", outer.headers.get("x-anchormailbox", ""))
    body = json.dumps(part.get("body")).encode()
    return Request("POST", outer.host, "/" + path, query, headers, body, str(uuid.uuid4()), outer.id)


def _part_answer(part: dict[str, Any], response: Response) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": part["id"], "status": response.status, "headers": dict(response.headers)}
    is_read = part["body"]["CmdletInput"]["CmdletName"].startswith("Get-")
    if response.body and (is_read or response.status >= 400):
        try:
            answer["body"] = json.loads(response.body)
        except ValueError:
            answer["body"] = None
    return answer

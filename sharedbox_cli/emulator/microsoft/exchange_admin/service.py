"""The Exchange Online admin API: one endpoint for all cmdlets, and batches of ten."""

from __future__ import annotations

import json
from typing import Any

from sharedbox_cli.emulator.http import Request, Response, json_response
from sharedbox_cli.emulator.microsoft.exchange_admin.access import AUDIENCE, directory_roles, require_role
from sharedbox_cli.emulator.microsoft.exchange_admin.answers import decorated, selected
from sharedbox_cli.emulator.microsoft.exchange_admin.batch import answer_batch
from sharedbox_cli.emulator.microsoft.exchange_admin.binding import bind, every_fact, spelling
from sharedbox_cli.emulator.microsoft.exchange_admin.budget import Budget
from sharedbox_cli.emulator.microsoft.exchange_admin.catalogue import CMDLETS, UNLISTED
from sharedbox_cli.emulator.microsoft.exchange_admin.context import Call, Result, Row
from sharedbox_cli.emulator.microsoft.exchange_admin.errors import (
    REQUEST_FAILED,
    CmdletError,
    RoleMissing,
    bad_request,
    envelope,
    not_modelled,
    nul_bytes,
    require_json,
)
from sharedbox_cli.emulator.microsoft.exchange_admin.lookup import prepare, require_routing
from sharedbox_cli.emulator.microsoft.exchange_admin.paging import Pages, cut, next_link
from sharedbox_cli.emulator.router import Route, Router
from sharedbox_cli.emulator.service import ServiceContext
from sharedbox_cli.emulator.tokens import TokenInvalid

HOSTS = ("outlook.office365.com",)
SECOND_DOOR = frozenset(
    {
        "organizationconfig",
        "accepteddomain",
        "mailbox",
        "mailboxfolderpermission",
        "distributiongroupmember",
        "dynamicdistributiongroupmember",
    }
)
"""Endpoints of v2.0 (learn.microsoft.com/exchange/reference/admin-api-overview, read 2026-11)."""

_ENTITIES = frozenset(
    {
        "mailbox",
        "casmailbox",
        "recipient",
        "exobanner",
        "mailuser",
        "group",
        "unifiedgroup",
        "user",
        "mailboxstatistics",
    }
)
"""Older REST entities, which public clients still read."""

_KINDS = {
    429: "Microsoft.Exchange.Data.Storage.OverBudgetException",
    500: "Microsoft.Exchange.Data.DataSourceTransientException",
    503: "Microsoft.Exchange.Data.Directory.ADTransientException",
}
"""The cause that the service gives for a transient failure, per status."""


class ExchangeAdmin:
    """outlook.office365.com/adminapi/beta."""

    name = "exchange"

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._pages = Pages(context.tenant)
        self._budget = Budget(context.tenant)
        prepare(context.tenant)
        self.router = Router(
            (
                Route("POST", "/adminapi/beta/{tenant}/InvokeCommand", self._invoke, "InvokeCommand"),
                Route("POST", "/adminapi/beta/{tenant}/$batch", self._batch, "batch"),
                Route("POST", "/adminapi/v2.0/{tenant}/{endpoint}", self._second_door, "v2"),
                *(
                    Route(method, path, self._older, "unmodelled")
                    for method in ("GET", "POST")
                    for path in (
                        "/adminapi/beta/{tenant}/{entity}",
                        "/adminapi/beta/{tenant}/{entity}/{id}",
                        "/adminapi/beta/{tenant}/{entity}/{id}/{inside}",
                        "/adminapi/v1.0/{tenant}/{entity}",
                    )
                ),
            )
        )

    def owns(self, host: str, path: str) -> bool:
        """Return whether a request is for this service."""
        return host in HOSTS or path.lower().startswith("/adminapi/")

    def route_name(self, route: Route, request: Request) -> str:
        """Return the name of the cmdlet, because all cmdlets share one endpoint."""
        if route.name != "InvokeCommand":
            return route.name
        try:
            return str(request.json()["CmdletInput"]["CmdletName"])
        except (ValueError, KeyError, TypeError):
            return route.name

    def refuse(self, status: int, code: str, message: str) -> Response:
        """Return an error in the format of the service."""
        kind = _KINDS.get(status, f"Microsoft.Exchange.{code}")
        return envelope(CmdletError(status, kind, message))

    def unknown(self, request: Request, status: int) -> Response:
        """Return the response for a path or method that does not exist."""
        return self.refuse(status, "BadRequest", f"Resource not found for the segment {request.path}.")

    def answer(self, route: Route, request: Request, captured: dict[str, str]) -> Response:
        """Return the response, or the vendor's error."""
        try:
            return route.handler(request, captured)
        except TokenInvalid:
            return Response(401, b"", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        except RoleMissing:
            return nul_bytes()
        except CmdletError as error:
            return envelope(error)

    def _roles(self, request: Request, captured: dict[str, str]) -> frozenset[str]:
        return directory_roles(self._context, request.headers.get("authorization", ""), captured["tenant"])

    def _batch(self, request: Request, captured: dict[str, str]) -> Response:
        self._roles(request, captured)
        hosts = frozenset({*HOSTS, request.host.lower(), self._context.origin.removeprefix("https://")})
        return answer_batch(self._context, request, hosts, captured["tenant"])

    def _second_door(self, request: Request, captured: dict[str, str]) -> Response:
        """Answer that the published endpoint exists, but is not modelled."""
        self._context.tokens.read(request.headers.get("authorization", ""), AUDIENCE)
        if captured["endpoint"].lower() not in SECOND_DOOR:
            raise CmdletError(404, "Microsoft.OData.ODataException", "Resource not found.", outer=REQUEST_FAILED)
        raise not_modelled(f"the v2.0 endpoint {captured['endpoint']}")

    def _older(self, request: Request, captured: dict[str, str]) -> Response:
        """Answer that the older REST entities exist (`Mailbox('x')`, `EXOBanner`), but are not modelled."""
        self._context.tokens.read(request.headers.get("authorization", ""), AUDIENCE)
        entity = captured["entity"].partition("(")[0]
        if entity.lower() not in _ENTITIES:
            raise CmdletError(404, "Microsoft.OData.ODataException", "Resource not found.", outer=REQUEST_FAILED)
        raise not_modelled(f"the REST entity {entity}")

    def _invoke(self, request: Request, captured: dict[str, str]) -> Response:
        roles = self._roles(request, captured)
        select = selected(request)
        name, parameters = _command(request)
        name = spelling(name)
        require_role(roles, name)
        spent = self._budget.spend()
        command = (name, parameters)
        token = request.query.get("$skiptoken", "")
        if token:
            rows, more = self._pages.following(request, command, token)
            result = Result()
        else:
            result = self._run(request, roles, name, bind(name, parameters))
            rows, more = self._pages.first(request, command, result.rows)
        data = self._data(request, decorated(rows, select), [*result.warnings, *spent.warnings], more)
        answer = json_response(200, data, spent.headers)
        answer.effect = result.effect
        return answer

    def _run(self, request: Request, roles: frozenset[str], name: str, bound: dict[str, Any]) -> Result:
        modelled = CMDLETS.get(name) or UNLISTED.get(name)
        if modelled is None:
            raise not_modelled(name)
        left_out = sorted(set(bound) - modelled.parameters)
        if left_out:
            raise not_modelled(f"{name} -{left_out[0]}")
        call = Call(self._context, name, bound, request.headers.get("x-anchormailbox", ""), roles)
        require_routing(call, request.headers)
        result = self._whole_or_nothing(call)
        if "ResultSize" in every_fact()[name]["parameters"]:
            result.rows, warnings = cut(result.rows, bound.get("ResultSize"))
            result.warnings += warnings
        return result

    def _whole_or_nothing(self, call: Call) -> Result:
        """Run a cmdlet. A cmdlet that fails changes nothing."""
        act = (CMDLETS.get(call.cmdlet) or UNLISTED[call.cmdlet]).act
        if call.cmdlet.startswith("Get-"):
            return act(call)
        self._context.tenant.run("savepoint cmdlet")
        try:
            return act(call)
        except BaseException:
            self._context.tenant.run("rollback to cmdlet")
            raise
        finally:
            self._context.tenant.run("release cmdlet")

    def _data(self, request: Request, rows: list[Row], warnings: list[str], more: str) -> dict[str, Any]:
        is_vendor = request.host.partition(":")[0].lower() in HOSTS
        origin = f"https://{request.host}" if is_vendor else self._context.origin
        data: dict[str, Any] = {
            "@odata.context": f"{origin}/adminapi/beta/$metadata#Collection(Exchange.GenericHashTable)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": warnings,
            "value": rows,
        }
        if more:
            data["@odata.nextLink"] = next_link(request, origin, more)
        return data


def _command(request: Request) -> tuple[str, dict[str, Any]]:
    """Return the cmdlet and its parameters. `null` is not the same as no parameters. Raises CmdletError."""
    require_json(request)
    try:
        data = request.json()
        json.dumps(data, ensure_ascii=False).encode()  # a lone surrogate is not valid text
    except ValueError as error:
        raise bad_request("The body is not JSON.") from error
    command = data.get("CmdletInput") if isinstance(data, dict) else None
    if not isinstance(command, dict) or set(data) != {"CmdletInput"}:
        raise bad_request("The body is an object with CmdletInput.")
    name, parameters = command.get("CmdletName"), command.get("Parameters")
    if not isinstance(name, str) or not name or not isinstance(parameters, dict):
        raise bad_request("CmdletInput has CmdletName, as text, and Parameters, as an object.")
    unknown = sorted(set(command) - {"CmdletName", "Parameters"})
    if unknown:
        raise bad_request(f"CmdletInput has no '{unknown[0]}'.")
    return name, parameters

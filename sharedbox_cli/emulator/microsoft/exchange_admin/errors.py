"""Errors of the Exchange admin API. The outer message is generic; the .NET type has the information."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from sharedbox_cli.emulator.http import Request, Response, json_response

NULS = b"\x00" * 40
CMDLET_FAILED = "Error executing cmdlet"
REQUEST_FAILED = "Invalid Operation"
_TASKS = "Microsoft.Exchange.Configuration.Tasks."
_DATA = "Microsoft.Exchange.Data."
_NOT_FOUND = f"{_TASKS}ManagementObjectNotFoundException"
_CODES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplemented",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


class CmdletError(Exception):
    """The failure of a cmdlet, with its .NET type."""

    def __init__(
        self,
        status: int,
        kind: str,
        sentence: str,
        *,
        outer: str = CMDLET_FAILED,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.kind, self.sentence, self.outer = status, kind, sentence, outer
        self.headers = dict(headers or {})
        super().__init__(sentence)

    @property
    def code(self) -> str:
        """Return the `Ex…` number. Each type has one, except the types of PowerShell."""
        if self.kind.startswith("System."):
            return ""
        return "Ex6F9304" if self.kind == _NOT_FOUND else f"Ex{zlib.crc32(self.kind.encode()) & 0xFFFFFF:06X}"


class RoleMissing(Exception):
    """A cmdlet that the role of the caller does not include, or that does not exist."""


def not_found(identity: str) -> CmdletError:
    """Return the error for an object that does not exist (or not yet, on this server)."""
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on 'DB9PR01A1.PROD'."
    return CmdletError(404, _NOT_FOUND, text)


def folder_not_found(identity: str) -> CmdletError:
    """Return the error for a folder that a mailbox does not have, or not in this language."""
    return CmdletError(404, _NOT_FOUND, f"The operation couldn't be performed because '{identity}' couldn't be found.")


def store_task(kind: str, sentence: str) -> CmdletError:
    """Return an error of the entries of a folder."""
    return CmdletError(400, f"Microsoft.Exchange.Management.StoreTasks.{kind}", sentence)


def out_of_range(name: str) -> CmdletError:
    """Return the error for rights that a folder of this kind does not have."""
    text = f"Specified argument was out of the range of valid values. Parameter name: {name}"
    return CmdletError(400, f"{_DATA}Storage.EnumOutOfRangeException", text)


def ambiguous(identity: str) -> CmdletError:
    """Return the error for a name that matches several objects."""
    text = f"The operation couldn't be performed because '{identity}' matches multiple entries."
    return CmdletError(400, f"{_TASKS}ManagementObjectAmbiguousException", text)


def taken(address: str, owner: str) -> CmdletError:
    """Return the error for an address of another recipient, which the message names by its LegacyExchangeDN."""
    text = (
        f'The proxy address "SMTP:{address}" is already being used by the proxy addresses or LegacyExchangeDN '
        f'of "{owner}". Please choose another proxy address.'
    )
    return CmdletError(400, f"{_DATA}Directory.Recipient.ProxyAddressExistsException", text)


def soft_deleted(address: str) -> CmdletError:
    """Return the error for creating a mailbox with the address of a soft-deleted recipient."""
    return refused(f"ExternalDirectoryObjectId was not returned for {address}.")


def not_accepted(domain: str) -> CmdletError:
    """Return the error for a domain that does not belong to the organisation."""
    text = f"You can't use the domain because it's not an accepted domain for your organization. Domain: {domain}"
    return CmdletError(400, f"{_DATA}Directory.SystemConfiguration.NotAcceptedDomainException", text)


def bad_parameter(sentence: str) -> CmdletError:
    """Return the error for parameters that do not match the cmdlet."""
    return CmdletError(400, "System.Management.Automation.ParameterBindingException", sentence)


def bad_value(sentence: str) -> CmdletError:
    """Return the error for a value that a property does not accept."""
    return CmdletError(400, f"{_DATA}DataValidationException", sentence)


def bad_request(sentence: str) -> CmdletError:
    """Return the error for a request that is invalid for every cmdlet."""
    return CmdletError(400, "Microsoft.OData.ODataException", sentence, outer=REQUEST_FAILED)


def require_json(request: Request) -> None:
    """Raise CmdletError for a body that does not declare JSON as its content type."""
    if "json" not in request.headers.get("content-type", "").lower():
        text = "The content type of the body is not supported: application/json is required."
        raise CmdletError(415, "Microsoft.OData.ODataContentTypeException", text, outer=REQUEST_FAILED)


def refused(sentence: str) -> CmdletError:
    """Return the error for an operation that the service forbids."""
    return CmdletError(400, f"{_TASKS}RecipientTaskException", sentence)


def proxy_not_available(cmdlet: str) -> CmdletError:
    """Return the error of a server that does not hold the mailbox of a cmdlet."""
    text = f"Cmdlet needs proxy: {cmdlet} has to run on the server that holds the mailbox."
    return CmdletError(400, f"{_TASKS}CmdletProxyNotAvailableException", text)


def not_modelled(what: str) -> CmdletError:
    """Return the emulator's own error: the service supports this, but the emulator does not."""
    return CmdletError(501, "Emulator.NotModelled", f"The emulator does not model {what} (docs/emulator.md).")


def paging_expired() -> CmdletError:
    """Return the error for a next link on a server that does not know it."""
    text = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"
    return CmdletError(400, "Microsoft.Exchange.AdminApi.PaginationException", text, outer=REQUEST_FAILED)


def over_budget(status: int, retry_after: int | None) -> CmdletError:
    """Return the error for an exhausted budget. `retry_after` is in seconds and can be omitted."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    text = "The budget of the tenant is used up. Policy: PowerShellMaxCmdlets."
    return CmdletError(status, f"{_DATA}Storage.OverBudgetException", text, headers=headers)


def envelope(error: CmdletError) -> Response:
    """Return an error in the format of the service."""
    message = f"{error.code}|{error.kind}|{error.sentence}"
    data = {
        "error": {
            "code": _CODES.get(error.status, "BadRequest"),
            "message": error.outer,
            "details": [{"code": "Client", "target": "", "message": message}],
            "innererror": {
                "message": error.outer,
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "internalexception": {"message": error.sentence, "type": error.kind},
            },
        },
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": [],
    }
    return json_response(error.status, data, error.headers)


def nul_bytes() -> Response:
    """Return the 403 for a cmdlet outside the role: NUL bytes that are declared as gzip."""
    return Response(403, NULS, {"Content-Type": "application/json", "Content-Encoding": "gzip"})

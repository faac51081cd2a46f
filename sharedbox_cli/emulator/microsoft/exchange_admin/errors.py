"""The Exchange admin API's errors: the outer message says nothing, the .NET type says all."""

from __future__ import annotations

from sharedbox_cli.emulator.http import Response, json_response

NULS = b"\x00" * 40
_TASKS = "Microsoft.Exchange.Configuration.Tasks."
_DATA = "Microsoft.Exchange.Data."


class CmdletError(Exception):
    """A cmdlet that fails, by .NET type."""

    def __init__(self, status: int, kind: str, sentence: str, code: str = "Ex6F9304") -> None:
        self.status, self.kind, self.sentence, self.code = status, kind, sentence, code
        super().__init__(sentence)


class RoleMissing(Exception):
    """A cmdlet that the caller's role does not hold, or that does not exist."""


def not_found(identity: str) -> CmdletError:
    """Return that an object is not there (or not yet, on this server)."""
    text = f"The operation couldn't be performed because object '{identity}' couldn't be found on 'DB9PR01A1.PROD'."
    return CmdletError(404, f"{_TASKS}ManagementObjectNotFoundException", text)


def ambiguous(identity: str) -> CmdletError:
    """Return that a name fits several objects."""
    text = f"The operation couldn't be performed because '{identity}' matches multiple entries."
    return CmdletError(400, f"{_TASKS}ManagementObjectAmbiguousException", text)


def taken(address: str, owner: str) -> CmdletError:
    """Return that an address belongs to another recipient, named by its LegacyExchangeDN."""
    text = (
        f'The proxy address "SMTP:{address}" is already being used by the proxy addresses or LegacyExchangeDN '
        f'of "{owner}". Please choose another proxy address.'
    )
    return CmdletError(400, f"{_DATA}Directory.Recipient.ProxyAddressExistsException", text)


def buried(address: str) -> CmdletError:
    """Return what a create says whose address a soft-deleted recipient holds."""
    text = f"ExternalDirectoryObjectId was not returned for {address}."
    return CmdletError(400, f"{_TASKS}RecipientTaskException", text)


def not_accepted(domain: str) -> CmdletError:
    """Return that a domain is not the organisation's."""
    text = f"You can't use the domain because it's not an accepted domain for your organization. Domain: {domain}"
    return CmdletError(400, f"{_DATA}Directory.SystemConfiguration.NotAcceptedDomainException", text)


def bad_parameter(sentence: str) -> CmdletError:
    """Return that the parameters do not fit the cmdlet."""
    return CmdletError(400, "System.Management.Automation.ParameterBindingException", sentence)


def refused(sentence: str) -> CmdletError:
    """Return that a rule of the service forbids it."""
    return CmdletError(400, f"{_TASKS}RecipientTaskException", sentence)


def paging_expired() -> CmdletError:
    """Return what a next link answers on a server that does not know it."""
    text = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"
    return CmdletError(400, "Microsoft.Exchange.AdminApi.PaginationException", text)


def envelope(error: CmdletError) -> Response:
    """Return an error in the service's shape."""
    code = {403: "Forbidden", 404: "NotFound", 429: "TooManyRequests"}.get(error.status, "BadRequest")
    message = f"{error.code}|{error.kind}|{error.sentence}"
    return json_response(error.status, {
        "error": {
            "code": code,
            "message": "Error executing cmdlet",
            "details": [{"code": "Client", "target": "", "message": message}],
            "innererror": {
                "message": "Error executing cmdlet",
                "type": "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
                "internalexception": {"message": error.sentence, "type": error.kind},
            },
        },
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": [],
    })  # fmt: skip


def nul_bytes() -> Response:
    """Return the 403 for a cmdlet outside the role: NUL bytes that claim to be gzip."""
    return Response(403, NULS, {"Content-Type": "application/json", "Content-Encoding": "gzip"})

"""Vendor codes as our errors: by .NET type for Exchange, by `error.code` for Graph; never by the text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sharedbox_cli.core.errors import (
    Ambiguous,
    CloudError,
    Conflict,
    NotFound,
    ObserveError,
    PermissionDenied,
    Refused,
    Throttled,
)
from sharedbox_cli.core.identity import Address
from sharedbox_cli.providers.microsoft365.quirks import is_nul_body
from sharedbox_cli.providers.responses import DOCTOR, Answer, retry_after


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a vendor code means."""

    error: type[CloudError]
    summary: str
    hint: str = ""


_THROTTLED = Meaning(Throttled, "the service is throttling requests")
_FAILED = Meaning(Ambiguous, "the service failed")

_SYNCHRONISED = (
    "If the mailbox is synchronised from an on-premises directory, change it there: Set-RemoteMailbox, for a shared "
    "mailbox with -Type Shared."
)

EXCHANGE: Mapping[str, Meaning] = {
    "ManagementObjectNotFoundException": Meaning(NotFound, "not found"),
    "ManagementObjectAmbiguousException": Meaning(
        Refused, "more than one object matches", "Give each object its own address and its own name."
    ),
    "ProxyAddressExistsException": Meaning(
        Conflict, "address is taken", "Plan again to see who has it. Release it there, or choose another address."
    ),
    "NotAcceptedDomainException": Meaning(
        Refused,
        "not an accepted domain",
        "Use a domain of the tenant, or add it in the Microsoft 365 admin center first.",
    ),
    "UserNotFoundInPermissionEntryException": Meaning(Refused, "there is no entry of this account in the folder"),
    "UserAlreadyExistsInPermissionEntryException": Meaning(Refused, "this account has an entry in the folder already"),
    "InvalidExternalUserIdException": Meaning(
        Refused,
        "the service does not know this account",
        "An account that is minutes old may not be known everywhere yet. Run the command again.",
    ),
    "InvalidInternalUserIdException": Meaning(
        Refused,
        "this account cannot hold rights in a folder",
        "Use a person with a mailbox, or a mail-enabled security group.",
    ),
    "ACLTooBigException": Meaning(
        Refused, "the folder has too many entries", "Give the rights to a group in place of its people."
    ),
    "UnableToWriteToAadException": Meaning(Refused, "the directory refused the change", _SYNCHRONISED),
    "ParameterBindingException": Meaning(
        Refused, "the service does not accept a parameter", "This is a bug in sharedbox."
    ),
    "CmdletAccessDeniedException": Meaning(PermissionDenied, "a directory role is missing", DOCTOR),
    "OverBudgetException": _THROTTLED,
    "ServerBusyException": _THROTTLED,
    **dict.fromkeys(
        (
            "TransientException",
            "DCOverloadedException",
            "SuitabilityDirectoryException",
            "ServerInMMException",
            "ADServerSettingsChangedException",
            "BackendCommunicationException",
        ),
        _FAILED,
    ),
}
"""By the last part of the .NET type (public records of the admin API, 2026-07; ExchangeOnlineManagement and
M365Permissions for failures that pass, which the service reports as 400 as well)."""
_NO_ENTRY = ("UserNotFoundInPermissionEntryException", "InvalidExternalUserIdException")
_PASSING = ("TransientException", "TransientFailureException")
"""Endings of types of failures that pass."""
_ELSEWHERE = "CmdletProxyNotAvailable"
"""Beginning of the types for a server that does not hold the mailbox: the cmdlet was not run."""

GRAPH: Mapping[str, Meaning] = {
    "Authorization_RequestDenied": Meaning(PermissionDenied, "an application permission is missing", DOCTOR),
    "ErrorAccessDenied": Meaning(PermissionDenied, "access to this mailbox is denied", DOCTOR),
    "Request_ResourceNotFound": Meaning(NotFound, "not found"),
    "ErrorItemNotFound": Meaning(NotFound, "not found"),
    "ErrorFolderExists": Meaning(Conflict, "there is a folder with this name"),
    "ErrorInvalidUser": Meaning(NotFound, "not found"),
    "MailboxNotEnabledForRESTAPI": Meaning(NotFound, "Graph does not know the mailbox: it is new, or on-premises"),
    **dict.fromkeys(
        (
            "ApplicationThrottled",
            "TooManyRequests",
            "activityLimitReached",
            "Request_ThrottledTemporarily",
            "ErrorServerBusy",
            "ErrorTooManyConcurrentConnections",
            "ErrorExceededConnectionCount",
        ),
        _THROTTLED,
    ),
    **dict.fromkeys(
        (
            "UnknownError",
            "unknownError",
            "generalException",
            "internalServerError",
            "InternalServerError",
            "Service_InternalServerError",
            "serviceNotAvailable",
            "ServiceNotAvailable",
            "ServiceUnavailable",
            "serviceUnavailable",
            "BadGateway",
            "GatewayTimeout",
            "timeout",
            "ErrorTimeoutExpired",
            "ErrorInternalServerTransientError",
            "ErrorMailboxStoreUnavailable",
            "Directory_BindingRedirection",
            "Directory_ReplicaUnavailable",
        ),
        _FAILED,
    ),
}
"""By `error.code` (learn.microsoft.com/graph/errors, read 2026-11). A failure that passes can come as 400."""
_GRAPH_BY_LOWER = {code.lower(): meaning for code, meaning in GRAPH.items()}

_LICENCE_WORDS = {
    "usage location": "Set the usage location of the account first (Microsoft 365 admin center, the user's page).",
    "CountViolation": "Buy a seat of this licence, or release one.",
    "does not have any available": "Buy a seat of this licence, or release one.",
    "mutually exclusive": "Another mail plan is assigned: remove it first.",
    "inherited from a group": "The licence comes from a group: remove the account from that group.",
    "on-premises mastered": "The account is synchronised from an on-premises directory: change it there.",
}


def exchange_error(answer: Answer, call: str, mailbox: str = "") -> CloudError | None:
    """Return what an error of the admin API means; nothing where its body adds nothing to the status."""
    if answer.status == 403 and is_nul_body(answer.body):
        return PermissionDenied(
            "a directory role is missing",
            call=call,
            mailbox=mailbox,
            status=403,
            request_id=answer.headers.get("request-id", ""),
            why="The service does not offer this command to this caller.",
            hint=DOCTOR,
        )
    error = _error_object(answer.body)
    details = error.get("details") or [{}]
    first = details[0] if isinstance(details, list) and isinstance(details[0], Mapping) else {}
    parts = str(first.get("message") or "").split("|", 2)
    inner = (error.get("innererror") or {}).get("internalexception") or {}
    kind, sentence = (
        (parts[1], parts[2]) if len(parts) == 3 else (str(inner.get("type", "")), str(inner.get("message", "")))
    )
    if "ExternalDirectoryObjectId was not returned" in sentence:
        meaning: Meaning | None = Meaning(
            Conflict,
            "address belongs to a soft-deleted mailbox",
            "Restore it (plan again, and allow `restore=ADDRESS`), or wait until it is deleted after 30 days.",
        )
    elif "synchronized from your on-premises" in sentence:
        meaning = Meaning(Refused, "the service refused the request", _SYNCHRONISED)
    else:
        meaning = exchange_meaning(kind)
        if meaning is None and sentence and answer.status == 400:
            meaning = Meaning(Refused, "the service refused the request")
    return _made(meaning, answer, call, mailbox, kind, sentence)


def exchange_meaning(kind: str) -> Meaning | None:
    """Return what a .NET type means; nothing where it is not known."""
    name = kind.rpartition(".")[2]
    if name.endswith(_PASSING) or is_elsewhere(name):
        return _FAILED
    return EXCHANGE.get(name)


def is_elsewhere(kind: str) -> bool:
    """Return whether a .NET type says that another server holds the mailbox, so that the cmdlet was not run."""
    return kind.rpartition(".")[2].startswith(_ELSEWHERE)


def is_ambiguous(error: CloudError) -> bool:
    """Return whether an identity matches several objects of Exchange."""
    return error.code.rpartition(".")[2] == "ManagementObjectAmbiguousException"


def refusal_of_one(address: Address, error: PermissionDenied) -> ObserveError:
    """Return the refusal of a read as an error about one mailbox, where others can be read."""
    return ObserveError(where=f"{address} · {error.call}", why=error.why or "Access is denied.", hint=error.hint)


def has_no_entry(error: CloudError) -> bool:
    """Return whether an account has no entry in a folder: there is none, or the service does not know the account."""
    return error.code.rpartition(".")[2] in _NO_ENTRY


def has_entry(error: CloudError) -> bool:
    """Return whether an account has an entry in a folder already."""
    return error.code.rpartition(".")[2] == "UserAlreadyExistsInPermissionEntryException"


def reported_error(data: Mapping[str, Any], call: str, mailbox: str = "", request_id: str = "") -> CloudError | None:
    """Return the error that a successful response of the admin API reports, or nothing.

    `@adminapi.errors` makes the cmdlet a failure, as in the vendor's own module: what was read is not complete.
    """
    errors = data.get("@adminapi.errors")
    if not errors:
        return None
    first = errors[0] if isinstance(errors, list) else errors
    text = str(first.get("message") or first) if isinstance(first, Mapping) else str(first)
    parts = text.split("|", 2)
    kind, sentence = (parts[1], parts[2]) if len(parts) == 3 else ("", text)
    meaning = exchange_meaning(kind) or Meaning(Refused, "the service reports errors")
    return meaning.error(
        meaning.summary,
        call=call,
        mailbox=mailbox,
        status=200,
        code=kind,
        request_id=request_id,
        why=sentence[:500],
        hint=meaning.hint,
    )


def graph_error(answer: Answer, call: str, mailbox: str = "") -> CloudError | None:
    """Return what an error of Graph means; nothing where its body adds nothing to the status."""
    error = _error_object(answer.body)
    code, message = str(error.get("code", "")), str(error.get("message", ""))
    meaning = _GRAPH_BY_LOWER.get(code.lower())
    if meaning is None and code and answer.status == 400:
        hint = next((hint for word, hint in _LICENCE_WORDS.items() if word in message), "")
        meaning = Meaning(Refused, "the service refused the request", hint)
    return _made(meaning, answer, call, mailbox, code, message)


def _made(
    meaning: Meaning | None, answer: Answer, call: str, mailbox: str, code: str, message: str
) -> CloudError | None:
    if meaning is None:
        return None
    return meaning.error(
        meaning.summary,
        call=call,
        mailbox=mailbox,
        status=answer.status,
        code=code,
        request_id=answer.headers.get("request-id", ""),
        why=message[:500],
        hint=meaning.hint,
        retry_after=retry_after(answer.headers),
    )


def _error_object(body: bytes) -> dict[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return error if isinstance(error, dict) else {}

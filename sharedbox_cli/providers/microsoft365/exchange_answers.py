"""Responses of the Exchange admin API: statuses, reported errors, and the parts of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sharedbox_cli.core.errors import Ambiguous, CloudError, ObserveError
from sharedbox_cli.providers.microsoft365.errors import exchange_error, reported_error
from sharedbox_cli.providers.microsoft365.quirks import is_truncated, without_sidecars
from sharedbox_cli.providers.responses import (
    Answer,
    Failure,
    Fields,
    Row,
    body_of,
    judge,
    part_answer,
    reduced,
    rows_of,
)

T = TypeVar("T")
Command = tuple[str, Mapping[str, Any]]
"""A cmdlet and its parameters."""


def whole_body(answer: Answer, call: str, mailbox: str = "") -> dict[str, Any]:
    """Return the JSON of a response. Raises CloudError where it is incomplete, or reports errors despite its status."""
    data = body_of(answer, call, mailbox)
    error = reported_error(data, call, mailbox, answer.headers.get("request-id", ""))
    if error is not None:
        raise error
    return data


def fields(call: str) -> Callable[[Row], Fields]:
    """Return the function that reduces each row to its fields; reading one that is missing is an error."""
    return lambda row: Fields(without_sidecars(row), call)


def command(cmdlet: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a request. Raises ValueError for one that would take a mailbox away from its account."""
    if cmdlet == "Disable-Mailbox" and (parameters.get("Archive") is not True or "PermanentlyDisable" in parameters):
        message = "Disable-Mailbox is sent only for an archive"
        raise ValueError(message)
    return {"CmdletInput": {"CmdletName": cmdlet, "Parameters": dict(parameters)}}


def judge_exchange(answer: Answer, call: str, mailbox: str) -> None:
    """Raise the error that a response means."""
    if answer.status >= 400 and answer.status != 401:
        known = exchange_error(answer, call, mailbox)
        if known is not None:
            raise known
    judge(answer, call, mailbox)


def unpacked(raw: bytes, headers: Mapping[str, str]) -> bytes:
    """Return the bytes of a response: a 403 claims to be gzip, and is not."""
    if headers.get("content-encoding", "").lower() != "gzip":
        return raw
    import gzip

    try:
        return gzip.decompress(raw)
    except (OSError, EOFError):
        return raw


class Truncated(ObserveError):
    """A part of a batch has more than one page, which a single read can follow."""


def matched(
    data: Mapping[str, Any], commands: Mapping[str, Command], reduce: Callable[[Row], T | None]
) -> dict[str, list[T] | Failure]:
    """Return the results of a batch by id, in any order. Raises ObserveError for an id that was not requested."""
    answers = data.get("responses")
    if not isinstance(answers, list) or not all(isinstance(item, Mapping) for item in answers):
        raise Ambiguous("the response has an unexpected shape", call="$batch")
    results: dict[str, list[T] | Failure] = {}
    for item in answers:
        key = str(item.get("id"))
        if key not in commands or key in results:
            raise ObserveError(where="$batch", why=f"The id {key} of a batch response was not requested or came twice.")
        try:
            results[key] = _part(item, *commands[key], reduce)
        except ObserveError as error:
            results[key] = error
    for key, (cmdlet, _) in commands.items():
        results.setdefault(key, Ambiguous("a response of a batch is missing", call=cmdlet))
    return results


def _part(
    item: Mapping[str, Any], cmdlet: str, parameters: Mapping[str, Any], reduce: Callable[[Row], T | None]
) -> list[T] | CloudError:
    body = item.get("body")
    mailbox = str(parameters.get("Identity", ""))
    try:
        judge_exchange(part_answer(item), cmdlet, mailbox)
    except CloudError as error:
        return error
    if not isinstance(body, dict):
        return Ambiguous("a response of a batch is truncated", call=cmdlet, mailbox=mailbox)
    reported = reported_error(body, cmdlet, mailbox)
    if reported is not None:
        return reported
    if body.get("@odata.nextLink") or is_truncated(warnings_of(body)):
        raise Truncated(where=f"{mailbox} · {cmdlet}", why="The service truncated the list.")
    return reduced(rows_of(body, cmdlet), cmdlet, reduce, mailbox)


def warnings_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the warnings of a response. In an unknown form, they are no warnings that we could read."""
    warnings = data.get("@adminapi.warnings")
    return tuple(map(str, warnings)) if isinstance(warnings, list) else ()

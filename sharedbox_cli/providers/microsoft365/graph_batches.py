"""JSON batches of Graph: the body of one, and its responses by id."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sharedbox_cli.core.errors import Ambiguous, CloudError, ObserveError
from sharedbox_cli.providers.microsoft365.errors import graph_error
from sharedbox_cli.providers.responses import Answer, Failure, judge, part_answer

T = TypeVar("T")
Parts = Mapping[str, tuple[str, Mapping[str, str]]]
"""Batch reads: id → (relative URL, headers)."""


def batch_of(parts: Parts) -> bytes:
    """Return the body of a batch of reads."""
    return json.dumps(
        {
            "requests": [
                {"id": key, "method": "GET", "url": url, **({"headers": dict(headers)} if headers else {})}
                for key, (url, headers) in parts.items()
            ]
        }
    ).encode()


def judge_graph(answer: Answer, call: str, mailbox: str) -> None:
    """Raise what a response of Graph means, if it is an error."""
    if answer.status >= 400 and answer.status not in (401, 408, 429, 500, 502, 503, 504):
        known = graph_error(answer, call, mailbox)
        if known is not None:
            raise known
    judge(answer, call, mailbox)


def matched(
    data: Mapping[str, Any], parts: Mapping[str, object], call: str, reduce: Callable[[dict[str, Any]], T]
) -> dict[str, T | Failure]:
    """Return the responses of a batch by id, in any order; an unknown or repeated id is an error."""
    responses = data.get("responses")
    if not isinstance(responses, list) or not all(isinstance(item, Mapping) for item in responses):
        raise Ambiguous("the response has an unexpected shape", call=call)
    results: dict[str, T | Failure] = {}
    for item in responses:
        key = str(item.get("id"))
        if key not in parts or key in results:
            raise ObserveError(where=call, why=f"The id {key} of a batch response was not requested or came twice.")
        try:
            results[key] = _part(item, call, reduce)
        except ObserveError as error:
            results[key] = error
    for key in parts:
        results.setdefault(key, Ambiguous("a response of a batch is missing", call=call))
    return results


def _part(item: Mapping[str, Any], call: str, reduce: Callable[[dict[str, Any]], T]) -> T | Failure:
    body = item.get("body")
    try:
        judge_graph(part_answer(item), call, "")
    except CloudError as error:
        return error
    return reduce(body) if isinstance(body, dict) else Ambiguous("a response of a batch is truncated", call=call)


def chunks_of(items: Sequence[str], size: int) -> list[list[str]]:
    """Return the items in pieces."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]

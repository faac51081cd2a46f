"""Errors in words, and as JSON: what happened, where, why, how to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sharedbox_cli.core.errors import CloudError, GuardRefused, Problem, Refusal, SharedboxError, SpecError
from sharedbox_cli.reports.safe import terminal as safe

ERROR_FORMAT = "sharedbox.error/1"


def error_words(error: SharedboxError) -> str:
    """Return an error for people; all problems of a run together, the most important last."""
    if isinstance(error, SpecError):
        return "\n\n".join(problem_words(error.problems, "error"))
    if isinstance(error, GuardRefused):
        return "\n\n".join(_refusal_words(item) for item in error.refusals) + "\n\nNothing was written."
    lines = [f"error: {safe(error.summary)}"]
    lines += [f"  {safe(part)}" for part in (error.where, error.why) if part]
    if error.hint:
        lines += [f"  {safe(line)}" for line in error.hint.split("\n")]
    return "\n".join(lines)


def problem_words(problems: Iterable[Problem], level: str) -> Iterable[str]:
    """Return one paragraph a kind of problem, each with all its places."""
    ordered = sorted(problems, key=lambda item: (item.summary, item.place))
    for summary, same in groupby(ordered, key=lambda item: item.summary):
        lines = [f"{level}: {safe(summary)}"]
        for item in same:
            words = " ".join(part for part in (item.why, item.hint) if part)
            lines.append(f"  {safe(str(item.place))}   {safe(words)}")
            if item.also.file:
                lines.append(f"  {safe(str(item.also))}   the other one")
        yield "\n".join(lines)


def _refusal_words(refusal: Refusal) -> str:
    lines = [f"refused: guard {refusal.guard}", f"  {safe(refusal.why)}"]
    if refusal.waiver:
        lines += [
            "  If that is meant, look at the plan and name it:",
            f"      sharedbox apply --allow {safe(refusal.waiver)}",
        ]
    else:
        lines.append("  This cannot be waived.")
    return "\n".join(lines)


def error_json(error: SharedboxError) -> str:
    """Return an error as one JSON document (docs/reference/json.md)."""
    return json.dumps({"format": ERROR_FORMAT, **error_data(error)}, indent=1, sort_keys=True)


def error_data(error: SharedboxError) -> dict[str, Any]:
    """Return the parts of an error for JSON."""
    data: dict[str, Any] = {
        "kind": type(error).__name__,
        "exit_code": error.exit_code,
        "summary": error.summary,
        "where": error.where,
        "why": error.why,
        "hint": error.hint,
    }
    if isinstance(error, SpecError):
        data["problems"] = [
            {
                "file": item.place.file,
                "line": item.place.line,
                "column": item.place.column,
                "summary": item.summary,
                "why": item.why,
                "hint": item.hint,
            }
            for item in error.problems
        ]
    if isinstance(error, GuardRefused):
        data["refusals"] = [
            {
                "guard": item.guard,
                "why": item.why,
                "found": item.found,
                "limit": item.limit,
                "waiver": item.waiver,
                "mailbox": item.mailbox,
            }
            for item in error.refusals
        ]
    if isinstance(error, CloudError):
        data |= {
            "mailbox": error.mailbox,
            "call": error.call,
            "status": error.status,
            "code": error.code,
            "request_id": error.request_id,
        }
    return data

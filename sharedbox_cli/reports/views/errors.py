"""An error as data: what happened, where, why and how to fix it."""

from __future__ import annotations

from sharedbox_cli.core.errors import CloudError, GuardRefused, Problem, Refusal, SharedboxError, SpecError
from sharedbox_cli.core.unread import Unread
from sharedbox_cli.reports.document import Report
from sharedbox_cli.reports.shapes.header import ErrorJson, ProblemJson, RefusalJson, UnreadJson
from sharedbox_cli.reports.views.place import place_data


def error_report(error: SharedboxError) -> Report:
    """Return an error as a report. For people, `cli/messages.py` writes the message."""
    return Report("error", error_data(error))


def error_data(error: SharedboxError) -> ErrorJson:
    """Return the parts of an error, with what its kind adds."""
    data: ErrorJson = {
        "kind": type(error).__name__,
        "exit_code": error.exit_code,
        "summary": error.summary,
        "where": error.where,
        "why": error.why,
        "hint": error.hint,
    }
    if isinstance(error, SpecError):
        data["problems"] = [problem_data(item) for item in error.problems]
    if isinstance(error, GuardRefused):
        data["refusals"] = [refusal_data(item) for item in error.refusals]
    if isinstance(error, CloudError):
        data["mailbox"] = error.mailbox
        data["call"] = error.call
        data["status"] = error.status
        data["code"] = error.code
        data["request_id"] = error.request_id
    return data


def problem_data(item: Problem) -> ProblemJson:
    """Return one problem of a spec or a CSV file."""
    return {**place_data(item.place), "summary": item.summary, "why": item.why, "hint": item.hint}


def refusal_data(item: Refusal) -> RefusalJson:
    """Return the refusal of one guard."""
    return {
        "guard": item.guard,
        "why": item.why,
        "found": item.found,
        "limit": item.limit,
        "waiver": item.waiver,
        "mailbox": item.mailbox,
    }


def unread_data(platform: str, item: Unread) -> UnreadJson:
    """Return an object that could not be read, and why."""
    return {
        "platform": platform,
        "kind": item.kind,
        "name": item.name,
        "mailbox": item.mailbox.text if item.mailbox else None,
        "summary": item.summary,
        "where": item.where,
        "why": item.why,
        "hint": item.hint,
    }

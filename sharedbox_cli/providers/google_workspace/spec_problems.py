"""What Google refuses in a spec: found before any request. Loads no SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import SpecProblem
from sharedbox_cli.providers.google_workspace.gmail_search import text_problem

OPEN_POSTING = ("anyone", "organization")
"""Values of `group.posting` with which somebody who is no member can post."""
_SEARCHED = ("from", "to", "subject_contains")


def delegated_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the values of a delegated mailbox that Gmail refuses or reads in another way."""
    for number, rule in enumerate(spec.get("rules") or ()):
        for key in _SEARCHED:
            texts = rule["when"].get(key)
            path = ("rules", number, "when", key)
            if isinstance(texts, str) and (why := text_problem(texts)):
                yield path, why
            elif isinstance(texts, list):
                yield from (((*path, index), why) for index, text in enumerate(texts) if (why := text_problem(text)))


def collaborative_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the combinations of settings of a group that Google refuses."""
    group = spec.get("group") or {}
    posting = group.get("posting")
    if group.get("moderation") == "non-members" and posting is not None and posting not in OPEN_POSTING:
        why = (
            f"With `posting: {posting}`, nobody outside the group can post, and Google refuses to moderate their "
            "messages. Use another `moderation`, or `posting: anyone`."
        )
        yield ("group", "moderation"), why

"""What Google refuses in a spec: found before any request. Loads no SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import SpecProblem
from sharedbox_cli.providers.google_workspace.gmail_search import text_problem

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

"""What Google refuses in a spec: found before any request. Loads no SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sharedbox_cli.core.capability import SpecProblem
from sharedbox_cli.core.model import State
from sharedbox_cli.providers.google_workspace import names
from sharedbox_cli.providers.google_workspace.gmail_search import any_of, text_problem
from sharedbox_cli.providers.google_workspace.rule_capabilities import rule_problems

OPEN_POSTING = ("anyone", "organization")
"""Values of `group.posting` with which somebody who is not a member can post."""
_SEARCHED = ("from", "to", "subject_contains")
Path = tuple[str | int, ...]


def delegated_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the values of a delegated mailbox that Google refuses or reads in another way."""
    yield from _name_problems(spec, names.account_address_problem, names.account_address_problem, None)
    for path, label in _labels(spec):
        if why := names.label_problem(label):
            yield path, why
    yield from _problems(("signature",), spec.get("signature"), names.signature_problem)
    for number, sender in enumerate(spec.get("senders") or ()):
        yield from _problems(("senders", number, "signature"), sender.get("signature"), names.signature_problem)
    for number, rule in enumerate(spec.get("rules") or ()):
        yield from rule_problems(number, rule)
        for key in _SEARCHED:
            yield from _problems(("rules", number, "when", key), rule["when"].get(key), text_problem)
    yield from _too_many(spec)


def _too_many(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield what is beyond the limits of Gmail: labels, filters, and the length of a search."""
    labels = {label.casefold() for _, label in _labels(spec)}
    labels |= {label[:at] for label in labels for at, letter in enumerate(label) if letter == "/"}
    if len(labels) > names.MAX_LABELS:
        key = "folders" if spec.get("folders") else "tags"
        yield (
            (key,),
            f"Gmail has at most {names.MAX_LABELS:,} labels, and these are {len(labels):,} with those above them.",
        )
    rules = spec.get("rules") or ()
    for number, rule in enumerate(rules):
        if (length := _search_length(rule["when"])) > names.MAX_SEARCH:
            why = (
                f"The conditions of a filter have about {names.MAX_SEARCH:,} characters at most at Gmail, and these "
                f"have {length:,}. Divide the lists among several rules with the same actions."
            )
            yield ("rules", number, "when"), why
    filters = sum(max(1, len(_texts_of(rule["then"], "move_to", "tag"))) for rule in rules)
    if filters > names.MAX_FILTERS:
        why = f"Gmail has at most {names.MAX_FILTERS:,} filters, one per label of a rule, and these need {filters:,}."
        yield ("rules",), why


def _search_length(when: Mapping[str, Any]) -> int:
    lists = (sorted(_texts_of(when, key)) for key in _SEARCHED)
    searches = [any_of(tuple(texts)) for texts in lists if texts and not any(map(text_problem, texts))]
    return sum(map(len, [*searches, *(str(when.get(key) or "") for key in ("has_words", "without_words"))]))


def _texts_of(part: Mapping[str, Any], *keys: str) -> set[str]:
    return {text for key in keys for _, text in _texts((key,), part.get(key))}


def collaborative_problems(spec: Mapping[str, Any]) -> Iterator[SpecProblem]:
    """Yield the names that no group can have, and the combinations of settings of a group that Google refuses."""
    yield from _name_problems(spec, names.group_address_problem, names.group_alias_problem, names.MAX_GROUP_NAME)
    group = spec.get("group") or {}
    posting = group.get("posting")
    if group.get("moderation") == "non-members" and posting is not None and posting not in OPEN_POSTING:
        why = (
            f"With `posting: {posting}`, nobody outside the group can post, and Google refuses to moderate their "
            "messages. Use another `moderation`, or `posting: anyone`."
        )
        yield ("group", "moderation"), why


def _name_problems(
    spec: Mapping[str, Any],
    address_problem: Callable[[str], str],
    alias_problem: Callable[[str], str],
    most: int | None,
) -> Iterator[SpecProblem]:
    """Yield the addresses and names that Google refuses. A mailbox that must not exist needs no valid name."""
    if spec.get("state") == State.ABSENT:
        return
    yield from _problems(("mailbox",), spec.get("mailbox"), address_problem)
    yield from _problems(("aliases",), spec.get("aliases"), alias_problem)
    yield from _problems(("display_name",), spec.get("display_name"), lambda name: names.name_problem(name, most))


def _problems(path: Path, value: Any, problem_of: Callable[[str], str]) -> Iterator[SpecProblem]:
    """Yield what is wrong with a text, or with each text of a list."""
    for steps, text in _texts(path, value):
        if why := problem_of(text):
            yield steps, why


def _texts(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Sequence):
        yield from (((*path, index), text) for index, text in enumerate(value) if isinstance(text, str))


def _labels(spec: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every label that a spec names, which is then created, with its place."""
    yield from _texts(("folders",), spec.get("folders"))
    for index, tag in enumerate(spec.get("tags") or ()):
        if isinstance(tag, Mapping):
            yield from _texts(("tags", index, "name"), tag.get("name"))
        else:
            yield from _texts(("tags", index), tag)
    for index, rule in enumerate(spec.get("rules") or ()):
        for key in ("move_to", "tag"):
            yield from _texts(("rules", index, "then", key), rule["then"].get(key))

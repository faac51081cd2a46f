"""Reports what a spec asks for and its platform does not support, before any request. Nothing is skipped."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import GRANTABLE, LEVELLED, DesiredGrant, Platform, State, TrusteeKind
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.models.mailbox import Mailbox

_NOT_OF_THE_PLATFORM = ("version", "mailbox", "platform", "labels", "members")
"""Keys that mean the same on every platform. For members, their rights are checked."""
_RIGHT_PATHS = {right: f"members[].rights.{right}" for right in GRANTABLE}


def support_problems(
    spec: Mailbox,
    document: Document,
    grants: tuple[DesiredGrant, ...] | None,
    capabilities: Mapping[Platform, Capabilities],
) -> list[Problem]:
    """Return one problem for each path of a document that its platform refuses."""
    table = capabilities.get(Platform(spec.platform or ""))
    if table is None:
        return []
    hint = f"To see what this platform supports, run: sharedbox explain {table.platform}"
    whys = (*_setting_problems(table, document.data, document, ()), *_member_problems(table, grants))
    refused = [Problem(place, "not possible on this platform", why, hint) for place, why in whys]
    return refused + [
        Problem(document.place_of(path), "not possible on this platform", why)
        for path, why in table.spec_problems(document.data)
    ]


def _setting_problems(
    table: Capabilities, data: Any, document: Document, above: tuple[str, ...]
) -> Iterator[tuple[Place, str]]:
    for key, value in data.items():
        keys = (*above, key)
        path = ".".join(keys)
        if path in _NOT_OF_THE_PLATFORM or (path, value) == ("state", State.PRESENT):
            continue
        why = _why_not(table, path, value)
        if why:
            yield document.place_of_key(keys), why
        elif isinstance(value, dict):
            yield from _setting_problems(table, value, document, keys)
        elif path == "rules" and isinstance(value, list) and table.describes(path):
            yield from _rule_problems(table, value, document)


def _rule_problems(table: Capabilities, rules: list[Any], document: Document) -> Iterator[tuple[Place, str]]:
    """Yield the conditions and actions of rules that a platform does not have."""
    for number, rule in enumerate(rules):
        for key, part in rule.items():
            named = {(key, inner): value for inner, value in part.items()} if isinstance(part, dict) else {}
            whole = _why_not(table, f"rules[].{key}", part) if key not in ("name", "when", "then") else ""
            for keys, value in ({} if whole else named).items():
                if why := _why_not(table, f"rules[].{'.'.join(keys)}", value):
                    yield document.place_of_key(("rules", number, *keys)), why
            if whole:
                yield document.place_of_key(("rules", number, key)), whole


def _member_problems(table: Capabilities, grants: tuple[DesiredGrant, ...] | None) -> Iterator[tuple[Place, str]]:
    known: dict[Hashable, list[str]] = {}
    for grant in grants or ():
        terms = (grant.right, grant.detail, grant.kind, grant.delivery, grant.automapping, grant.until is None)
        if terms not in known:
            known[terms] = [why for path, value in _member_paths(table, grant) if (why := _why_not(table, path, value))]
            known[terms] += _group_problems(table, grant)
        for why in known[terms]:
            yield grant.place, why


def _group_problems(table: Capabilities, grant: DesiredGrant) -> list[str]:
    """Return why a group cannot hold a right that a person can hold."""
    allowed = table.group_rights
    if grant.kind is not TrusteeKind.GROUP or allowed is None or grant.right in allowed:
        return []
    words = " or ".join(f"`{right}`" for right in allowed)
    why = f"a group cannot be {grant.right} of another group on {table.platform}. Give the group the right {words}"
    return [f"{why[:1].upper()}{why[1:]}, and list the people who are to be {grant.right}."]


def _member_paths(table: Capabilities, grant: DesiredGrant) -> Iterator[tuple[str, Any]]:
    kind = "group" if grant.kind is TrusteeKind.GROUP else "user"
    if grant.right in LEVELLED:
        yield f"{grant.right}.members", grant.detail
        own = f"{grant.right}.people[].{kind}"
        yield own if table.row(own) is not None else f"members[].{kind}", ""
    else:
        yield _RIGHT_PATHS[grant.right], grant.right
        yield f"members[].{kind}", ""
    if grant.delivery is not None:
        yield "members[].delivery", grant.delivery
    if grant.automapping is not None:
        yield "members[].automapping", grant.automapping
    if grant.until is not None:
        yield "members[].until", grant.until


def _why_not(table: Capabilities, path: str, value: Any) -> str:
    """Return why a platform refuses a path or its value, or None."""
    row = table.refusal(path)
    if row is not None:
        return f"{table.platform} has no `{path.removeprefix('members[].').removeprefix('rules[].')}`: {row.meaning}"
    listed = table.values.get(path)
    if listed is None or (str(value).lower() if isinstance(value, bool) else str(value)) in listed:
        return ""
    row = table.row(path)
    return f"`{path}` can be {', '.join(listed)} on {table.platform}{f': {row.meaning}' if row else ''}."

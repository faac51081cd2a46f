"""What a spec asks of a platform that cannot do it: an error before any request, never skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import DesiredGrant, Platform, Right, TrusteeKind
from sharedbox_cli.language.document import Document
from sharedbox_cli.language.models.mailbox import Mailbox


def ability_problems(
    spec: Mailbox,
    document: Document,
    grants: tuple[DesiredGrant, ...] | None,
    capabilities: Mapping[Platform, Capabilities],
) -> list[Problem]:
    """Return one problem for each thing asked that the platform's rows call not possible."""
    table = capabilities.get(Platform(spec.platform or ""))
    if table is None:
        return []
    problems: list[Problem] = []
    for keys, value in _settings(document.data, ()):
        why = _refusal(table, ".".join(keys), value)
        if why:
            problems.append(_problem(table, document.place_of_key(keys), why))
    for grant in grants or ():
        for path, value in _members(grant):
            why = _refusal(table, path, value)
            if why:
                problems.append(_problem(table, grant.place, why))
    return problems


def _problem(table: Capabilities, place: Place, why: str) -> Problem:
    hint = f"All that this platform can and can't do: sharedbox explain {table.platform}"
    return Problem(place, "not possible on this platform", why, hint)


def _refusal(table: Capabilities, path: str, value: Any) -> str:
    """Return why a platform cannot have a value, or nothing."""
    row = table.row(path)
    if row is not None and not row.is_possible:
        return f"{table.platform} has no `{path.removeprefix('members[].')}`: {row.meaning}"
    listed = table.values.get(path)
    if listed is not None and str(value) not in listed:
        return f"`{path}` can be {', '.join(listed)} on {table.platform}{f': {row.meaning}' if row else ''}."
    return ""


def _settings(data: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in data.items():
        if key in ("members", "labels", "mailbox", "version", "platform"):
            continue
        yield (*keys, key), value
        if isinstance(value, dict):
            yield from _settings(value, (*keys, key))


_RIGHT_PATHS = {right: f"members[].rights.{right}" for right in Right}


def _members(grant: DesiredGrant) -> Iterator[tuple[str, Any]]:
    yield _RIGHT_PATHS[grant.right], grant.right
    yield ("members[].group" if grant.kind is TrusteeKind.GROUP else "members[].user"), ""
    if grant.delivery is not None:
        yield "members[].delivery", grant.delivery
    if grant.automapping is not None:
        yield "members[].automapping", grant.automapping
    if grant.until is not None:
        yield "members[].until", grant.until

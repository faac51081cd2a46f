"""What a spec asks of a platform that cannot do it: an error before any request, never skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sharedbox_cli.core.capability import Capabilities
from sharedbox_cli.core.errors import Problem
from sharedbox_cli.core.location import Place
from sharedbox_cli.core.model import DesiredGrant, Platform, TrusteeKind
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
    found = []
    for path, place, value in (*_settings(document.data, document, ()), *_members(grants)):
        row = table.row(path)
        listed = table.values.get(path)
        hint = f"All that this platform can and can't do: sharedbox explain {table.platform}"
        if row is not None and not row.is_possible:
            why = f"{table.platform} has no `{path.removeprefix('members[].')}`: {row.meaning}"
            found.append(Problem(place, "not possible on this platform", why, hint))
        elif listed is not None and str(value) not in listed:
            why = f"`{path}` can be {', '.join(listed)} on {table.platform}{f': {row.meaning}' if row else ''}."
            found.append(Problem(place, "not possible on this platform", why, hint))
    return found


def _settings(data: Any, document: Document, path: tuple[str, ...]) -> Iterator[tuple[str, Place, Any]]:
    for key, value in data.items():
        where = (*path, key)
        if key in ("members", "labels", "mailbox", "version", "platform"):
            continue
        yield ".".join(where), document.place_of_key(where), value
        if isinstance(value, dict):
            yield from _settings(value, document, where)


def _members(grants: tuple[DesiredGrant, ...] | None) -> Iterator[tuple[str, Place, Any]]:
    for grant in grants or ():
        yield f"members[].rights.{grant.right}", grant.place, grant.right
        yield f"members[].{'group' if grant.kind is TrusteeKind.GROUP else 'user'}", grant.place, ""
        if grant.delivery is not None:
            yield "members[].delivery", grant.place, grant.delivery
        if grant.automapping is not None:
            yield "members[].automapping", grant.place, grant.automapping
        if grant.until is not None:
            yield "members[].until", grant.place, grant.until

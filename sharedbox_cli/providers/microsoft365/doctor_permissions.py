"""What the tokens of an application or a person allow, one diagnosis per permission and role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sharedbox_cli.providers.diagnosis import Diagnosis
from sharedbox_cli.providers.microsoft365.permissions import (
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    GLOBAL_READER,
    GRAPH,
    PERMISSIONS,
    PERSON_ROLES,
    WHERE_PERMISSIONS,
    WHERE_ROLES,
)

if TYPE_CHECKING:
    from sharedbox_cli.auth.claims import TokenClaims
    from sharedbox_cli.core.needs import Needed


def is_person(graph: TokenClaims) -> bool:
    """Return whether a token belongs to a person who signed in."""
    return bool(graph.scopes) and not graph.app_roles


def permission_steps(graph: TokenClaims, exchange: TokenClaims, needed: Needed | None = None) -> Iterator[Diagnosis]:
    """Return what both tokens allow, and where to fix what they do not; only what specs need, where it is given."""
    names = {permission.name for permission in PERMISSIONS} if needed is None else {*needed.all}
    by_person = is_person(graph)
    yield from _permissions(graph, exchange, names, is_person=by_person)
    if by_person:
        yield from _person_roles(set(exchange.directory_roles), names)
    else:
        yield _application_role(set(exchange.directory_roles))


def _permissions(graph: TokenClaims, exchange: TokenClaims, names: set[str], *, is_person: bool) -> Iterator[Diagnosis]:
    for permission in PERMISSIONS:
        if permission.name not in names or (is_person and permission.is_of_applications):
            continue
        token = graph if permission.resource == GRAPH else exchange
        held = set(token.scopes if is_person else token.app_roles)
        name = permission.delegated if is_person else permission.name
        step = f"{'delegated ' if is_person else ''}permission {name}"
        if held & {name, *permission.stronger}:
            yield Diagnosis(step, "ok", f"for {permission.needed_for}")
        else:
            kind = "Delegated" if is_person else "Application"
            hint = WHERE_PERMISSIONS.format(resource=permission.resource, kind=kind, name=name)
            words = f"needed for {permission.needed_for}"
            if permission.is_optional:
                yield Diagnosis(step, "not checked", f"not granted to all mailboxes; {words}", hint)
            else:
                yield Diagnosis(step, "missing", words, hint)


def _application_role(roles: set[str]) -> Diagnosis:
    if roles & {EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR}:
        return Diagnosis("directory role", "ok", f"{_role_name(roles)}: enough for plan and apply")
    if GLOBAL_READER in roles:
        hint = WHERE_ROLES.format(role="Exchange Administrator", holder="your app")
        return Diagnosis("directory role", "ok", "Global Reader: enough for plan, check and audit, not for apply", hint)
    hint = WHERE_ROLES.format(role="Exchange Administrator (to apply) or Global Reader (to plan)", holder="your app")
    return Diagnosis("directory role", "missing", "the application has no role that can read mailboxes", hint)


def _role_name(roles: set[str]) -> str:
    return "Exchange Administrator" if EXCHANGE_ADMINISTRATOR in roles else "Global Administrator"


def _person_roles(roles: set[str], names: set[str]) -> Iterator[Diagnosis]:
    """Return what the roles of a person allow. A role group of Exchange is not in the token."""
    holder = "your account"
    if roles & {EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR}:
        yield Diagnosis("directory role", "ok", f"{_role_name(roles)}: enough for plan and apply of mailboxes")
    elif GLOBAL_READER in roles:
        hint = WHERE_ROLES.format(role="Exchange Administrator", holder=holder)
        yield Diagnosis("directory role", "ok", "Global Reader: enough for plan, check and audit, not for apply", hint)
    else:
        hint = WHERE_ROLES.format(role="Exchange Administrator (to apply) or Global Reader (to plan)", holder=holder)
        words = "the token has no role for Exchange; if a role group of Exchange is enough, Get-Mailbox succeeds below"
        yield Diagnosis("directory role", "not checked", words, hint)
    for needed in PERSON_ROLES:
        if needed.permission not in names:
            continue
        step = f"directory role for {needed.needed_for}"
        held = roles & {*needed.roles, GLOBAL_ADMINISTRATOR}
        wanted = " or ".join(needed.roles.values())
        if held:
            yield Diagnosis(step, "ok", needed.roles.get(min(held), "Global Administrator"))
        else:
            hint = WHERE_ROLES.format(role=wanted, holder=holder)
            yield Diagnosis(step, "missing", f"needs {wanted}", hint)

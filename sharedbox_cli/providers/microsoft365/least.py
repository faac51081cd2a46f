"""What specs need of a tenant, what its tokens grant beyond that, and the commands that grant only that.

A permission that is granted in Entra reaches every mailbox, and a role assignment in Exchange adds to it. So a
permission that Exchange can limit is too much as soon as a token names it
(learn.microsoft.com/exchange/permissions-exo/application-rbac, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sharedbox_cli.core.needs import Needed, key_words
from sharedbox_cli.providers.diagnosis import Diagnosis, Instructions
from sharedbox_cli.providers.microsoft365.needs import EXCHANGE_ROLES, VIEW_CONFIGURATION, VIEW_RECIPIENTS
from sharedbox_cli.providers.microsoft365.permissions import (
    EXCHANGE,
    EXCHANGE_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    GLOBAL_READER,
    GRAPH,
    PERMISSIONS,
    WHERE_PERMISSIONS,
    WHERE_ROLES,
    Permission,
)
from sharedbox_cli.providers.microsoft365.powershell import any_address, listed, quoted

if TYPE_CHECKING:
    from sharedbox_cli.auth.claims import TokenClaims

BY_NAME = {permission.name: permission for permission in PERMISSIONS}
MOST_LISTED = 30
"""A scope names up to so many mailboxes; a longer filter covers all shared mailboxes."""
SCOPE = "sharedbox"
"""The name of the management scope and of the role group."""
_USAGE_LOCATION = "User.ReadWrite.All"
_NO_ROLES = frozenset({"0997a1d0-0d1d-4acb-b408-d5ca73121e90", "b79fbf4d-3ef9-4689-8143-76b194e85509"})
"""Values of `wids` that every application or every person has."""
_WHERE_REMOVE = "Entra admin center > Enterprise applications > your app > Permissions > {name} > Revoke."


def needed_permissions(needed: Needed) -> dict[str, Permission]:
    """Return the application permissions that specs need, without those that another one of them includes."""
    names = [name for name in needed.all if name in BY_NAME]
    return {name: BY_NAME[name] for name in names if not {*BY_NAME[name].stronger} & {*names}}


def needed_roles(needed: Needed) -> tuple[str, ...]:
    """Return the roles of Exchange that specs need."""
    return tuple(name for name in EXCHANGE_ROLES if name in needed.all)


def keys_of(needed: Needed, permission: Permission) -> str:
    """Return which keys need a permission, and for which command."""
    return f"{needed.purpose(permission.name)}: {key_words(needed.all[permission.name])}"


def privilege_steps(graph: TokenClaims, exchange: TokenClaims, needed: Needed) -> Iterator[Diagnosis]:
    """Return what the tokens of an application lack for the specs, and what they grant beyond them."""
    wanted = needed_permissions(needed)
    for resource, token in ((GRAPH, graph), (EXCHANGE, exchange)):
        held = set(token.app_roles)
        mine = {name: one for name, one in wanted.items() if one.resource == resource}
        for name, permission in mine.items():
            yield _granted(name, permission, held, needed)
        for name in sorted(held - mine.keys()):
            yield _excess(name, mine, needed)
    yield from _directory_roles(set(exchange.directory_roles), needed)


def _granted(name: str, permission: Permission, held: set[str], needed: Needed) -> Diagnosis:
    step, words = f"permission {name}", keys_of(needed, permission)
    if name in held and permission.is_of_applications:
        detail = f"it reaches every mailbox of the tenant, and the specs need {len(needed.mailboxes)} ({words})"
        hint = f"Assign `Application {name}` in Exchange (see the commands), then revoke it in Entra. {_WHERE_REMOVE}"
        return Diagnosis(step, "too much", detail, hint.format(name=name))
    if name in held:
        return Diagnosis(step, "ok", f"for {words}")
    if stronger := sorted(held.intersection(permission.stronger)):
        return Diagnosis(step, "ok", f"for {words}; included in {stronger[0]}")
    hint = WHERE_PERMISSIONS.format(resource=permission.resource, kind="Application", name=name)
    if permission.is_of_applications:
        hint = f"Assign `Application {name}` in Exchange: see the commands."
    return Diagnosis(step, "missing", f"needed for {words}", hint)


def _excess(name: str, wanted: dict[str, Permission], needed: Needed) -> Diagnosis:
    enough = sorted(one for one, permission in wanted.items() if name in permission.stronger)
    if name == _USAGE_LOCATION and "LicenseAssignment.ReadWrite.All" in wanted:
        return Diagnosis(f"permission {name}", "ok", "optional: the usage location of new mailboxes with a licence")
    detail = f"{' and '.join(enough)} would be enough" if enough else "no key of the specs needs it"
    return Diagnosis(f"permission {name}", "too much", detail, _WHERE_REMOVE.format(name=name))


def _directory_roles(roles: set[str], needed: Needed) -> Iterator[Diagnosis]:
    group = f"A role group of Exchange with {', '.join(needed_roles(needed))} is enough: see the commands."
    wide = {EXCHANGE_ADMINISTRATOR: "Exchange Administrator", GLOBAL_ADMINISTRATOR: "Global Administrator"}
    for role in sorted(roles - _NO_ROLES):
        if role in wide:
            detail = "it administers all mailboxes and the settings of the organisation"
            yield Diagnosis(f"directory role {wide[role]}", "too much", detail, group)
        elif role == GLOBAL_READER:
            yield Diagnosis(
                "directory role Global Reader", "ok", "enough to plan, and it reads the whole tenant", group
            )
        else:
            yield Diagnosis(f"directory role {role}", "too much", "no key of the specs needs it", WHERE_REMOVE_ROLE)
    if not roles - _NO_ROLES:
        words = "the token names none; Get-Mailbox below shows whether a role group of Exchange is enough"
        yield Diagnosis("directory role", "not checked", words, group)


WHERE_REMOVE_ROLE = WHERE_ROLES.format(role="the role", holder="your app").replace("Add assignments", "Remove")


def scoped_commands(app_id: str, object_id: str, needed: Needed) -> Instructions:
    """Return the commands that limit an application to the mailboxes of the specs."""
    app = quoted(object_id or "object id of the enterprise application")
    addresses = sorted(address.key for address in needed.mailboxes)
    limited = [name for name, one in needed_permissions(needed).items() if one.is_of_applications]
    roles = [role for role in needed_roles(needed) if role not in (VIEW_RECIPIENTS, VIEW_CONFIGURATION)]
    lines = [
        "Connect-ExchangeOnline",
        f"New-ServicePrincipal -AppId {quoted(app_id)} -ObjectId {app} -DisplayName {quoted(SCOPE)}",
        f"New-ManagementScope -Name {quoted(SCOPE)} -RecipientRestrictionFilter {_filter(addresses)}",
        "# The cmdlets: read all recipients, write to the mailboxes of the specs alone.",
        f"New-RoleGroup -Name {quoted(f'{SCOPE} read')} -Roles {listed((VIEW_RECIPIENTS, VIEW_CONFIGURATION))}",
        f"Add-RoleGroupMember -Identity {quoted(f'{SCOPE} read')} -Member {app}",
        f"New-RoleGroup -Name {quoted(f'{SCOPE} write')} -Roles {listed(roles)} "
        f"-CustomRecipientWriteScope {quoted(SCOPE)}",
        f"Add-RoleGroupMember -Identity {quoted(f'{SCOPE} write')} -Member {app}",
    ]
    if limited:
        lines.append("# Graph: only inside the mailboxes of the specs. Do not grant the same in Entra.")
    for name in limited:
        role = quoted(f"Application {name}")
        lines.append(f"New-ManagementRoleAssignment -App {app} -Role {role} -CustomResourceScope {quoted(SCOPE)}")
    lines += [
        f"Test-ServicePrincipalAuthorization -Identity {app} -Resource {quoted(address)}" for address in addresses[:1]
    ]
    return Instructions("In Exchange Online PowerShell, to grant only what these specs need", tuple(lines))


def _filter(addresses: list[str]) -> str:
    if len(addresses) <= MOST_LISTED:
        return any_address(addresses)
    return quoted("RecipientTypeDetails -eq 'SharedMailbox'")

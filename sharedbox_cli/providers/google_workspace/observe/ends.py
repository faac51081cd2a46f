"""When Google itself ends memberships: per group one lookup of its name, and one list per 500 members."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sharedbox_cli.core.errors import AuthError, CloudError, NotFound, ObserveError, PermissionDenied, Refused
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.identity import Address
from sharedbox_cli.core.until import NEVER
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.columns import read_row
from sharedbox_cli.providers.forms import object_in, text_of, understood
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.ends import ENDS, group_of, is_edition, memberships_of, name_in, trial_of
from sharedbox_cli.providers.google_workspace.errors import lacks_right
from sharedbox_cli.providers.google_workspace.observe.members import Member, outsider_id
from sharedbox_cli.providers.google_workspace.scopes import APIS, IDENTITY
from sharedbox_cli.providers.responses import STOPPING, Row
from sharedbox_cli.providers.unread import is_about_one_object

LOOKUP, LIST = "cloudidentity.groups.lookup", "cloudidentity.groups.memberships.list"
_MASK = "nextPageToken,memberships(preferredMemberKey(id),roles(name,expiryDetail))"


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of the memberships of one group."""

    group: str
    """Its name in Cloud Identity."""
    by_member: dict[str, str | None]

    def of(self, member: Member) -> str | None:
        """Return when Google ends a membership; None where it did not say."""
        return self.by_member.get(_key(member.email)) if member.email else None


def _key(address: str) -> str:
    """Return what identifies a member: the address, in one of the forms in which it is written."""
    return outsider_id(Address.of(address))


async def without_ends(google: Google, scope: Scope, address: str) -> Scope:
    """Return a scope without ends, where nobody needs them and one request shows that they cannot be read.

    Raises CloudError, AuthError.
    """
    if Field.UNTIL not in scope.fields & scope.dispensable:
        return scope
    try:
        await read_name(google, address)
    except (CloudError, AuthError, ObserveError) as error:
        if lacks_right(error):
            _warn(google)
            return replace(scope, fields=scope.fields - {Field.UNTIL})
        if not is_about_one_object(error):
            raise
    return scope


def _warn(google: Google) -> None:
    why = f"because the Cloud Identity API, the scope {APIS[IDENTITY].read[0]} or the role Groups Admin is missing"
    google.warn(IDENTITY, f"when Google itself ends memberships: not read, {why}.")


async def read_ends(google: Google, address: str, dispensable: Collection[Field]) -> Ends | None:
    """Return the ends of memberships; nothing where nobody needs what cannot be read.

    Raises CloudError, AuthError, ObserveError.
    """
    try:
        return await _read(google, address)
    except (CloudError, AuthError, ObserveError) as error:
        if Field.UNTIL not in dispensable or not (lacks_right(error) or is_about_one_object(error)):
            raise
        if lacks_right(error):
            _warn(google)
        else:
            why = f"{error.summary}. {error.why}".rstrip()
            google.warn(IDENTITY, f"{address}: when Google itself ends its memberships was not read: {why}")
        return None


async def _read(google: Google, address: str) -> Ends:
    group = await read_name(google, address)
    rows, _ = await google.collect(
        IDENTITY,
        lambda service, token: memberships_of(group, token, _MASK)(service),
        "memberships",
        LIST,
        _membership,
        mailbox=address,
    )
    return Ends(group, dict(rows))


async def read_name(google: Google, address: str) -> str:
    """Return the name of a group in Cloud Identity."""
    answer = await google.read(IDENTITY, group_of(address), LOOKUP, mailbox=address)
    return understood(answer, f"{address} · {LOOKUP}", name_in, own_name=False)


def _membership(row: Row) -> tuple[str, str | None]:
    address = text_of(object_in(row, "preferredMemberKey"), "id")
    end = read_row(ENDS, row, {Field.UNTIL}, f"{address} · {LIST}")[Field.UNTIL]
    return _key(address), None if end is None else str(end)


async def can_end(google: Google, found: Iterable[Ends]) -> bool | None:
    """Return whether the edition ends memberships: certain where it does so already, otherwise one request asks.

    None: no group was read, or the answer says nothing about the edition.
    """
    groups = list(found)
    if any(end not in (None, NEVER) for ends in groups for end in ends.by_member.values()):
        return True
    return await try_edition(google, groups[0].group) if groups else None


async def try_edition(google: Google, group: str) -> bool | None:
    """Return whether the edition ends memberships, by a request that only such editions answer."""
    try:
        await google.read(
            IDENTITY, trial_of(group, google.admin), "cloudidentity.groups.memberships.checkTransitiveMembership"
        )
    except (PermissionDenied, Refused, NotFound) as error:
        if error.code in STOPPING:
            raise
        return False if is_edition(error) else None
    return True

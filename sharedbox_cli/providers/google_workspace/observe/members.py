"""Members of a group, and the ids by which people from outside are compared."""

from __future__ import annotations

from sys import intern
from typing import NamedTuple

from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.forms import optional_text, text_of
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.scopes import DIRECTORY
from sharedbox_cli.providers.responses import Row


class Member(NamedTuple):
    """A member of a group, reduced to what is needed; many groups share its texts."""

    id: str
    email: str
    role: str
    type: str
    status: str

    @property
    def name(self) -> str:
        """Return the address, or the id if there is none."""
        return self.email or self.id


def member_of(row: Row) -> Member:
    """Return a direct member, with its role."""
    return _member(row, text_of(row, "role"))


def _member(row: Row, role: str = "") -> Member:
    texts = (text_of(row, "id"), *(optional_text(row, name) for name in ("email",)), role)
    texts += (optional_text(row, "type"), optional_text(row, "status"))
    return Member(*map(intern, texts))


def member_id(member: Member, directory: Directory) -> TrusteeId:
    """Return the id of a member; for an outsider it comes from the address, in the group or not."""
    is_known = member.id in directory.users or member.id in directory.groups
    if not member.email or is_known or Address.of(member.email).domain in directory.domains:
        return TrusteeId(member.id)
    return outsider_id(Address.of(member.email))


def outsider_id(address: Address) -> TrusteeId:
    """Return the id of an outsider, made from the address: the directory has none.

    Gmail ignores dots in an address, and `googlemail.com` is `gmail.com`: they are one account
    (support.google.com/mail/answer/7436150, read 2026-11).
    """
    if address.domain in _GMAIL_DOMAINS:
        return TrusteeId(f"{_OUTSIDER}{address.key.partition('@')[0].replace('.', '')}@gmail.com")
    return TrusteeId(f"{_OUTSIDER}{address.key}")


def is_outsider(identity: TrusteeId) -> bool:
    """Return whether an id was made from an address, so that Google does not know it."""
    return identity.startswith(_OUTSIDER)


_OUTSIDER = "external:"
NO_PLUS = mark("Google's API finds no address with a plus. Use the address without it, or add it at groups.google.com")
"""googleapis/google-api-python-client#1982: 404, while the web interface adds such an address."""
_GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


async def read_derived(google: Google, group: str) -> list[Member]:
    """Return all direct and indirect members of a group."""
    members, _ = await google.collect(
        DIRECTORY,
        lambda service, token: service.members().list(
            groupKey=group,
            maxResults=200,
            pageToken=token,
            includeDerivedMembership=True,
            fields="kind,nextPageToken,members(id,email,type,status)",
        ),
        "members",
        "directory.members.list derived",
        _member,
        kind="admin#directory#members",
    )
    return members

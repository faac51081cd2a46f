"""Who may send as a mailbox from the own Gmail: the addresses of mailboxes in the accounts of members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sharedbox_cli.core.errors import CloudError, SharedboxError
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Right
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.forms import list_of, text_of
from sharedbox_cli.providers.google_workspace import accounts
from sharedbox_cli.providers.google_workspace.api import Google, together
from sharedbox_cli.providers.google_workspace.errors import NO_MAIL
from sharedbox_cli.providers.google_workspace.observe.content import status_of
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.failed_lookups import take
from sharedbox_cli.providers.google_workspace.scopes import GMAIL
from sharedbox_cli.providers.responses import Fields, Row, reduced
from sharedbox_cli.providers.unread import UnreadLog, attempt


@dataclass(frozen=True, slots=True)
class MemberSender:
    """The address of a mailbox as a send-as address in somebody's own account."""

    holder: TrusteeId
    status: str
    who: str

    @property
    def words(self) -> str:
        """Return the address that nobody has confirmed."""
        return mark("send-as address of {who}, {status}", who=self.who, status=self.status)


async def read_member_senders(
    google: Google,
    directory: Directory,
    scope: Scope,
    delegates_of: Mapping[Address, Collection[Address]],
    unread: UnreadLog,
) -> dict[Address, list[MemberSender]]:
    """Return who may send as each mailbox: read from the accounts of members that specs name, and of delegates.

    An address that waits for its confirmation counts: it is not created again.
    """
    if Right.SEND_AS not in scope.rights:
        return {}
    people = {directory.owner[address] for address in scope.trustees if address in directory.owner}
    delegates = {
        key: {directory.owner[address] for address in addresses if address in directory.owner}
        for key, addresses in delegates_of.items()
    }
    people = people.union(*delegates.values())
    rows = [row for key in sorted(people) if (row := directory.users.get(key)) is not None and _reads_mail(row)]
    lists = await together(attempt(_senders(google, row, delegates_of.keys()), signs_in=True) for row in rows)
    senders: dict[Address, list[MemberSender]] = {}
    for row, items in zip(rows, lists, strict=True):
        if isinstance(items, SharedboxError):
            # The mailboxes that this person may send as are not known: none is planned where that matters.
            own = {address for address in scope.named_by if directory.owner.get(address) == row["id"]}
            concerned = {key for key, held in delegates.items() if str(row["id"]) in held and scope.mailboxes}
            concerned = concerned.union(*(scope.named_by[address] for address in own))
            take(concerned, accounts.address_of(row), items, scope, unread)
            continue
        for address, sender in items:
            senders.setdefault(address, []).append(sender)
    return senders


def _reads_mail(row: Fields) -> bool:
    return row.get("isMailboxSetup") is not False and not (row.get("suspended") or row.get("archived"))


async def _senders(google: Google, row: Fields, mailboxes: Collection[Address]) -> list[tuple[Address, MemberSender]]:
    """Return as which of some mailboxes a person may send."""
    own = accounts.address_of(row)
    subject, call = own.key, "gmail.users.settings.sendAs.list"
    try:
        data = await google.read(
            GMAIL,
            lambda service: service.users().settings().sendAs().list(userId="me"),
            call,
            subject=subject,
            mailbox=subject,
        )
    except CloudError as error:
        if error.code == NO_MAIL:
            return []
        raise

    def reduce(item: Row) -> tuple[Address, MemberSender] | None:
        address = Address.of(text_of(item, "sendAsEmail"))
        if address not in mailboxes or address == own:
            return None
        return address, MemberSender(TrusteeId(str(row["id"])), status_of(item, own.text), own.text)

    return reduced(list_of(data, "sendAs", call, subject), call, reduce, subject)

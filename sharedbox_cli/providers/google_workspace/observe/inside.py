"""Who can use the calendar and the contacts of a mailbox, person by person: one list per mailbox each.

A calendar's own owner and the rules for everybody are no grants. Google shares contacts at one level.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sharedbox_cli.core.errors import AuthError, CloudError, NotFound, Refused
from sharedbox_cli.core.identity import Address, TrusteeId
from sharedbox_cli.core.model import Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import FolderEntry
from sharedbox_cli.core.reach import FolderKind
from sharedbox_cli.core.texts import mark
from sharedbox_cli.providers.forms import UnknownForm, object_in, shown, text_of
from sharedbox_cli.providers.google_workspace.api import Google
from sharedbox_cli.providers.google_workspace.calendar_columns import level_of, width
from sharedbox_cli.providers.google_workspace.errors import lacks_right
from sharedbox_cli.providers.google_workspace.observe.calendar import CALL
from sharedbox_cli.providers.google_workspace.observe.directory import Directory
from sharedbox_cli.providers.google_workspace.observe.members import outsider_id
from sharedbox_cli.providers.google_workspace.scopes import APIS, CONTACTS
from sharedbox_cli.providers.responses import Fields, Row, reduced

_CALL = "contactDelegation.users.delegates.list"
_MASK = "delegates(email),nextPageToken"
_CALENDAR = "Calendar"
CONTACTS_OFF = (
    "An administrator has disabled contact delegation: admin.google.com > Directory > Directory settings > "
    "Sharing settings"
)
CONTACTS_LEVEL = "editor"
"""The one level of contacts: a delegate sees and changes them."""


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody who uses a calendar or contacts, by address, at a level."""

    address: Address
    is_group: bool
    right: Right
    level: str


@dataclass(slots=True)
class Inside:
    """What was read of one mailbox."""

    shares: list[Share] = field(default_factory=list)
    read: frozenset[Right] = frozenset()
    domains: list[tuple[str, str]] = field(default_factory=list)
    """Other organisations, by domain, whose people use the calendar, each with the level."""

    @property
    def addresses(self) -> list[Address]:
        """Return the addresses of all people and groups."""
        return [share.address for share in self.shares]


def _share(rule: Row) -> Share | None:
    """Return a rule for a single person or group; nothing for another rule. Raises KeyError, UnknownForm."""
    scope, role = object_in(rule, "scope"), text_of(rule, "role")
    kind = text_of(scope, "type")
    if kind not in ("user", "group") or role == "none":
        return None
    address = Address.of(text_of(scope, "value"))
    if not address.local or not address.domain:
        message = f"a rule is for {shown(address.text)}, and not for an address"
        raise UnknownForm(message)
    return Share(address, kind == "group", Right.CALENDAR, level_of(role))


async def read_inside(
    google: Google,
    subject: str,
    rules: list[Fields] | None,
    rights: Collection[Right],
    needed: Collection[Right],
    domains: Collection[str],
) -> Inside:
    """Return who uses the calendar, given its rules, and the contacts. Raises CloudError, AuthError, ObserveError."""
    shares: list[Share] = []
    read: set[Right] = set()
    others: list[tuple[str, str]] = []
    if Right.CALENDAR in rights and rules is not None:
        shares += reduced(rules, CALL, _share, subject)
        read.add(Right.CALENDAR)
        others = [other for other in reduced(rules, CALL, _everybody, subject) if other[0] not in domains]
    if Right.CONTACTS in rights:
        contacts = await read_contacts(google, subject, is_needed=Right.CONTACTS in needed)
        shares += contacts or ()
        read |= {Right.CONTACTS} if contacts is not None else set()
    return Inside(shares, frozenset(read), others)


def _everybody(rule: Row) -> tuple[str, str] | None:
    """Return the domain and the level of a rule for a whole organisation. Raises KeyError, UnknownForm."""
    scope, role = object_in(rule, "scope"), text_of(rule, "role")
    if text_of(scope, "type") != "domain" or role == "none":
        return None
    return text_of(scope, "value").lower(), level_of(role)


def everybody_at(domain: str) -> Trustee:
    """Return the holder of what all people of another organisation can do."""
    name = mark("everybody at {domain}", domain=domain)
    return Trustee(TrusteeId(f"domain:{domain}"), TrusteeKind.OTHER, name=name, is_guest=True)


def entries_of(inside: Inside) -> tuple[FolderEntry, ...]:
    """Return what people of other organisations can do in the calendar: no grant, as nobody of them is known."""
    return tuple(
        FolderEntry(_CALENDAR, FolderKind.CALENDAR, level, Right.CALENDAR, everybody_at(domain).id)
        for domain, level in sorted(inside.domains)
    )


async def read_contacts(google: Google, subject: str, *, is_needed: bool) -> list[Share] | None:
    """Return the delegates of the contacts of a mailbox; None if nobody needs them and they cannot be read.

    Raises CloudError, AuthError, ObserveError.
    """
    try:
        delegates = await list_contacts(google, subject)
    except (CloudError, AuthError) as error:
        if is_needed or not (is_switched_off(error) or lacks_right(error)):
            raise
        missing = f"The scope {APIS[CONTACTS].read[0]} or the privilege is missing"
        google.warn(CONTACTS, f"contacts: not read. {CONTACTS_OFF if is_switched_off(error) else missing}.")
        return None
    return [Share(address, False, Right.CONTACTS, CONTACTS_LEVEL) for address in delegates]


def is_switched_off(error: CloudError | AuthError) -> bool:
    """Return whether an administrator has switched the sharing of contacts off.

    Assumed: Google calls it a failed precondition then.
    """
    return isinstance(error, Refused) and error.code == "FAILED_PRECONDITION"


async def list_contacts(google: Google, subject: str) -> list[Address]:
    """Return the delegates of the contacts of a mailbox, as an administrator.

    Assumed: the API takes batches, as the Directory API does on the same host. If not, each request is sent alone, and
    once that is known, the next ones are in no batch.
    """
    is_alone = CONTACTS in google.alone
    try:
        return await _list_contacts(google, subject)
    except (NotFound, Refused) as error:
        if is_alone or is_switched_off(error):
            raise
        found = await _list_contacts(google, subject, is_alone=True)
        google.alone.add(CONTACTS)
        return found


async def _list_contacts(google: Google, subject: str, *, is_alone: bool = False) -> list[Address]:
    delegates, _ = await google.collect(
        CONTACTS,
        lambda service, token: service.users().delegates().list(user=subject, pageToken=token, fields=_MASK),
        "delegates",
        _CALL,
        lambda row: Address.of(text_of(row, "email")),
        mailbox=subject,
        is_alone=is_alone,
    )
    return delegates


def outsiders_in(insides: Iterable[Inside], domains: Collection[str]) -> Iterator[tuple[Address, Trustee]]:
    """Yield those from outside who use a calendar: no directory has them."""
    for inside in insides:
        for share in inside.shares:
            if share.address.domain not in domains:
                kind = TrusteeKind.GROUP if share.is_group else TrusteeKind.USER
                identity = outsider_id(share.address)
                yield share.address, Trustee(identity, kind, share.address, is_guest=True, is_kind_known=False)


def grants_of(
    inside: Inside, own: TrusteeId, directory: Directory, outsiders: Mapping[Address, Trustee]
) -> Iterator[tuple[Grant, Trustee | None]]:
    """Yield each grant, with the trustee that the directory does not have; the owner of the calendar is left out.

    Of several rules for one trustee, by several of the addresses, the widest is what they can do.
    """
    widest: dict[tuple[TrusteeId, Right], tuple[Grant, Trustee | None]] = {}
    for share in sorted(inside.shares, key=lambda share: width(share.level)):
        outsider = outsiders.get(share.address)
        identity = (
            outsider.id if outsider is not None else TrusteeId(directory.owner.get(share.address, share.address.key))
        )
        if identity == own:
            continue
        trustee = outsider
        if outsider is None and identity not in directory.users and identity not in directory.groups:
            trustee = Trustee(identity, TrusteeKind.ORPHAN, share.address, is_enabled=False)
        widest[identity, share.right] = Grant(identity, share.right, share.level), trustee
    yield from widest.values()

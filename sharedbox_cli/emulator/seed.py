"""Seeds: the demo tenant, and grown tenants of any size with typical problems."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterable, Sequence
from functools import partial

from sharedbox_cli.emulator.company import DOMAIN, MICROSOFT365, NAME, OTHER_DOMAIN, PLATFORMS, TENANT_ID, Seeded
from sharedbox_cli.emulator.google import seed as google_seed
from sharedbox_cli.emulator.microsoft import folders, inbox_rules, inside_seed
from sharedbox_cli.emulator.names import FAMILY, GIVEN, HOSTILE_NAMES, TOPICS
from sharedbox_cli.emulator.tenant import Tenant

__all__ = ["CLIENT_ID", "DOMAIN", "GIB", "PLATFORMS", "SECRET", "Builder", "Seeded", "blank", "demo", "grown"]

CLIENT_ID = "5b8b9f2e-31c7-4c55-9d0e-7f5d6c4b3a21"
SECRET = "emulator-secret-not-a-real-one"  # noqa: S105 - it is valid only for the emulator
GIB = 1024**3

PLAN_1 = (
    "4b9405b0-7788-4568-add1-99614e613b69",
    "EXCHANGESTANDARD",
    [["9aaf7827-d63c-4b61-89c3-182f06f82e5c", "EXCHANGE_S_STANDARD"]],
)
PLAN_2 = (
    "19ec0d23-8335-4cbd-94ac-6050e30712fa",
    "EXCHANGEENTERPRISE",
    [["efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE"]],
)
SUITE = (
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "SPE_E3",
    [
        ["efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE"],
        ["113feb6c-3fe4-4440-bddc-54d774bf0318", "EXCHANGE_S_FOUNDATION"],
        ["57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1"],
    ],
)

GRAPH_ROLES = [
    "User.Read.All",
    "User.EnableDisableAccount.All",
    "GroupMember.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Mail.ReadWrite",
    "MailboxSettings.ReadWrite",
    "Organization.Read.All",
    "Reports.Read.All",
    "ReportSettings.Read.All",
    "Directory.Read.All",
]
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"


def blank(tenant: Tenant, *, seats: int = 25) -> None:
    """Set the name, domains and licences of a tenant, and add one app with all permissions that sharedbox needs."""
    for key, value in (("id", TENANT_ID), ("name", NAME), ("new_shared_enabled", "1")):
        tenant.set_meta(key, value)
    tenant.run("insert into domains values (?, 1), (?, 0)", DOMAIN, OTHER_DOMAIN)
    for sku, part, plans in (PLAN_1, PLAN_2):
        tenant.run("insert into skus values (?, ?, ?, ?)", sku, part, json.dumps(plans), seats)
    tenant.run("insert into skus values (?, ?, ?, ?)", SUITE[0], SUITE[1], json.dumps(SUITE[2]), 100_000)
    doc = {
        "roles": {
            "https://graph.microsoft.com": GRAPH_ROLES,
            "https://outlook.office365.com": ["Exchange.ManageAsApp"],
        },
        "directory_roles": [EXCHANGE_ADMINISTRATOR],
    }
    tenant.run(
        "insert into apps values (?, ?, 'sharedbox', ?, null, ?)",
        CLIENT_ID,
        str(uuid.UUID(int=7)),
        SECRET,
        json.dumps(doc),
    )


class Builder:
    """Adds recipients. Ids are derived from the seed, so the same seed gives the same tenant."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.tenant = tenant
        self.random = random.Random(seed)  # noqa: S311 - a tenant for tests, no secret
        self.seeded = Seeded()

    def identity(self) -> str:
        """Return the next id."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def person(self, local: str, name: str, *, enabled: bool = True, guest: bool = False) -> str:
        """Add a person with a licensed mailbox, and return the id."""
        mail = f"{local}@{DOMAIN}"
        doc = {"account_enabled": enabled, "user_type": "Guest" if guest else "Member", "usage_location": "DE"}
        identity = self.tenant.add_object("user", name, mail, upn=mail, doc=doc, identity=self.identity())
        if not guest:
            self._box(identity, name, local, "UserMailbox")
            self.tenant.run("insert into licences values (?, ?, null)", identity, SUITE[0])
        return identity

    def _box(self, identity: str, name: str, alias: str, kind: str) -> None:
        now = self.tenant.clock.now()
        own = f"{alias}@{self.tenant.initial_domain}"
        if not self.tenant.owners(own):  # every mailbox of Exchange has an address there
            self.tenant.add_address(identity, "smtp", own)
        self.tenant.run(
            "insert into mailboxes values (?, ?, ?, ?, ?, '{}', ?, ?, ?, 0)",
            identity,
            self.identity(),
            alias[:64],
            alias,
            kind,
            self.random.randrange(GIB),
            self.random.randrange(20_000),
            now,
        )
        for right, rights in (("full_access", "FullAccess, ReadPermission"), ("send_as", "SendAs")):
            sql = "insert into permissions values (?, ?, null, 'S-1-5-10', ?, 0, 0, null, 1, 0, null)"
            self.tenant.run(sql, identity, right, rights)

    def shared(
        self,
        local: str,
        name: str,
        *,
        aliases: tuple[str, ...] = (),
        enabled: bool = False,
        used: int = 0,
        settings: dict[str, object] | None = None,
    ) -> str:
        """Add a shared mailbox, and return the id."""
        mail = f"{local}@{DOMAIN}"
        identity = self.tenant.add_object(
            "user",
            name,
            mail,
            upn=mail,
            doc={"account_enabled": enabled, "usage_location": "DE"},
            identity=self.identity(),
            aliases=aliases,
        )
        self._box(identity, name, local, "SharedMailbox")
        self.tenant.run(
            "update mailboxes set doc = ?, used_bytes = ? where id = ?", json.dumps(settings or {}), used, identity
        )
        self.seeded.mailboxes.append(mail.lower())
        return identity

    def group(self, local: str, name: str, members: list[str], *, security: bool = True) -> str:
        """Add a mail-enabled group, and return the id."""
        doc = {"mail_enabled": True, "security_enabled": security, "group_types": []}
        mail = f"{local}@{DOMAIN}"
        identity = self.tenant.add_object("group", name, mail, doc=doc, identity=self.identity())
        self.tenant.many("insert into members values (?, ?)", [(identity, member) for member in members])
        return identity

    def grant(
        self, mailbox: str, trustee: str, *rights: str, has_address: bool = False, automapping: bool = True
    ) -> None:
        """Grant rights to an existing trustee."""
        row = self.tenant.object(trustee)
        owner = self.tenant.object(mailbox)
        if row is None or owner is None:
            message = "add the mailbox and the trustee before the grant"
            raise ValueError(message)
        texts = {"full_access": "FullAccess", "send_as": "SendAs", "send_on_behalf": ""}
        for right in rights:
            self.tenant.run(
                "insert into permissions values (?, ?, ?, ?, ?, 0, 0, ?, ?, 0, null)",
                mailbox,
                right,
                trustee,
                row["sid"],
                texts[right],
                int(automapping),
                int(has_address),
            )
            self.seeded.grants.add((owner["mail"].lower(), row["mail"].lower(), right))

    def special(self, mailbox: str, trustee: str | None, *, deny: bool = False, inherited: bool = False) -> None:
        """Add an entry that is not a grant: an orphaned, deny or inherited entry."""
        row = self.tenant.object(trustee) if trustee else None
        sid = row["sid"] if row else self.tenant.new_sid()
        self.tenant.run(
            "insert into permissions values (?, 'full_access', ?, ?, 'FullAccess', ?, ?, null, 0, 0, null)",
            mailbox,
            trustee,
            sid,
            int(deny),
            int(inherited),
        )
        self.seeded.orphans += trustee is None
        self.seeded.denies += deny


def demo(tenant: Tenant, platforms: Iterable[str] = (MICROSOFT365,)) -> Seeded:
    """Fill the demo tenant: a small company with some drift. Raises ValueError for an unknown platform."""
    wanted = _known(platforms)
    seeded = _demo(tenant) if MICROSOFT365 in wanted else Seeded()
    if google := [name for name in wanted if name != MICROSOFT365]:
        seeded.add(google_seed.demo(tenant, google))
    return seeded


def grown(
    tenant: Tenant, mailboxes: int, members: int, seed: int, platforms: Iterable[str] = (MICROSOFT365,)
) -> Seeded:
    """Fill a tenant of any size, as years of manual administration leave it: `mailboxes` per platform.

    An address is a mailbox on one platform only. People have accounts in both clouds. Raises ValueError for an
    unknown platform.
    """
    wanted = _known(platforms)
    seeded = _grown(tenant, mailboxes, members, seed) if MICROSOFT365 in wanted else Seeded()
    for place, name in enumerate(wanted):
        if name != MICROSOFT365:
            numbers = range(place * mailboxes, (place + 1) * mailboxes)
            seeded.add(google_seed.grown(tenant, name, numbers, members, seed))
    return seeded


def _known(platforms: Iterable[str]) -> Sequence[str]:
    """Return platforms in a fixed order."""
    asked = frozenset(platforms)
    if unknown := sorted(asked - set(PLATFORMS)):
        message = f"unknown platform {unknown[0]!r}; the platforms are {', '.join(PLATFORMS)}"
        raise ValueError(message)
    return [name for name in PLATFORMS if name in asked]


def _demo(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 7)
    people = {
        local: make.person(local, name)
        for local, name in (
            ("anna", "Anna Müller"),
            ("ben", "Ben Carter"),
            ("chloe", "Chloé Dubois"),
            ("dmitri", "Дмитрий Орлов"),
            ("emi", "佐藤 恵美"),
            ("fatima", "Fatima al-Masri"),
            ("george", "Γιώργος Παππάς"),
            ("info", "Info Desk"),
        )
    }
    people["hugo"] = make.person("hugo", "Hugo Left", enabled=False)
    make.group("sg-audit", "Audit", [people["george"], people["dmitri"]])
    make.group("all-staff", "All staff", list(people.values()), security=False)
    sales = make.shared(
        "sales",
        "Sales",
        aliases=("smtp:verkauf@contoso.example", "SIP:sales@contoso.example"),
        enabled=True,
        used=int(46.5 * GIB),
        settings={"MessageCopyForSentAsEnabled": True},
    )
    make.grant(sales, people["ben"], "full_access")
    make.grant(sales, people["hugo"], "full_access", "send_as")
    make.special(sales, None)
    billing = make.shared("billing", "Billing (old)", used=52 * GIB)
    make.grant(billing, people["emi"], "full_access", "send_as")
    return make.seeded


def _grown(tenant: Tenant, mailboxes: int, members: int, seed: int) -> Seeded:
    blank(tenant, seats=max(25, mailboxes // 20))
    folders.prepare(tenant)
    inbox_rules.prepare(tenant)
    make = Builder(tenant, seed)
    tenant.run("begin")
    people = [_person(make, number) for number in range(max(12, members * 2, mailboxes * 2))]
    for number, hostile in enumerate(HOSTILE_NAMES):
        people.append(make.person(f"odd{number}", hostile))
    guest = make.person("guest.partner_ext", "Partner Guest", guest=True)
    inner = make.group("grp-inner", "Inner circle", people[:3])
    groups = [make.group("grp-outer", "Outer circle", [*people[3:6], inner]), make.group("grp-night", "Night", [])]
    for number in range(mailboxes):
        _mailbox(make, number, members, people, groups, guest)
    if mailboxes:
        gone = make.shared("old-project", "Old project")
        tenant.run("update objects set deleted_at = ? where id = ?", tenant.clock.now() - 86400, gone)
        make.seeded.mailboxes.remove(f"old-project@{DOMAIN}")
    tenant.run("commit")
    return make.seeded


def _rules(make: Builder, mailbox: str, number: int, friend: str) -> None:
    """Add rules as colleagues leave them: of Outlook alone, broken ones, words in capital letters, a hidden one."""
    tenant = make.tenant
    inbox = folders.add(tenant, mailbox, folders.root_of(tenant, mailbox)["id"], "Old orders")
    add = partial(inbox_rules.add, tenant, mailbox)
    add("Orders", SubjectContainsWords=["ORDER", "BESTELLUNG"], MoveToFolder=inbox, StopProcessingRules=True)
    add("Copy to a colleague", From=["smtp:shop@partner.example"], ForwardTo=[f"id:{friend}"])
    if number % 3 == 0:
        add("Play a sound", kind=inbox_rules.CLIENT, From=[f"id:{friend}"], PlaySound="chime.wav")
        add("Old flag", kind=inbox_rules.CLIENT_OFF, SubjectContainsWords=["flag"], FlagMessage="FollowUp")
    elif number % 3 == 1:
        add("Gone folder", SubjectContainsWords=["gone"], MoveToFolder="deleted", StopProcessingRules=True)
    else:
        add("RSS", kind=inbox_rules.HIDDEN, SubjectContainsWords=["invoice"], ForwardTo=["smtp:x@evil.example"])


def _person(make: Builder, number: int) -> str:
    one, namesake = inside_seed.NAMESAKES
    local = f"user{number:05d}"
    number = one if number == namesake else number
    given, family = GIVEN[number % len(GIVEN)], FAMILY[(number // len(GIVEN)) % len(FAMILY)]
    return make.person(local, f"{given} {family}", enabled=number % 41 != 40)


def _mailbox(make: Builder, number: int, members: int, people: list[str], groups: list[str], guest: str) -> None:
    topic = TOPICS[number % len(TOPICS)]
    local = f"{topic}-{number:05d}" if number % 13 else f"{topic.title()}-{number:05d}"
    mailbox = make.shared(
        local,
        f"{topic.title()} {number}",
        enabled=number % 7 == 0,
        used=(51 if number % 97 == 0 else 2) * GIB + number,
        settings={
            "MessageCopyForSentAsEnabled": number % 2 == 0,
            "MessageCopyForSendOnBehalfEnabled": number % 3 == 0,
            folders.LANGUAGE: inside_seed.language_of(number),
        },
    )
    inside = inside_seed.fill(make.tenant, number, mailbox, people, groups[0])
    make.seeded.inside |= {(f"{local}@{DOMAIN}".lower(), *granted) for granted in inside}
    for index, trustee in enumerate(make.random.sample(people, min(members, len(people)))):
        if index % 4 == 3:
            make.grant(mailbox, trustee, "send_as", has_address=number % 3 > 0)
        elif index % 4 == 2:
            make.grant(mailbox, trustee, "full_access", "send_as", "send_on_behalf")
        else:
            make.grant(mailbox, trustee, "full_access", "send_as", has_address=number % 5 > 0)
    if number % 10 == 4:
        make.grant(mailbox, make.random.choice(groups), "full_access")
    if number % 20 == 9:
        make.special(mailbox, None)
    if number % 10 == 3:
        _rules(make, mailbox, number // 10, people[2])
    if number % 25 == 11:
        make.special(mailbox, people[0], deny=True)
    if number % 25 == 12:
        make.special(mailbox, people[1], inherited=True)
    if number % 50 == 17:
        make.grant(mailbox, guest, "full_access")

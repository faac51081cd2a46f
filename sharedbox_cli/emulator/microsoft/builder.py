"""Builds a tenant of Microsoft 365: people, groups, shared mailboxes and who holds what."""

from __future__ import annotations

import json
import random
import uuid

from sharedbox_cli.emulator.company import DOMAIN, NAME, OTHER_DOMAIN, TENANT_ID, Seeded
from sharedbox_cli.emulator.tenant import Tenant

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

"""Builds a Google tenant row by row: accounts, groups, delegates, members, Gmail settings."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

from sharedbox_cli.emulator.company import DOMAIN, NAME, OTHER_DOMAIN, TENANT_ID, Seeded
from sharedbox_cli.emulator.google.groups_settings import FRESH
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.tenant import Tenant

CUSTOMER = "C03xyz987"
ADMIN = f"admin@{DOMAIN}"
SERVICE_ACCOUNT = "sharedbox@emulator.iam.gserviceaccount.com"
SERVICE_ACCOUNT_ID = "104857600000000000001"
SHARED_UNIT = "/Shared mailboxes"
PEOPLE_UNIT = "/People"
PRODUCT = "Google-Apps"
STANDARD = "1010020028"
STARTER = "1010020027"
_AUTH = "https://www.googleapis.com/auth/"
SCOPES = [
    *(
        _AUTH + name
        for name in (
            "admin.directory.user",
            "admin.directory.user.readonly",
            "admin.directory.user.alias",
            "admin.directory.user.security",
            "admin.directory.group",
            "admin.directory.group.readonly",
            "admin.directory.group.member",
            "admin.directory.group.member.readonly",
            "admin.directory.domain.readonly",
            "admin.directory.customer.readonly",
            "apps.groups.settings",
            "apps.licensing",
            "admin.reports.usage.readonly",
            "admin.reports.audit.readonly",
            "cloud-identity.policies.readonly",
            "cloud-identity.groups.readonly",
            "cloud-identity.groups",
            "gmail.settings.basic",
            "gmail.settings.sharing",
            "gmail.labels",
            "calendar.acls.readonly",
            "calendar.acls",
            "admin.contact.delegation.readonly",
            "admin.contact.delegation",
            "ediscovery.readonly",
            "admin.directory.orgunit.readonly",
        )
    )
]
"""What the administrator granted to the service account: the scopes in the guide of sharedbox."""
COLLABORATIVE = {
    "enableCollaborativeInbox": "true",
    "isArchived": "true",
    "whoCanPostMessage": "ANYONE_CAN_POST",
    "allowExternalMembers": "false",
    "whoCanJoin": "INVITED_CAN_JOIN",
    "whoCanLeaveGroup": "NONE_CAN_LEAVE",
    "whoCanAssistContent": "ALL_MEMBERS",
    "whoCanContactOwner": "ALL_MANAGERS_CAN_CONTACT",
    "membersCanPostAsTheGroup": "true",
    "default_sender": "GROUP",
    "replyTo": "REPLY_TO_SENDER",
}
MONTH_SECONDS = 86400 * 30


def blank(tenant: Tenant, *, seats: int = 100_000) -> None:
    """Add Google to a tenant, once: domains, licences, an administrator and a service account."""
    store = Store(tenant)
    if store.is_there:
        return
    if not tenant.id:
        tenant.set_meta("id", TENANT_ID)
        tenant.set_meta("name", NAME)
    tenant.set_meta("google:customer", CUSTOMER)
    tenant.set_meta("google:admin", ADMIN)
    tenant.set_meta("google:pool_mb", str(30 * 1024 * 1000))
    store.run("insert into g_domains values (?, 1), (?, 0)", DOMAIN, OTHER_DOMAIN)
    store.run("insert into g_orgunits values (?, 'id:01'), (?, 'id:02')", SHARED_UNIT, PEOPLE_UNIT)
    store.run("insert into g_seats values (?, ?, ?), (?, ?, ?)", PRODUCT, STANDARD, seats, PRODUCT, STARTER, 25)
    policy = {
        "name": "policies/delegation",
        "customer": f"customers/{CUSTOMER}",
        "type": "ADMIN",
        "policyQuery": {"orgUnit": "orgUnits/root", "sortOrder": 1},
        "setting": {"type": "settings/gmail.mail_delegation", "value": {"enableMailDelegation": True}},
    }
    store.run("insert into g_policies values ('delegation', ?)", json.dumps(policy))
    store.run(
        "insert into g_service_accounts (email, client_id, scopes) values (?, ?, ?)",
        SERVICE_ACCOUNT,
        SERVICE_ACCOUNT_ID,
        json.dumps(SCOPES),
    )
    extra = {"isAdmin": True, "isEnrolledIn2Sv": True, "isEnforcedIn2Sv": True}
    GoogleBuilder(tenant, 0).person("admin", "Ada Admin", unit="/", extra=extra)


class GoogleBuilder:
    """Adds accounts and groups. Ids are derived from counters, so the same seed gives the same tenant."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.store = Store(tenant)
        self.random = random.Random(seed)  # noqa: S311 - a tenant for tests, no secret
        self.seeded = Seeded()

    def person(
        self,
        local: str,
        name: str,
        *,
        suspended: bool = False,
        unit: str = PEOPLE_UNIT,
        aliases: tuple[str, ...] = (),
        extra: Mapping[str, object] | None = None,
        used_mb: int = 0,
        licence: str = STANDARD,
    ) -> str:
        """Add an account with a mailbox, and return the id. The given name comes first."""
        given, _, family = name.partition(" ")
        email, store = f"{local}@{DOMAIN}".lower(), self.store
        doc: dict[str, object] = {
            "name": {"givenName": given or "-", "familyName": family or "-"},
            "orgUnitPath": unit,
            "includeInGlobalAddressList": True,
            **(extra or {}),
        }
        if suspended:
            doc["suspended"] = True
        identity = store.new_user_id()
        store.run(
            "insert into g_users values (?, ?, ?, ?, null, 0, 0, ?)",
            identity,
            email,
            json.dumps(doc),
            store.now - MONTH_SECONDS,
            used_mb,
        )
        store.take(email, identity, "user", "primary")
        for alias in aliases:
            store.take(alias, identity, "user", "alias")
        if licence:
            store.run("insert into g_licences values (?, ?, ?)", PRODUCT, licence, identity)
        return identity

    def mailbox(
        self,
        local: str,
        name: str,
        *,
        aliases: tuple[str, ...] = (),
        used_mb: int = 0,
        extra: Mapping[str, object] | None = None,
    ) -> str:
        """Add an account that is used as a shared mailbox, and return the id."""
        identity = self.person(local, name, unit=SHARED_UNIT, aliases=aliases, used_mb=used_mb, extra=extra)
        self.seeded.mailboxes.append(f"{local}@{DOMAIN}".lower())
        return identity

    def email(self, identity: str, table: str = "g_users") -> str:
        """Return the address of an account or group."""
        row = self.store.row(f"select email from {table} where id = ?", identity)
        if row is None:
            message = f"{identity} is not in {table}"
            raise ValueError(message)
        return str(row["email"])

    def delegate(self, mailbox: str, who: str, *, status: str = "accepted") -> None:
        """Add a delegate to a mailbox."""
        email = self.email(who)
        self.store.put(mailbox, "delegate", who, {"user": who, "delegateEmail": email, "status": status})
        if status == "accepted":
            self.seeded.grants.add((self.email(mailbox), email, "full_access"))

    def odd_delegate(self, mailbox: str, identity: str, address: str) -> None:
        """Add an entry that the API cannot create: of a deleted account, or of a group."""
        self.store.put(
            mailbox, "delegate", identity, {"user": identity, "delegateEmail": address, "status": "accepted"}
        )
        self.seeded.orphans += self.store.owner(address) is None

    def sender(self, who: str, mailbox: str, name: str, *, status: str = "accepted") -> None:
        """Let a person send as another address of the company from their own mailbox."""
        address = self.email(mailbox)
        self.store.put(
            who,
            "sendas",
            address,
            {
                "sendAsEmail": address,
                "displayName": name,
                "replyToAddress": "",
                "signature": "",
                "isPrimary": False,
                "isDefault": False,
                "treatAsAlias": False,
                "verificationStatus": status,
            },
        )
        if status == "accepted":
            self.seeded.grants.add((address, self.email(who), "send_as"))

    def label(self, mailbox: str, name: str, **more: object) -> str:
        """Add a label, and return the id."""
        identity = f"Label_{self.store.new_number('label')}"
        item = {
            "id": identity,
            "name": name,
            "type": "user",
            "labelListVisibility": "labelShow",
            "messageListVisibility": "show",
            **more,
        }
        self.store.put(mailbox, "label", identity, item)
        return identity

    def filter(self, mailbox: str, criteria: Mapping[str, object], action: Mapping[str, object]) -> None:
        """Add a filter."""
        identity = f"ANe1Bm{self.store.new_number('filter'):08d}"
        self.store.put(mailbox, "filter", identity, {"id": identity, "criteria": criteria, "action": action})

    def gmail(self, mailbox: str, **settings: Mapping[str, object]) -> None:
        """Set a setting of which a mailbox has one: `vacation`, `autoForwarding`, `imap` …"""
        self.store.save_gmail(mailbox, {**self.store.gmail(mailbox), **settings})

    def group(
        self,
        local: str,
        name: str,
        *,
        settings: Mapping[str, str] | None = None,
        description: str = "",
        aliases: tuple[str, ...] = (),
    ) -> str:
        """Add a group, and return the id."""
        store = self.store
        identity = f"0{store.new_number('group'):014x}"
        email = f"{local}@{DOMAIN}".lower()
        doc = {"name": name, "description": description}
        store.run(
            "insert into g_groups values (?, ?, ?, ?, ?, 0)",
            identity,
            email,
            json.dumps(doc),
            json.dumps({**FRESH, **(settings or {})}),
            store.now - MONTH_SECONDS,
        )
        store.take(email, identity, "group", "primary")
        for alias in aliases:
            store.take(alias, identity, "group", "alias")
        return identity

    def inbox(self, local: str, name: str, *, aliases: tuple[str, ...] = (), **settings: str) -> str:
        """Add a group that is used as a collaborative inbox, and return the id."""
        identity = self.group(local, name, settings={**COLLABORATIVE, **settings}, aliases=aliases)
        self.seeded.mailboxes.append(f"{local}@{DOMAIN}".lower())
        return identity

    def member(
        self,
        group: str,
        who: str,
        role: str = "MEMBER",
        *,
        kind: str = "USER",
        email: str = "",
        delivery: str = "ALL_MAIL",
        ends_at: float | None = None,
    ) -> None:
        """Add a member to a group."""
        if kind in ("USER", "GROUP"):
            email = self.email(who, "g_users" if kind == "USER" else "g_groups")
        sql = "insert into g_members values (?, ?, ?, ?, ?, ?, 0, null)"
        self.store.run(sql, group, who, email, kind, role, delivery)
        if ends_at is not None:
            self.store.run("insert into g_ends values (?, ?, ?)", group, who, ends_at)
        owner = self.store.row("select email, settings from g_groups where id = ?", group)
        if owner is not None and json.loads(owner["settings"])["enableCollaborativeInbox"] == "true" and email:
            self.seeded.grants.add((owner["email"], email, role.lower()))

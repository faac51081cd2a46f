"""Google tenants to try things on: the demo's, and grown ones of any size with their messes."""

from __future__ import annotations

import json
import random

from sharedbox_cli.emulator.google.groups_settings import FRESH
from sharedbox_cli.emulator.google.store import Store
from sharedbox_cli.emulator.names import FAMILY, GIVEN, HOSTILE_NAMES, TOPICS
from sharedbox_cli.emulator.seed import DOMAIN, Seeded
from sharedbox_cli.emulator.tenant import Tenant

CUSTOMER = "C03xyz987"
ADMIN = f"admin@{DOMAIN}"
SERVICE_ACCOUNT = "sharedbox@emulator.iam.gserviceaccount.com"
SHARED_UNIT = "/Shared mailboxes"
PRODUCT = "Google-Apps"
STANDARD = "1010020028"
STARTER = "1010020027"
_AUTH = "https://www.googleapis.com/auth/"
SCOPES = [
    *(_AUTH + name for name in (
        "admin.directory.user", "admin.directory.user.readonly", "admin.directory.user.alias",
        "admin.directory.user.security", "admin.directory.group", "admin.directory.group.readonly",
        "admin.directory.group.member", "admin.directory.group.member.readonly", "admin.directory.domain.readonly",
        "admin.directory.customer.readonly", "apps.groups.settings", "apps.licensing", "admin.reports.usage.readonly",
        "cloud-identity.policies.readonly", "gmail.settings.basic", "gmail.settings.sharing", "gmail.labels",
    )),
]  # fmt: skip
COLLABORATIVE = {
    "enableCollaborativeInbox": "true", "isArchived": "true", "whoCanPostMessage": "ANYONE_CAN_POST",
    "allowExternalMembers": "false", "whoCanJoin": "INVITED_CAN_JOIN", "whoCanLeaveGroup": "NONE_CAN_LEAVE",
    "whoCanAssistContent": "ALL_MEMBERS", "whoCanContactOwner": "ALL_MANAGERS_CAN_CONTACT",
    "membersCanPostAsTheGroup": "true", "default_sender": "GROUP", "replyTo": "REPLY_TO_SENDER",
}  # fmt: skip


def blank(tenant: Tenant, *, seats: int = 100_000) -> None:
    """Give a tenant a Google side: domains, licences, an administrator and a service account."""
    store = Store(tenant)
    tenant.set_meta("google:customer", CUSTOMER)
    tenant.set_meta("google:admin", ADMIN)
    tenant.set_meta("google:pool_mb", str(30 * 1024 * 1000))
    if not tenant.name:
        tenant.set_meta("name", "Contoso")
    store.run("insert into g_domains values (?, 1), (?, 0)", DOMAIN, "contoso-mail.example")
    store.run("insert into g_orgunits values (?, 'id:01'), ('/People', 'id:02')", SHARED_UNIT)
    store.run("insert into g_seats values (?, ?, ?), (?, ?, ?)", PRODUCT, STANDARD, seats, PRODUCT, STARTER, 25)
    policy = {
        "name": "policies/delegation", "customer": f"customers/{CUSTOMER}", "type": "ADMIN",
        "policyQuery": {"orgUnit": "orgUnits/root", "sortOrder": 1},
        "setting": {"type": "settings/gmail.mail_delegation", "value": {"enableMailDelegation": True}},
    }  # fmt: skip
    store.run("insert into g_policies values ('delegation', ?)", json.dumps(policy))
    store.run(
        "insert into g_service_accounts (email, client_id, scopes) values (?, '104857600000000000001', ?)",
        SERVICE_ACCOUNT, json.dumps(SCOPES),
    )  # fmt: skip
    GoogleBuilder(tenant, 0).person("admin", "Ada Admin", extra={"isAdmin": True, "isEnrolledIn2Sv": True})


class GoogleBuilder:
    """Adds accounts and groups; ids come from counters, so the same seed gives the same tenant."""

    def __init__(self, tenant: Tenant, seed: int) -> None:
        self.store = Store(tenant)
        self.random = random.Random(seed)  # noqa: S311 - a tenant for tests, no secret
        self.seeded = Seeded()

    def person(
        self, local: str, name: str, *, suspended: bool = False, unit: str = "/People", aliases: tuple[str, ...] = (),
        extra: dict[str, object] | None = None, used_mb: int = 0, licence: str = STANDARD,
    ) -> str:  # fmt: skip
        """Return the id of an account with a mailbox."""
        given, _, family = name.partition(" ")
        email, store = f"{local}@{DOMAIN}", self.store
        doc: dict[str, object] = {
            "name": {"givenName": given, "familyName": family or "-"}, "orgUnitPath": unit,
            "includeInGlobalAddressList": True, **(extra or {}),
        }  # fmt: skip
        if suspended:
            doc["suspended"] = True
        identity = store.new_user_id()
        store.run(
            "insert into g_users values (?, ?, ?, ?, null, 0, 0, ?)",
            identity, email, json.dumps(doc), store.now - 86400 * 30, used_mb,
        )  # fmt: skip
        store.take(email, identity, "user", "primary")
        for alias in aliases:
            store.take(alias, identity, "user", "alias")
        if licence:
            store.run("insert into g_licences values (?, ?, ?)", PRODUCT, licence, identity)
        return identity

    def mailbox(self, local: str, name: str, *, aliases: tuple[str, ...] = (), used_mb: int = 0) -> str:
        """Return the id of an account that is used as a shared mailbox."""
        identity = self.person(local, name, unit=SHARED_UNIT, aliases=aliases, used_mb=used_mb)
        self.seeded.mailboxes.append(f"{local}@{DOMAIN}".lower())
        return identity

    def delegate(self, box: str, who: str, *, status: str = "accepted") -> None:
        """Let somebody read a mailbox."""
        emails = {row["id"]: row["email"] for row in self.store.rows(
            "select id, email from g_users where id in (?, ?)", box, who
        )}  # fmt: skip
        item = {"user": who, "delegateEmail": emails[who], "status": status}
        self.store.put(box, "delegate", who, item)
        if status == "accepted":
            self.seeded.grants.add((emails[box], emails[who], "full_access"))

    def group(self, local: str, name: str, *, settings: dict[str, str] | None = None) -> str:
        """Return the id of a group."""
        store = self.store
        identity = f"0{store.new_number('group'):014x}"
        email = f"{local}@{DOMAIN}".lower()
        doc = {"name": name, "description": ""}
        store.run(
            "insert into g_groups values (?, ?, ?, ?, ?, 0)",
            identity, email, json.dumps(doc), json.dumps({**FRESH, **(settings or {})}), store.now - 86400 * 30,
        )  # fmt: skip
        store.take(email, identity, "group", "primary")
        return identity

    def inbox(self, local: str, name: str, **settings: str) -> str:
        """Return the id of a group that is used as a collaborative inbox."""
        identity = self.group(local, name, settings={**COLLABORATIVE, **settings})
        self.seeded.mailboxes.append(f"{local}@{DOMAIN}".lower())
        return identity

    def member(
        self, group: str, who: str, role: str = "MEMBER", *, kind: str = "USER", email: str = "",
        delivery: str = "ALL_MAIL",
    ) -> None:  # fmt: skip
        """Put somebody into a group."""
        if kind in ("USER", "GROUP"):
            table = "g_users" if kind == "USER" else "g_groups"
            row = self.store.row(f"select email from {table} where id = ?", who)
            email = row["email"] if row else email
        owner = self.store.row("select email, settings from g_groups where id = ?", group)
        sql = "insert into g_members values (?, ?, ?, ?, ?, ?, 0, null)"
        self.store.run(sql, group, who, email, kind, role, delivery)
        if owner is not None and json.loads(owner["settings"])["enableCollaborativeInbox"] == "true" and email:
            self.seeded.grants.add((owner["email"], email, role.lower()))


def demo(tenant: Tenant) -> Seeded:
    """Fill the demo's Google side: a small company with a little drift."""
    blank(tenant)
    make = GoogleBuilder(tenant, 7)
    people = {
        local: make.person(local, name)
        for local, name in (
            ("anna", "Anna Müller"), ("ben", "Ben Carter"), ("chloe", "Chloé Dubois"), ("dmitri", "Дмитрий Орлов"),
            ("emi", "恵美 佐藤"), ("fatima", "Fatima al-Masri"), ("george", "Γιώργος Παππάς"),
        )
    }  # fmt: skip
    hugo = make.person("hugo", "Hugo Left", suspended=True)
    orders = make.mailbox("orders", "Orders Desk", aliases=(f"bestellung@{DOMAIN}",), used_mb=12_000)
    make.delegate(orders, people["ben"])
    make.delegate(orders, hugo)
    help_desk = make.inbox("helpdesk", "Help desk", whoCanPostMessage="ALL_IN_DOMAIN_CAN_POST", isArchived="false")
    make.member(help_desk, people["chloe"], "OWNER")
    make.member(help_desk, people["emi"])
    return make.seeded


def grown(tenant: Tenant, platform: str, mailboxes: int, members: int, seed: int) -> Seeded:
    """Fill a Google side of any size, as years of clicking leave it."""
    blank(tenant)
    make = GoogleBuilder(tenant, seed)
    tenant.run("begin")
    people = [
        make.person(
            f"user{number:05d}", f"{GIVEN[number % len(GIVEN)]} {FAMILY[(number // len(GIVEN)) % len(FAMILY)]}",
            suspended=number % 41 == 40,
        )
        for number in range(max(12, members * 2, mailboxes // 2))
    ]  # fmt: skip
    people += [make.person(f"odd{number}", hostile) for number, hostile in enumerate(HOSTILE_NAMES)]
    inner = make.group("grp-inner", "Inner circle")
    for who in people[:3]:
        make.member(inner, who)
    fill = _delegated if platform == "google-delegated" else _collaborative
    for number in range(mailboxes):
        fill(make, number, members, people, inner)
    tenant.run("commit")
    return make.seeded


def _delegated(make: GoogleBuilder, number: int, members: int, people: list[str], inner: str) -> None:
    topic = TOPICS[number % len(TOPICS)]
    box = make.mailbox(f"{topic}-{number:05d}", f"{topic.title()} {number}", used_mb=(30 if number % 97 else 40_000))
    for who in make.random.sample(people, min(members, len(people))):
        make.delegate(box, who)
    if number % 25 == 11:
        make.delegate(box, make.random.choice(people[-3:]), status="pending")


def _collaborative(make: GoogleBuilder, number: int, members: int, people: list[str], inner: str) -> None:
    topic = TOPICS[number % len(TOPICS)]
    more = {"allowExternalMembers": "true"} if number % 10 == 4 else {}
    if number % 25 == 7:
        more["whoCanViewGroup"] = "ANYONE_CAN_VIEW"
    group = make.inbox(f"{topic}-{number:05d}", f"{topic.title()} {number}", **more)
    for index, who in enumerate(make.random.sample(people, min(members, len(people)))):
        role = "OWNER" if index == 0 and number % 9 else "MANAGER" if index == 1 else "MEMBER"
        make.member(group, who, role, delivery="NONE" if index % 3 == 0 else "ALL_MAIL")
    if more.get("allowExternalMembers"):
        outsider = f"partner{number}@elsewhere.example"
        make.member(group, f"ext-{outsider}", kind="EXTERNAL", email=outsider)
    if number % 20 == 9:
        make.member(group, inner, kind="GROUP")
    if number % 50 == 17:
        make.member(group, f"ext-gone{number}", kind="EXTERNAL", email="")

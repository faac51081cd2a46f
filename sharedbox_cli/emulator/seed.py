"""Seeds: the demo tenant, and grown tenants of any size with typical problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from sharedbox_cli.emulator.company import DOMAIN, MICROSOFT365, PLATFORMS, Seeded
from sharedbox_cli.emulator.google import seed as google_seed
from sharedbox_cli.emulator.microsoft import folders, inbox_rules, inside_seed
from sharedbox_cli.emulator.microsoft.builder import CLIENT_ID, GIB, SECRET, Builder, blank
from sharedbox_cli.emulator.names import FAMILY, GIVEN, HOSTILE_NAMES, TOPICS
from sharedbox_cli.emulator.tenant import Tenant

__all__ = ["CLIENT_ID", "DOMAIN", "GIB", "PLATFORMS", "SECRET", "Builder", "Seeded", "blank", "demo", "grown"]


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

"""Google seeds: the demo tenant, and grown tenants of any size with typical problems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sharedbox_cli.emulator.company import DOMAIN, GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, OTHER_DOMAIN, Seeded
from sharedbox_cli.emulator.google.builder import GoogleBuilder, blank
from sharedbox_cli.emulator.google.store import outsider_id
from sharedbox_cli.emulator.names import FAMILY, GIVEN, HOSTILE_NAMES, TOPICS
from sharedbox_cli.emulator.tenant import Tenant

_NUMBERS = {"externalIds": [{"type": "organization", "value": "KST-4711"}], "notes": {"value": "ask the old IT"}}
_TITLES = ("", "Поддержка", "窓口", "الدعم", "Fragen & Antworten", "Εξυπηρέτηση", "תמיכה")
_LABELS = ("Erledigt", "Kunden/Ausland", "zu erledigen ", "🔥 urgent", "Заказы/2024", "old-import")


def demo(tenant: Tenant, platforms: Collection[str] = (GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE)) -> Seeded:
    """Fill the Google part of the demo: the same small company, with some drift."""
    blank(tenant)
    make = GoogleBuilder(tenant, 7)
    people = {
        local: make.person(local, name)
        for local, name in (
            ("anna", "Anna Müller"),
            ("ben", "Ben Carter"),
            ("chloe", "Chloé Dubois"),
            ("emi", "恵美 佐藤"),
            ("george", "Γιώργος Παππάς"),
            ("ines", "Inês Costa"),
            ("jakub", "Jakub Wójcik"),
        )
    }
    people["hugo"] = make.person("hugo", "Hugo Left", suspended=True)
    if GOOGLE_DELEGATED in platforms:
        _demo_delegated(make, people)
    if GOOGLE_COLLABORATIVE in platforms:
        _demo_collaborative(make, people)
    return make.seeded


def _demo_delegated(make: GoogleBuilder, people: dict[str, str]) -> None:
    press = make.mailbox("press", "Press Contoso", aliases=(f"presse@{DOMAIN}", f"press@{OTHER_DOMAIN}"), used_mb=3_100)
    make.delegate(press, people["ben"])
    make.delegate(press, people["hugo"])
    make.delegate(press, people["george"], status="pending")
    make.sender(people["ben"], press, "Contoso Press")
    old = make.label(press, "Clippings/2024")
    make.label(press, "Interviews")
    make.filter(press, {"from": "alerts@news.example"}, {"addLabelIds": [old], "removeLabelIds": ["INBOX"]})
    make.gmail(
        press,
        vacation={
            "enableAutoReply": True,
            "responseSubject": "Away for the summer",
            "responseBodyPlainText": "We are back on 1 September.",
        },
    )
    jobs = make.mailbox("jobs", "Jobs Contoso", used_mb=900)  # in no spec, and its only reader has left
    make.delegate(jobs, people["hugo"])


def _demo_collaborative(make: GoogleBuilder, people: dict[str, str]) -> None:
    orders = make.group("orders", "Orders", aliases=(f"bestellung@{DOMAIN}",))  # still a plain group
    make.member(orders, people["ben"], "OWNER")
    make.member(orders, people["hugo"])
    make.member(orders, people["jakub"])
    events = make.inbox(
        "events", "Events", allowExternalMembers="true", whoCanViewGroup="ANYONE_CAN_VIEW"
    )  # in no spec, without an owner, and public
    make.member(events, people["ines"])
    make.member(events, outsider_id("agency@partner.example"), kind="EXTERNAL", email="agency@partner.example")
    staff = make.group("staff-google", "Everybody on Google")
    for who in people.values():
        make.member(staff, who)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """The people and groups that share the mailboxes of a grown tenant."""

    people: Sequence[str]
    suspended: frozenset[str]
    inner: str
    outer: str


def grown(tenant: Tenant, platform: str, numbers: range, members: int, seed: int) -> Seeded:
    """Fill the Google part with numbered mailboxes. Another platform may have been seeded before."""
    blank(tenant)
    make = GoogleBuilder(tenant, seed)
    tenant.run("begin")
    crowd = _crowd(make, max(12, members * 2, len(numbers) // 2))
    for number in numbers:
        if platform == GOOGLE_DELEGATED:
            _delegated(make, number, members, crowd)
        else:
            _collaborative(make, number, members, crowd)
    tenant.run("commit")
    return make.seeded


def _crowd(make: GoogleBuilder, count: int) -> _Crowd:
    """Return the people and two nested groups. Existing people are reused unchanged."""
    people, suspended = [], set()
    for number in range(count):
        local, is_suspended = f"user{number:05d}", number % 41 == 40
        name = f"{GIVEN[number % len(GIVEN)]} {FAMILY[(number // len(GIVEN)) % len(FAMILY)]}"
        row = make.store.owner(f"{local}@{DOMAIN}")
        who = row["owner"] if row is not None else make.person(local, name, suspended=is_suspended)
        people.append(who)
        if is_suspended:
            suspended.add(who)
    for number, hostile in enumerate(HOSTILE_NAMES):
        row = make.store.owner(f"odd{number}@{DOMAIN}")
        people.append(row["owner"] if row is not None else make.person(f"odd{number}", hostile))
    return _Crowd(people, frozenset(suspended), *_nested(make, people))


def _nested(make: GoogleBuilder, people: Sequence[str]) -> tuple[str, str]:
    known = [row["owner"] for name in ("inner", "outer") if (row := make.store.owner(f"grp-{name}@{DOMAIN}"))]
    if len(known) == 2:
        return known[0], known[1]
    inner = make.group("grp-inner", "Inner circle")
    outer = make.group("grp-outer", "Outer circle")
    for who in people[:3]:
        make.member(inner, who)
    for who in people[3:6]:
        make.member(outer, who)
    make.member(outer, inner, kind="GROUP")
    return inner, outer


def _name(number: int, topic: str) -> str:
    """Return the name of a mailbox: its topic, often in another script, sometimes a text that breaks tools."""
    if number % 37 == 5:
        return HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
    return f"{_TITLES[number % len(_TITLES)] or topic.title()} {number}"


def _aliases(number: int, local: str) -> tuple[str, ...]:
    return (f"{local}@{OTHER_DOMAIN}", f"old-{local}@{DOMAIN}") if number % 8 == 3 else ()


def _delegated(make: GoogleBuilder, number: int, members: int, crowd: _Crowd) -> None:
    topic = TOPICS[number % len(TOPICS)]
    local = f"{topic}-{number:05d}"
    mailbox = make.mailbox(
        local,
        _name(number, topic),
        aliases=_aliases(number, local),
        used_mb=30 if number % 97 else 40_000,
        extra=_NUMBERS if number % 3 == 0 else None,
    )
    for index, who in enumerate(make.random.sample(crowd.people, min(members, len(crowd.people)))):
        make.delegate(mailbox, who)
        if index % 4 == 0 and who not in crowd.suspended:
            make.sender(who, mailbox, f"{topic.title()} {number}")
    if number % 25 == 11:
        for who, status in zip(crowd.people[-3:], ("pending", "rejected", "expired"), strict=True):
            if make.store.item(mailbox, "delegate", who) is None:
                make.delegate(mailbox, who, status=status)
    if number % 40 == 13:
        make.odd_delegate(mailbox, f"gone{number}", f"gone{number}@{DOMAIN}")
    if number % 60 == 7:
        make.odd_delegate(mailbox, crowd.inner, make.email(crowd.inner, "g_groups"))
    if number % 5 == 2:
        _gmail_mess(make, mailbox, number)


def _gmail_mess(make: GoogleBuilder, mailbox: str, number: int) -> None:
    labels = [make.label(mailbox, name) for name in _LABELS[: 1 + number % len(_LABELS)]]
    make.filter(
        mailbox,
        {"query": "list:(orders) OR {subject:urgent from:boss}", "hasAttachment": True},
        {"addLabelIds": [labels[0]], "removeLabelIds": ["INBOX", "UNREAD"]},
    )
    make.filter(mailbox, {"size": 10_000_000, "sizeComparison": "larger"}, {"addLabelIds": ["TRASH"]})
    if number % 10 == 2:
        make.gmail(
            mailbox,
            vacation={
                "enableAutoReply": True,
                "responseSubject": "Away",
                "responseBodyHtml": "<p>Back <b>soon</b></p>",
                "startTime": "1700000000000",
                "endTime": "1700100000000",
            },
        )
        target = f"archive{number}@elsewhere.example"
        make.store.put(mailbox, "forwarding", target, {"forwardingEmail": target, "verificationStatus": "pending"})


def _collaborative(make: GoogleBuilder, number: int, members: int, crowd: _Crowd) -> None:
    topic = TOPICS[number % len(TOPICS)]
    local = f"{topic}-{number:05d}"
    more = {"allowExternalMembers": "true"} if number % 10 == 4 else {}
    if number % 25 == 7:
        more["whoCanViewGroup"] = "ANYONE_CAN_VIEW"
    if number % 30 == 8:
        more |= {"isArchived": "false", "whoCanAssistContent": "NONE"}  # collaborative in name only
    group = make.inbox(local, _name(number, topic), aliases=_aliases(number, local), **more)
    for index, who in enumerate(make.random.sample(crowd.people, min(members, len(crowd.people)))):
        role = "OWNER" if index == 0 and number % 9 else "MANAGER" if index == 1 else "MEMBER"
        make.member(group, who, role, delivery="NONE" if index % 3 == 0 else "ALL_MAIL")
    if more.get("allowExternalMembers"):
        outsider = f"partner{number}@elsewhere.example"
        make.member(group, outsider_id(outsider), kind="EXTERNAL", email=outsider)
    if number % 20 == 9:
        make.member(group, crowd.outer, kind="GROUP")
    if number % 50 == 17:
        make.member(group, f"10{number:019d}", kind="EXTERNAL", email="")
    if number % 60 == 23:
        make.member(group, make.store.customer, kind="CUSTOMER")
    if number % 5 == 1:
        _plain(make, number, crowd)


def _plain(make: GoogleBuilder, number: int, crowd: _Crowd) -> None:
    """Add a mailing list: a group that is not a shared mailbox."""
    group = make.group(f"list-{number:05d}", f"List {number}", description="Announcements, no conversations")
    for who in make.random.sample(crowd.people, 3):
        make.member(group, who)

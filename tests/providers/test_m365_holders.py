"""Who holds a right: people, groups and applications are found by whatever names them, and none counts as deleted."""

from __future__ import annotations

import string
from typing import Any

import pytest

from sharedbox_cli.core.change import Kind
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.identity import TrusteeId
from sharedbox_cli.core.model import Grant, Right, Trustee, TrusteeKind
from sharedbox_cli.core.observed import Observed
from sharedbox_cli.emulator.microsoft.exchange_admin import mailbox_rows
from sharedbox_cli.emulator.seed import Builder
from sharedbox_cli.providers.microsoft365.quirks import odata_quoted, query_url
from tests.asked import every
from tests.providers.m365_specs import apply, plan, shared, user
from tests.providers.setting import Setting, at, held, scope

SALES = "sales@contoso.example"
LOCAL_PART = "!#$%&'*+-/=?^_`{|}~"
"""What RFC 5322 allows in the local part of an address, beside letters and digits."""


def id_of(setting: Setting, local: str) -> str:
    row = setting.tenant.row("select id from objects where lower(mail) = ?", at(local).key)
    assert row is not None
    return str(row["id"])


def of(observed: Observed, right: Right, mailbox: str = "sales") -> list[Trustee]:
    grants = observed.mailboxes[at(mailbox)].grants or frozenset()
    return [observed.trustees[grant.trustee] for grant in grants if grant.right is right]


@pytest.mark.parametrize(
    "name", ["Anna", "Müller, Anna", "Anna (R&D)", "A#B + 50%", "O'Neil", '"quoted"', "Ben Carter"]
)
def test_who_sends_on_behalf_is_known_whatever_the_name(demo: Setting, name: str) -> None:
    who = Builder(demo.tenant, 99).person("on.behalf", name)
    Builder(demo.tenant, 98).grant(id_of(demo, "sales"), who, "send_on_behalf")
    assert [trustee.id for trustee in of(demo.provider().observe(scope("sales")), Right.SEND_ON_BEHALF)] == [who]


def test_group_that_sends_on_behalf_is_known_by_its_guid_alone(demo: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_rows, "_with_name", lambda row: f"(, {row['name']})")
    group = id_of(demo, "sg-audit")
    Builder(demo.tenant, 98).grant(id_of(demo, "sales"), group, "send_on_behalf")
    [trustee] = of(demo.provider().observe(scope("sales")), Right.SEND_ON_BEHALF)
    assert (trustee.id, trustee.kind) == (group, TrusteeKind.GROUP)


@pytest.mark.parametrize("form", ["{name} <{mail}>", "{mail};{name}", "{name}", "[{mail}]"])
def test_unknown_form_of_send_on_behalf_stops_the_reading(
    demo: Setting, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(mailbox_rows, "_with_name", lambda row: form.format(name=row["name"], mail=row["mail"]))
    monkeypatch.setattr(mailbox_rows, "guid_of", lambda _: "Somebody")
    Builder(demo.tenant, 98).grant(id_of(demo, "sales"), id_of(demo, "anna"), "send_on_behalf")
    with pytest.raises(ObserveError, match=SALES):
        demo.provider().observe(scope("sales"))


def test_exchange_name_is_never_matched_with_a_display_name(demo: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ben's Exchange name is what Anna is called in the directory: Ben holds the right."""
    demo.tenant.run("update mailboxes set cn = 'Anna Müller' where id = ?", id_of(demo, "ben"))
    monkeypatch.setattr(mailbox_rows, "_with_name", lambda _: "")
    monkeypatch.setattr(mailbox_rows.Rows, "_delegates", lambda *_: {"GrantSendOnBehalfTo": ["Anna Müller"]})
    assert [who.address for who in of(demo.provider().observe(scope("sales")), Right.SEND_ON_BEHALF)] == [at("ben")]


def test_right_of_a_leaver_to_send_on_behalf_is_revoked_and_settles(demo: Setting) -> None:
    for local in ("anna", "ben"):
        Builder(demo.tenant, 98).grant(id_of(demo, "billing"), id_of(demo, local), "send_on_behalf")
    provider, spec = demo.provider(), shared("billing", grants=[user("anna", Right.SEND_ON_BEHALF)])
    changes = [change for change in plan(demo, provider, spec) if change.party and change.party.address != at("emi")]
    assert [(change.kind, change.party and change.party.address) for change in changes] == [(Kind.REVOKE, at("ben"))]
    demo.faults({"route": "exchange.Set-Mailbox", "kind": "reset_after"})
    assert every(outcome.is_success for outcome in apply(provider, changes).values())


def application(setting: Setting, mailbox: str, right: str = "full_access") -> TrusteeId:
    name = "Ticket system IMAP"
    identity = setting.tenant.add_object("servicePrincipal", name, None)
    trustee = setting.tenant.object(identity)
    assert trustee is not None
    rights = {"full_access": "FullAccess", "send_as": "SendAs"}[right]
    setting.tenant.run(
        "insert into permissions values (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, null)",
        id_of(setting, mailbox),
        right,
        identity,
        trustee["sid"],
        rights,
    )
    return TrusteeId(identity)


@pytest.mark.parametrize("right", [Right.FULL_ACCESS, Right.SEND_AS])
def test_application_is_shown_as_one_and_revoked_where_the_spec_does_not_name_it(demo: Setting, right: Right) -> None:
    identity = application(demo, "billing", right=right)
    provider = demo.provider()
    observed = provider.observe(scope("billing"))
    assert observed.trustees[identity] == Trustee(identity, TrusteeKind.APPLICATION, name="Ticket system IMAP")
    emi = [user("emi"), user("emi", Right.SEND_AS)]
    [change] = plan(demo, provider, shared("billing", grants=emi))
    assert (change.kind, change.party and change.party.id) == (Kind.REVOKE, identity)
    assert provider.apply(change).is_success
    assert Grant(identity, right) not in (provider.observe(scope("billing")).mailboxes[at("billing")].grants or ())


def test_application_that_is_named_by_its_sid_is_no_deleted_account(demo: Setting) -> None:
    identity, _ = application(demo, "billing"), application(demo, "billing")
    demo.tenant.run("update objects set name = sid where id = ?", identity)
    observed = demo.provider().observe(scope("billing"))
    assert observed.trustees[identity].kind is TrusteeKind.APPLICATION


def test_application_without_the_cmdlet_is_not_resolved_and_not_deleted(demo: Setting) -> None:
    application(demo, "billing")
    demo.faults({"route": "exchange.Get-ServicePrincipal", "kind": "forbidden", "count": 9})
    observed = demo.provider().observe(scope("billing"))
    assert [item.name for item in observed.trustees.values() if item.kind is TrusteeKind.OTHER] == [
        "Ticket system IMAP"
    ]
    assert not [item for item in observed.trustees.values() if item.kind is TrusteeKind.ORPHAN]


WITHOUT_KNOWLEDGE: dict[str, dict[str, Any]] = {
    "no role": {"kind": "forbidden"},
    "no such cmdlet": {"kind": "status", "status": 404},
    "no SID": {"kind": "drop_field", "field": "Sid"},
    "unknown form": {"kind": "drop_field", "field": "ObjectId"},
}


@pytest.mark.parametrize("fault", WITHOUT_KNOWLEDGE.values(), ids=list(WITHOUT_KNOWLEDGE))
def test_bare_sid_is_deleted_only_if_no_application_can_have_it(demo: Setting, fault: dict[str, Any]) -> None:
    Builder(demo.tenant, 98).special(id_of(demo, "billing"), None)
    identity = application(demo, "billing")
    demo.tenant.run("update objects set name = sid where id = ?", identity)
    provider = demo.provider()
    kinds = [item.kind for item in provider.observe(scope("billing")).trustees.values()]
    assert (TrusteeKind.ORPHAN in kinds, TrusteeKind.OTHER in kinds) == (True, False)
    demo.faults({"route": "exchange.Get-ServicePrincipal", "count": 99, **fault})
    kinds = [item.kind for item in provider.observe(scope("billing")).trustees.values()]
    assert (TrusteeKind.ORPHAN in kinds, TrusteeKind.OTHER in kinds) == (False, True)


def test_security_group_without_mail_is_a_group_with_members(demo: Setting) -> None:
    doc = {"mail_enabled": False, "security_enabled": True, "group_types": []}
    group = TrusteeId(demo.tenant.add_object("group", "Plain security", None, doc=doc))
    demo.tenant.run("insert into members values (?, ?)", group, id_of(demo, "anna"))
    sid = demo.tenant.rows("select sid from objects where id = ?", group)[0]["sid"]
    demo.tenant.run(
        "insert into permissions values (?, 'full_access', ?, ?, 'FullAccess', 0, 0, 0, 0, 0, null)",
        id_of(demo, "billing"),
        group,
        sid,
    )
    observed = demo.provider().observe(scope("billing", members=True))
    assert observed.trustees[group].kind is TrusteeKind.GROUP
    assert observed.members[group] == {id_of(demo, "anna")}


@pytest.mark.parametrize("character", sorted(set(string.printable.strip()) - set('()<>@,;:\\"[]')))
def test_url_reads_back_every_printable_character(character: str) -> None:
    from urllib.parse import parse_qs, urlsplit

    text = f"p{character}41q@contoso.example"
    url = query_url("/users", {"$filter": f"mail in ({odata_quoted(text)})", "$top": "9"})
    assert parse_qs(urlsplit(url).query) == {"$filter": [f"mail in ({odata_quoted(text)})"], "$top": ["9"]}
    assert odata_quoted(text)[1:-1].replace("''", "'") == text


@pytest.mark.parametrize("how", ["mail", "alias", "holder", "mailbox"])
def test_address_with_any_character_reads_back_who_has_it(demo: Setting, how: str) -> None:
    """One test over all characters, because the request is one for all of them."""
    make = Builder(demo.tenant, 5)
    locals_ = [f"x{character}41y" for character in LOCAL_PART]
    people = {}
    for number, local in enumerate(locals_):
        person = make.person(f"person{number}" if how == "alias" else local, f"Person {number}")
        people[local] = person
        if how == "alias":
            demo.tenant.add_address(person, "smtp", at(local).text)
        if how == "holder":
            make.grant(id_of(demo, "billing"), person, "send_as", "send_on_behalf", has_address=False)
    if how == "mailbox":
        boxes = {local: make.shared(f"box{local}", local) for local in locals_}
        assert {key.local for key in demo.provider().observe(scope(*(f"box{one}" for one in boxes))).mailboxes} == {
            f"box{one}".lower() for one in boxes
        }
        return
    trustees = [] if how == "holder" else locals_
    observed = demo.provider().observe(scope("billing", trustees=trustees))
    if how == "holder":
        rights = {(at(local).key, right) for local in locals_ for right in ("send_as", "send_on_behalf")}
        assert rights <= {(who, right) for _, who, right in held(observed)}
    else:
        assert {local: observed.directory.get(at(local)) for local in locals_} == people


@pytest.mark.parametrize("days", [1, 31])
def test_right_of_a_deleted_account_is_seen_before_and_after_it_can_be_restored(demo: Setting, days: int) -> None:
    emi = id_of(demo, "emi")
    demo.tenant.run("update objects set deleted_at = ? where id = ?", demo.tenant.clock.now() - days * 86400, emi)
    trustees = of(demo.provider().observe(scope("billing")), Right.FULL_ACCESS, "billing")
    assert [trustee.kind for trustee in trustees] == [TrusteeKind.ORPHAN]


def renamed(setting: Setting) -> tuple[str, str]:
    """Rename a mailbox whose account keeps its sign-in name, and give the address to a new one."""
    make = Builder(setting.tenant, 55)
    old = make.shared("desk", "Old desk")
    setting.tenant.run("update objects set mail = 'desk-archive@contoso.example' where id = ?", old)
    setting.tenant.run("delete from addresses where id = ?", old)
    setting.tenant.add_address(old, "SMTP", "desk-archive@contoso.example")
    new = setting.tenant.add_object(
        "user", "New desk", "desk@contoso.example", upn="new.desk@contoso.example", doc={"account_enabled": False}
    )
    make._box(new, "New desk", "desk2", "SharedMailbox")
    for box in (old, new):
        make.grant(box, id_of(setting, "anna"), "full_access")
    return old, new


@pytest.mark.parametrize("others", [[], ["sales", "billing"]])
def test_address_that_is_the_sign_in_name_of_another_mailbox_is_read(demo: Setting, others: list[str]) -> None:
    _, new = renamed(demo)
    observed = demo.provider().observe(scope("desk", *others))
    assert observed.mailboxes[at("desk")].id == new
    assert len(observed.mailboxes) == 1 + len(others)


def test_mailbox_whose_address_is_a_sign_in_name_is_changed_and_settled(demo: Setting) -> None:
    renamed(demo)
    provider, spec = demo.provider(), shared("desk", grants=[user("ben")])
    demo.faults({"route": "exchange.Add-MailboxPermission", "kind": "reset_after"})
    assert every(outcome.is_success for outcome in apply(provider, plan(demo, provider, spec)).values())
    assert plan(demo, provider, spec) == ()


def test_members_of_a_group_that_cannot_hold_rights_have_none_through_it(demo: Setting) -> None:
    from sharedbox_cli.core.access import access_rows
    from sharedbox_cli.core.model import MICROSOFT365

    doc = {"mail_enabled": True, "security_enabled": True, "group_types": ["Unified"]}
    team = demo.tenant.add_object("group", "Team", "team@contoso.example", doc=doc)
    demo.tenant.run("insert into members values (?, ?)", team, id_of(demo, "anna"))
    make = Builder(demo.tenant, 98)
    for group in (team, id_of(demo, "all-staff"), id_of(demo, "sg-audit")):
        make.grant(id_of(demo, "billing"), group, "full_access")
    rows = list(access_rows({MICROSOFT365: demo.provider().observe(scope("billing", members=True))}))
    assert {row.via for row in rows} == {(), ("sg-audit@contoso.example",)}
    assert {row.person for row in rows if not row.can_hold} == {"team@contoso.example", "all-staff@contoso.example"}

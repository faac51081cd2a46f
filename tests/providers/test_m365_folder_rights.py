"""Rights in folders: levels of calendar and contacts, reading alone, and what everybody can do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import cast

import pytest

from sharedbox_cli.core.change import Change, Kind, inverse
from sharedbox_cli.core.errors import ObserveError
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.guards_reach import gives_rights
from sharedbox_cli.core.levels import PARTIAL
from sharedbox_cli.core.model import LEVELLED, DesiredGrant, DesiredMailbox, Grant, MembersMode, Right, TrusteeKind
from sharedbox_cli.core.order import Phase
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.emulator.microsoft import folder_rights, folders
from sharedbox_cli.emulator.microsoft.folder_rights import ROLES
from sharedbox_cli.providers.microsoft365.exchange_admin import ExchangeAdmin
from sharedbox_cli.providers.microsoft365.folder_rights import Place, entry_of, span_of
from sharedbox_cli.providers.microsoft365.observe.folder_entries import raw_entry
from sharedbox_cli.providers.microsoft365.observe.folder_names import find_names
from sharedbox_cli.providers.microsoft365.observe.folder_rights import requests_of
from sharedbox_cli.providers.responses import Row
from tests.asked import each, every
from tests.providers.m365_specs import apply, observe, plan, shared, user
from tests.providers.setting import Setting, at, grant_of, trustee_id
from tests.slow_rest import crossed, in_turn

LEVELS = {"availability": "AvailabilityOnly", "details": "LimitedDetails", "reader": "Reviewer", "editor": "Editor"}
CALENDAR, CONTACTS, INBOX, ROOT = "Calendar", "Contacts", "Inbox", folders.ROOT
FOLDER_OF = {Right.CALENDAR: CALENDAR, Right.CONTACTS: CONTACTS}
VISIBLE = "FolderVisible"
each_language = pytest.mark.parametrize("language", in_turn(["en-US", "de-DE", "fr-FR"], 1, 3))


def folder(setting: Setting, kind: str, mailbox: str = "sales") -> str:
    """Return the id of a folder of a mailbox."""
    identity = str(trustee_id(setting, mailbox))
    root = folders.root_of(setting.tenant, identity)
    if kind == ROOT:
        return str(root["id"])
    return next(str(row["id"]) for row in folders.children(setting.tenant, identity, root["id"]) if row["type"] == kind)


def sid(setting: Setting, local: str) -> str:
    row = setting.tenant.row("select sid from objects where id = ?", trustee_id(setting, local))
    assert row is not None
    return str(row["sid"])


def somebody_gives(setting: Setting, kind: str, who: str, role: str, mailbox: str = "sales", flags: str = "") -> None:
    """Give a role in a folder as an administrator does by hand. `who` is a local part, or a SID or `Default`."""
    place = folder(setting, kind, mailbox)
    rights = ROLES[role] if role in ROLES else frozenset(role.split())
    key = sid(setting, who) if who.islower() else who
    folder_rights.write(setting.tenant, place, key, rights, flags.split())


def level_of(
    kind: Kind, word: str, right: Right = Right.CALENDAR, held: Mapping[str, str] | None = None
) -> Callable[[Setting], Change]:
    """Return the change of a right in a folder of sales for Anna. `held`: her roles before, by folder."""
    if held is None:
        held = {} if kind is Kind.GRANT else {CALENDAR: "Editor"}

    def make(setting: Setting) -> Change:
        for where, role in held.items():
            somebody_gives(setting, where, "anna", role)
        change = grant_of(setting, "sales", "anna", right, kind)
        assert change.party is not None
        change = replace(change, party=replace(change.party, detail=word))
        return replace(change, after={Field.LEVEL: word}) if kind is Kind.UPDATE else change

    return make


def entries(setting: Setting, kind: str, mailbox: str = "sales") -> dict[str, list[str]]:
    """Return the roles in a folder by SID."""
    row = setting.tenant.row("select * from folders where id = ?", folder(setting, kind, mailbox))
    assert row is not None
    return {entry.who: entry.names for entry in folder_rights.entries_of(setting.tenant, row)}


def level(local: str, word: str, right: Right = Right.CALENDAR, kind: TrusteeKind = TrusteeKind.USER) -> DesiredGrant:
    return DesiredGrant(at(local), kind, right, word)


def managed(
    *grants: DesiredGrant, levels: Iterable[Right] = LEVELLED, mode: MembersMode = MembersMode.EXACT
) -> DesiredMailbox:
    """Return a spec of levels alone."""
    return replace(shared("sales", {}, grants, mode), levels=frozenset(levels), has_members=False)


def carried_out(setting: Setting, spec: DesiredMailbox) -> tuple[Change, ...]:
    """Plan and apply a spec, and return the changes; a second plan is empty, and settling finds each change."""
    changes = plan(setting, setting.provider(), spec)
    outcomes = apply(setting.provider(), changes)
    assert every(outcome.status is Status.DONE for outcome in outcomes.values()), outcomes
    assert plan(setting, setting.provider(), spec) == ()
    for change in each(changes):
        assert setting.provider().settle(change) is Effect.PRESENT, change.key
    return changes


def held(setting: Setting, spec: DesiredMailbox) -> set[tuple[str, str, str]]:
    """Return the rights inside the mailbox as they are read: who, the right and its detail."""
    observed = observe(setting.provider(), spec)
    return {
        (str(observed.trustees[grant.trustee].address or grant.trustee), str(grant.right), grant.detail)
        for grant in observed.mailboxes[at("sales")].grants or ()
        if grant.right in (*LEVELLED, Right.READ)
    }


@pytest.mark.slow
@each_language
def test_levels_are_written_and_read_back_in_every_language(demo: Setting, language: str) -> None:
    demo.tenant.set_meta("folder_language", language)
    for word, role in each(LEVELS.items()):
        contacts = word if word in ("reader", "editor") else "reader"
        spec = managed(
            level("anna", word),
            level("ben", word),
            level("sg-audit", word, kind=TrusteeKind.GROUP),
            level("anna", contacts, Right.CONTACTS),
        )
        carried_out(demo, spec)
        found = entries(demo, CALENDAR)
        assert [found[sid(demo, who)] for who in ("anna", "ben", "sg-audit")] == [[role]] * 3
        assert entries(demo, CONTACTS)[sid(demo, "anna")] == [LEVELS[contacts]]
    carried_out(demo, managed())
    assert entries(demo, CALENDAR) == {"Default": ["AvailabilityOnly"], "Anonymous": ["None"]}


def test_a_change_of_a_level_is_one_change_that_can_be_undone(demo: Setting) -> None:
    carried_out(demo, managed(level("anna", "reader")))
    (change,) = carried_out(demo, managed(level("anna", "editor")))
    assert (change.kind, change.before, change.after) == (Kind.UPDATE, {Field.LEVEL: "reader"}, {Field.LEVEL: "editor"})
    back = inverse(change)
    assert back is not None
    assert demo.provider().apply(back).status is Status.DONE
    assert entries(demo, CALENDAR)[sid(demo, "anna")] == ["Reviewer"]
    assert demo.provider().settle(change) is Effect.ABSENT


@pytest.mark.parametrize("role", ["Owner", "PublishingAuthor", "CreateItems ReadItems"])
def test_rights_that_no_level_has_keep_their_words_and_come_back_by_undo(demo: Setting, role: str) -> None:
    somebody_gives(demo, CALENDAR, "anna", role)
    before = entries(demo, CALENDAR)
    (change,) = carried_out(demo, managed(level("anna", "reader")))
    back = inverse(change)
    assert change.before[Field.LEVEL] == ", ".join(role.split()) and back is not None
    assert demo.provider().apply(back).status is Status.DONE
    assert entries(demo, CALENDAR) == before
    assert plan(demo, demo.provider(), managed(level("anna", "reader"), mode=MembersMode.AT_LEAST)) == ()


def test_level_that_somebody_changed_meanwhile_is_not_taken(demo: Setting) -> None:
    somebody_gives(demo, CALENDAR, "anna", "Reviewer")
    somebody_gives(demo, INBOX, "ben", "Reviewer")
    somebody_gives(demo, ROOT, "ben", VISIBLE)
    spec = replace(shared("sales", {}, [user("chloe", Right.READ)]), levels=frozenset({Right.CALENDAR}))
    gone = [change for change in plan(demo, demo.provider(), spec) if change.kind is Kind.REVOKE]
    assert {change.party.right for change in gone if change.party} >= {Right.CALENDAR, Right.READ}
    for folder_, who in each(((CALENDAR, "anna"), (INBOX, "ben"))):
        somebody_gives(demo, folder_, who, "Editor")
    before = entries(demo, CALENDAR), entries(demo, INBOX), entries(demo, ROOT)
    inside = [change for change in gone if change.party and change.party.right in (Right.CALENDAR, Right.READ)]
    for outcome in each(apply(demo.provider(), inside).values()):
        assert (outcome.status, "now has the level editor" in outcome.reason) == (Status.SKIPPED, True)
    assert (entries(demo, CALENDAR), entries(demo, INBOX), entries(demo, ROOT)) == before


RISES: tuple[tuple[str, str, bool, bool], ...] = (
    ("Owner", "editor", False, False),
    ("PublishingEditor", "reader", False, False),
    ("PublishingAuthor", "reader", False, False),
    ("PublishingAuthor", "editor", True, False),
    ("NonEditingAuthor", "editor", True, True),
    ("Contributor", "reader", True, False),
    ("FolderVisible", "reader", True, True),
    ("FolderVisible ReadItems CreateItems", "availability", False, False),
)
"""A role, a level, whether the level allows more, and whether it takes nothing: then `at-least` gives it."""


@pytest.mark.slow
def test_roles_of_exchange_have_their_place_among_the_levels(demo: Setting) -> None:
    for role, word, is_more, is_only_more in each(RISES):
        somebody_gives(demo, CALENDAR, "anna", role)
        spec = managed(level("anna", word))
        (change,) = plan(demo, demo.provider(), spec)
        assert (change.phase is Phase.GRANT) is is_more, (role, word)
        observed = observe(demo.provider(), spec)
        assert gives_rights(change, observed) is is_more, (role, word)
        (found,) = [*plan(demo, demo.provider(), managed(level("anna", word), mode=MembersMode.AT_LEAST)), None][:1]
        assert (found is not None) is is_only_more, (role, word)
    assert span_of("reader") is None and span_of("NewRole") is None


@pytest.mark.parametrize(("rights", "flags"), crossed(["list", "text"], ["", "compact", "word", "list"]))
def test_every_form_of_rights_and_flags_is_read(demo: Setting, rights: str, flags: str) -> None:
    demo.tenant.set_meta("folder_rights_form", rights)
    demo.tenant.set_meta("sharing_flags_form", flags)
    somebody_gives(demo, CALENDAR, "anna", "Editor", flags="Delegate CanViewPrivateItems")
    somebody_gives(demo, CALENDAR, "ben", "CreateItems FolderVisible ReadItems")
    spec = managed(level("anna", "editor"))
    assert held(demo, spec) == {
        ("anna@contoso.example", "calendar", "editor"),
        ("ben@contoso.example", "calendar", "CreateItems, FolderVisible, ReadItems"),
    }
    carried_out(demo, spec)
    row = demo.tenant.row("select flags from folder_rights where who = ?", sid(demo, "anna"))
    assert row is not None and row["flags"] == "Delegate CanViewPrivateItems", "a delegate stays one"


def test_second_calendar_and_its_rights_stay(demo: Setting) -> None:
    identity = str(trustee_id(demo, "sales"))
    calendar = folder(demo, CALENDAR)
    other = next(row["id"] for row in folders.children(demo.tenant, identity, calendar))
    folder_rights.write(demo.tenant, other, sid(demo, "ben"), ROLES["Editor"])
    carried_out(demo, managed(level("anna", "reader")))
    row = demo.tenant.row("select count(*) as n from folder_rights where folder_id = ?", other)
    assert row is not None and row["n"] == 1


def namesake(setting: Setting) -> None:
    row = setting.tenant.row("select name from objects where id = ?", trustee_id(setting, "anna"))
    assert row is not None
    setting.tenant.add_object("user", row["name"], "anna2@contoso.example", upn="anna2@contoso.example")


@pytest.mark.parametrize("holder", ["anna", "anna2"])
def test_two_people_with_one_name_are_told_apart(demo: Setting, holder: str) -> None:
    namesake(demo)
    somebody_gives(demo, CALENDAR, holder, "Reviewer")
    spec = managed(level("anna", "reader"))
    assert held(demo, spec) == {(f"{holder}@contoso.example", "calendar", "reader")}
    both = managed(level("anna", "reader"), level("anna2", "reader"))
    carried_out(demo, both)
    assert {entries(demo, CALENDAR)[sid(demo, who)][0] for who in ("anna", "anna2")} == {"Reviewer"}
    if holder == "anna2":
        (gone,) = carried_out(demo, spec)
        assert gone.party is not None and gone.party.address == at("anna2")


@pytest.mark.parametrize("form", ["", "name"])
def test_orphans_and_unresolved_names_are_shown_and_stay(demo: Setting, form: str) -> None:
    demo.tenant.set_meta("folder_orphans", form)
    somebody_gives(demo, CALENDAR, "ben", "Editor")
    gone = sid(demo, "ben")
    demo.tenant.run("update objects set deleted_at = 1 where id = ?", trustee_id(demo, "ben"))
    observed = observe(demo.provider(), managed(level("anna", "reader")))
    kinds = {observed.trustees[grant.trustee].kind for grant in observed.mailboxes[at("sales")].grants or ()}
    assert kinds == {TrusteeKind.OTHER if form else TrusteeKind.ORPHAN}
    carried_out(demo, managed(level("anna", "reader")))
    assert entries(demo, CALENDAR)[gone] == ["Editor"]


def test_orphan_with_the_name_of_somebody_alive_is_not_that_person(demo: Setting) -> None:
    demo.tenant.set_meta("folder_orphans", "name")
    namesake(demo)
    somebody_gives(demo, CALENDAR, "anna2", "Editor")
    orphan = sid(demo, "anna2")
    demo.tenant.run("update objects set deleted_at = 1 where id = ?", trustee_id(demo, "anna2"))
    observed = observe(demo.provider(), managed())
    grants = observed.mailboxes[at("sales")].grants
    assert grants is not None
    assert [observed.trustees[grant.trustee].kind for grant in grants] == [TrusteeKind.OTHER]
    assert plan(demo, demo.provider(), managed()) == ()
    assert entries(demo, CALENDAR)[orphan] == ["Editor"]


@pytest.mark.parametrize("prefix", ["NT:", "nt:", "name:"])
def test_name_like_an_id_makes_nobody_somebody_else(demo: Setting, prefix: str) -> None:
    anna = str(trustee_id(demo, "anna"))
    demo.tenant.run("update objects set name = ? where id = ?", f"{prefix}{anna}", trustee_id(demo, "ben"))
    for who in ("anna", "ben"):
        somebody_gives(demo, CALENDAR, who, "Reviewer")
    spec = managed(level("anna", "reader"), level("ben", "reader"))
    assert plan(demo, demo.provider(), spec) == ()
    observed = observe(demo.provider(), spec)
    kinds = {observed.trustees[trustee_id(demo, who)].kind for who in ("anna", "ben")}
    assert kinds == {TrusteeKind.USER}
    demo.tenant.set_meta("folder_orphans", "name")
    demo.tenant.run("update objects set deleted_at = 1 where id = ?", trustee_id(demo, "ben"))
    assert plan(demo, demo.provider(), managed(level("anna", "reader"))) == ()


@pytest.mark.parametrize("name", ["Default", "anonymous", "DEFAULT", "Anonymous", "Standard"])
def test_person_with_the_name_of_everybody_is_not_taken_for_everybody(demo: Setting, name: str) -> None:
    demo.tenant.run("update objects set name = ? where id = ?", name, trustee_id(demo, "ben"))
    somebody_gives(demo, CALENDAR, "ben", "Editor")
    spec = managed(level("anna", "reader"))
    assert held(demo, spec) == {("ben@contoso.example", "calendar", "editor")}
    everybody = {Field.CALENDAR_DEFAULT: "details", Field.CALENDAR_ANONYMOUS: "availability"}
    carried_out(demo, replace(spec, settings=everybody))
    assert entries(demo, CALENDAR) == {
        "Default": ["LimitedDetails"],
        "Anonymous": ["AvailabilityOnly"],
        sid(demo, "anna"): ["Reviewer"],
    }


def test_entry_with_the_name_of_everybody_that_is_of_nobody_is_not_guessed(demo: Setting) -> None:
    demo.tenant.set_meta("folder_orphans", "name")
    demo.tenant.run("update objects set name = 'Default' where id = ?", trustee_id(demo, "ben"))
    somebody_gives(demo, CALENDAR, "ben", "Editor")
    demo.tenant.run("update objects set deleted_at = 1 where id = ?", trustee_id(demo, "ben"))
    specs = managed(level("anna", "reader")), shared("sales", {Field.CALENDAR_DEFAULT: "reader"})
    for spec in each(specs):
        with pytest.raises(ObserveError, match="2 entries named Default"):
            observe(demo.provider(), spec)
    somebody_gives(demo, CALENDAR, "Default", "Editor")
    assert observe(demo.provider(), specs[1]).mailboxes[at("sales")].settings[Field.CALENDAR_DEFAULT] == "editor"


def test_user_with_a_type_is_recognised_by_it() -> None:
    kinds = {"Default": "Default", "Anonymous": "Anonymous", "Internal": "", "External": "", "Unknown": ""}
    for kind, everybody in each(kinds.items()):
        for form in (kind, {"Value": kind}):
            row = {"User": {"UserType": form, "DisplayName": "Default"}, "AccessRights": ["Editor"]}
            assert raw_entry(row).everybody == entry_of(row).everybody == everybody


def test_entry_that_keeps_somebody_out_stays_until_they_get_a_level(demo: Setting) -> None:
    somebody_gives(demo, CALENDAR, "ben", "None")
    observed = observe(demo.provider(), managed())
    assert [entry.is_deny for entry in observed.mailboxes[at("sales")].special] == [True]
    assert plan(demo, demo.provider(), managed()) == ()
    carried_out(demo, managed(level("ben", "reader")))
    assert entries(demo, CALENDAR)[sid(demo, "ben")] == ["Reviewer"]


@each_language
def test_reading_alone_is_the_inbox_and_the_root(demo: Setting, language: str) -> None:
    demo.tenant.set_meta("folder_language", language)
    spec = shared("sales", {}, [user("anna", Right.READ), user("ben")])
    granted = [change for change in carried_out(demo, spec) if change.party and change.party.right is Right.READ]
    assert [change.kind for change in granted] == [Kind.GRANT]
    assert entries(demo, INBOX)[sid(demo, "anna")] == ["Reviewer"]
    assert entries(demo, ROOT)[sid(demo, "anna")] == ["FolderVisible"]
    assert demo.provider().apply(granted[0]).status is Status.ALREADY_SO
    back = inverse(granted[0])
    assert back is not None
    assert [demo.provider().apply(back).status for _ in range(2)] == [Status.DONE, Status.ALREADY_SO]
    assert sid(demo, "anna") not in {**entries(demo, INBOX), **entries(demo, ROOT)}


@pytest.mark.parametrize(
    ("inbox", "root", "detail"), [("Reviewer", "", PARTIAL), ("Editor", "FolderVisible", "editor")]
)
def test_more_or_less_than_reading_alone_is_corrected(demo: Setting, inbox: str, root: str, detail: str) -> None:
    somebody_gives(demo, INBOX, "anna", inbox)
    if root:
        somebody_gives(demo, ROOT, "anna", root)
    spec = shared("sales", {}, [user("anna", Right.READ)])
    assert ("anna@contoso.example", "read", detail) in held(demo, spec)
    [change] = [one for one in carried_out(demo, spec) if one.party and one.party.right is Right.READ]
    assert change.before == {Field.LEVEL: detail}
    back = inverse(change)
    assert back is not None and demo.provider().apply(back).status is Status.DONE
    assert entries(demo, INBOX)[sid(demo, "anna")] == [inbox]
    assert (sid(demo, "anna") in entries(demo, ROOT)) is bool(root)


def test_reading_in_an_open_list_takes_nothing_from_an_editor(demo: Setting) -> None:
    somebody_gives(demo, INBOX, "anna", "Editor")
    spec = shared("sales", {}, [user("anna", Right.READ)], MembersMode.AT_LEAST)
    assert plan(demo, demo.provider(), spec) == ()
    exact = plan(demo, demo.provider(), shared("sales", {}, [user("anna", Right.READ), user("ben")]))
    [change] = [one for one in exact if one.party and one.party.right is Right.READ]
    assert (change.before, change.phase) == ({Field.LEVEL: "editor"}, Phase.REVOKE)


def test_other_rights_at_the_root_stay(demo: Setting) -> None:
    somebody_gives(demo, ROOT, "anna", "Reviewer")
    carried_out(demo, shared("sales", {}, [user("anna", Right.READ), user("ben")]))
    carried_out(demo, shared("sales", {}, [user("emi", Right.READ), user("ben")]))
    assert entries(demo, ROOT)[sid(demo, "anna")] == ["Reviewer"]


def test_readers_that_no_spec_names_cost_nothing_and_stay(demo: Setting) -> None:
    somebody_gives(demo, INBOX, "emi", "Reviewer")
    spec = shared("sales", {}, [user("anna"), user("ben")])
    apply(demo.provider(), plan(demo, demo.provider(), spec))
    assert demo.calls("exchange.Get-MailboxFolderPermission") == 0
    assert entries(demo, INBOX)[sid(demo, "emi")] == ["Reviewer"]


SETTINGS = (
    (Field.CALENDAR_DEFAULT, CALENDAR, "Default", {"none": "None", **LEVELS}),
    (Field.CALENDAR_ANONYMOUS, CALENDAR, "Anonymous", {"none": "None", **LEVELS}),
    (Field.CONTACTS_DEFAULT, CONTACTS, "Default", {"none": "None", "reader": "Reviewer", "editor": "Editor"}),
)


@pytest.mark.parametrize(("name", "kind", "who", "words"), SETTINGS, ids=[str(item[0]) for item in SETTINGS])
def test_what_everybody_can_do_is_a_setting(
    demo: Setting, name: Field, kind: str, who: str, words: dict[str, str]
) -> None:
    for word, role in each(words.items()):
        spec = shared("sales", {name: word})
        apply(demo.provider(), plan(demo, demo.provider(), spec))
        assert plan(demo, demo.provider(), spec) == ()
        assert entries(demo, kind)[who] == [role]


def test_levels_of_everybody_and_of_people_share_their_reads(demo: Setting) -> None:
    spec = replace(managed(level("anna", "reader")), settings={Field.CALENDAR_DEFAULT: "none"})
    before = demo.requests()["exchange.batch"]
    apply(demo.provider(), plan(demo, demo.provider(), spec))
    observe(demo.provider(), replace(spec, levels=frozenset({Right.CALENDAR})))
    assert demo.requests()["exchange.batch"] > before


@pytest.mark.parametrize("mailboxes", [1, 12])
def test_requests_are_those_of_the_folders_and_of_the_holders(
    grown: Callable[[int, int], Setting], mailboxes: int
) -> None:
    setting = grown(mailboxes, 2)
    specs = [
        replace(shared(local, {}, ()), levels=frozenset({Right.CALENDAR}), has_members=False)
        for local in sorted(address.partition("@")[0] for address in setting.seeded.mailboxes)[:mailboxes]
    ]
    before = setting.requests()["exchange.batch"]
    observed = observe(setting.provider(), *specs)
    holders = sum(len(observed.mailboxes[spec.address].grants or ()) for spec in specs)
    assert (
        setting.requests()["exchange.batch"] - before <= requests_of(mailboxes, 1) + 2 * requests_of(0, 0, holders) + 1
    )


def test_trustee_that_cannot_hold_rights_in_a_folder_is_named(demo: Setting) -> None:
    demo.tenant.run(
        "update objects set doc = json_set(doc, '$.security_enabled', json('false')) where id = ?",
        trustee_id(demo, "sg-audit"),
    )
    [change] = plan(demo, demo.provider(), managed(level("anna", "reader")))
    assert change.party is not None
    party = replace(change.party, id=trustee_id(demo, "sg-audit"), address=at("sg-audit"))
    outcome = demo.provider().apply(replace(change, party=party))
    assert outcome.status is Status.FAILED
    assert "sg-audit@contoso.example" in outcome.reason


def test_level_of_a_saved_plan_that_no_folder_knows_is_not_sent(demo: Setting) -> None:
    [change] = plan(demo, demo.provider(), managed(level("anna", "reader")))
    assert change.party is not None
    calls = demo.calls("exchange.Add-MailboxFolderPermission")
    outcome = demo.provider().apply(replace(change, party=replace(change.party, detail="Everything")))
    assert (outcome.status, "is not a right in a folder" in outcome.reason) == (Status.FAILED, True)
    assert demo.calls("exchange.Add-MailboxFolderPermission") == calls


def test_slash_in_the_name_of_a_folder_is_one_for_cmdlets() -> None:
    assert Place("", "/Kalender/Q1\uf8ffQ2").by_path("box") == r"box:\Kalender\Q1/Q2"


def test_rights_of_a_grant_are_compared_by_level() -> None:
    assert Grant("x", Right.CALENDAR, "reader") != Grant("x", Right.CALENDAR, "editor")  # type: ignore[arg-type]


def test_namesake_that_only_exchange_knows_is_one_more() -> None:
    rows = [{"DisplayName": "Ann", "ExternalDirectoryObjectId": "1"}, {"DisplayName": "ANN", "Guid": "2"}]

    class Exchange:
        async def collect_batch(
            self, commands: Mapping[str, object], reduce: Callable[[Row], object], **_: object
        ) -> dict[str, list[object]]:
            return {key: [reduce(row) for row in rows] for key in commands}

    found = asyncio.run(find_names(cast("ExchangeAdmin", Exchange()), ["Ann", " "]))
    assert found == ({"ann": ("1", "2")}, {})

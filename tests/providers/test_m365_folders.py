"""Mail folders: named in English, found by their type, created by Graph, and never deleted."""

from __future__ import annotations

import pytest

from sharedbox_cli.cli.import_.adopt import adopt
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.model import MICROSOFT365, Fact
from sharedbox_cli.core.outcome import Effect, Status
from sharedbox_cli.core.values import Value
from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.providers.microsoft365.capabilities import CAPABILITIES
from sharedbox_cli.providers.microsoft365.folders import items_in
from tests.asked import each, every
from tests.field_values import TABLES
from tests.providers.m365_specs import apply, observe, plan, shared
from tests.providers.setting import Setting, at, scope, trustee_id, update_of

LANGUAGES = ("en-US", "de-DE")
each_language = pytest.mark.parametrize("language", LANGUAGES)


def somebody_adds(
    setting: Setting, path: str, content: str = folders.MAIL, *, hidden: bool = False, mailbox: str = "sales"
) -> None:
    """Add a folder below others as somebody in Outlook does; `|` separates names."""
    identity = str(trustee_id(setting, mailbox))
    parent = folders.root_of(setting.tenant, identity)["id"]
    *above, name = path.split("|")
    for step in above:
        rows = folders.children(setting.tenant, identity, parent)
        parent = next(row["id"] for row in rows if row["name"] == step)
    folders.add(setting.tenant, identity, parent, name, content=content, is_hidden=hidden)


def tree(setting: Setting, mailbox: str = "sales") -> set[str]:
    """Return the paths of the folders that people made, as the mailbox names them."""
    identity = str(trustee_id(setting, mailbox))
    root = folders.root_of(setting.tenant, identity)
    paths = {root["id"]: ""}
    found = set()
    for row in folders.below(setting.tenant, identity, root["id"]):
        paths[row["id"]] = f"{paths[row['parent_id']]}|{row['name']}".lstrip("|")
        if row["type"] == folders.USER and row["name"] not in folders.BIRTHDAYS:
            found.add(paths[row["id"]])
    return found


def observed(setting: Setting) -> Value:
    return (
        observe(setting.provider(), shared("sales", {Field.FOLDERS: ()})).mailboxes[at("sales")].settings[Field.FOLDERS]
    )


@pytest.mark.parametrize(
    ("language", "inbox", "archive"), [("en-US", "Inbox", "Archive"), ("de-DE", "Posteingang", "Archiv")]
)
def test_folders_are_created_below_well_known_ones_in_every_language(
    demo: Setting, language: str, inbox: str, archive: str
) -> None:
    demo.tenant.set_meta("folder_language", language)
    wanted: Value = ("Archive/2026", "Inbox/Orders", "Inbox/Orders/佐藤", "Returns/a/b")
    spec = shared("sales", {Field.FOLDERS: wanted})
    changes = plan(demo, demo.provider(), spec)
    assert [change.after for change in changes] == [{Field.FOLDERS: wanted}]
    assert every(outcome.status is Status.DONE for outcome in apply(demo.provider(), changes).values())
    assert tree(demo) == {
        f"{archive}|2026",
        f"{inbox}|Orders",
        f"{inbox}|Orders|佐藤",
        "Returns",
        "Returns|a",
        "Returns|a|b",
    }
    assert plan(demo, demo.provider(), spec) == ()
    assert demo.provider().settle(changes[0]) is Effect.PRESENT
    assert demo.provider().apply(changes[0]).status is Status.ALREADY_SO


@each_language
def test_folders_of_others_stay_and_serve_as_parents(demo: Setting, language: str) -> None:
    demo.tenant.set_meta("folder_language", language)
    inbox = "Inbox" if language.startswith("en") else "Posteingang"
    somebody_adds(demo, "Private")
    somebody_adds(demo, f"{inbox}|Orders", hidden=True)
    assert demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("Inbox/Orders/New",)})).status is Status.DONE
    assert tree(demo) == {"Private", f"{inbox}|Orders", f"{inbox}|Orders|New"}
    assert observed(demo) == ("Inbox/Orders", "Inbox/Orders/New", "Private")


def test_what_no_spec_can_name_is_not_a_folder(demo: Setting) -> None:
    demo.tenant.set_meta("folder_language", "de-DE")
    somebody_adds(demo, "Posteingang|Q1/Q2")
    somebody_adds(demo, "Kalender|Urlaub", folders.CALENDAR)
    somebody_adds(demo, "Zweiter Kalender", folders.CALENDAR)
    somebody_adds(demo, "Lieferanten", folders.CONTACTS)
    somebody_adds(demo, "Gelöschte Elemente|Orders")
    somebody_adds(demo, "Inbox")
    somebody_adds(demo, "Inbox|Orders")
    somebody_adds(demo, "Posteingang|Kept")
    assert observed(demo) == ("Inbox/Kept",)
    assert demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("Inbox/Orders",)})).status is Status.DONE
    assert "Posteingang|Orders" in tree(demo)


@pytest.mark.parametrize(
    ("path", "word"),
    [("Posteingang/Orders", "`Inbox/Orders`"), ("Inbox/orders/new", "`Inbox/Orders`"), ("PRIVATE", "`Private`")],
)
def test_other_spelling_of_a_folder_is_refused_with_the_right_one(demo: Setting, path: str, word: str) -> None:
    demo.tenant.set_meta("folder_language", "de-DE")
    somebody_adds(demo, "Posteingang|Orders")
    somebody_adds(demo, "Private")
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: (path,)}))
    assert outcome.status is Status.FAILED and word in outcome.reason
    assert tree(demo) == {"Posteingang|Orders", "Private"}


def test_archive_that_exchange_does_not_tell_is_not_guessed(demo: Setting) -> None:
    demo.tenant.set_meta("folder_language", "de-DE")
    demo.tenant.set_meta("archive_folder_type", "user")
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("Archive/2026",)}))
    assert outcome.status is Status.FAILED and "`Archiv`" in outcome.reason
    assert demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("Archiv/2026",)})).status is Status.DONE
    assert tree(demo) == {"Archiv|2026"}
    demo.tenant.set_meta("folder_language", "en-US")
    change = update_of(demo, "billing", {Field.FOLDERS: ("Archive/2026",)})
    assert demo.provider().apply(change).status is Status.DONE
    assert tree(demo, "billing") == {"Archive|2026"}


def test_parent_with_many_folders_is_found_on_a_later_page(demo: Setting) -> None:
    for number in range(260):
        somebody_adds(demo, f"f{number:03}")
    assert demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("f259/new",)})).status is Status.DONE
    assert "f259|new" in tree(demo)


@pytest.mark.slow
def test_mailbox_with_thousands_of_folders_is_read_whole(demo: Setting) -> None:
    for number in range(2100):
        somebody_adds(demo, f"f{number:04}")
    found = observed(demo)
    assert isinstance(found, tuple) and len(found) == 2100


def test_folders_and_tags_of_one_change_are_both_written(demo: Setting) -> None:
    after: dict[Field, Value] = {Field.FOLDERS: ("Inbox/Orders",), Field.TAGS: (("urgent", "red"),)}
    change = update_of(demo, "sales", after)
    assert demo.provider().settle(change) is Effect.ABSENT
    assert demo.provider().apply(change).status is Status.DONE
    assert demo.provider().settle(change) is Effect.PRESENT
    somebody_adds(demo, "Private")
    half = update_of(demo, "sales", {Field.FOLDERS: ("private",), Field.TAGS: (("later", ""),)})
    outcome = demo.provider().apply(half)
    assert outcome.status is Status.FAILED and "`Private`" in outcome.reason
    assert demo.provider().settle(update_of(demo, "sales", {Field.TAGS: (("later", ""),)})) is Effect.PRESENT


def test_reading_needs_no_permission_on_mail(demo: Setting) -> None:
    sql = "update apps set doc = replace(replace(doc, '\"Mail.ReadWrite\",', ''), '\"MailboxSettings.ReadWrite\",', '')"
    demo.tenant.run(sql)
    somebody_adds(demo, "Private")
    assert observed(demo) == ("Private",)
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.FOLDERS: ("Orders",)}))
    assert outcome.status is Status.FAILED and tree(demo) == {"Private"}


def test_import_names_the_lowest_folders(demo: Setting) -> None:
    for path in each(["Inbox|a", "Inbox|a|b", "c"]):
        somebody_adds(demo, path)
    whole = demo.provider().observe(scope("sales", fields={Field.FOLDERS, Field.KIND}))
    one = adopt(whole.mailboxes[at("sales")], whole, {MICROSOFT365: TABLES[MICROSOFT365]}, False)
    assert one.mailbox.settings[Field.FOLDERS] == ("Inbox/a/b", "c")


@pytest.mark.parametrize(
    ("path", "same"), [("inbox/Orders", "Inbox/Orders"), ("SENT items/x", "Sent Items/x"), ("Inboxes/x", "Inboxes/x")]
)
def test_well_known_folders_have_one_spelling(path: str, same: str) -> None:
    assert CAPABILITIES[MICROSOFT365].canonical(Field.FOLDERS, (path,)) == (same,)


@pytest.mark.parametrize(
    ("path", "is_fine"),
    [("Inbox", False), ("archive", False), ("Deleted Items/x", False), ("Inbox/x", True), ("Orders", True)],
)
def test_folder_that_every_mailbox_has_is_refused(path: str, is_fine: bool) -> None:
    problems = list(CAPABILITIES[MICROSOFT365].spec_problems({"folders": [path]}))
    assert (problems == []) is is_fine


@pytest.mark.parametrize("form", ["number", "text", "", "odd"])
def test_items_are_counted_in_the_same_list_and_change_no_plan(demo: Setting, form: str) -> None:
    somebody_adds(demo, "Inbox|Old")
    demo.tenant.run("update folders set items = 120 where name = 'Old'")
    spec = shared("sales", {Field.FOLDERS: ()})
    provider = demo.provider()
    demo.forget()
    mailbox = observe(provider, spec).mailboxes[at("sales")]
    assert demo.calls("exchange.Get-MailboxFolderStatistics") == 1
    assert mailbox.facts[Fact.FOLDER_ITEMS] == (("Inbox/Old", 120),)
    assert plan(demo, demo.provider(), spec) == ()
    forms = {"number": 120, "text": "120", "": None, "odd": "12.5 KB"}
    assert items_in({"ItemsInFolder": forms[form]}) == (120 if form in ("number", "text") else None)
    assert items_in({}) is None

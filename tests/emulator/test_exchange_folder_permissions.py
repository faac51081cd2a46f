"""The rights in the folders of a mailbox, as Exchange shows and changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.emulator.microsoft import folders
from sharedbox_cli.emulator.microsoft.inside_seed import ORPHAN
from sharedbox_cli.emulator.seed import grown
from tests.asked import each
from tests.conftest import Cloud, CloudMaker
from tests.emulator.exchange import ANNA, BEN, BILLING, SALES, Door, id_of, kind, opened

STATISTICS = "Get-MailboxFolderStatistics"
GET, ADD = "Get-MailboxFolderPermission", "Add-MailboxFolderPermission"
SET, REMOVE = "Set-MailboxFolderPermission", "Remove-MailboxFolderPermission"
CALENDAR, INBOX = f"{SALES}:\\Calendar", f"{SALES}:\\Inbox"
EXISTS, MISSING = "UserAlreadyExistsInPermissionEntryException", "UserNotFoundInPermissionEntryException"
OUTSIDE, INSIDE = "InvalidExternalUserIdException", "InvalidInternalUserIdException"
LOST = "ManagementObjectNotFoundException"


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as caller:
        yield caller


def rights(door: Door, folder: str) -> dict[str, Any]:
    """Return the rights of each name in a folder."""
    return {row["User"]: row["AccessRights"] for row in door.rows(GET, Identity=folder, ResultSize="Unlimited")}


def give(door: Door, folder: str, who: str, *names: str, **more: Any) -> dict[str, Any]:
    """Add an entry, and return its row."""
    [row] = door.rows(ADD, Identity=folder, User=who, AccessRights=list(names), **more)
    return row


def gone(cloud: Cloud, address: str) -> str:
    """Delete an account, and return its SID."""
    row = cloud.tenant.row("select id, sid from objects where mail = ?", address)
    assert row is not None
    cloud.tenant.run("update objects set deleted_at = 1 where id = ?", row["id"])
    return str(row["sid"])


def namesake(cloud: Cloud) -> str:
    """Add another Anna Müller, and return her address."""
    cloud.tenant.add_object("user", "Anna Müller", "anna2@contoso.example", upn="anna2@contoso.example")
    return "anna2@contoso.example"


def test_every_folder_has_entries_for_everybody(door: Door) -> None:
    assert rights(door, CALENDAR) == {"Default": ["AvailabilityOnly"], "Anonymous": ["None"]}
    for folder in (INBOX, f"{SALES}:\\", f"{SALES}:\\Contacts"):
        assert rights(door, folder) == {"Default": ["None"], "Anonymous": ["None"]}


def test_row_names_people_by_their_display_name_alone(door: Door) -> None:
    row = give(door, CALENDAR, ANNA, "Editor")
    assert row["User"] == "Anna Müller" and ANNA not in str(row)
    assert (row["FolderName"], row["SharingPermissionFlags"], row["IsValid"]) == ("Calendar", None, True)
    assert row["AccessRights@odata.type"] == "#Collection(String)"
    assert rights(door, CALENDAR)["Anna Müller"] == ["Editor"]


def test_two_people_with_one_name_are_told_apart_by_asking(door: Door, cloud: Cloud) -> None:
    other = namesake(cloud)
    give(door, INBOX, ANNA, "Reviewer")
    give(door, INBOX, other, "Author")
    assert [row["User"] for row in door.rows(GET, Identity=INBOX)].count("Anna Müller") == 2
    for asked in (ANNA, id_of(cloud, ANNA), "ANNA@contoso.example"):
        [row] = door.rows(GET, Identity=INBOX, User=asked)
        assert row["AccessRights"] == ["Reviewer"], asked
    assert kind(door(GET, Identity=INBOX, User="Anna Müller")) == "ManagementObjectAmbiguousException"
    assert kind(door(GET, Identity=INBOX, User=BEN)) == MISSING
    assert kind(door(GET, Identity=INBOX, User="nobody")) == OUTSIDE


@pytest.mark.parametrize(
    ("where", "name"), [("\\", "Top of Information Store"), ("\\Inbox", "Inbox"), ("\\inbox", "Inbox")]
)
def test_folder_is_found_by_its_path(door: Door, cloud: Cloud, where: str, name: str) -> None:
    for box in (SALES, "sales", id_of(cloud, SALES)):
        assert door.rows(GET, Identity=f"{box}:{where}")[0]["FolderName"] == name


@pytest.mark.parametrize(
    "identity",
    [
        SALES,
        f"{SALES}\\Inbox",
        f"{SALES}:",
        f"{SALES}:Inbox",
        f"{SALES}:/Inbox",
        f"{SALES}:\\Top of Information Store",
        f"{SALES}:\\#Inbox#",
        f"{SALES}:\\Posteingang",
        f"{SALES}:\\Inbox\\",
        f"{SALES}:LgAAAAnothing",
        "nobody@contoso.example:\\Inbox",
        ":\\Inbox",
    ],
)
def test_wrong_identity_is_not_found(door: Door, identity: str) -> None:
    answer = door(GET, Identity=identity)
    assert (answer.status_code, kind(answer)) == (404, LOST)
    assert f"'{identity}' couldn't be found.".replace("\\", "\\\\") in answer.text


def test_names_of_folders_are_in_the_language_of_the_mailbox(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_language", "de-DE")
    assert door.rows(GET, Identity=f"{SALES}:\\Kalender")[0]["FolderName"] == "Kalender"
    assert kind(door(GET, Identity=CALENDAR)) == LOST
    sql = "update mailboxes set doc = json_set(doc, '$.FolderLanguage', 'fr-FR') where alias = 'billing'"
    cloud.tenant.run(sql)
    rows = door.rows(STATISTICS, Identity=BILLING, FolderScope="Inbox")
    assert [row["FolderPath"] for row in rows] == ["/Boîte de réception"]


def test_scope_includes_the_folders_below(door: Door) -> None:
    rows = door.rows(STATISTICS, Identity=SALES, FolderScope="Calendar")
    found = {row["FolderPath"]: (row["FolderType"], row["ContainerClass"]) for row in rows}
    assert found == {
        "/Calendar": ("Calendar", "IPF.Appointment"),
        "/Calendar/Birthdays": ("User Created", "IPF.Appointment"),
    }
    [contacts] = door.rows(STATISTICS, Identity=SALES, FolderScope="Contacts")
    assert contacts["Identity"] == "sales\\Contacts"
    assert len(door.rows(STATISTICS, Identity=SALES, FolderScope="All")) == len(door.rows(STATISTICS, Identity=SALES))
    assert door(STATISTICS, Identity=SALES, FolderScope="RecoverableItems").status_code == 501
    assert kind(door(STATISTICS, Identity=SALES, FolderScope="Kalender")) == "ParameterBindingException"


def test_order_of_folders_is_a_variant(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_order", "reversed")
    assert door.rows(STATISTICS, Identity=SALES, FolderScope="Calendar")[0]["Name"] == "Birthdays"


def test_names_with_a_slash_are_reached_by_id_and_by_name(door: Door, cloud: Cloud) -> None:
    mailbox = id_of(cloud, SALES)
    folders.add(cloud.tenant, mailbox, folders.root_of(cloud.tenant, mailbox)["id"], "In/Out")
    row = next(row for row in door.rows(STATISTICS, Identity=SALES) if row["Name"] == "In/Out")
    assert row["FolderPath"] == "/In\uf8ffOut"
    give(door, f"{SALES}:{row['FolderId']}", ANNA, "Reviewer")
    assert "Anna Müller" in rights(door, f"{mailbox}:\\In/Out")
    assert kind(door(GET, Identity=f"{BILLING}:{row['FolderId']}")) == LOST


def test_entry_is_added_changed_and_removed(door: Door, cloud: Cloud) -> None:
    give(door, INBOX, ANNA, "ReadItems", "FolderVisible")
    assert rights(door, INBOX)["Anna Müller"] == ["Reviewer"]
    assert kind(door(ADD, Identity=INBOX, User=ANNA, AccessRights=["Owner"])) == EXISTS
    assert door.rows(SET, Identity=INBOX, User=ANNA, AccessRights="CreateItems") == []
    assert rights(door, INBOX)["Anna Müller"] == ["CreateItems"]
    assert kind(door(SET, Identity=INBOX, User=BEN, AccessRights=["Owner"])) == MISSING
    assert door.rows(REMOVE, Identity=INBOX, User=ANNA, Confirm=False) == []
    assert kind(door(REMOVE, Identity=INBOX, User=ANNA, Confirm=False)) == MISSING
    assert [line.split(" ", 1)[0] for line in cloud.effects()] == ["give", "set", "take"]


def test_entries_for_everybody_are_changed_but_not_removed(door: Door) -> None:
    door.rows(SET, Identity=CALENDAR, User="default", AccessRights=["Reviewer"])
    door.rows(SET, Identity=INBOX, User="Anonymous", AccessRights=["Contributor"])
    assert rights(door, CALENDAR) == {"Default": ["Reviewer"], "Anonymous": ["None"]}
    assert rights(door, INBOX)["Anonymous"] == ["Contributor"]
    for who in ("Default", "Anonymous"):
        assert kind(door(ADD, Identity=INBOX, User=who, AccessRights=["Owner"])) == EXISTS
        assert kind(door(REMOVE, Identity=INBOX, User=who)) == "CannotRemoveSpecialUserException"


@pytest.mark.parametrize("role", ["AvailabilityOnly", "LimitedDetails"])
def test_roles_of_calendars_are_refused_elsewhere(door: Door, role: str) -> None:
    for folder in (INBOX, f"{SALES}:\\", f"{SALES}:\\Contacts"):
        answer = door(ADD, Identity=folder, User=ANNA, AccessRights=[role])
        assert kind(answer) == "EnumOutOfRangeException" and "Parameter name: memberRights" in answer.text
    give(door, f"{SALES}:\\Calendar\\Birthdays", ANNA, role)
    assert rights(door, f"{SALES}:\\Calendar\\Birthdays")["Anna Müller"] == [role]


@pytest.mark.parametrize("names", [["Nonsense"], [], ["Editor", "ReadItems"], ["ReadItems, FolderVisible"], "reader"])
def test_unknown_and_mixed_rights_are_refused(door: Door, names: Any) -> None:
    assert kind(door(ADD, Identity=CALENDAR, User=ANNA, AccessRights=names)) == "ParameterBindingException"


@pytest.mark.parametrize(
    ("folder", "role", "flags"),
    [(CALENDAR, "Reviewer", "Delegate"), (CALENDAR, "Editor", "CanViewPrivateItems"), (INBOX, "Editor", "Delegate")],
)
def test_flags_are_for_editors_of_calendars(door: Door, cloud: Cloud, folder: str, role: str, flags: str) -> None:
    answer = door(ADD, Identity=folder, User=ANNA, AccessRights=[role], SharingPermissionFlags=flags)
    assert kind(answer) == "RecipientTaskException" and cloud.effects() == []


def test_wrong_flags_are_refused(door: Door) -> None:
    for flags in ("Nonsense", "Delegate,Nonsense", ",", "", ["Delegate"]):
        answer = door(ADD, Identity=CALENDAR, User=ANNA, AccessRights=["Editor"], SharingPermissionFlags=flags)
        assert kind(answer) == "ParameterBindingException", flags


def delegated(door: Door) -> Any:
    [row] = door.rows(GET, Identity=CALENDAR, User=ANNA)
    return row["SharingPermissionFlags"]


def test_invitation_drops_a_delegate_even_if_none_is_sent(door: Door) -> None:
    give(door, CALENDAR, ANNA, "Editor", SharingPermissionFlags="Delegate,CanViewPrivateItems")
    assert delegated(door) == "Delegate, CanViewPrivateItems"
    door.rows(SET, Identity=CALENDAR, User=ANNA, AccessRights=["Editor"])
    assert delegated(door) == "Delegate, CanViewPrivateItems"
    wanted: dict[str, Any] = {"Identity": CALENDAR, "User": ANNA, "AccessRights": ["Editor"]}
    door.rows(SET, **wanted, SendNotificationToUser=True, SharingPermissionFlags="delegate")
    assert delegated(door) == "Delegate"
    door.rows(SET, **wanted, SendNotificationToUser=False)
    assert delegated(door) is None


@pytest.mark.parametrize(
    ("form", "none", "both"),
    [
        ("compact", None, "Delegate,CanViewPrivateItems"),
        ("word", "None", "Delegate, CanViewPrivateItems"),
        ("list", [], ["Delegate", "CanViewPrivateItems"]),
    ],
)
def test_form_of_flags_is_a_variant(door: Door, cloud: Cloud, form: str, none: Any, both: Any) -> None:
    cloud.tenant.set_meta("sharing_flags_form", form)
    give(door, CALENDAR, ANNA, "Editor")
    assert delegated(door) == none
    wanted = {"Identity": CALENDAR, "User": ANNA, "AccessRights": ["Editor"]}
    door.rows(SET, **wanted, SharingPermissionFlags="CanViewPrivateItems, Delegate")
    assert delegated(door) == both


def test_form_of_rights_is_a_variant(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_rights_form", "text")
    give(door, INBOX, ANNA, "ReadItems", "CreateItems")
    assert rights(door, INBOX) == {"Default": "None", "Anonymous": "None", "Anna Müller": "CreateItems, ReadItems"}


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("all-staff@contoso.example", INSIDE),
        ("stranger@fabrikam.example", OUTSIDE),
        ("guest@contoso.example", OUTSIDE),
        ("contact@fabrikam.example", OUTSIDE),
        ("no-mail", INSIDE),
    ],
)
def test_only_accounts_and_security_groups_with_an_address_get_rights(
    door: Door, cloud: Cloud, who: str, error: str
) -> None:
    guest = cloud.tenant.add_object("user", "Guest", "guest@contoso.example", doc={"user_type": "Guest"})
    cloud.tenant.add_object("contact", "Contact", "contact@fabrikam.example")
    cloud.tenant.add_object("user", "no-mail", None)
    assert kind(door(ADD, Identity=INBOX, User=who, AccessRights=["Reviewer"])) == error
    give(door, INBOX, "sg-audit@contoso.example", "Reviewer")
    give(door, INBOX, guest, "Reviewer")
    assert {"Audit", "Guest"} <= set(rights(door, INBOX))


def test_deleted_trustees_stay_as_a_sid(door: Door, cloud: Cloud) -> None:
    give(door, INBOX, BEN, "Reviewer")
    sid = gone(cloud, BEN)
    assert rights(door, INBOX)[f"NT:{sid}"] == ["Reviewer"]
    assert kind(door(GET, Identity=INBOX, User=BEN)) == OUTSIDE
    [row] = door.rows(GET, Identity=INBOX, User=f"NT:{sid}")
    assert row["AccessRights"] == ["Reviewer"]
    door.rows(SET, Identity=INBOX, User=f"NT:{sid}", AccessRights=["None"])
    door.rows(REMOVE, Identity=INBOX, User=f"NT:{sid}")
    assert set(rights(door, INBOX)) == {"Default", "Anonymous"}


def test_deleted_namesake_can_make_a_name_ambiguous(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_orphans", "name")
    other = namesake(cloud)
    give(door, INBOX, other, "Reviewer")
    gone(cloud, other)
    assert "Anna Müller" in rights(door, INBOX)
    assert kind(door(REMOVE, Identity=INBOX, User="Anna Müller")) == "ManagementObjectAmbiguousException"
    assert kind(door(REMOVE, Identity=INBOX, User=ANNA)) == MISSING


def test_new_folders_copy_the_rights_above_once(door: Door, cloud: Cloud) -> None:
    mailbox = id_of(cloud, SALES)
    give(door, INBOX, ANNA, "Reviewer")
    inbox = next(row for row in folders.below(cloud.tenant, mailbox, folders.root_of(cloud.tenant, mailbox)["id"]))
    folders.add(cloud.tenant, mailbox, inbox["id"], "New")
    assert rights(door, f"{INBOX}\\New")["Anna Müller"] == ["Reviewer"]
    door.rows(REMOVE, Identity=INBOX, User=ANNA)
    assert "Anna Müller" in rights(door, f"{INBOX}\\New")
    assert "Anna Müller" not in rights(door, f"{SALES}:\\")


def test_table_of_a_folder_can_be_full(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_entries", "3")
    give(door, INBOX, ANNA, "Reviewer")
    assert kind(door(ADD, Identity=INBOX, User=BEN, AccessRights=["Reviewer"])) == "ACLTooBigException"


def test_long_lists_are_cut_unless_all_are_asked_for(door: Door, cloud: Cloud) -> None:
    inbox = door.rows(STATISTICS, Identity=SALES, FolderScope="Inbox")[0]["FolderId"]
    own = "AQMk" + inbox.removeprefix("LgAAAA")
    entries = [(own, f"S-1-5-21-9-{number}", "ReadItems", "") for number in range(1000)]
    cloud.tenant.many("insert into folder_rights values (?, ?, ?, ?)", entries)
    assert len(door.rows(GET, Identity=INBOX)) == 1000
    assert "ResultSize" in door.warnings(GET, Identity=INBOX)
    assert len(door.rows(GET, Identity=INBOX, ResultSize=5)) == 5


def test_readers_read_and_do_not_change(door: Door, cloud: Cloud) -> None:
    reader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
    sql = "update apps set doc = json_set(doc, '$.directory_roles', json_array(?))"
    cloud.tenant.run(sql, reader)
    with opened(cloud) as limited:
        assert rights(limited, INBOX)["Default"] == ["None"]
        wish = {"CmdletName": SET, "Parameters": {"Identity": INBOX, "User": "Default", "AccessRights": ["Owner"]}}
        with limited.http.stream("POST", f"{limited.base}/InvokeCommand", json={"CmdletInput": wish}) as answer:
            assert (answer.status_code, set(b"".join(answer.iter_raw()))) == (403, {0})


def test_dangerous_and_unmodelled_parameters_say_so(door: Door) -> None:
    for cmdlet, more in (
        (REMOVE, {"ResetDelegateUserCollection": True}),
        (GET, {"GroupMailbox": True}),
        (SET, {"User": ANNA, "AccessRights": ["Owner"], "WhatIf": True}),
    ):
        assert kind(door(cmdlet, Identity=CALENDAR, **more)) == "NotModelled"


def test_invitations_are_for_calendars(door: Door) -> None:
    wish: dict[str, Any] = {"User": ANNA, "AccessRights": ["Reviewer"], "SendNotificationToUser": True}
    assert kind(door(ADD, Identity=INBOX, **wish)) == "RecipientTaskException"
    door.rows(ADD, Identity=CALENDAR, **wish)


def test_ten_folders_are_read_in_one_batch(door: Door) -> None:
    paths = [f"{SALES}:\\", INBOX, CALENDAR, f"{SALES}:\\Contacts", f"{SALES}:\\Nothing"]
    answer = door.batch(
        *(door.part(n, GET, Identity=path) for n, path in enumerate(paths)), Prefer="odata.continue-on-error"
    )
    assert sorted((part["id"], part["status"]) for part in answer.json()["responses"]) == [
        ("0", 200),
        ("1", 200),
        ("2", 200),
        ("3", 200),
        ("4", 404),
    ]


def test_grown_tenant_has_rights_that_nobody_remembers(cloud_of: CloudMaker) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 12, 2, 1))
    names = {row["sid"]: row["name"] for row in cloud.tenant.rows("select sid, name from objects")}
    sids = {row["mail"].lower(): row["sid"] for row in cloud.tenant.rows("select mail, sid from objects")}
    inside = cloud.seeded.inside
    assert {who for *_, who, _ in inside} >= {"Default", "Anonymous", ORPHAN}
    with opened(cloud) as door:
        for mailbox, kind_of, who, role in each(sorted(inside)):
            rows = door.rows(STATISTICS, Identity=mailbox)
            folder = next(row for row in rows if row["FolderType"] == kind_of)
            shown = f"NT:{who}" if who == ORPHAN else names.get(sids.get(who, ""), who)
            found = [
                row["AccessRights"]
                for row in door.rows(GET, Identity=f"{mailbox}:{folder['FolderId']}")
                if row["User"] == shown
            ]
            assert [role] in found, (mailbox, who)
        namesakes = [row["User"] for row in door.rows(GET, Identity=f"{box_of_namesakes(inside)}:\\Boîte de réception")]
    assert len(namesakes) == 4 and len(set(namesakes)) == 3
    assert {row["doc"] for row in cloud.tenant.rows(LANGUAGES)} >= {"en-US", "de-DE", "fr-FR"}


LANGUAGES = "select json_extract(doc, '$.FolderLanguage') doc from mailboxes where type = 'SharedMailbox' and doc > ''"


def box_of_namesakes(inside: set[tuple[str, str, str, str]]) -> str:
    """Return the mailbox whose inbox two people with one name read."""
    counted = Counter(mailbox for mailbox, kind_of, _, _ in inside if kind_of == "Inbox")
    return next(mailbox for mailbox, count in counted.items() if count == 2)

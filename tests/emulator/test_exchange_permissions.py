"""Full access, send as and send on behalf in the emulated Exchange admin service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sharedbox_cli.emulator.seed import Builder, Seeded, blank, grown
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cloud, CloudMaker
from tests.emulator.exchange import ANNA, BEN, SALES, Door, edit, id_of, kind, opened

SELF = "S-1-5-10"
FULL = ["FullAccess"]


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with opened(cloud) as made:
        yield made


def full(door: Door, **more: Any) -> dict[str, str]:
    """Return the access entries of sales without SELF."""
    rows = door.rows("Get-MailboxPermission", Identity=SALES, **more)
    return {row["User"]: row["AccessRights"][0] for row in rows if row["UserSid"] != SELF}


def send_as(door: Door) -> set[str]:
    """Return the trustees that can send as sales, without SELF."""
    rows = door.rows("Get-RecipientPermission", Identity=SALES)
    return {row["Trustee"] for row in rows if row["TrusteeSidString"] != SELF}


def add(door: Door, user: str, rights: Any = FULL, **more: Any) -> str:
    """Grant access to sales and return the warnings."""
    return door.warnings("Add-MailboxPermission", Identity=SALES, User=user, AccessRights=rights, **more)


def remove(door: Door, user: str, rights: Any = FULL, **more: Any) -> str:
    """Revoke access to sales and return the warnings."""
    return door.warnings(
        "Remove-MailboxPermission", Identity=SALES, User=user, AccessRights=rights, Confirm=False, **more
    )


def test_full_access_when_given_and_taken_then_each_is_told_once(door: Door, cloud: Cloud) -> None:
    assert add(door, ANNA) == "" and full(door)[ANNA] == "FullAccess"
    assert "already present" in add(door, ANNA)
    assert remove(door, ANNA) == "" and ANNA not in full(door)
    assert "because the ACE doesn't exist on the object" in remove(door, ANNA)
    who = id_of(cloud, ANNA)
    assert cloud.effects() == [f"grant full_access {who} on {SALES}", f"revoke full_access {who} on {SALES}"]


def test_send_as_when_given_and_taken_then_each_is_told_once(door: Door) -> None:
    wish: dict[str, Any] = {"Identity": SALES, "Trustee": ANNA, "AccessRights": ["SendAs"], "Confirm": False}
    assert door.warnings("Add-RecipientPermission", **wish) == "" and ANNA in send_as(door)
    assert "already present" in door.warnings("Add-RecipientPermission", **wish)
    assert door.warnings("Remove-RecipientPermission", **wish) == "" and ANNA not in send_as(door)
    assert "doesn't exist" in door.warnings("Remove-RecipientPermission", **wish)


@pytest.mark.parametrize("cmdlet", ["Add-RecipientPermission", "Remove-RecipientPermission"])
def test_send_as_when_another_right_is_named_then_refused(door: Door, cloud: Cloud, cmdlet: str) -> None:
    answer = door(cmdlet, Identity=SALES, Trustee=ANNA, AccessRights=["FullAccess"], Confirm=False)
    assert kind(answer) == "ParameterBindingException" and cloud.effects() == []


@pytest.mark.parametrize("rights", ["FullAccess", ["fullaccess"], ["FullAccess"]])
def test_rights_when_written_as_text_or_in_another_case_then_the_same_entry(door: Door, rights: Any) -> None:
    add(door, ANNA, rights)
    assert full(door)[ANNA] == "FullAccess"
    remove(door, ANNA, rights)
    assert ANNA not in full(door)


def test_revocation_when_of_another_right_then_full_access_stays(door: Door) -> None:
    add(door, ANNA)
    assert "doesn't exist" in remove(door, ANNA, ["ReadPermission"])
    assert full(door)[ANNA] == "FullAccess"


@pytest.mark.parametrize("name", ["nobody@contoso.example", "S-1-5-21-1-2-3-4", "00000000-0000-0000-0000-000000000001"])
def test_trustee_when_unknown_then_not_found(door: Door, cloud: Cloud, name: str) -> None:
    for answer in (
        door("Add-MailboxPermission", Identity=SALES, User=name, AccessRights=FULL),
        door("Add-RecipientPermission", Identity=SALES, Trustee=name, AccessRights=["SendAs"]),
        door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[name])),
    ):
        assert (answer.status_code, kind(answer)) == (404, "ManagementObjectNotFoundException")
    assert cloud.effects() == []


def messy(tenant: Tenant) -> Seeded:
    """Fill a tenant with one mailbox and every kind of trustee."""
    blank(tenant)
    make = Builder(tenant, 3)
    for local in ("anna", "ben"):
        make.person(local, "Same Name")
    make.person("guest", "Guest", guest=True)
    make.group("security", "Security", [])
    make.group("distribution", "Distribution", [], security=False)
    unified = {"mail_enabled": True, "security_enabled": True, "group_types": ["Unified"]}
    tenant.add_object("group", "Team", "team@contoso.example", doc=unified)
    plain = {"mail_enabled": False, "security_enabled": True, "group_types": []}
    tenant.add_object("group", "Plain", None, doc=plain)
    tenant.add_object("contact", "Contact", "contact@elsewhere.example")
    make.shared("sales", "Sales")
    return make.seeded


@pytest.mark.parametrize(
    "who",
    [
        "guest@contoso.example",
        "distribution@contoso.example",
        "team@contoso.example",
        "Plain",
        "contact@elsewhere.example",
    ],
)
def test_trustee_when_no_security_principal_with_mail_then_refused_for_each_right(
    cloud_of: CloudMaker, who: str
) -> None:
    cloud = cloud_of(messy)
    with opened(cloud) as door:
        for answer in (
            door("Add-MailboxPermission", Identity=SALES, User=who, AccessRights=FULL),
            door("Add-RecipientPermission", Identity=SALES, Trustee=who, AccessRights=["SendAs"]),
            door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[who])),
        ):
            assert kind(answer) == "RecipientTaskException", who
    assert cloud.effects() == []


def test_trustee_when_a_name_fits_two_then_ambiguous_and_a_security_group_is_welcome(cloud_of: CloudMaker) -> None:
    with opened(cloud_of(messy)) as door:
        answer = door("Add-MailboxPermission", Identity=SALES, User="Same Name", AccessRights=FULL)
        assert kind(answer) == "ManagementObjectAmbiguousException"
        add(door, "security@contoso.example")
        assert full(door) == {"Security": "FullAccess"}


def test_entries_when_the_trustee_is_gone_then_bare_sids_only_where_asked_for(door: Door, cloud: Cloud) -> None:
    assert not [who for who in full(door) if who.startswith("S-1-5-21-")]
    [orphan] = [who for who in full(door, IncludeUnresolvedPermissions=True) if who.startswith("S-1-5-21-")]
    assert "doesn't exist" not in remove(door, orphan)
    assert not [who for who in full(door, IncludeUnresolvedPermissions=True) if who.startswith("S-1-5-21-")]
    assert cloud.effects() == [f"revoke full_access {orphan} on {SALES}"]


def test_deny_when_there_then_a_row_of_its_own_that_only_deny_takes_away(door: Door) -> None:
    add(door, BEN, Deny=True)
    rows = [row for row in door.rows("Get-MailboxPermission", Identity=SALES) if row["User"] == BEN]
    assert sorted(row["Deny"] for row in rows) == [False, True]
    remove(door, BEN)
    [row] = [row for row in door.rows("Get-MailboxPermission", Identity=SALES) if row["User"] == BEN]
    assert row["Deny"] is True and row["IsInherited"] is False
    remove(door, BEN, Deny=True)
    assert BEN not in full(door)


def test_entries_when_inherited_then_shown_and_not_taken_away(door: Door, cloud: Cloud) -> None:
    cloud.tenant.run("update permissions set inherited = 1 where right = 'full_access' and sid <> ?", SELF)
    assert "doesn't exist" in remove(door, BEN)
    [row] = [row for row in door.rows("Get-MailboxPermission", Identity=SALES) if row["User"] == BEN]
    assert row["IsInherited"] is True


def test_automapping_when_cleared_then_for_all_of_the_mailbox(door: Door, cloud: Cloud) -> None:
    add(door, ANNA, AutoMapping=True)
    door.warnings("Remove-MailboxPermission", Identity=SALES, ClearAutoMapping=True, Confirm=False)
    rows = cloud.tenant.rows("select automapping from permissions where mailbox_id = ?", id_of(cloud, SALES))
    assert not any(row["automapping"] for row in rows)


def test_grant_when_sent_twice_before_it_is_visible_then_one_entry(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:grant", "30")
    add(door, ANNA)
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[ANNA]))
    assert ANNA not in full(door) and door.row(SALES)["GrantSendOnBehalfTo"] == []
    add(door, ANNA)
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[ANNA]))
    cloud.tenant.clock.advance(31)
    rows = door.rows("Get-MailboxPermission", Identity=SALES)
    assert [row["User"] for row in rows].count(ANNA) == 1
    assert len(door.row(SALES)["GrantSendOnBehalfTo"]) == 1


def test_revocation_when_it_lags_then_still_read_and_gone_later(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:grant", "30")
    remove(door, BEN)
    assert BEN in full(door)
    cloud.tenant.clock.advance(31)
    assert BEN not in full(door)


def test_on_behalf_when_changed_by_parts_and_as_a_whole_then_addresses_and_names_come_back(door: Door) -> None:
    def named() -> list[str]:
        row = door.row(SALES, IncludeGrantSendOnBehalfToWithDisplayNames=True)
        return [str(entry) for entry in row["GrantSendOnBehalfToWithDisplayNames"]]

    anna, ben = "(anna@contoso.example, Anna Müller)", "(ben@contoso.example, Ben Carter)"
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[ANNA, BEN]))
    assert sorted(named()) == [anna, ben]
    assert "no settings of" in door.warnings("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[ANNA]))
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Remove=[BEN]))
    assert named() == [anna]
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=[BEN])
    assert named() == [ben]
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=[])
    assert named() == []


def test_on_behalf_when_read_then_guids_come_that_are_no_ids_of_the_directory(door: Door, cloud: Cloud) -> None:
    door("Set-Mailbox", Identity=SALES, GrantSendOnBehalfTo=edit(Add=[ANNA]))
    [guid] = door.row(SALES)["GrantSendOnBehalfTo"]
    assert guid != id_of(cloud, ANNA)
    assert door.rows("Get-Recipient", Identity=guid)[0]["ExternalDirectoryObjectId"] == id_of(cloud, ANNA)


def test_send_as_of_the_tenant_has_every_grant_and_each_self(cloud_of: CloudMaker) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 40, 6, 5))
    with opened(cloud) as door:
        rows = door.rows("Get-RecipientPermission", ResultSize="Unlimited")
        mailboxes = door.rows("Get-Mailbox", ResultSize="Unlimited")
        names = {row["Identity"]: row["PrimarySmtpAddress"].lower() for row in mailboxes}
        selves = [row for row in rows if row["TrusteeSidString"] == SELF]
        assert sorted(row["Identity"] for row in selves) == sorted(names)
        granted = {(names[row["Identity"]], row["TrusteeSidString"]) for row in rows} - {
            (address, SELF) for address in names.values()
        }
    wanted = {(mailbox, who) for mailbox, who, right in cloud.seeded.grants if right == "send_as"}
    assert len(granted) == len(wanted) and {mailbox for mailbox, _ in granted} == {mailbox for mailbox, _ in wanted}
    assert any(not row["TrusteeWithPrimarySmtpAddress"] for row in rows if row["TrusteeSidString"] != SELF)
    assert not any("Deny" in row or "IsInherited" in row for row in rows)


@pytest.mark.parametrize("count", [498, 499])
def test_entries_when_five_hundred_are_there_then_no_further_one(door: Door, cloud: Cloud, count: int) -> None:
    mailbox = id_of(cloud, SALES)
    cloud.tenant.run("delete from permissions where mailbox_id = ? and right = 'full_access'", mailbox)
    cloud.tenant.many(
        "insert into permissions values (?, 'full_access', null, ?, 'FullAccess', 0, 0, null, 1, 0, null)",
        [(mailbox, f"S-1-5-21-{number}") for number in range(count)],
    )
    assert add(door, ANNA) == ""
    last = door("Add-MailboxPermission", Identity=SALES, User=BEN, AccessRights=FULL)
    assert last.status_code == (200 if count == 498 else 400)
    assert count == 498 or kind(last) == "RecipientTaskException"


@pytest.mark.parametrize("rights", ["SendAs", "sendas", ["SENDAS"], ["SendAs", "SendAs"]])
def test_send_as_when_written_as_text_or_in_another_case_then_the_same_entry(door: Door, rights: Any) -> None:
    wish: dict[str, Any] = {"Identity": SALES, "Trustee": ANNA, "AccessRights": rights, "Confirm": False}
    assert door.warnings("Add-RecipientPermission", **wish) == ""
    [row] = [row for row in door.rows("Get-RecipientPermission", Identity=SALES) if row["Trustee"] == ANNA]
    assert row["AccessRights"] == ["SendAs"]
    assert door.warnings("Remove-RecipientPermission", **wish) == "" and ANNA not in send_as(door)


def test_rights_when_several_are_given_then_one_entry_loses_only_what_is_taken(door: Door) -> None:
    add(door, ANNA, ["fullaccess", "READPERMISSION"])
    assert full(door)[ANNA] == "FullAccess, ReadPermission"
    remove(door, ANNA, ["ReadPermission"])
    assert full(door)[ANNA] == "FullAccess"
    assert add(door, ANNA, ["ReadPermission", "FullAccess"]) == ""
    remove(door, ANNA)
    assert full(door)[ANNA] == "ReadPermission"


def test_send_as_when_sent_twice_before_it_is_visible_then_one_entry(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("lag:grant", "30")
    wish: dict[str, Any] = {"Identity": SALES, "Trustee": ANNA, "AccessRights": ["SendAs"], "Confirm": False}
    assert door.warnings("Add-RecipientPermission", **wish) == "" and ANNA not in send_as(door)
    assert "already present" in door.warnings("Add-RecipientPermission", **wish)
    cloud.tenant.clock.advance(31)
    rows = door.rows("Get-RecipientPermission", Identity=SALES)
    assert [row["Trustee"] for row in rows].count(ANNA) == 1


def test_trustee_when_no_longer_welcome_then_still_taken_away(cloud_of: CloudMaker) -> None:
    cloud = cloud_of(lambda tenant: grown(tenant, 20, 2, 3))
    guest = "guest.partner_ext@contoso.example"
    held = "select mail from objects where id = (select mailbox_id from permissions where trustee_id = ?)"
    mailbox = cloud.tenant.row(held, id_of(cloud, guest))
    assert mailbox is not None
    with opened(cloud) as door:
        wish: dict[str, Any] = {"Identity": mailbox["mail"], "User": guest, "AccessRights": FULL}
        assert kind(door("Add-MailboxPermission", **wish)) == "RecipientTaskException"
        assert door.warnings("Remove-MailboxPermission", **wish, Confirm=False) == ""


def test_self_is_known_by_its_sid_in_every_language(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("self_name", "NT-AUTORITÄT\\SELBST")
    rows = door.rows("Get-MailboxPermission", Identity=SALES)
    assert {row["User"] for row in rows if row["UserSid"] == SELF} == {"NT-AUTORITÄT\\SELBST"}
    rows = door.rows("Get-RecipientPermission", ResultSize="Unlimited")
    assert {row["Trustee"] for row in rows if row["TrusteeSidString"] == SELF} == {"NT-AUTORITÄT\\SELBST"}


def test_entry_when_granted_then_its_address_is_empty_as_at_the_service(door: Door) -> None:
    add(door, ANNA)
    door("Add-RecipientPermission", Identity=SALES, Trustee=ANNA, AccessRights=["SendAs"], Confirm=False)
    rows = door.rows("Get-MailboxPermission", Identity=SALES)
    assert ANNA in {row["User"] for row in rows} and {row["PrimarySmtpAddress"] for row in rows} == {""}
    assert {row["TrusteeWithPrimarySmtpAddress"] for row in door.rows("Get-RecipientPermission", Identity=SALES)} == {
        ""
    }

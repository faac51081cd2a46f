"""Inbox rules in the emulated Exchange and Graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.microsoft import folders, inbox_rules
from sharedbox_cli.emulator.microsoft.builder import EXCHANGE_ADMINISTRATOR
from tests.asked import each
from tests.conftest import Cloud
from tests.emulator import exchange
from tests.emulator.exchange import ANNA, BILLING, SALES, Door, edit, id_of, kind
from tests.emulator.graph import code, opened

GET, NEW, SET, REMOVE = (f"{verb}-InboxRule" for verb in ("Get", "New", "Set", "Remove"))
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
RULES = f"/v1.0/users/{SALES}/mailFolders/inbox/messageRules"


@pytest.fixture
def door(cloud: Cloud) -> Iterator[Door]:
    with exchange.opened(cloud) as caller:
        yield caller


@pytest.fixture
def http(cloud: Cloud) -> Iterator[httpx.Client]:
    with opened(cloud) as made:
        yield made


def new(door: Door, name: str, **parameters: Any) -> str:
    """Create a rule, and return its identity from a fresh read."""
    door.rows(NEW, Mailbox=SALES, Name=name, **({"MarkAsRead": True} | parameters))
    return str(next(row["Identity"] for row in rules(door) if row["Name"] == name))


def rules(door: Door, **parameters: Any) -> list[dict[str, Any]]:
    return door.rows(GET, Mailbox=SALES, **parameters)


def add(cloud: Cloud, name: str, kind: str, **parameters: Any) -> str:
    return inbox_rules.add(cloud.tenant, id_of(cloud, SALES), name, kind=kind, **parameters)


def test_rule_has_a_number_above_63_bits(door: Door, cloud: Cloud) -> None:
    identity = new(door, "Orders", SubjectContainsWords=["order"], ForwardTo=[ANNA, "x@partner.example"])
    [row] = rules(door)
    assert row["RuleIdentity"] > 2**63 and identity == f"{id_of(cloud, SALES)}\\{row['RuleIdentity']}"
    text = door(GET, Mailbox=SALES).text
    assert f'"RuleIdentity":{row["RuleIdentity"]}' in text.replace(": ", ":")
    internal, outside = row["ForwardTo"]
    assert internal.startswith('"Anna Müller" [EX:/o=ExchangeLabs/') and outside == (
        '"x@partner.example" [SMTP:x@partner.example]'
    )
    assert row["StopProcessingRules"] is True and row["Enabled"] is True and "From" not in row


def test_identity_form_and_nulls_are_variants(door: Door, cloud: Cloud) -> None:
    new(door, "Orders")
    cloud.tenant.set_meta("rule_identity", "alias")
    cloud.tenant.set_meta("rule_nulls", "named")
    [row] = rules(door)
    assert row["Identity"].startswith("sales\\") and row["WithImportance"] == "NullImportance" and row["From"] is None
    cloud.tenant.set_meta("rule_nulls", "null")
    assert rules(door)[0]["WithImportance"] is None


def test_hidden_rules_are_shown_unmarked_and_only_if_asked_for(door: Door, cloud: Cloud) -> None:
    new(door, "Orders")
    add(cloud, "Evil", inbox_rules.HIDDEN, ForwardTo=["smtp:x@evil.example"])
    reply = {"AutoReplyState": "Enabled", "InternalMessage": "a", "ExternalMessage": "b"}
    door.rows("Set-MailboxAutoReplyConfiguration", Identity=SALES, **reply)
    shown, every = rules(door), rules(door, IncludeHidden=True)
    names = [row["Name"] for row in every]
    assert len(shown) == 1 and names[0] == "Junk E-mail Rule" and "Evil" in names
    assert sum(name.startswith("Microsoft.Exchange.OOF.") for name in names) == 3
    assert not any("hidden" in key.lower() for row in every for key in row)


def test_global_reader_cannot_read_rules(cloud: Cloud) -> None:
    sql = "update apps set doc = json_set(doc, '$.directory_roles', json(?))"
    cloud.tenant.run(sql, json.dumps([GLOBAL_READER]))
    with exchange.opened(cloud) as reader:
        assert reader("Get-Mailbox", Identity=SALES).status_code == 200
        with pytest.raises(httpx.DecodingError):  # NUL bytes that are declared as gzip: outside the role
            reader(GET, Mailbox=SALES)
    cloud.tenant.run(sql, json.dumps([EXCHANGE_ADMINISTRATOR]))


def test_rule_without_a_mailbox_is_refused(door: Door) -> None:
    assert kind(door(NEW, Name="x", MarkAsRead=True)) == "RecipientTaskException"
    assert door(GET).status_code == 400
    assert door(REMOVE, Identity="x").status_code == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {"Name": "x" * 513, "MarkAsRead": True},
        {"Name": " ", "MarkAsRead": True},
        {"Name": "x"},
        {"Name": "x", "StopProcessingRules": True},
        {"Name": "x", "MarkAsRead": True, "SubjectContainsWords": ["w" * 256]},
        {"Name": "x", "MarkAsRead": True, "WithinSizeRangeMinimum": "1MB"},
        {"Name": "x", "MarkAsRead": True, "WithinSizeRangeMinimum": "2MB", "WithinSizeRangeMaximum": "1MB"},
        {"Name": "x", "MarkAsRead": True, "ReceivedAfterDate": "2027-02-01", "ReceivedBeforeDate": "2027-01-01"},
        {"Name": "x", "MarkAsRead": True, "ReceivedAfterDate": "soon"},
        {"Name": "x", "MarkAsRead": True, "WithImportance": "Highest"},
        {"Name": "x", "MarkAsRead": True, "Priority": -1},
        {"Name": "x", "MoveToFolder": "sales:\\Posteingang"},
        {"Name": "x", "MoveToFolder": "Inbox"},
        {"Name": "x", "MoveToFolder": "billing:\\Inbox"},
        {"Name": "x", "ForwardTo": ["nobody@contoso.example"]},
        {"Name": "x", "ForwardTo": ["nobody"]},
        {"Name": "x", "MarkAsRead": None},
    ],
)
def test_wrong_rule_is_refused(door: Door, parameters: dict[str, Any]) -> None:
    assert 400 <= door(NEW, Mailbox=SALES, **parameters).status_code <= 404
    assert rules(door) == []


def test_set_changes_the_given_parameters_alone(door: Door) -> None:
    identity = new(door, "Orders", SubjectContainsWords=["a", "b"], HasAttachment=True, WithImportance="High")
    door.rows(SET, Identity=identity, SubjectContainsWords=edit(Add=["c"], Remove=["A"]), WithImportance=None)
    [row] = rules(door)
    assert (row["SubjectContainsWords"], row["HasAttachment"], "WithImportance" in row) == (["b", "c"], True, False)
    door.rows(SET, Identity=identity, HasAttachment=False, Name="New name")
    assert "HasAttachment" not in rules(door)[0] and rules(door)[0]["Name"] == "New name"
    assert kind(door(SET, Identity=identity, MarkAsRead=False)) == "RecipientTaskException"
    assert door(SET, Identity=identity, HasAttachment=None).status_code == 400


def test_priority_shifts_the_others(door: Door, cloud: Cloud) -> None:
    for name in "abc":
        new(door, name)
    new(door, "first", Priority=1)
    assert [row["Name"] for row in rules(door)] == ["first", "a", "b", "c"]
    assert [row["Priority"] for row in rules(door)] == [1, 2, 3, 4]
    cloud.tenant.set_meta("rule_priorities", "equal")
    new(door, "again", Priority=1)
    assert [row["Priority"] for row in rules(door)] == [1, 1, 2, 3, 4]


def test_folder_is_named_in_the_language_of_the_mailbox(door: Door, cloud: Cloud) -> None:
    cloud.tenant.set_meta("folder_language", "de-DE")
    assert kind(door(NEW, Mailbox=SALES, Name="x", MoveToFolder="sales:\\Inbox")) == "ManagementObjectNotFoundException"
    new(door, "Junk", MoveToFolder=f"{SALES}:\\posteingang")
    assert rules(door)[0]["MoveToFolder"] == "sales:\\Posteingang"
    for form, text in (("name", "Posteingang"), ("identity", "sales\\Posteingang")):
        cloud.tenant.set_meta("rule_folder_form", form)
        assert rules(door)[0]["MoveToFolder"] == text
    cloud.tenant.run("update folders set name = 'Gone', id = 'other' where type = 'Inbox'")
    [row] = rules(door)
    assert (row["ErrorType"], row["InError"], "MoveToFolder" in row) == ("FolderNotFound", True, False)


def test_any_write_deletes_the_rules_of_outlook(door: Door, cloud: Cloud, http: httpx.Client) -> None:
    identity = new(door, "Orders")
    for cmdlet, more in (("Disable-InboxRule", {}), ("Enable-InboxRule", {}), (SET, {"Name": "b"}), (REMOVE, {})):
        add(cloud, "Sound", inbox_rules.CLIENT, PlaySound="x")
        add(cloud, "Off", inbox_rules.CLIENT_OFF, PlaySound="x")
        listed = {item["displayName"]: item["isReadOnly"] for item in http.get(RULES).json()["value"]}
        assert listed == {"Orders" if cmdlet != REMOVE else "b": False, "Sound": True}
        assert "Sound" not in {row["Name"] for row in rules(door, IncludeHidden=True)}
        assert "are deleted" in door.warnings(cmdlet, Identity=identity, **more)
        assert inbox_rules.rules_of(cloud.tenant, id_of(cloud, SALES), "client", "client-off") == []
    add(cloud, "Sound", inbox_rules.CLIENT, PlaySound="x")
    cloud.tenant.set_meta("rule_prompt", "1")
    assert door(NEW, Mailbox=SALES, Name="x", MarkAsRead=True).status_code == 400
    parameters = {"MarkAsRead": True, "Force": True, "AlwaysDeleteOutlookRulesBlob": True}
    assert door.warnings(NEW, Mailbox=SALES, Name="x", **parameters) == ""


def test_quota_counts_enabled_rules(door: Door) -> None:
    words = [f"{number:04}{'x' * 250}" for number in range(200)]
    first = new(door, "one", SubjectContainsWords=words)
    new(door, "two", SubjectContainsWords=words)
    assert kind(door(NEW, Mailbox=SALES, Name="three", MarkAsRead=True, SubjectContainsWords=words)) == (
        "RecipientTaskException"
    )
    door.rows("Disable-InboxRule", Identity=first)
    new(door, "three", SubjectContainsWords=words)
    assert door("Enable-InboxRule", Identity=first).status_code == 400


def test_rule_of_another_mailbox_is_not_found(door: Door) -> None:
    identity = new(door, "Orders")
    assert door(REMOVE, Identity=identity, Mailbox=BILLING).status_code == 404
    assert door(REMOVE, Identity=f"{BILLING}\\Orders").status_code == 404
    door.rows(REMOVE, Identity=f"{SALES}\\orders", Confirm=False)
    assert rules(door) == []


def test_graph_shows_the_same_rules_and_replaces_parts(door: Door, http: httpx.Client) -> None:
    new(door, "Orders", SubjectContainsWords=["order"], From=[ANNA], HasAttachment=True, ExceptIfMyNameInCcBox=True)
    [item] = http.get(RULES).json()["value"]
    assert item["conditions"]["fromAddresses"][0]["emailAddress"]["address"] == ANNA
    assert item["exceptions"] == {"sentCcMe": True} and item["actions"]["markAsRead"] is True
    one = f"{RULES}/{item['id']}"
    assert http.patch(one, json={"conditions": {"subjectContains": ["adele"]}}).status_code == 200
    [row] = rules(door)
    assert row["SubjectContainsWords"] == ["ADELE"] and "From" not in row and row["ExceptIfMyNameInCcBox"] is True
    assert http.patch(one, json={"isEnabled": False, "sequence": 5}).json()["sequence"] == 5
    assert rules(door)[0]["Enabled"] is False
    assert http.patch(one, json={"actions": {}}).status_code == 400
    assert http.patch(one, json={"hasError": False}).status_code == 400
    assert http.delete(one).status_code == 204 and rules(door) == []


def test_values_that_the_tenant_does_not_have_are_refused(door: Door) -> None:
    cases: list[dict[str, Any]] = [
        {"FlagMessage": "Later"},
        {"MoveToFolder": ":\\Inbox"},
        {"MoveToFolder": f"{BILLING}:\\Inbox"},
        {"MarkAsRead": True, "HasClassification": ["Secret"]},
        {"MarkAsRead": True, "ExceptIfHasClassification": ["Secret"]},
    ]
    for parameters in each(cases):
        assert door(NEW, Mailbox=SALES, Name="x", **parameters).status_code in (400, 404), parameters
    new(door, "Flag", FlagMessage="followup")
    assert [row["FlagMessage"] for row in rules(door)] == ["FollowUp"]


def test_graph_has_its_own_words_for_conditions(door: Door, http: httpx.Client) -> None:
    new(
        door,
        "Words",
        WithSensitivity="CompanyConfidential",
        FlaggedForAction="ForYourInformation",
        MessageTypeMatches="AutomaticReply",
        ExceptIfMessageTypeMatches="Calendaring",
        MarkImportance="Low",
    )
    [item] = http.get(RULES).json()["value"]
    conditions = {"sensitivity": "confidential", "messageActionFlag": "fyi", "isAutomaticReply": True}
    assert (item["conditions"], item["exceptions"]) == (conditions, {"isMeetingRequest": True})
    one = f"{RULES}/{item['id']}"
    changed = http.patch(one, json={"conditions": {"isVoicemail": True, "isSigned": False, "sensitivity": "private"}})
    assert changed.json()["conditions"] == {"isVoicemail": True, "sensitivity": "private"}
    [row] = rules(door)
    assert (row["MessageTypeMatches"], row["WithSensitivity"]) == ("Voicemail", "Private")
    assert row["ExceptIfMessageTypeMatches"] == "Calendaring" and "FlaggedForAction" not in row


def test_graph_refuses_values_of_another_type(door: Door, http: httpx.Client) -> None:
    new(door, "Orders", SubjectContainsWords=["order"])
    [item] = http.get(RULES).json()["value"]
    for part, name, value in each(
        (
            ("actions", "markImportance", "urgent"),
            ("actions", "delete", "yes"),
            ("actions", "assignCategories", "Red"),
            ("actions", "assignCategories", [1]),
            ("actions", "moveToFolder", 1),
            ("actions", "forwardTo", [{"emailAddress": "x@partner.example"}]),
            ("actions", "forwardTo", "x@partner.example"),
            ("conditions", "subjectContains", True),
            ("conditions", "sensitivity", True),
        )
    ):
        answer = http.patch(f"{RULES}/{item['id']}", json={part: {name: value}})
        assert (answer.status_code, code(answer)[1]) == (400, "ErrorInvalidRequest"), (name, value)
    assert http.get(RULES).json()["value"] == [item]


def test_size_of_zero_is_a_size(door: Door, http: httpx.Client) -> None:
    identity = new(door, "Small", WithinSizeRangeMinimum="0 KB", WithinSizeRangeMaximum="20 KB")
    door.rows(SET, Identity=identity, Name="Smaller")
    [row] = rules(door)
    assert row["WithinSizeRangeMinimum"].startswith("0 B") and row["WithinSizeRangeMaximum"].startswith("20 KB")
    [item] = http.get(RULES).json()["value"]
    assert item["conditions"]["withinSizeRange"] == {"minimumSize": 0, "maximumSize": 20}


def test_graph_cannot_change_what_it_cannot_express(door: Door, http: httpx.Client, cloud: Cloud) -> None:
    new(door, "Flag", FlagMessage="FollowUp")
    add(cloud, "Sound", inbox_rules.CLIENT, PlaySound="x")
    flag, sound = http.get(RULES).json()["value"]
    assert "actions" not in flag and (flag["isReadOnly"], flag["hasError"]) == (False, False)
    assert code(http.delete(f"{RULES}/{flag['id']}")) == (400, "ErrorNotSupportedMessageRule")
    assert sound["isReadOnly"] and http.patch(f"{RULES}/{sound['id']}", json={"isEnabled": False}).status_code == 400
    assert http.get(f"{RULES}/none").status_code == 404
    assert http.get(RULES.replace("/inbox/", "/drafts/")).status_code == 400
    assert http.post(RULES, json={"displayName": "x"}).status_code == 400  # other properties are required


def test_quota_of_a_mailbox_is_from_32_to_256_kb(door: Door) -> None:
    assert door.row(SALES)["RulesQuota"] == "256 KB (262,144 bytes)"
    door.rows("Set-Mailbox", Identity=SALES, RulesQuota="32KB")
    assert door.row(SALES)["RulesQuota"] == "32 KB (32,768 bytes)"
    words = [f"{number:03}{'x' * 250}" for number in range(70)]
    assert door(NEW, Mailbox=SALES, Name="x", MarkAsRead=True, SubjectContainsWords=words).status_code == 400
    for size in each(("31KB", "257KB", "many")):
        assert door("Set-Mailbox", Identity=SALES, RulesQuota=size).status_code == 400


def test_rules_put_messages_into_mail_folders_only_and_have_no_priority_0(door: Door) -> None:
    answer = door(NEW, Mailbox=SALES, Name="a", MoveToFolder=f"{SALES}:\\Calendar")
    assert answer.status_code == 400 and "mail folder" in answer.text
    assert door(NEW, Mailbox=SALES, Name="a", MarkAsRead=True, Priority=0).status_code == 400
    assert rules(door) == []


def test_rule_is_created_in_graph_and_read_in_exchange(http: httpx.Client, door: Door, cloud: Cloud) -> None:
    new(door, "First")
    body = {
        "displayName": "Orders",
        "sequence": 1,
        "isEnabled": True,
        "conditions": {"subjectContains": ["order"], "fromAddresses": [{"emailAddress": {"address": ANNA}}]},
        "actions": {"moveToFolder": folder(cloud, "Archive"), "stopProcessingRules": True},
        "exceptions": {"isAutomaticReply": True},
    }
    answer = http.post(RULES, json=body)
    made = answer.json()
    assert answer.status_code == 201 and made["conditions"]["subjectContains"] == ["ORDER"]
    assert (made["hasError"], made["isReadOnly"], made["isEnabled"]) == (False, False, True)
    assert http.get(f"{RULES}/{made['id']}").json()["displayName"] == "Orders"
    first, second = rules(door)
    assert (first["Name"], first["MoveToFolder"], second["Name"]) == ("Orders", "sales:\\Archive", "First")
    assert first["ExceptIfMessageTypeMatches"] == "AutomaticReply"


def test_rule_that_graph_refuses_is_not_created(http: httpx.Client, cloud: Cloud) -> None:
    good = {"displayName": "a", "sequence": 1, "actions": {"markAsRead": True}}
    wrong: list[dict[str, Any]] = [
        *({name: value for name, value in good.items() if name != gone} for gone in good),
        {**good, "actions": {}},
        {**good, "actions": {"stopProcessingRules": True}},
        {**good, "actions": {"moveToFolder": folder(cloud, "Calendar")}},
        {**good, "sequence": 0},
        {**good, "sequence": "1"},
        {**good, "displayName": "x" * 513},
        {**good, "id": "x"},
        {**good, "name": "x"},
        {**good, "conditions": {"withinSizeRange": {"minimumSize": 1}}},
        {**good, "conditions": {"importance": "urgent"}},
    ]
    for body in each(wrong):
        assert http.post(RULES, json=body).status_code == 400
    assert http.get(RULES).json()["value"] == []
    assert http.post(RULES.replace("inbox", "archive"), json=good).status_code == 400
    assert http.post(RULES, json=good).json()["isEnabled"] is False


def folder(cloud: Cloud, kind: str) -> str:
    mailbox = id_of(cloud, SALES)
    folders.root_of(cloud.tenant, mailbox)
    row = cloud.tenant.row("select id from folders where mailbox_id = ? and type = ?", mailbox, kind)
    assert row is not None
    return str(row["id"])

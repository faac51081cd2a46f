"""Gmail settings in the emulated Google: the reference's rules 23 to 28."""

from __future__ import annotations

from typing import Any

import pytest

from sharedbox_cli.emulator.google.gmail.labels import HIDDEN, PALETTE
from tests.emulator.google import (
    ANNA,
    BEN,
    EVENTS,
    GMAIL,
    HUGO,
    JOBS,
    ORDERS,
    PRESS,
    SETTINGS,
    Workspace,
    reason,
    refused,
    said,
)

ALLOWED = ((400, "invalidArgument"), (400, "failedPrecondition"))
BLACK = {"backgroundColor": "#000000", "textColor": "#ffffff"}
FILTER: dict[str, Any] = {"criteria": {"from": "x@elsewhere.example"}, "action": {"addLabelIds": ["STARRED"]}}


def send(google: Workspace, method: str, path: str, body: Any = None, subject: str = PRESS) -> Any:
    base = GMAIL if path.startswith("/labels") else SETTINGS
    return google.call(method, f"{base}{path}", body, subject=subject)


@pytest.mark.parametrize(
    "address",
    [
        "bestellung@contoso.example",
        ORDERS,
        EVENTS,
        "x@elsewhere.example",
        PRESS,
        HUGO,
        "anna",
        "nobody@contoso.example",
        "",
    ],
)
def test_23_delegate_when_no_living_person_of_ours_then_is_400(strict: Workspace, address: str) -> None:
    assert reason(send(strict, "POST", "/delegates", {"delegateEmail": address})) in ALLOWED


def test_23_delegate_when_named_by_alias_then_is_400(google: Workspace) -> None:
    google.store.take("annamaria@contoso.example", google.store.user(ANNA)["id"], "user", "alias")  # type: ignore[index]
    assert (
        refused(google.delegates().create(userId="me", body={"delegateEmail": "annamaria@contoso.example"})) in ALLOWED
    )
    assert refused(google.delegates().get(userId="me", delegateEmail="nobody@contoso.example")) == (404, "notFound")


def test_23_delegate_when_made_then_is_accepted_at_once_and_twice_is_409(google: Workspace) -> None:
    delegates = google.delegates()
    made = delegates.create(userId="me", body={"delegateEmail": "Anna@Contoso.example"}).execute()
    assert made == {"delegateEmail": ANNA, "verificationStatus": "accepted"}
    assert refused(delegates.create(userId="me", body={"delegateEmail": ANNA})) == (409, "alreadyExists")
    statuses = {
        row["delegateEmail"]: row["verificationStatus"] for row in delegates.list(userId="me").execute()["delegates"]
    }
    assert statuses == {BEN: "accepted", HUGO: "accepted", "george@contoso.example": "pending", ANNA: "accepted"}
    delegates.delete(userId="me", delegateEmail=HUGO).execute()
    assert refused(delegates.delete(userId="me", delegateEmail=HUGO)) == (404, "notFound")


def test_17_delegates_when_there_are_a_thousand_then_one_more_is_400(google: Workspace) -> None:
    press = google.store.user(PRESS)
    assert press is not None
    for number in range(997):
        google.make.odd_delegate(press["id"], f"many{number}", f"many{number}@contoso.example")
    assert refused(google.delegates().create(userId="me", body={"delegateEmail": ANNA})) == (400, "failedPrecondition")


def test_delegates_when_their_account_is_gone_then_the_entry_stays_and_can_be_deleted(google: Workspace) -> None:
    google.api("directory").users().delete(userKey=BEN).execute()
    listed = google.delegates().list(userId="me").execute()["delegates"]
    assert BEN in {row["delegateEmail"] for row in listed}
    google.delegates().delete(userId="me", delegateEmail=BEN).execute()
    assert BEN not in str(google.delegates().list(userId="me").execute())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "x", "color": {"backgroundColor": "#123456", "textColor": "#000000"}}, (400, "invalidArgument")),
        ({"name": "x", "color": {"backgroundColor": "#000000"}}, (400, "invalidArgument")),
        ({"name": "x", "color": {}}, (400, "invalidArgument")),
        ({"name": "interviews"}, (409, "aborted")),
        *(
            ({"name": name}, (400, "invalidArgument"))
            for name in ("INBOX", "Drafts", "chats", "Inbox/Jira", "[Gmail]/x", "a^b")
        ),
        ({"name": ""}, (400, "invalidArgument")),
        ({}, (400, "invalidArgument")),
        ({"name": "a//b"}, (400, "invalidArgument")),
        ({"name": "x" * 226}, (400, "invalidArgument")),
    ],
)
def test_24_label_when_colour_or_name_is_wrong_then_is_refused(
    strict: Workspace, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert reason(send(strict, "POST", "/labels", body)) == expected


def test_24_label_when_a_systems_own_then_cannot_be_changed(strict: Workspace) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        body = None if method == "DELETE" else {"name": "Mine"}
        assert reason(send(strict, method, "/labels/INBOX", body)) == (400, "invalidArgument")
    assert reason(send(strict, "GET", "/labels/Label_999")) == (404, "notFound")


def test_24_labels_when_made_changed_and_read_then_are_as_gmail_keeps_them(google: Workspace) -> None:
    assert len(PALETTE) == 113
    labels = google.api("gmail", PRESS).users().labels()
    made = labels.create(
        userId="me", body={"name": "Team/Now", "color": BLACK, "type": "system", "id": "INBOX"}
    ).execute()
    assert (made["type"], made["labelListVisibility"]) == ("user", "labelShow")
    assert made["id"].startswith("Label_")
    assert "messagesTotal" in labels.get(userId="me", id=made["id"]).execute()
    changed = labels.patch(userId="me", id=made["id"], body={"messageListVisibility": "hide"}).execute()
    assert (changed["name"], changed["messageListVisibility"]) == ("Team/Now", "hide")
    listed = {row["name"]: row for row in labels.list(userId="me").execute()["labels"]}
    assert listed["INBOX"]["type"] == "system" and "messagesTotal" not in listed["Team/Now"]
    assert refused(labels.patch(userId="me", id=made["id"], body={"name": "interviews"})) == (409, "aborted")


@pytest.mark.parametrize(
    "body",
    [
        {"criteria": {}, "action": {"addLabelIds": ["STARRED"]}},
        {"criteria": {"from": "x"}, "action": {}},
        {"criteria": {"from": "x"}, "action": {"addLabelIds": ["Label_999"]}},
        {"criteria": {"from": "x"}, "action": {"removeLabelIds": ["NOWHERE"]}},
        {"criteria": {"from": "x"}, "action": {"forward": "x@elsewhere.example"}},
        {"criteria": {"size": 1}, "action": {"addLabelIds": ["TRASH"]}},
        {"criteria": {"sizeComparison": "larger"}, "action": {"addLabelIds": ["TRASH"]}},
    ],
)
def test_25_filter_when_it_says_nothing_or_the_unknown_then_is_400(strict: Workspace, body: dict[str, Any]) -> None:
    assert reason(send(strict, "POST", "/filters", body)) in ALLOWED


def test_25_filters_when_there_are_a_thousand_then_one_more_is_400(google: Workspace) -> None:
    press = google.store.user(PRESS)
    assert press is not None
    for number in range(999):
        google.make.filter(press["id"], {"from": str(number)}, {"addLabelIds": ["TRASH"]})
    answer = send(google, "POST", "/filters", FILTER)
    assert (reason(answer), said(answer)) == ((400, "failedPrecondition"), "Too many filters.")


def test_25_filter_when_made_twice_or_updated_then_is_refused(google: Workspace) -> None:
    filters = google.api("gmail", PRESS).users().settings().filters()
    made = filters.create(userId="me", body=FILTER).execute()
    assert refused(filters.create(userId="me", body=FILTER)) == (400, "failedPrecondition")
    assert send(google, "PUT", f"/filters/{made['id']}", FILTER).status_code == 404
    assert filters.get(userId="me", id=made["id"]).execute() == {**FILTER, "id": made["id"]}
    filters.delete(userId="me", id=made["id"]).execute()
    assert refused(filters.get(userId="me", id=made["id"])) == (404, "notFound")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/autoForwarding", {"enabled": True, "emailAddress": "x@elsewhere.example", "disposition": "archive"}),
        ("/autoForwarding", {"enabled": True}),
        ("/vacation", {"enableAutoReply": True}),
        ("/vacation", {"enableAutoReply": True, "responseSubject": ""}),
        ("/vacation", {"enableAutoReply": True, "responseSubject": "x", "startTime": "2", "endTime": "2"}),
        ("/imap", {"maxFolderSize": 7}),
        ("/pop", {}),
        ("/pop", {"accessWindow": "accessWindowUnspecified"}),
        ("/language", {}),
        ("/language", {"displayLanguage": "klingon"}),
        ("/sendAs/" + PRESS, {"replyToAddress": "me"}),
        ("/vacation", {"enableAutoReply": True, "responseSubject": "x", "startTime": "-5"}),
    ],
)
def test_26_setting_when_it_makes_no_sense_then_is_400(strict: Workspace, path: str, body: dict[str, Any]) -> None:
    assert reason(send(strict, "PUT", path, body)) in ALLOWED


def test_26_forwarding_when_verified_then_can_be_switched_on_and_goes_with_its_address(google: Workspace) -> None:
    settings = google.api("gmail", PRESS).users().settings()
    outside = (
        settings.forwardingAddresses().create(userId="me", body={"forwardingEmail": "x@elsewhere.example"}).execute()
    )
    assert outside["verificationStatus"] == "pending"
    on = {"enabled": True, "emailAddress": "x@elsewhere.example", "disposition": "archive"}
    assert refused(settings.updateAutoForwarding(userId="me", body=on)) == (400, "failedPrecondition")
    settings.forwardingAddresses().create(userId="me", body={"forwardingEmail": ANNA}).execute()
    again = settings.forwardingAddresses().create(userId="me", body={"forwardingEmail": ANNA})
    assert refused(again) == (409, "alreadyExists")
    settings.updateAutoForwarding(userId="me", body={**on, "emailAddress": ANNA}).execute()
    assert settings.getAutoForwarding(userId="me").execute()["emailAddress"] == ANNA
    settings.forwardingAddresses().delete(userId="me", forwardingEmail=ANNA).execute()
    assert not settings.getAutoForwarding(userId="me").execute().get("enabled")


def test_26_vacation_when_written_then_is_the_whole_of_it_and_what_runs_is_gone(google: Workspace) -> None:
    settings = google.api("gmail", PRESS).users().settings()
    html = '<p onclick="x()">Back</p><script>steal()</script>'
    settings.updateVacation(userId="me", body={"enableAutoReply": True, "responseBodyHtml": html}).execute()
    everything = {"enableAutoReply": True, "restrictToContacts": False, "restrictToDomain": False}
    assert settings.getVacation(userId="me").execute() == {**everything, "responseBodyHtml": "<p>Back</p>"}


def test_27_sender_when_primary_then_cannot_be_deleted_nor_default_taken_back(strict: Workspace) -> None:
    answer = send(strict, "DELETE", f"/sendAs/{PRESS}")
    assert (reason(answer), said(answer)) == ((400, "invalidArgument"), "Cannot delete primary send-as")
    answer = send(strict, "PATCH", f"/sendAs/{PRESS}", {"isDefault": False})
    assert reason(answer) == (400, "invalidArgument")
    for path in ("/sendAs/x@elsewhere.example", f"/sendAs/{ANNA}"):
        assert reason(send(strict, "GET", path)) == (404, "notFound")
    host = {"host": "smtp.elsewhere.example", "port": 587, "securityMode": "starttls"}
    answer = send(strict, "POST", "/sendAs", {"sendAsEmail": "x@elsewhere.example", "smtpMsa": host})
    assert reason(answer) == (501, "notImplemented")


def test_27_senders_when_made_then_one_is_the_default_and_outsiders_are_pending(google: Workspace) -> None:
    senders = google.api("gmail", ANNA).users().settings().sendAs()
    body = {"sendAsEmail": ORDERS, "displayName": "Orders", "isDefault": True, "signature": "<b onload=x>hi</b>"}
    made = senders.create(userId="me", body=body).execute()
    assert (made["verificationStatus"], made["signature"]) == ("accepted", "<b>hi</b>")
    listed = {row["sendAsEmail"]: row for row in senders.list(userId="me").execute()["sendAs"]}
    assert listed[ORDERS]["isDefault"] and not listed[ANNA].get("isDefault")
    senders.update(userId="me", sendAsEmail=ANNA, body={"isDefault": True}).execute()
    listed = {row["sendAsEmail"]: row for row in senders.list(userId="me").execute()["sendAs"]}
    assert listed[ANNA]["isDefault"] and not listed[ORDERS].get("isDefault")
    outside = senders.create(userId="me", body={"sendAsEmail": "x@elsewhere.example"}).execute()
    assert outside["verificationStatus"] == "pending"
    assert refused(senders.create(userId="me", body={"sendAsEmail": ORDERS})) == (409, "alreadyExists")
    assert refused(senders.patch(userId="me", sendAsEmail=ORDERS, body={"sendAsEmail": ANNA})) == (
        400,
        "invalidArgument",
    )
    default = senders.patch(userId="me", sendAsEmail="x@elsewhere.example", body={"isDefault": True})
    assert refused(default) == (400, "failedPrecondition")


@pytest.mark.parametrize("why", ["suspended", "unlicensed", "fresh"])
def test_28_gmail_when_there_is_no_mailbox_then_is_400(google: Workspace, why: str) -> None:
    token = google.token(JOBS)
    directory = google.api("directory").users()
    match why:
        case "suspended":
            directory.update(userKey=JOBS, body={"suspended": True}).execute()
        case "unlicensed":
            google.store.run("delete from g_licences where user_id = (select id from g_users where email = ?)", JOBS)
        case _:
            google.store.run("update g_users set ready_at = ? where email = ?", google.store.now + 60, JOBS)
    answer = google.call("GET", f"{SETTINGS}/delegates", token=token)
    assert (reason(answer), said(answer)) == ((400, "failedPrecondition"), "Mail service not enabled")
    assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"
    assert directory.get(userKey=JOBS).execute()["isMailboxSetup"] is False


@pytest.mark.parametrize("address", ["", "@", "x", "a@b@c", "a@b", "a b@elsewhere.example"])
def test_26_27_address_when_malformed_then_is_400(strict: Workspace, address: str) -> None:
    assert reason(send(strict, "POST", "/forwardingAddresses", {"forwardingEmail": address})) in ALLOWED
    assert reason(send(strict, "POST", "/sendAs", {"sendAsEmail": address})) in ALLOWED


def test_labels_when_a_field_is_null_then_is_absent(google: Workspace) -> None:
    assert "color" not in send(google, "POST", "/labels", {"name": "x", "color": None}).json()


def test_imap_pop_and_language_when_written_then_are_read_back(google: Workspace) -> None:
    settings = google.api("gmail", PRESS).users().settings()
    settings.updateImap(
        userId="me", body={"enabled": True, "expungeBehavior": "trash", "maxFolderSize": 1000}
    ).execute()
    assert settings.getImap(userId="me").execute()["maxFolderSize"] == 1000
    settings.updatePop(userId="me", body={"accessWindow": "allMail", "disposition": "archive"}).execute()
    assert settings.getPop(userId="me").execute() == {"accessWindow": "allMail", "disposition": "archive"}
    settings.updateLanguage(userId="me", body={"displayLanguage": "de"}).execute()
    assert settings.getLanguage(userId="me").execute() == {"displayLanguage": "de"}
    profile = google.api("gmail", PRESS).users().getProfile(userId="me")
    assert refused(profile) == (403, "insufficientPermissions")  # none of our scopes can read it


@pytest.mark.parametrize(
    ("tag", "saved"),
    [("de", "de"), ("de-AT", "de"), ("en-AU", "en-GB"), ("EN-gb", "en-GB"), ("zh-Hant-TW", "zh-TW"), ("pt", "pt-BR")],
)
def test_language_is_saved_as_the_nearest_that_is_offered(google: Workspace, tag: str, saved: str) -> None:
    answer = send(google, "PUT", "/language", {"displayLanguage": tag})
    assert (answer.status_code, answer.json()) == (200, {"displayLanguage": saved})
    assert send(google, "GET", "/language").json() == {"displayLanguage": saved}


@pytest.mark.parametrize("tag", ["xx", "klingon", "", "-", "de_AT"])
def test_language_that_nobody_offers_is_400(google: Workspace, tag: str) -> None:
    assert send(google, "PUT", "/language", {"displayLanguage": tag}).status_code == 400


def test_signature_has_at_most_10000_characters_and_no_active_content(google: Workspace) -> None:
    path = f"/sendAs/{PRESS}"
    assert send(google, "PATCH", path, {"signature": "x" * 10_000}).status_code == 200
    answer = send(google, "PATCH", path, {"signature": "x" * 10_001})
    assert (answer.status_code, said(answer)) == (400, "Signature exceeds maximum length of 10000 characters")
    dirty = (
        '<style>b{}</style><b onclick="x" style="color:red">P</b><script src=x>y</script><a href="javascript:x">q</a>'
    )
    assert send(google, "PATCH", path, {"signature": dirty}).json()["signature"] == '<b style="color:red">P</b><a>q</a>'
    assert send(google, "PATCH", path, {"signature": ""}).json()["signature"] == ""
    assert send(google, "PATCH", "/sendAs/alias@contoso.example", {"signature": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "name", "status"),
    [
        ("de", "Gesendet", 400),
        ("de", "papierkorb/alt", 400),
        ("de", "Enviado", 200),
        ("es", "Enviado", 400),
        ("it", "Da leggere", 400),
        ("en", "Da leggere", 200),
        ("pt-BR", "Lixeira", 400),
    ],
)
def test_names_are_reserved_in_the_language_of_the_mailbox(
    google: Workspace, language: str, name: str, status: int
) -> None:
    send(google, "PUT", "/language", {"displayLanguage": language})
    assert send(google, "POST", "/labels", {"name": name}).status_code == status


def test_label_that_is_not_listed_is_a_conflict(google: Workspace) -> None:
    owner = google.store.user(PRESS)
    assert owner is not None
    google.store.save_gmail(owner["id"], {**google.store.gmail(owner["id"]), HIDDEN: ["Unwanted"]})
    assert reason(send(google, "POST", "/labels", {"name": "unwanted"})) == (409, "aborted")
    assert "unwanted" not in str(send(google, "GET", "/labels").json()).lower()


def test_filters_have_no_order_and_short_conditions(google: Workspace) -> None:
    ids = []
    for number in range(12):
        body = {"criteria": {"subject": f" offer   {number} "}, "action": {"addLabelIds": ["STARRED"]}}
        made = send(google, "POST", "/filters", body).json()
        assert made["criteria"]["subject"] == f"offer {number}"
        ids.append(made["id"])
    listed = [item["id"] for item in send(google, "GET", "/filters").json()["filter"] if item["id"] in ids]
    assert (sorted(listed), listed) != (listed, sorted(ids))
    long = {**FILTER, "criteria": {"from": "x" * 800, "query": "y" * 701}}
    assert reason(send(google, "POST", "/filters", long)) == (400, "invalidArgument")
    short = {**FILTER, "criteria": {"from": "x" * 800, "query": "y" * 700}}
    assert send(google, "POST", "/filters", short).status_code == 200

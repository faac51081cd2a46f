"""Whether mail would arrive at the emulated Google: the reference's note 32."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.google import ANNA, BEN, EVENTS, HUGO, JOBS, ORDERS, PRESS, STAFF, Workspace

OUTSIDE = "customer@elsewhere.example"


def delivered(google: Workspace, to: str, sender: str = OUTSIDE) -> dict[str, Any]:
    answer = google.call("GET", f"/_emulator/google/delivery?from={sender}&to={to.replace('+', '%2B')}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_32_mail_when_the_account_is_suspended_then_is_rejected(google: Workspace) -> None:
    assert delivered(google, HUGO)["result"] == "rejected"
    assert delivered(google, JOBS) == {"result": "delivered", "why": "", "to": [JOBS]}
    google.api("directory").users().update(userKey=JOBS, body={"suspended": True}).execute()
    assert delivered(google, JOBS)["why"] == "550 5.2.1 the account is disabled"


def test_32_mail_when_to_an_alias_or_with_a_tag_then_arrives_at_the_account(google: Workspace) -> None:
    for address in ("Presse@contoso.example", "press@contoso-mail.example", "press+x@contoso.example"):
        assert delivered(google, address)["to"] == [PRESS]
    assert delivered(google, "nobody@contoso.example")["result"] == "rejected"
    google.store.run("delete from g_licences")
    assert delivered(google, PRESS)["result"] == "rejected"


@pytest.mark.parametrize(
    ("who", "results"),
    [
        ("ANYONE_CAN_POST", ("delivered", "delivered", "delivered", "delivered")),
        ("ALL_IN_DOMAIN_CAN_POST", ("rejected", "delivered", "delivered", "delivered")),
        ("ALL_MEMBERS_CAN_POST", ("rejected", "rejected", "delivered", "delivered")),
        ("ALL_MANAGERS_CAN_POST", ("rejected", "rejected", "rejected", "delivered")),
        ("ALL_OWNERS_CAN_POST", ("rejected", "rejected", "rejected", "delivered")),
    ],
)
def test_group_when_only_some_may_post_then_others_are_rejected(
    google: Workspace, who: str, results: tuple[str, ...]
) -> None:
    google.api("groupssettings").groups().patch(groupUniqueId=ORDERS, body={"whoCanPostMessage": who}).execute()
    senders = (OUTSIDE, ANNA, "jakub@contoso.example", BEN)
    assert tuple(delivered(google, ORDERS, sender)["result"] for sender in senders) == results


def test_group_when_archived_or_moderated_then_mail_is_rejected_or_held(google: Workspace) -> None:
    settings = google.api("groupssettings").groups()
    settings.patch(groupUniqueId=ORDERS, body={"messageModerationLevel": "MODERATE_NON_MEMBERS"}).execute()
    assert (delivered(google, ORDERS)["result"], delivered(google, ORDERS, BEN)["result"]) == ("held", "delivered")
    settings.patch(groupUniqueId=ORDERS, body={"messageModerationLevel": "MODERATE_NONE"}).execute()
    settings.patch(groupUniqueId=ORDERS, body={"archiveOnly": "true"}).execute()
    assert delivered(google, ORDERS, BEN)["result"] == "rejected"


def test_group_when_members_want_copies_then_those_who_can_read_get_one(google: Workspace) -> None:
    members = google.api("directory").members()
    members.update(groupKey=ORDERS, memberKey="jakub@contoso.example", body={"delivery_settings": "NONE"}).execute()
    assert delivered(google, "bestellung@contoso.example")["to"] == [BEN]  # Hugo is suspended; Jakub reads in the group
    members.insert(groupKey=ORDERS, body={"email": STAFF}).execute()
    assert ANNA in delivered(google, ORDERS)["to"]
    assert delivered(google, EVENTS)["to"] == ["agency@partner.example", "ines@contoso.example"]

"""The emulator rejects what the Exchange Online admin API rejects, in the same format."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sharedbox_cli.emulator.microsoft.exchange_admin.binding import facts
from sharedbox_cli.emulator.microsoft.exchange_admin.catalogue import CMDLETS
from sharedbox_cli.emulator.seed import CLIENT_ID, SECRET
from tests.asked import each
from tests.conftest import Cloud

SALES = "sales@contoso.example"


class Door:
    """One caller with a token."""

    def __init__(self, cloud: Cloud, http: httpx.Client) -> None:
        self._base = f"/adminapi/beta/{cloud.tenant.id}"
        self.http = http

    def __call__(self, cmdlet: str, headers: dict[str, str] | None = None, **parameters: Any) -> httpx.Response:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        return self.http.post(f"{self._base}/InvokeCommand", json=body, headers=headers or {})

    def batch(self, parts: list[dict[str, Any]], **headers: str) -> httpx.Response:
        return self.http.post(f"{self._base}/$batch", json={"requests": parts}, headers=headers)

    def part(self, number: int, cmdlet: str, **parameters: Any) -> dict[str, Any]:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        return {
            "id": str(number),
            "method": "POST",
            "url": f"{self.http.base_url}{self._base}/InvokeCommand",
            "body": body,
        }


@pytest.fixture
def door(cloud: Cloud) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "scope": "https://outlook.office365.com/.default",
    }
    with httpx.Client(base_url=cloud.emulator.origin) as http:
        token = http.post(f"/{cloud.tenant.id}/oauth2/v2.0/token", data=form).json()["access_token"]
        http.headers.update({"Authorization": f"Bearer {token}", "X-AnchorMailbox": "APP:one"})
        yield Door(cloud, http)


def kind(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert error["message"] == "Error executing cmdlet"
    _, name, sentence = error["details"][0]["message"].split("|", 2)
    assert sentence == error["innererror"]["internalexception"]["message"]
    return str(name.rpartition(".")[2])


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "name"),
    [
        ("Get-MailboxPermission", {}, "ParameterBindingException"),
        ("Get-Mailbox", {"Nonsense": 1}, "ParameterBindingException"),
        ("Get-Mailbox", {"SoftDeletedMailbox": "yes"}, "ParameterBindingException"),
        ("Get-Mailbox", {"RecipientTypeDetails": ["Nonsense"]}, "ParameterBindingException"),
        ("Get-Mailbox", {"Filter": "Nonsense -eq 'x'"}, "ParameterBindingException"),
        ("Get-Mailbox", {"Identity": "nobody"}, "ManagementObjectNotFoundException"),
        ("Set-Mailbox", {"DisplayName": "x"}, "ParameterBindingException"),
        ("Add-MailboxPermission", {"Identity": SALES, "User": "anna@contoso.example"}, "ParameterBindingException"),
        (
            "Remove-MailboxPermission",
            {
                "Identity": SALES,
                "ClearAutoMapping": True,
                "User": "anna@contoso.example",
                "AccessRights": ["FullAccess"],
            },
            "ParameterBindingException",
        ),
        (
            "Add-MailboxPermission",
            {"Identity": SALES, "User": "nobody", "AccessRights": ["FullAccess"]},
            "ManagementObjectNotFoundException",
        ),
        (
            "New-Mailbox",
            {"Shared": True, "Name": "x", "PrimarySmtpAddress": "x@elsewhere.example"},
            "NotAcceptedDomainException",
        ),
        ("New-Mailbox", {"Shared": True, "Name": "x", "PrimarySmtpAddress": SALES}, "ProxyAddressExistsException"),
        ("New-Mailbox", {"Shared": True, "Name": "x" * 65, "Alias": "y"}, "ParameterBindingException"),
        ("Set-Mailbox", {"Identity": SALES, "LitigationHoldEnabled": True}, "RecipientTaskException"),
    ],
)
def test_cmdlet_when_the_service_refuses_it_then_its_type_is_told(
    door: Door, cmdlet: str, parameters: dict[str, Any], name: str
) -> None:
    answer = door(cmdlet, **parameters)
    assert answer.status_code >= 400
    assert kind(answer) == name


@pytest.mark.parametrize("cmdlet", ["Get-Nonsense", "Format-Disk"])
def test_cmdlet_when_unknown_then_403_with_nul_bytes_that_claim_to_be_gzip(door: Door, cmdlet: str) -> None:
    body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": {}}}
    with door.http.stream("POST", f"{door._base}/InvokeCommand", json=body) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.status_code, answer.headers["content-encoding"], set(raw)) == (403, "gzip", {0})


def test_body_when_parameters_are_null_then_400(door: Door) -> None:
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": None}}
    assert door.http.post(f"{door._base}/InvokeCommand", json=body).status_code == 400


def test_tenant_when_another_stands_in_the_path_then_403(door: Door) -> None:
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {}}}
    assert door.http.post("/adminapi/beta/fabrikam.example/InvokeCommand", json=body).status_code == 403


def test_batch_when_too_large_or_relative_then_400(door: Door) -> None:
    eleven = [door.part(number, "Get-AcceptedDomain") for number in range(11)]
    assert door.batch(eleven).status_code == 400
    relative = {**door.part(1, "Get-AcceptedDomain"), "url": "/adminapi/beta/x/InvokeCommand"}
    assert door.batch([relative]).status_code == 400
    foreign = {**door.part(1, "Get-AcceptedDomain"), "url": "https://x.example/adminapi/beta/other/InvokeCommand"}
    assert door.batch([foreign]).status_code == 400


def test_batch_when_one_fails_then_the_rest_goes_on_only_if_asked(door: Door) -> None:
    parts = [door.part(1, "Get-Mailbox", Identity="nobody"), door.part(2, "Get-AcceptedDomain")]
    assert len(door.batch(parts).json()["responses"]) == 1
    both = door.batch(parts, Prefer="odata.continue-on-error").json()["responses"]
    assert {item["id"]: item["status"] for item in both} == {"1": 404, "2": 200}


def test_batch_when_it_writes_then_the_answers_have_no_body(door: Door) -> None:
    [answer] = door.batch([door.part(1, "Set-Mailbox", Identity=SALES, DisplayName="New")]).json()["responses"]
    assert (answer["status"], "body" in answer) == (200, False)


def test_page_when_followed_with_another_anchor_or_too_late_then_400(door: Door, cloud: Cloud) -> None:
    small = {"Prefer": "odata.maxpagesize=2"}
    link = door("Get-Mailbox", small, ResultSize="Unlimited").json()["@odata.nextLink"]
    body = {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"ResultSize": "Unlimited"}}}
    assert door.http.post(link, json=body, headers=small).status_code == 200
    assert door.http.post(link, json=body, headers={**small, "X-AnchorMailbox": "APP:two"}).status_code == 400
    cloud.tenant.clock.advance(1801)
    assert "pagination" in door.http.post(link, json=body, headers=small).text


def test_rows_when_read_then_they_have_the_services_oddities(door: Door) -> None:
    row = door("Get-Mailbox", Identity=SALES).json()["value"][0]
    assert row["EmailAddresses@odata.type"] == "#Collection(String)"
    assert any(item.startswith("SIP:") for item in row["EmailAddresses"])
    assert row["ProhibitSendReceiveQuota"].endswith("bytes)")
    entries = door("Get-MailboxPermission", Identity=SALES).json()["value"]
    assert entries[0]["User"] == "NT AUTHORITY\\SELF"
    assert entries[0]["AccessRights"] == ["FullAccess, ReadPermission"]
    assert "Deny" not in door("Get-RecipientPermission", Identity=SALES).json()["value"][0]


def test_grant_when_made_twice_then_a_warning_and_one_entry(door: Door) -> None:
    wish: dict[str, Any] = {"Identity": SALES, "User": "anna@contoso.example", "AccessRights": ["FullAccess"]}
    assert door("Add-MailboxPermission", **wish).json()["@adminapi.warnings"] == []
    assert "already present" in door("Add-MailboxPermission", **wish).json()["@adminapi.warnings"][0]
    gone: dict[str, Any] = {**wish, "Confirm": False}
    door("Remove-MailboxPermission", **gone)
    assert "doesn't exist" in door("Remove-MailboxPermission", **gone).json()["@adminapi.warnings"][0]


def test_entries_when_there_are_five_hundred_then_one_more_is_refused(door: Door, cloud: Cloud) -> None:
    mailbox = cloud.tenant.row("select id from mailboxes where alias = 'sales'")
    assert mailbox is not None
    cloud.tenant.many(
        "insert into permissions values (?, 'full_access', null, ?, 'FullAccess', 0, 0, null, 1, 0, null)",
        [(mailbox["id"], f"S-1-5-21-{number}") for number in range(500)],
    )
    answer = door("Add-MailboxPermission", Identity=SALES, User="anna@contoso.example", AccessRights=["FullAccess"])
    assert "maximum number" in answer.text


def test_modelled_cmdlets_when_compared_then_the_vendor_has_them() -> None:
    assert set(CMDLETS) <= set(facts())


def test_cmdlet_when_known_and_not_modelled_then_it_says_so(door: Door) -> None:
    answer = door("Get-CalendarProcessing", Identity=SALES)
    assert (answer.status_code, "does not model" in answer.text) == (501, True)


def test_sidecar_keys_are_those_of_captured_answers(door: Door) -> None:
    for cmdlet in ("Get-Mailbox", "Get-MailboxPermission", "Get-RecipientPermission", "Get-CASMailbox"):
        for row in each(door(cmdlet, Identity=SALES).json()["value"]):
            plain = {name: value for name, value in row.items() if "@" not in name}
            for name, value in each(plain.items()):
                sidecars = {key.partition("@")[2]: row[key] for key in row if key.startswith(f"{name}@")}
                if isinstance(value, list):
                    assert sidecars == {"odata.type": "#Collection(String)"}
                elif isinstance(value, bool) or value is None:
                    assert sidecars == {}
                elif isinstance(value, int):
                    assert sidecars == {"data.type": "System.Int32"}

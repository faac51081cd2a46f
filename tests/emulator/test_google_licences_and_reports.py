"""Licences, usage reports and policies in the emulated Google: the reference's rules 29 and 30."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sharedbox_cli.emulator.google.builder import ADMIN
from tests.emulator.google import ANNA, JOBS, PRESS, Workspace, reason, refused, said

PRODUCT, STANDARD, STARTER = "Google-Apps", "1010020028", "1010020027"
CUSTOMER = "C03xyz987"


def licences(google: Workspace) -> Any:
    return google.api("licensing").licenseAssignments()


def path(user: str, sku: str = STARTER, product: str = PRODUCT) -> str:
    return f"/apps/licensing/v1/product/{product}/sku/{sku}/user/{user}"


@pytest.mark.parametrize(
    ("user", "sku"),
    [(ANNA, STARTER), (ANNA, "999"), ("nobody@contoso.example", STANDARD), ("presse@contoso.example", STANDARD)],
)
def test_29_licence_when_absent_then_is_404(strict: Workspace, user: str, sku: str) -> None:
    assert reason(strict.call("GET", path(user, sku))) == (404, "notFound")
    assert reason(strict.call("DELETE", path(user, sku))) == (404, "notFound")


def test_29_licence_when_no_seat_is_left_then_is_412(google: Workspace) -> None:
    google.store.run("update g_seats set seats = 0 where sku = ?", STARTER)
    request = licences(google).patch(productId=PRODUCT, skuId=STANDARD, userId=ANNA, body={"skuId": STARTER})
    assert refused(request) == (412, "conditionNotMet")
    assert licences(google).get(productId=PRODUCT, skuId=STANDARD, userId=ANNA).execute()["userId"] == ANNA


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (f"product/{PRODUCT}/users", (400, "required")),
        (f"product/{PRODUCT}/users?customerId=C0000000", (400, "invalid")),
        (f"product/{PRODUCT}/sku/999/users?customerId={CUSTOMER}", (404, "notFound")),
        (f"product/Nonsense/users?customerId={CUSTOMER}", (404, "notFound")),
        (f"product/{PRODUCT}/users?customerId={CUSTOMER}&maxResults=1001", (400, "invalid")),
    ],
)
def test_29_list_when_the_customer_or_product_is_wrong_then_is_refused(
    strict: Workspace, where: str, expected: tuple[int, str]
) -> None:
    assert reason(strict.call("GET", f"/apps/licensing/v1/{where}")) == expected


def test_licences_when_given_moved_and_taken_then_mailboxes_come_and_go(google: Workspace) -> None:
    found = licences(google).get(productId=PRODUCT, skuId=STANDARD, userId=PRESS).execute()
    assert (found["kind"], found["skuName"]) == ("licensing#licenseAssignment", "Google Workspace Business Standard")
    again = licences(google).insert(productId=PRODUCT, skuId=STANDARD, body={"userId": PRESS})
    assert refused(again) == (409, "duplicate")
    other = licences(google).insert(productId=PRODUCT, skuId=STARTER, body={"userId": PRESS})
    assert refused(other) == (412, "conditionNotMet")
    for body in ({"userId": ANNA, "skuId": STARTER}, {"productId": "101001", "skuId": STARTER}):
        moved = licences(google).update(productId=PRODUCT, skuId=STANDARD, userId=PRESS, body=body)
        assert refused(moved) == (400, "invalid")
    licences(google).patch(productId=PRODUCT, skuId=STANDARD, userId=PRESS, body={"skuId": STARTER}).execute()
    assert licences(google).delete(productId=PRODUCT, skuId=STARTER, userId=PRESS).execute() == {}
    answer = google.call("GET", "/gmail/v1/users/me/labels", subject=PRESS)
    assert said(answer) == "Mail service not enabled"
    listed = licences(google).listForProduct(productId=PRODUCT, customerId=CUSTOMER, maxResults=2).execute()
    assert len(listed["items"]) == 2 and "nextPageToken" in listed


def day(google: Workspace, ago: int) -> str:
    return (google.emulator.clock.moment() - timedelta(hours=8, days=ago)).date().isoformat()


def usage(google: Workspace, date: str, more: str = "") -> Any:
    return google.call("GET", f"/admin/reports/v1/usage/users/all/dates/{date}?{more}")


@pytest.mark.parametrize("ago", [-1, 0, 1, 451])
def test_30_report_when_not_yet_or_no_longer_there_then_is_400(strict: Workspace, ago: int) -> None:
    for what in ("users/all/", ""):
        answer = strict.call("GET", f"/admin/reports/v1/usage/{what}dates/{day(strict, ago)}")
        assert reason(answer) == (400, "invalid")
        assert said(answer).startswith("Data for dates")


def test_30_report_when_parameters_are_unknown_then_they_are_dropped(strict: Workspace) -> None:
    found = usage(strict, day(strict, 2), "parameters=accounts:used_quota_in_mb,accounts:nonsense").json()
    rows = {row["entity"]["userEmail"]: row["parameters"] for row in found["usageReports"]}
    assert rows[PRESS] == [{"name": "accounts:used_quota_in_mb", "intValue": "3100"}]
    assert reason(usage(strict, day(strict, 2), "filters=accounts:used_quota_in_mb>1")) == (501, "notImplemented")
    assert reason(usage(strict, day(strict, 2), "customerId=C0000000")) == (403, "forbidden")


def test_report_when_google_has_no_figures_of_a_day_then_warns_with_200(google: Workspace) -> None:
    google.emulator.tenant.set_meta("google:report_gaps", day(google, 2))
    found = usage(google, day(google, 2)).json()
    assert "usageReports" not in found
    assert found["warnings"][0]["code"] == "200"
    assert "usageReports" in usage(google, day(google, 3)).json()


def test_report_when_of_one_or_of_all_then_figures_are_text(strict: Workspace) -> None:
    reports = strict.api("reports")
    one = reports.userUsageReport().get(userKey=JOBS, date=day(strict, 2)).execute()["usageReports"]
    assert [row["entity"]["userEmail"] for row in one] == [JOBS]
    total = reports.customerUsageReports().get(date=day(strict, 2)).execute()["usageReports"][0]
    figures = {row["name"]: row["intValue"] for row in total["parameters"]}
    assert figures["accounts:total_quota_in_mb"] == "30720000"
    assert figures["accounts:used_quota_in_mb"] == "4000"
    nobody = reports.userUsageReport().get(userKey="nobody@contoso.example", date=day(strict, 2))
    assert refused(nobody) == (404, "notFound")


def test_policies_when_asked_for_mail_delegation_then_tell_whether_it_is_on(strict: Workspace) -> None:
    policies = strict.api("cloudidentity", ADMIN).policies()
    text = r"setting.type.matches('^settings/gmail\\.mail_delegation$')"
    [policy] = policies.list(filter=text, pageSize=1000).execute()["policies"]
    assert policy["setting"] == {"type": "settings/gmail.mail_delegation", "value": {"enableMailDelegation": True}}
    for wrong, status in (("setting.type.matches('(')", 400), ("setting.type.startsWith('x')", 501)):
        assert strict.call("GET", "/v1/policies?filter=" + wrong).status_code == status

"""Each fault while reading: repeated, waited for, or an error. Never a smaller world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sharedbox_cli.core.errors import AuthError, CloudError, ObserveError, PermissionDenied, Throttled
from sharedbox_cli.core.fields import Field
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.faults import table
from tests.providers.setting import Ear, Setting, held, scope
from tests.slow_rest import with_each_value

Grown = Callable[[int, int], Setting]
Serve = Callable[[Callable[[Tenant], Seeded]], Setting]

PASSING: dict[str, dict[str, Any]] = {
    "429 with Retry-After": {"kind": "throttle", "retry_after": 7},
    "429 without": {"kind": "throttle"},
    "500": {"kind": "status", "status": 500},
    "502 with a page": {"kind": "status", "status": 502, "body": "html"},
    "503 empty": {"kind": "status", "status": 503},
    "503 with Retry-After": {"kind": "status", "status": 503, "retry_after": 3},
    "504 in the vendor's shape": {"kind": "status", "status": 504, "body": "json"},
    "reset": {"kind": "reset_before"},
    "cut short": {"kind": "truncate"},
    "a portal's page": {"kind": "html200"},
    "token expired": {"kind": "unauthorized"},
}
ROUTES = (
    "exchange.Get-Mailbox",
    "exchange.Get-RecipientPermission",
    "exchange.Get-MailboxPermission",
    "exchange.batch",
    "exchange.Get-AcceptedDomain",
    "graph.users.list",
    "graph.organization.list",
)


@pytest.mark.parametrize(("route", "group", "fault"), with_each_value(table.matrix(ROUTES)))
def test_passing_fault_while_reading_changes_nothing_of_what_is_read(
    grown: Grown, route: str, group: str, fault: str
) -> None:
    setting = grown(12, 4)
    setting.faults({"route": route, **table.GROUPS[group][fault]})
    assert held(setting.provider().observe(scope())) == setting.seeded.grants
    assert setting.calls(route)


@pytest.mark.parametrize("fault", [fault for name, fault in PASSING.items() if name != "token expired"])
def test_fault_that_stays_ends_in_an_error(demo: Setting, fault: dict[str, Any]) -> None:
    demo.faults({"route": "exchange.Get-Mailbox", "count": 10_000, **fault})
    with pytest.raises((CloudError, ObserveError)) as caught:
        demo.provider().observe(scope("sales"))
    assert "Get-Mailbox" in str(caught.value) or "mailboxes" in str(caught.value)
    assert demo.calls("exchange.Get-Mailbox") <= 8


def test_refused_again_with_a_new_token_is_an_authentication_error(demo: Setting) -> None:
    demo.faults({"route": "exchange.*", "kind": "unauthorized", "count": 10_000})
    with pytest.raises(AuthError):
        demo.provider().observe(scope("sales"))
    assert sum(demo.requests()[name] for name in demo.requests() if name.startswith("exchange.")) == 2


def test_refused_token_is_followed_by_a_new_one(demo: Setting) -> None:
    provider = demo.provider(signs_in=True)
    demo.faults({"route": "exchange.Get-AcceptedDomain", "kind": "unauthorized"})
    before = sum(line["route"].startswith("login") for line in demo.emulator.log.lines)
    provider.observe(scope("sales"))
    assert sum(line["route"].startswith("login") for line in demo.emulator.log.lines) > before


def test_wait_is_as_long_as_the_service_says_and_is_told(demo: Setting) -> None:
    demo.faults({"route": "exchange.Get-AcceptedDomain", "kind": "throttle", "retry_after": 40})
    ear = Ear()
    demo.provider().observe(scope("sales"), ear)
    assert 40 <= sum(demo.clock.slept) <= 45
    assert ear.waits and 40 <= ear.waits[0] <= 44


def test_wait_that_never_ends_is_given_up(demo: Setting) -> None:
    demo.faults({"route": "exchange.Get-AcceptedDomain", "kind": "throttle", "retry_after": 1, "count": 10_000})
    with pytest.raises(Throttled):
        demo.provider().observe(scope("sales"))


@pytest.mark.parametrize("route", ["exchange.Get-Mailbox", "exchange.Get-MailboxPermission", "graph.organization.list"])
def test_forbidden_route_is_a_permission_error_and_not_an_empty_part(demo: Setting, route: str) -> None:
    demo.faults({"route": route, "kind": "forbidden", "count": 10_000})
    with pytest.raises(PermissionDenied) as caught:
        demo.provider().observe(scope("sales"))
    assert caught.value.exit_code == 5 and "doctor" in caught.value.hint


def test_lost_directory_role_says_so(demo: Setting) -> None:
    demo.tenant.run("update apps set doc = json_set(doc, '$.directory_roles', json('[]'))")
    with pytest.raises(PermissionDenied):
        demo.provider().observe(scope("sales"))


@pytest.mark.parametrize("route", ["exchange.batch", "graph.batch"])
@pytest.mark.parametrize("kind", ["batch_duplicate", "batch_unknown_id"])
def test_batch_with_a_foreign_or_doubled_answer_is_an_error(demo: Setting, route: str, kind: str) -> None:
    demo.faults({"route": route, "kind": kind})
    with pytest.raises(ObserveError):
        demo.provider().observe(scope("sales", "billing"))


@pytest.mark.parametrize("route", ["exchange.batch", "graph.batch"])
def test_batch_with_a_missing_answer_is_asked_again(grown: Grown, route: str) -> None:
    setting = grown(12, 4)
    setting.faults({"route": route, "kind": "batch_missing"})
    assert held(setting.provider().observe(scope())) == setting.seeded.grants


def test_refused_parts_of_a_batch_alone_are_asked_again(grown: Grown) -> None:
    setting = grown(10, 2)
    route = "exchange.Get-MailboxPermission"
    setting.faults({"route": route, "n": 3, "count": 2, "kind": "throttle", "retry_after": 5})
    observed = setting.provider().observe(scope())
    assert held(observed) == setting.seeded.grants
    assert setting.calls(route) == 12


def _more_than_a_page(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 1)
    tenant.run("begin")
    for number in range(1001):
        make.shared(f"box{number}", f"Box {number}")
    tenant.run("commit")
    return make.seeded


@pytest.mark.parametrize("kind", ["page_foreign_host", "page_plain_http", "page_loop"])
def test_page_link_that_must_not_be_followed_is_an_error(serve: Serve, kind: str) -> None:
    setting = serve(_more_than_a_page)
    setting.faults({"route": "exchange.Get-Mailbox", "kind": kind, "count": 10_000})
    with pytest.raises(ObserveError) as caught:
        setting.provider().observe(scope(fields={Field.DISPLAY_NAME}, grants=False))
    assert "skiptoken" not in str(caught.value)


def test_foreign_page_link_of_graph_gets_neither_request_nor_token(grown: Grown) -> None:
    setting = grown(12, 4)
    setting.faults({"route": "graph.organization.list", "kind": "page_foreign_host"})
    with pytest.raises(ObserveError, match="another host"):
        setting.provider().observe(scope())


def test_error_names_call_status_and_request_id(demo: Setting) -> None:
    demo.faults({"route": "exchange.Get-AcceptedDomain", "kind": "status", "status": 500, "count": 10_000})
    with pytest.raises(CloudError) as caught:
        demo.provider().observe(scope("sales"))
    error = caught.value
    assert error.call == "Get-AcceptedDomain" and error.status == 500 and error.request_id
    assert "5 tries" in error.why


def test_unreachable_service_is_an_error_in_words(demo: Setting) -> None:
    provider = demo.provider()
    demo.emulator.stop()
    with pytest.raises((CloudError, AuthError)) as caught:
        provider.observe(scope("sales"))
    assert caught.value.summary

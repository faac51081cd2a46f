"""What the status code does not say: failures that pass, errors in a 200, and writes that belong to another server."""

from __future__ import annotations

import pytest

from sharedbox_cli.core.errors import Ambiguous, CloudError, Refused, Throttled
from sharedbox_cli.core.fields import Field
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.providers.microsoft365.errors import exchange_meaning, graph_error
from sharedbox_cli.providers.responses import Answer
from tests.providers.setting import Setting, at, grant_of, held, scope, update_of

PASSING = [
    "DCOverloadedException",
    "SuitabilityDirectoryException",
    "ServerInMMException",
    "ADServerSettingsChangedException",
    "StorageTransientException",
    "CmdletProxyNotAvailableFailureException",
    "CmdletProxyNotAvailableException",
    "ServerBusyException",
    "TransientException",
    "BackendCommunicationException",
    "ADTransientException",
    "DataSourceTransientException",
    "OverBudgetException",
    "SomethingNewTransientException",
]
GRAPH = ["UnknownError", "unknownError", "serviceNotAvailable", "generalException", "InternalServerError", "timeout"]
BUSY = ["activityLimitReached", "TooManyRequests", "ErrorServerBusy"]


@pytest.mark.parametrize("name", PASSING)
def test_type_of_a_failure_that_passes_is_known(name: str) -> None:
    meaning = exchange_meaning(f"Microsoft.Exchange.Some.{name}")
    assert meaning is not None and issubclass(meaning.error, (Ambiguous, Throttled))


@pytest.mark.parametrize(
    ("code", "error"), [*((code, Ambiguous) for code in GRAPH), *((code, Throttled) for code in BUSY)]
)
def test_code_of_graph_for_a_failure_that_passes_is_known(code: str, error: type[CloudError]) -> None:
    answer = Answer(400, {}, f'{{"error": {{"code": "{code}", "message": "x"}}}}'.encode())
    assert type(graph_error(answer, "users")) is error


@pytest.mark.parametrize(
    "fault",
    [
        *({"route": "exchange.Get-MailboxPermission", "reason": f"Data.Storage.{name}"} for name in PASSING[:3]),
        {"route": "exchange.Get-Mailbox", "reason": "Data.Storage.StorageTransientException"},
        {"route": "exchange.Get-AcceptedDomain", "reason": "Data.TransientException"},
        {"route": "graph.users.list", "reason": "UnknownError"},
        {"route": "graph.organization.list", "reason": "serviceNotAvailable"},
    ],
    ids=lambda fault: f"{fault['route']}-{fault['reason']}",
)
def test_reading_goes_on_after_a_400_that_passes(demo: Setting, fault: dict[str, str]) -> None:
    demo.faults({**fault, "kind": "status", "status": 400, "body": "json"})
    assert held(demo.provider().observe(scope("sales"))) == {
        grant for grant in demo.seeded.grants if grant[0] == at("sales").key
    }


def test_write_after_a_400_that_passes_is_done_once(demo: Setting) -> None:
    reason = "Data.Storage.StorageTransientException"
    demo.faults({"route": "exchange.Set-Mailbox", "kind": "status", "status": 400, "body": "json", "reason": reason})
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.DISPLAY_NAME: "New"}))
    assert outcome.status is Status.DONE
    assert len(demo.effects()) == 1


@pytest.mark.parametrize(
    "route", ["Get-MailboxPermission", "Get-RecipientPermission", "Get-Mailbox", "Get-AcceptedDomain", "batch"]
)
def test_reported_errors_make_a_reading_incomplete(demo: Setting, route: str) -> None:
    demo.faults({"route": f"exchange.{route}", "kind": "reported_errors", "count": 99})
    with pytest.raises(Refused, match="errors"):
        demo.provider().observe(scope("sales"))


def test_reported_error_that_passes_is_read_again(demo: Setting) -> None:
    text = "Ex1|Microsoft.Exchange.Data.Storage.StorageTransientException|Try again."
    demo.faults({"route": "exchange.Get-MailboxPermission", "kind": "reported_errors", "reason": text})
    assert held(demo.provider().observe(scope("sales"))) == {
        grant for grant in demo.seeded.grants if grant[0] == at("sales").key
    }


def test_reported_error_of_a_write_fails_it_with_its_reason(demo: Setting) -> None:
    text = "Ex1|Microsoft.Exchange.Data.Directory.Recipient.ProxyAddressExistsException|It belongs to somebody."
    demo.faults({"route": "exchange.Add-MailboxPermission", "kind": "reported_errors", "reason": text})
    outcome = demo.provider().apply(grant_of(demo, "sales", "anna"))
    assert outcome.status is Status.FAILED
    assert "address is taken" in outcome.reason and "It belongs to somebody" in outcome.reason


def test_write_to_a_mailbox_on_another_server_is_routed_there(demo: Setting) -> None:
    demo.tenant.set_meta("hosted_elsewhere", "1")
    outcome = demo.provider().apply(update_of(demo, "sales", {Field.DISPLAY_NAME: "New"}))
    assert outcome.status is Status.DONE
    assert len(demo.effects()) == 1


def test_exchange_may_take_as_long_as_its_own_module_waits(demo: Setting) -> None:
    provider = demo.provider()
    timeout = provider._exchange._http.timeout
    assert timeout.read is not None and timeout.read >= 300
    assert provider._exchange._policy.request_seconds >= 300

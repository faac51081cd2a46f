"""The fault matrix: whatever breaks, a plan is the right one or none, and a run ends where it should.

Every call meets every fault, all calls in one plan or run; `table.py` says what proves a fault of one call alone.
The faults that are not here are in docs/reliability.md.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.asked import each
from tests.conftest import EXAMPLES, Cli, Cloud
from tests.faults.table import GROUPS, NO_ANSWER, Fault
from tests.slow_rest import crossed, in_turn

BATCHES: list[dict[str, object]] = [
    {"kind": "batch_missing"},
    {"kind": "batch_duplicate"},
    {"kind": "batch_unknown_id"},
]
READS = [
    "exchange.Get-Mailbox",
    "exchange.Get-AcceptedDomain",
    "exchange.Get-MailboxStatistics",
    "exchange.Get-Recipient",
    "exchange.Get-MailboxPermission",
    "exchange.Get-RecipientPermission",
    "exchange.Get-ServicePrincipal",
    "exchange.batch",
    "graph.organization.list",
    "graph.batch",
    "graph.users.list",
    "graph.groups.list",
    "graph.subscribedSkus.list",
    "graph.groups.transitiveMembers",
]
WRITES = [
    *(f"exchange.{verb}-{what}Permission" for verb in ("Add", "Remove") for what in ("Mailbox", "Recipient")),
    "exchange.New-Mailbox",
    "exchange.Set-Mailbox",
    "graph.users.patch",
]


FAULTS = {name: fault for faults in GROUPS.values() for name, fault in faults.items()}


def name(fault: dict[str, object]) -> str:
    return "-".join(str(value) for value in fault.values())


def met(cloud: Cloud, route: str) -> bool:
    """Return whether a call was made, and so met its fault."""
    return any(line["route"] == route for line in cloud.emulator.log.lines)


def changes(cli: Cli) -> list[str]:
    done = cli("plan", EXAMPLES, "-o", "json")
    assert done.code == 0, done.err
    return [change["key"] for change in json.loads(done.out)["changes"]]


FAULTLESS: list[list[str]] = []


@pytest.fixture
def whole(cloud: Cloud, cli: Cli) -> list[str]:
    """Return the faultless plan of the demo's tenant, which is the same each time: made once."""
    if not FAULTLESS:
        FAULTLESS.append(changes(cli))
    return FAULTLESS[0]


def test_matrix_has_every_call(cloud: Cloud, cli: Cli) -> None:
    """The calls of a plan and of the run after it, with the faults of sign-in in tests/auth."""
    assert cli("plan", EXAMPLES).code == 0
    reads = {route for route in cloud.routes() if not route.startswith("login.")}
    assert reads == set(READS)
    cloud.forget()
    assert cli("apply", EXAMPLES, "--yes").code == 0
    by_verb = {route for route in cloud.routes() if re.match(r"exchange\.(?!Get-|batch)", route)}
    by_method = {str(line["route"]) for line in cloud.lines() if line["method"] not in ("GET", "POST")}
    assert by_verb | by_method == set(WRITES)


@pytest.mark.parametrize("fault", in_turn(FAULTS, 0, 3))
def test_reads_that_fail_once_give_the_faultless_plan(cloud: Cloud, cli: Cli, whole: list[str], fault: Fault) -> None:
    # A token is refused for a whole batch or for a part of it: a second refusal in a row would be final.
    routes = [route for route in READS if fault["kind"] != "unauthorized" or not route.endswith(".batch")]
    cloud.faults(*({"route": route, **fault} for route in routes))
    assert changes(cli) == whole
    for route in each(routes):
        assert met(cloud, route)


FORBIDDEN, DOWN = {"kind": "forbidden"}, {"kind": "status", "status": 503}
NOT_REQUIRED = "exchange.Get-ServicePrincipal"
"""A role need not include it: what only it could tell is then not known, and is not touched."""
SUPPORT = "support@contoso.example"
OF_ONE_MAILBOX = ("graph.groups.list", DOWN)
"""Only the spec of one mailbox names a group that has to be looked up: that mailbox is left out, and no other."""


def test_read_that_no_role_needs_can_be_forbidden(cloud: Cloud, cli: Cli, whole: list[str]) -> None:
    cloud.faults({"route": NOT_REQUIRED, "count": 10_000, **FORBIDDEN})
    assert changes(cli) == whole
    assert met(cloud, NOT_REQUIRED)


@pytest.mark.parametrize(
    ("route", "fault"),
    [(route, fault) for route in READS for fault in (FORBIDDEN, DOWN) if (route, fault) != (NOT_REQUIRED, FORBIDDEN)],
    ids=lambda item: item if isinstance(item, str) else name(item),
)
def test_read_that_always_fails_gives_no_plan(cloud: Cloud, cli: Cli, route: str, fault: dict[str, object]) -> None:
    cloud.emulator.faults.set([{"route": route, "count": 10_000, **fault}])
    done = cli("plan", EXAMPLES, "-o", "json")
    assert met(cloud, route)
    assert "Traceback" not in done.err
    if (route, fault) == OF_ONE_MAILBOX:
        plan = json.loads(done.out)
        assert (done.code, [item["name"] for item in plan["not_read"]]) == (3, [SUPPORT])
        assert SUPPORT not in {change["mailbox"] for change in plan["changes"]}
        return
    assert done.code in (1, 5), done.out
    assert done.out == ""


@pytest.mark.parametrize(
    ("route", "fault"), crossed(["exchange.batch", "graph.batch"], {name(fault): fault for fault in BATCHES})
)
def test_batch_whose_answers_do_not_match_gives_no_other_plan(
    cloud: Cloud, cli: Cli, whole: list[str], route: str, fault: dict[str, object]
) -> None:
    cloud.emulator.faults.set([{"route": route, **fault}])
    done = cli("plan", EXAMPLES, "-o", "json")
    if done.code == 0:
        assert [change["key"] for change in json.loads(done.out)["changes"]] == whole
    else:
        assert (done.code, done.out) == (1, "")


@pytest.mark.parametrize("fault", in_turn(FAULTS, 1, 6))
def test_writes_that_fail_once_are_done_once(cloud: Cloud, cli: Cli, fault: Fault) -> None:
    cloud.faults(*({"route": route, **fault} for route in WRITES))
    done = cli("apply", EXAMPLES, "--yes", "-o", "json")
    effects = cloud.effects()
    assert effects
    for route in each(WRITES):
        assert met(cloud, route)
    assert len(effects) == len(set(effects)), "an effect happened twice"
    cloud.emulator.faults.set([])
    results = json.loads(done.out)["results"]
    if fault == NO_ANSWER["a portal's page"]:
        # A proxy in between: what was sent is not known to have arrived; it is settled by reading.
        assert done.code in (0, 3), done.out
    else:
        bad = [item["outcome"] for item in results if item["outcome"]["status"] not in ("done", "already_so")]
        assert done.code == 0, bad
    if done.code:
        assert cli("apply", EXAMPLES, "--yes").code == 0
    assert changes(cli) == []


@pytest.mark.slow
@pytest.mark.parametrize("route", WRITES)
def test_write_that_always_fails_is_finished_by_another_run(cloud: Cloud, cli: Cli, route: str) -> None:
    cloud.emulator.faults.set([{"route": route, "count": 10_000, "kind": "status", "status": 503}])
    done = cli("apply", EXAMPLES, "--yes", "-o", "json")
    assert done.code in (1, 3)
    told = {item["outcome"]["status"] for item in json.loads(done.out)["results"]}
    assert told & {"unknown", "failed", "skipped"}
    cloud.emulator.faults.set([])
    assert cli("apply", EXAMPLES, "--yes").code == 0
    assert changes(cli) == []


def test_apply_when_the_role_is_lost_midway_then_the_run_stops_with_3(cloud: Cloud, cli: Cli) -> None:
    cloud.emulator.faults.set(
        [
            {"route": "exchange.Add-*", "n": 5, "count": 10_000, "kind": "forbidden"},
            {"route": "exchange.Set-*", "n": 5, "count": 10_000, "kind": "forbidden"},
        ]
    )
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 3
    assert "Not applied" in done.out


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "lag"), [("create", 40.0), ("grant", 20.0)])
def test_apply_when_writes_are_seen_late_then_it_waits_and_ends_clean(
    cloud: Cloud, cli: Cli, kind: str, lag: float
) -> None:
    cloud.tenant.set_meta(f"lag:{kind}", str(lag))
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 0, done.out + done.err
    assert changes(cli) == []


def test_apply_when_a_grant_is_never_seen_then_it_is_not_called_done(cloud: Cloud, cli: Cli) -> None:
    cloud.tenant.set_meta("lag:grant", "86400")
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 3
    assert "not visible yet" in done.out
    assert "the access still exists" in done.out


@pytest.mark.slow
@pytest.mark.parametrize("service", ["exchange", "graph"])
def test_apply_when_the_quota_is_small_then_it_waits_as_told_and_ends_clean(
    cloud: Cloud, cli: Cli, service: str
) -> None:
    cloud.tenant.set_meta(f"quota:{service}", "12/10")
    done = cli("apply", EXAMPLES, "--yes")
    assert done.code == 0, done.out + done.err
    assert any(line["status"] == 429 for line in cloud.emulator.log.lines)
    assert changes(cli) == []

"""A fault for a route that does not exist would never happen: it is refused, and near routes are named."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from sharedbox_cli.emulator.faults import EXAMPLE
from sharedbox_cli.emulator.route_names import require_known
from tests.conftest import Cli, Cloud

WRONG = {
    "exchange.add-mailboxpermission": "exchange.Add-MailboxPermission",
    "graph.user.list": "graph.users.list",
    "google.directory.user.list": "google.directory.users.list",
}


@pytest.mark.parametrize(("route", "near"), WRONG.items())
def test_fault_for_no_route_is_refused(cloud: Cloud, route: str, near: str) -> None:
    order = {"route": route, "kind": "throttle"}
    with httpx.Client(base_url=cloud.emulator.origin) as http:
        answer = http.post("/_emulator/faults", json=[*EXAMPLE, order])
        assert (answer.status_code, f"no route is called {route!r}" in answer.text) == (400, True)
        assert near in answer.text
        assert cloud.emulator.faults.routes == []
        assert http.post("/_emulator/faults", json=EXAMPLE).status_code == 200


def test_patterns_match_any_service(cloud: Cloud) -> None:
    patterns = ["*", "exchange.*", "google.gmail.*", "*.batch", "login.*", "graph.users.*", "exchange.Get-Calendar*"]
    require_known(patterns, cloud.emulator.services)


def test_schedule_in_a_file_is_checked_too(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('[{"route": "graph.user.list", "kind": "throttle"}]')
    done = cli("emulator", "serve", "--faults", file)
    assert (done.code, "near routes are graph.users.list" in done.err) == (1, True), done.err

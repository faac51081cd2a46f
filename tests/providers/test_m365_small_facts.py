"""Small facts of Exchange: times with zones, and addresses of other recipients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sharedbox_cli.core.model import Fact
from sharedbox_cli.core.outcome import Status
from sharedbox_cli.providers.microsoft365.columns import created_at
from tests.cli.test_wrong_input import spec
from tests.conftest import Cli, Cloud
from tests.providers.setting import Setting, at, creation_of, scope


@pytest.mark.parametrize("zone", [-11, -3, 0, 5, 13])
def test_new_mailbox_is_known_by_its_time_in_any_zone(demo: Setting, zone: int) -> None:
    demo.tenant.set_meta("zone_hours", str(zone))
    demo.faults({"route": "exchange.New-Mailbox", "kind": "reset_after"})  # only reading shows that it is ours
    assert demo.provider().apply(creation_of("press")).status is Status.DONE


@pytest.mark.parametrize("zone", [-11, 0, 13])
def test_older_mailbox_is_not_the_new_one_in_any_zone(demo: Setting, zone: int) -> None:
    demo.tenant.set_meta("zone_hours", str(zone))
    demo.advance(3600)
    demo.faults({"route": "exchange.New-Mailbox", "kind": "reset_before", "count": 99})
    assert demo.provider().apply(creation_of("sales")).status is not Status.DONE


def test_time_of_creation_is_read_in_utc(demo: Setting) -> None:
    demo.tenant.set_meta("zone_hours", "9")
    observed = demo.provider().observe(scope("sales", facts=(Fact.CREATED_AT,), fields=(), grants=False))
    row = demo.tenant.row("select created_at from mailboxes where alias = 'sales'")
    assert row is not None
    text = str(observed.mailboxes[at("sales")].facts[Fact.CREATED_AT])
    moment = created_at({"WhenCreated": text})
    assert text.endswith("Z") and moment is not None and abs(moment.timestamp() - row["created_at"]) < 1


@pytest.mark.parametrize(
    ("row", "is_known"),
    [
        ({}, False),
        ({"WhenCreated": "soon"}, False),
        ({"WhenCreated": "2026-11-24T12:00:00+09:00"}, True),
        ({"WhenCreated": "soon", "WhenCreatedUTC": "2026-11-24T03:00:00.0000000+00:00"}, True),
        ({"WhenCreatedUTC": "2026-11-24T03:00:00"}, True),
    ],
)
def test_time_in_any_form_is_the_same_instant(row: dict[str, str], is_known: bool) -> None:
    moment = created_at(row)
    assert (moment.isoformat() if moment else None) == ("2026-11-24T03:00:00+00:00" if is_known else None)


@pytest.mark.parametrize("kind", ["room", "group"])
def test_absent_says_what_has_the_address(cloud: Cloud, cli: Cli, tmp_path: Path, kind: str) -> None:
    address = {"room": "info@contoso.example", "group": "sg-audit@contoso.example"}[kind]
    if kind == "room":
        sql = "update mailboxes set type = 'RoomMailbox' where id in (select id from objects where mail = ?)"
        cloud.tenant.run(sql, address)
    spec(tmp_path, "state: absent\n", address)
    plan = json.loads(cli("plan", tmp_path, "-o", "json").out)
    [note] = [item["text"] for item in plan["notes"]]
    assert "no mailbox to delete" in note and "is already absent" not in note
    assert ("room mailbox `Info Desk`" if kind == "room" else "security group `Audit`") in note

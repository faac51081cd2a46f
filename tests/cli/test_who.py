"""`who`: everything that one person reaches, on both clouds, and through what."""

from __future__ import annotations

import json

from tests.asked import each
from tests.conftest import Cli, Cloud


def test_person_has_the_rows_of_the_audit(both: Cloud, cli: Cli, one_reading: None) -> None:
    everything = json.loads(cli("audit", "-o", "json").out)["rows"]
    for address in each({row["person"] for row in everything if row["kind"] == "user"}):
        done = cli("who", address, "-o", "json")
        assert done.code == 0, done.err
        mine = [row for row in everything if address in (row["person"], row["address"])]
        rows = json.loads(done.out)["rows"]
        assert [row for row in rows if row in mine] == rows
        assert len(rows) == len(mine)


def test_text_names_the_group_and_the_mailbox(both: Cloud, cli: Cli) -> None:
    done = cli("who", "hugo@contoso.example")
    assert done.code == 0
    assert "sales@contoso.example" in done.out
    assert "jobs@contoso.example" in done.out, "on the other cloud"
    assert "ben@contoso.example" not in done.out


def test_somebody_unknown_is_an_error(both: Cloud, cli: Cli) -> None:
    done = cli("who", "nobody@contoso.example")
    assert (done.code, "nobody@contoso.example" in done.err) == (1, True)

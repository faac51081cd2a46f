"""`audit -o parquet`: typed columns, read by DuckDB; and CSV, read alike by DuckDB and Python."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import duckdb
import pytest

from sharedbox_cli.core.model import GOOGLE_COLLABORATIVE, GOOGLE_DELEGATED, MICROSOFT365
from sharedbox_cli.emulator.seed import grown
from sharedbox_cli.reports.document import STAMP
from sharedbox_cli.reports.formats import parquet
from sharedbox_cli.reports.shapes.access import INSTANTS, AccessJson
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker

FILE = Path("access.parquet")
TYPES = {"is_enabled": "BOOLEAN", "automapping": "BOOLEAN", "via": "VARCHAR[]", "mailbox": "VARCHAR"}
INSTANT = "TIMESTAMP WITH TIME ZONE"


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def query(sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query; DuckDB downloads nothing."""
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "enable_external_access": "true"}) as database:
        return database.execute(sql).fetchall()


def select(what: str, rest: str = "") -> list[tuple[Any, ...]]:
    """Return the rows of the Parquet file."""
    return query(f"select {what} from '{FILE}' {rest}")  # noqa: S608 - texts of these tests


def columns() -> dict[str, str]:
    return {name: kind for name, kind, *_ in query(f"describe from '{FILE}'")}


def saved(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    """Save an audit as Parquet, and return the rows of the same audit as JSON."""
    done = cli("audit", "-o", "parquet", "--out", FILE, *arguments)
    assert (done.code, done.out) == (0, ""), done.err
    assert f"Saved to {FILE}." in done.err
    rows: list[dict[str, Any]] = json.loads(cli("audit", "-o", "json", *arguments).out)["rows"]
    assert rows
    return rows


@pytest.mark.slow
def test_every_key_of_json_is_a_typed_column(both: Cloud, cli: Cli) -> None:
    rows = saved(cli)
    found = columns()
    assert [*found] == [*get_type_hints(AccessJson), *STAMP]
    assert {name: found[name] for name in TYPES} == TYPES
    assert {name for name, kind in found.items() if kind == INSTANT} == {*INSTANTS, "read_at"}
    names = [*rows[0]]
    got = select(", ".join(f'"{name}"' for name in names))
    assert [dict(zip(names, row, strict=True)) for row in got] == rows
    assert {row["platform"] for row in rows} == {MICROSOFT365, GOOGLE_DELEGATED, GOOGLE_COLLABORATIVE}
    stamps = select("distinct profile, read_at is not null")
    assert stamps == [("default", True)]


def test_every_instant_of_a_row_is_known() -> None:
    hints = get_type_hints(AccessJson, include_extras=True)
    assert {name for name, hint in hints.items() if "(UTC)" in str(hint)} == INSTANTS


def test_instants_are_in_utc(cloud: Cloud, cli: Cli) -> None:
    Path("specs").mkdir()
    Path("specs/sales.yaml").write_text(
        "version: 1\nmailbox: sales@contoso.example\nplatform: microsoft365\n"
        "members:\n  - {user: ben@contoso.example, rights: [full_access], until: 2199-03-31, reason: 'why'}\n"
    )
    saved(cli, "--why", "--specs", "specs")
    assert select("distinct reason, epoch(until)", "where until is not null") == [
        ("why", datetime(2199, 4, 1, tzinfo=UTC).timestamp())
    ]


def test_large_audit_is_written_in_parts(cloud_of: CloudMaker, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_AT_ONCE", 50)
    cloud_of(lambda tenant: grown(tenant, 20, 6, 3, (MICROSOFT365,)))
    rows = saved(cli)
    groups = query(f"select count(distinct row_group_id) from parquet_metadata('{FILE}')")  # noqa: S608
    assert groups == [(-(-len(rows) // 50),)]
    assert select("count(*)") == [(len(rows),)]
    first = FILE.read_bytes()
    about = query(f"select value from parquet_kv_metadata('{FILE}') where key = 'sharedbox'")  # noqa: S608
    assert json.loads(about[0][0])["format"] == "sharedbox.audit/1"
    assert first[:4] == b"PAR1"
    assert FILE.stat().st_mode & 0o077 == 0, "only its owner reads it"


def test_names_are_kept_as_they_are(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 30, 8, 3, (GOOGLE_COLLABORATIVE,)))
    rows = saved(cli)
    assert {name for (name,) in select("distinct name")} == {row["name"] for row in rows}


def test_what_was_not_read_has_rows_of_its_own(both: Cloud, cli: Cli) -> None:
    both.faults({"route": "exchange.*", "kind": "status", "status": 503, "count": 10_000})
    done = cli("audit", "-o", "parquet", "--out", FILE)
    assert done.code == 3, done.err
    gaps = select('platform, kind, person, "right", is_guest', "where entry = 'not read'")
    assert gaps == [(MICROSOFT365, "platform", None, None, None)]


def test_binary_needs_a_file(cloud: Cloud, cli: Cli) -> None:
    for arguments, words in each(
        [
            (("-o", "parquet"), "no file for Parquet"),
            (("-o", "csv", "--out", "a.csv"), "--out is only for Parquet"),
            (("-o", "parquet", "--out", "-"), "not a file"),
            (("-o", "parquet", "--out", "missing/a.parquet"), "cannot write the file"),
        ]
    ):
        done = cli("audit", *arguments)
        assert (done.code, done.out) == (1, ""), arguments
        assert words in done.err, arguments
    assert not [*Path().glob("*parquet*")]


def test_missing_extra_is_named_with_the_command(cloud: Cloud, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    start = len(cloud.lines())
    done = cli("audit", "-o", "parquet", "--out", FILE)
    assert done.code == 1
    assert "    pip install pyarrow\n" in done.err
    assert len(cloud.lines()) == start, "nothing was read in vain"


@pytest.mark.slow
def test_csv_is_read_alike_by_two_libraries(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 30, 6, 3, (MICROSOFT365, GOOGLE_COLLABORATIVE)))
    for options in each([(), ("--bom",)]):
        path = Path(f"audit{len(options)}.csv")
        path.write_bytes(cli("audit", "-o", "csv", *options).out.encode())
        with path.open(encoding="utf-8-sig", newline="") as file:
            ours = [tuple(row.values()) for row in csv.DictReader(file)]
        theirs = query(
            f"select * from read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"', "  # noqa: S608
            "nullstr = '\\0')"
        )
        assert theirs == ours
        assert len(ours) > 100

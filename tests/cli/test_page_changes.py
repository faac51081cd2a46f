"""The report for a browser says what has changed since a saved reading."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

from sharedbox_cli.emulator.seed import Builder, grown
from tests.cli.test_audit_past import SALES, audited, let_in
from tests.conftest import Cli, Cloud, CloudMaker


def page(cli: Cli, *more: object) -> str:
    """Return the text of a report."""
    done = cli("audit", "-o", "html", *more)
    assert done.code == 0, done.err
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", done.out)).split())


def test_without_a_saved_reading_it_is_not_known_and_says_how(cloud: Cloud, cli: Cli) -> None:
    assert "What has changed lately? Not known: no earlier reading is saved." in page(cli)
    assert "Not known: no earlier reading is saved." in page(cli, "--save"), "there was none before this one"


def test_who_gained_and_who_lost_access_is_named(cloud: Cloud, cli: Cli) -> None:
    first = audited(cli, "--save")
    since = f"What has changed since {first['read_at'][:16].replace('T', ' ')} UTC?"
    assert f"{since} Nothing has changed" in page(cli)
    let_in(cloud, "emi")
    lost = next(row for row in first["rows"] if row["right"] == "send_as" and row["mailbox"] == SALES)
    with cloud.tenant.lock:
        cloud.tenant.run("delete from permissions where right = 'send_as'")
    text = page(cli, "--save")
    assert f"{since} 1 right gained." in text
    assert re.search(r"\d+ rights? lost\.", text)
    for name in ("emi@contoso.example", lost["address"]):
        assert re.search(rf"{SALES} (gained|lost) [^.]*{re.escape(name)}", text), name
    assert f"{since} 1 right gained." in page(cli), "the first reading counts, not the one of today"


def test_part_of_the_mailboxes_is_compared_with_the_same_part(cloud: Cloud, cli: Cli) -> None:
    audited(cli, "--save")
    let_in(cloud, "emi")
    assert "1 right gained." in (text := page(cli, "--mailbox", SALES))
    assert "not compared" not in text
    other = next(row["mailbox"] for row in audited(cli)["mailboxes"] if row["mailbox"] != SALES)
    assert "Nothing has changed" in page(cli, "--mailbox", other)
    assert "What has changed" not in page(cli, "--person", "emi@contoso.example"), "rows were left out"


def test_damaged_readings_do_not_stop_the_report(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    audited(cli, "--save")
    for file in (tmp_path / "state").glob("*.observations"):
        file.write_bytes(b"damaged" * 1000)
    assert "What has changed lately? Not known:" in page(cli)


def test_what_only_a_look_inside_mailboxes_finds_is_no_change(cloud_of: CloudMaker, cli: Cli) -> None:
    cloud_of(lambda tenant: grown(tenant, 6, 2, 1))
    audited(cli, "--save")
    text = page(cli, "--inside")
    assert "Nothing has changed in who can do what." in text
    assert "calendar" in text


def test_mailboxes_that_came_and_went_are_named(cloud: Cloud, cli: Cli) -> None:
    audited(cli, "--save")
    with cloud.tenant.lock:
        Builder(cloud.tenant, 99).shared("brand-new", "Brand New")
        cloud.tenant.run("delete from mailboxes where id = (select id from objects where mail = ?)", SALES)
    text = page(cli)
    assert "1 new mailbox. 1 mailbox is gone." in text
    assert "brand-new@contoso.example new mailbox" in text
    assert f"{SALES} no longer a mailbox" in text


def test_each_platform_is_compared_with_its_own_reading_of_a_week_ago(both: Cloud, cli: Cli, tmp_path: Path) -> None:
    audited(cli, "--save", "--platform", "microsoft365")
    [file] = (tmp_path / "state").glob("*.observations")
    with sqlite3.connect(file) as saved:
        saved.execute("update readings set read_at = '2020-02-02T00:00:00+00:00'")
    saved.close()
    let_in(both, "emi")
    audited(cli, "--save")
    text = page(cli)
    assert "What has changed since 2020-02-02 00:00 UTC? 1 right gained." in text
    assert "google-delegated: since 20" in text

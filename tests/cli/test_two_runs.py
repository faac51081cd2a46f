"""Two runs on one tenant: each passes its guards alone, and the second must see what the first did."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sharedbox_cli.cli import execute
from sharedbox_cli.cli.main import run
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.engine import lock
from sharedbox_cli.engine.lock import RunLock
from tests.conftest import Cli, Cloud, CloudMaker

MAILBOX = "dept@contoso.example"
LONG = timedelta(days=36_500)


def _seed(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 7)
    mailbox = make.shared("dept", "Department")
    for name in ("anna", "ben"):
        make.grant(mailbox, make.person(name, name.title()), "full_access")
    return make.seeded


@pytest.fixture
def dept(cloud_of: CloudMaker, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Return a mailbox that Anna and Ben can use. A reading never gets old by the clock alone."""
    monkeypatch.setattr(execute, "FRESH", LONG)
    return cloud_of(_seed)


def only(folder: Path, name: str) -> Path:
    """Return specs that keep one person."""
    folder = folder / name
    folder.mkdir()
    members = f"[{{user: {name}@contoso.example}}]"
    (folder / "dept.yaml").write_text(
        f"version: 1\nmailbox: {MAILBOX}\nplatform: microsoft365\nmembers: {members}\n", encoding="utf-8"
    )
    return folder


ALLOW = ("--yes", "--allow", f"replaced-people={MAILBOX}")


def test_run_that_ended_after_the_reading_makes_the_plan_stale(
    dept: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = only(tmp_path, "anna"), only(tmp_path, "ben")
    enter, codes = RunLock.__enter__, []

    def after_another(self: RunLock) -> RunLock:
        monkeypatch.setattr(RunLock, "__enter__", enter)
        codes.append(run(["apply", str(anna), *ALLOW]))
        return enter(self)

    monkeypatch.setattr(RunLock, "__enter__", after_another)
    done = cli("apply", ben, *ALLOW)
    assert (codes, done.code, "out of date" in done.err) == ([0], 1, True), done.err
    assert "anna@contoso.example" in cli("show", MAILBOX, "--observed").out


def test_run_that_waited_for_the_lock_reads_again(
    dept: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = only(tmp_path, "ben")
    take = lock._try_lock
    tries: list[int] = []

    def second_time(file: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:  # the other run works from another computer, with a journal of its own
            dept.tenant.run("delete from permissions")
            return False
        return take(file)

    monkeypatch.setattr(lock, "_try_lock", second_time)
    done = cli("apply", ben, *ALLOW, "--lock-timeout", "30s")
    assert (done.code, "out of date" in done.err, dept.effects()) == (1, True, []), done.err


def test_saved_plan_that_another_run_applied_while_it_waited_is_refused(
    dept: Cloud, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    assert cli("plan", only(tmp_path, "anna"), "--out", file).code == 0
    enter, codes = RunLock.__enter__, []

    def after_another(self: RunLock) -> RunLock:
        monkeypatch.setattr(RunLock, "__enter__", enter)
        codes.append(run(["apply", str(file), *ALLOW]))
        return enter(self)

    monkeypatch.setattr(RunLock, "__enter__", after_another)
    done = cli("apply", file, *ALLOW)
    assert (codes, done.code, "A plan can be applied once" in done.err) == ([0], 1, True), done.err

"""A profile with a new name: what earlier runs did belongs to the tenant, not to the name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.engine.lock import Locked, RunLock, TenantLocks
from tests.conftest import Cli, Cloud, CloudMaker

SPEC = (
    "version: 1\nmailbox: {local}@contoso.example\nplatform: microsoft365\ndisplay_name: {name}\n"
    "members: [{{user: anna@contoso.example, automapping: false}}]\n"
)


def fill(tenant: Tenant) -> Seeded:
    blank(tenant)
    make = Builder(tenant, 7)
    make.person("anna", "Anna")
    for number in range(4):
        make.shared(f"box{number}", "Old")
    return make.seeded


@pytest.fixture
def cloud(cloud_of: CloudMaker) -> Cloud:
    return cloud_of(fill)


def write(folder: Path, count: int, name: str = "New") -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"box{number}.yaml").write_text(SPEC.format(local=f"box{number}", name=name))
    return folder


def profile(folder: Path, name: str) -> None:
    (folder / "sharedbox.yaml").write_text(f"profiles: {{{name}: {{}}}}\n")


def test_empty_spec_compares_with_the_old_name(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    profile(tmp_path, "old")
    assert cli("apply", write(tmp_path / "specs", 4), "--yes").code == 0
    profile(tmp_path, "new")
    few = write(tmp_path / "few", 1, "Other")
    refused = cli("apply", few, "--yes")
    assert (refused.code, "the last run managed 4" in refused.err) == (4, True), refused.err
    assert cli("apply", few, "--yes", "--allow", "empty-spec").code == 0
    write(tmp_path / "few", 1, "Again")
    assert cli("apply", few, "--yes").code == 0, "a profile that ran there has a number of its own"


def test_automapping_is_remembered_under_a_new_name(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    profile(tmp_path, "old")
    specs = write(tmp_path / "specs", 2)
    assert cli("apply", specs, "--yes").code == 0
    profile(tmp_path, "new")
    assert json.loads(cli("plan", specs, "-o", "json").out)["changes"] == []


def test_lock_is_the_tenants(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    profile(tmp_path, "old")
    assert cli("apply", write(tmp_path / "specs", 2), "--yes").code == 0
    [lock] = Path(os.environ["SHAREDBOX_STATE_DIR"]).glob("*.lock")
    profile(tmp_path, "new")
    specs = write(tmp_path / "specs", 2, "Other")
    with RunLock(lock):
        assert cli("apply", specs, "--yes").code == 6
    assert cli("apply", specs, "--yes").code == 0
    assert [*Path(os.environ["SHAREDBOX_STATE_DIR"]).glob("*.lock")] == [lock]


def test_saved_plan_is_good_once_under_any_name(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    profile(tmp_path, "old")
    file = tmp_path / "plan.json"
    assert cli("plan", write(tmp_path / "specs", 2), "--out", file).code == 0
    assert cli("apply", file).code == 0
    state = Path(os.environ["SHAREDBOX_STATE_DIR"])
    (state / "old.sqlite3").rename(state / "another.sqlite3")
    again = cli("apply", file)
    assert (again.code, "A plan can be applied once" in again.err) == (1, True), again.err


def test_locks_of_several_tenants_are_all_or_none(tmp_path: Path) -> None:
    with TenantLocks(tmp_path, ["b"]):
        with pytest.raises(Locked), TenantLocks(tmp_path, ["a", "b"]):
            pass
        with TenantLocks(tmp_path, ["a", "A"]):
            assert len([*tmp_path.iterdir()]) == 2
    with TenantLocks(tmp_path, ["b", "a"]) as locks:
        assert not locks.has_waited

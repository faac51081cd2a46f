"""What one run may not do, several small runs must not do either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sharedbox_cli.core.recent import RecentStep, recent_access
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker

PEOPLE = tuple(f"person{number}" for number in range(12))
BOX = "box@contoso.example"


def cloud_with(cloud_of: CloudMaker, holders: Sequence[str]) -> Cloud:
    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        make = Builder(tenant, 7)
        people = {name: make.person(name, name.title()) for name in PEOPLE}
        box = make.shared("box", "Box")
        for name in holders:
            make.grant(box, people[name], "full_access")
        for number in range(4):
            other = make.shared(f"other{number}", "Other")
            for name in PEOPLE:
                make.grant(other, people[name], "full_access")
        return make.seeded

    return cloud_of(fill)


def spec(folder: Path, names: Sequence[str], others: Sequence[str] = PEOPLE) -> Path:
    folder.mkdir(exist_ok=True)
    write(folder, BOX, names)
    for number in range(4):
        write(folder, f"other{number}@contoso.example", others)
    return folder


def write(folder: Path, mailbox: str, names: Sequence[str]) -> None:
    lines = "".join(f"  - {{user: {name}@contoso.example, rights: [full_access]}}\n" for name in names)
    text = f"version: 1\nmailbox: {mailbox}\nplatform: microsoft365\nmembers:\n{lines}"
    (folder / f"{mailbox.partition('@')[0]}.yaml").write_text(text)


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 2, 3])
def test_team_is_not_removed_in_steps_of_any_size(cloud_of: CloudMaker, cli: Cli, tmp_path: Path, step: int) -> None:
    cloud_with(cloud_of, PEOPLE[:10])
    left = list(PEOPLE[:10])
    while len(left) > step:
        done = cli("apply", spec(tmp_path / "specs", left[step:]), "--yes")
        if done.code == 4:
            break
        assert done.code == 0, done.err
        del left[:step]
    assert len(left) >= 5
    gone = 10 - len(left) + step
    assert f"{BOX} would lose {gone} of 10 grants" in done.err
    assert cli("apply", tmp_path / "specs", "--yes", "--allow", f"mailbox-revocation={gone}").code == 0
    if len(left) - step > 1:
        again = cli("apply", spec(tmp_path / "specs", left[step + 1 :]), "--yes")
        assert again.code == 0, "what somebody reviewed does not count again"


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [("--mailbox", "other{}@contoso.example"), ("--shard", "{}/7")])
def test_filters_do_not_split_what_one_run_may_not_do(
    cloud_of: CloudMaker, cli: Cli, tmp_path: Path, chosen: tuple[str, str]
) -> None:
    cloud = cloud_with(cloud_of, PEOPLE)
    specs = spec(tmp_path / "specs", PEOPLE[5:], PEOPLE[5:])
    assert cli("apply", specs, "--yes").code == 4
    codes = [cli("apply", specs, "--yes", chosen[0], chosen[1].format(part)).code for part in range(8)]
    assert 4 in codes
    assert len(cloud.effects()) <= 18, "30 % of 60 grants"


@pytest.mark.slow
def test_team_is_not_replaced_in_two_steps(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    old, new = list(PEOPLE[:4]), PEOPLE[11]
    cloud_with(cloud_of, old)
    for names in ([*old, new], [*old[2:], new]):
        assert cli("apply", spec(tmp_path / "specs", names), "--yes").code == 0
    refused = cli("apply", spec(tmp_path / "specs", [new]), "--yes")
    assert (refused.code, "none of the 4 people who could read it in the last 7 days" in refused.err) == (4, True)
    allow = f"replaced-people={BOX}"
    assert cli("apply", tmp_path / "specs", "--yes", "--allow", allow).code == 0


def test_one_person_hands_over_to_another(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud_with(cloud_of, PEOPLE[:1])
    for names in (PEOPLE[:2], PEOPLE[1:2]):
        assert cli("apply", spec(tmp_path / "specs", names), "--yes").code == 0


@pytest.mark.slow
def test_what_was_given_back_does_not_count(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud_with(cloud_of, PEOPLE[:10])
    for names in (PEOPLE[3:10], PEOPLE[:10], PEOPLE[3:10], PEOPLE[:10], PEOPLE[2:9]):
        assert cli("apply", spec(tmp_path / "specs", names), "--yes").code == 0


def test_run_without_changes_is_not_refused_afterwards(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud_with(cloud_of, PEOPLE[:10])
    assert cli("apply", spec(tmp_path / "specs", PEOPLE[3:10]), "--yes").code == 0
    assert cli("apply", tmp_path / "specs", "--yes").code == 0
    assert cli("apply", spec(tmp_path / "specs", PEOPLE[3:12]), "--yes").code == 0, "a grant removes nobody"


def test_deletion_ends_what_counts() -> None:
    party = {"id": "1", "right": "full_access"}
    revoked = RecentStep({"mailbox": BOX, "kind": "revoke", "party": party})
    assert len(recent_access([revoked])) == 1
    assert recent_access([revoked, RecentStep({"mailbox": BOX, "kind": "delete", "party": None})]) == {}
    assert recent_access([revoked, RecentStep(revoked.change, ("mailbox-revocation=1",))]) == {}


def test_profile_with_a_new_name_forgets_nothing(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    old, new = list(PEOPLE[:4]), PEOPLE[11]
    cloud_with(cloud_of, old)
    for profile, names in (("a", [*old, new]), ("b", [*old[2:], new])):
        (tmp_path / "sharedbox.yaml").write_text(f"profiles: {{{profile}: {{}}}}\n")
        assert cli("apply", spec(tmp_path / "specs", names), "--yes").code == 0
    (tmp_path / "sharedbox.yaml").write_text("profiles: {c: {}}\n")
    refused = cli("apply", spec(tmp_path / "specs", [new]), "--yes")
    assert (refused.code, f"replaced-people={BOX}" in refused.err) == (4, True)

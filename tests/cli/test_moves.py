"""Addresses that move between mailboxes, and addresses of others, from the specs to both clouds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as google_blank
from sharedbox_cli.emulator.seed import Builder, Seeded, blank
from sharedbox_cli.emulator.tenant import Tenant
from tests.conftest import Cli, Cloud, CloudMaker
from tests.slow_rest import crossed

M365, USERS, GROUPS = "microsoft365", "google-delegated", "google-collaborative"
Held = Mapping[str, tuple[str, ...]]
Fill = Callable[[Tenant, Builder | GoogleBuilder], None]


def filled(platform: str, held: Held, more: Fill | None = None) -> Callable[[Tenant], Seeded]:
    """Return what fills a tenant with mailboxes of one platform and their aliases."""

    def fill(tenant: Tenant) -> Seeded:
        make: Builder | GoogleBuilder
        if platform == M365:
            blank(tenant)
            make = Builder(tenant, 7)
            make.person("anna", "Anna Müller")
            for local, aliases in held.items():
                make.shared(local, local.title(), aliases=tuple(f"smtp:{one}@contoso.example" for one in aliases))
        else:
            google_blank(tenant)
            make = GoogleBuilder(tenant, 7)
            make.person("anna", "Anna Müller")
            for local, aliases in held.items():
                add = make.mailbox if platform == USERS else make.inbox
                add(local, local.title(), aliases=tuple(f"{one}@contoso.example" for one in aliases))
        if more:
            more(tenant, make)
        return make.seeded

    return fill


def write(folder: Path, platform: str, wanted: Mapping[str, tuple[str, ...] | None], **more: str) -> Path:
    """Write specs that manage aliases, or (None) do not."""
    folder.mkdir(exist_ok=True)
    for local, aliases in wanted.items():
        text = f"version: 1\nmailbox: {local}@contoso.example\nplatform: {platform}\n"
        if aliases is not None:
            text += f"aliases: [{', '.join(f'{one}@contoso.example' for one in aliases)}]\n"
        (folder / f"{local.lower()}.yaml").write_text(text + more.get(local, ""), encoding="utf-8")
    return folder


CASES: dict[str, tuple[Held, dict[str, tuple[str, ...] | None], int]] = {
    "move": ({"a": ("x", "y"), "b": ()}, {"a": ("y",), "b": ("x",)}, 2),
    "in another case": ({"a": ("x",), "b": ()}, {"A": (), "b": ("X",)}, 2),
    "swap": ({"a": ("x",), "b": ("y",)}, {"a": ("y",), "b": ("x",)}, 4),
    "ring": ({"a": ("x",), "b": ("y",), "c": ("z",)}, {"a": ("z",), "b": ("x",), "c": ("y",)}, 6),
    "own mailbox": ({"a": ("x",)}, {"a": (), "x": None}, 2),
    "new mailbox": ({"a": ("x",)}, {"a": (), "new": ("x",)}, 3),
}


@pytest.mark.parametrize(("case", "platform"), crossed(list(CASES), [M365, USERS, GROUPS]))
def test_address_moves_in_one_run(platform: str, case: str, cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held, wanted, count = CASES[case]
    cloud = cloud_of(filled(platform, held))
    specs = write(tmp_path / "specs", platform, wanted)
    if platform == GROUPS:
        owner = "members: [{user: anna@contoso.example, rights: [owner]}]\n"
        specs = write(specs, platform, wanted, **dict.fromkeys(wanted, owner))
    done = cli("apply", specs, "--yes", "-o", "json")
    assert done.code == 0, done.out + done.err
    changes = [item["change"] for item in json.loads(done.out)["results"]]
    addresses = [one for one in changes if "address moves" in one["why"]]
    assert len(addresses) == count - (case == "new mailbox")
    again = cli("plan", specs, "--detailed-exitcode")
    assert again.code == 0, again.out + again.err
    assert not [line for line in cloud.lines() if line["status"] in (400, 409)]


def test_two_calls_follow_each_other(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    many = {f"box{number}": (f"old{number}",) for number in range(6)}
    cloud = cloud_of(filled(M365, {"a": ("x",), "b": (), **many}))
    specs = write(tmp_path / "specs", M365, {"a": (), "b": ("x",), **{name: (f"{name}-new",) for name in many}})
    assert cli("apply", specs, "--yes").code == 0
    writes = [line for line in cloud.lines() if line["route"] == "exchange.Set-Mailbox"]
    bodies = [json.dumps(line["body"]) for line in writes]
    (release,) = [place for place, body in enumerate(bodies) if '"Remove": ["smtp:x@' in body]
    (take,) = [place for place, body in enumerate(bodies) if '"Add": ["smtp:x@' in body]
    assert release < take
    times = [line["at"] for line in writes]
    assert times[release] <= times[take]


@pytest.mark.parametrize("platform", [M365, USERS, GROUPS])
@pytest.mark.parametrize("case", ["swap", "own mailbox"])
def test_released_address_may_be_refused_for_a_while(
    platform: str, case: str, cloud_of: CloudMaker, cli: Cli, tmp_path: Path
) -> None:
    held, wanted, _ = CASES[case]
    cloud = cloud_of(filled(platform, held))
    cloud.tenant.set_meta("lag:addresses", "12")
    cloud.lag(address=12)
    owner = "members: [{user: anna@contoso.example, rights: [owner]}]\n" if platform == GROUPS else ""
    specs = write(tmp_path / "specs", platform, wanted, **dict.fromkeys(wanted, owner))
    done = cli("apply", specs, "--yes")
    assert done.code == 0, done.out + done.err


def test_address_that_was_taken_meanwhile_is_given_back(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held, wanted, _ = CASES["move"]
    cloud = cloud_of(filled(M365, held))
    cloud.tenant.set_meta("lag:addresses", "86400")
    done = cli("apply", write(tmp_path / "specs", M365, wanted), "--yes")
    assert done.code == 1, done.out
    words = " ".join(done.out.split())
    assert "given back, because b@contoso.example could not get it" in words
    back = write(tmp_path / "back", M365, held)
    assert cli("plan", back, "--detailed-exitcode").code == 0


def soft_deleted(tenant: Tenant, make: Builder | GoogleBuilder) -> None:
    gone = make.shared("gone", "Gone", aliases=("smtp:help@contoso.example",))  # type: ignore[union-attr]
    tenant.run("update objects set deleted_at = ? where id = ?", tenant.clock.now() - 86400, gone)


def inactive(tenant: Tenant, make: Builder | GoogleBuilder) -> None:
    soft_deleted(tenant, make)
    year = tenant.clock.now() - 400 * 86400
    tenant.run("update mailboxes set doc = ? where alias = 'gone'", json.dumps({"LitigationHoldEnabled": True}))
    tenant.run("update objects set deleted_at = ? where deleted_at is not null", year)


def group(tenant: Tenant, make: Builder | GoogleBuilder) -> None:
    make.group("list", "A list", []) if isinstance(make, Builder) else make.group("list", "A list")


TAKEN = {
    "a person": (M365, None, "anna", "user mailbox `Anna Müller` (anna@contoso.example)"),
    "a group": (M365, group, "LIST", "security group `A list` (list@contoso.example)"),
    "a soft-deleted mailbox": (M365, soft_deleted, "help", "soft-deleted mailbox `Gone` (gone@contoso.example)"),
    "an inactive mailbox": (M365, inactive, "help", "inactive mailbox `Gone` (gone@contoso.example). A hold keeps"),
    "a person at Google": (USERS, None, "anna", "account `Anna Müller` (anna@contoso.example)"),
    "a group at Google": (USERS, group, "list", "group `A list` (list@contoso.example)"),
    "a person, for a group": (GROUPS, None, "anna", "account `Anna Müller` (anna@contoso.example)"),
    "a group, for a group": (GROUPS, group, "list", "group `A list` (list@contoso.example)"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_address_of_somebody_else_is_found_by_plan(case: str, cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    platform, more, local, words = TAKEN[case]
    cloud = cloud_of(filled(platform, {"a": (), "b": ()}, more))
    specs = write(tmp_path / "specs", platform, {"a": (local,), "b": ("free",)})
    done = cli("plan", specs)
    assert done.code == 1, done.out
    assert "address is taken" in done.err and "a.yaml:4:" in done.err
    assert f"{local}@contoso.example belongs to the {words}".lower() in " ".join(done.err.split()).lower()
    assert cloud.effects() == []


def test_rename_is_explained(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud_of(filled(M365, {"old": ()}))
    done = cli("plan", write(tmp_path / "specs", M365, {"new": ("old",)}))
    assert done.code == 1
    assert "If new@contoso.example is its new name, change the primary address there first" in done.err


@pytest.mark.parametrize("platform", [M365, USERS, GROUPS])
def test_half_of_a_move_is_not_planned(platform: str, cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held, wanted, _ = CASES["move"]
    cloud = cloud_of(filled(platform, held))
    specs = write(tmp_path / "specs", platform, wanted)
    giving = cli("plan", specs, "-m", "a@contoso.example")
    assert (giving.code, "Select b@contoso.example as well" in giving.err) == (1, True), giving.out + giving.err
    taking = cli("plan", specs, "-m", "b@contoso.example")
    assert (taking.code, "Select a@contoso.example as well" in taking.err) == (1, True), taking.out + taking.err
    assert cli("plan", specs, "-m", "a@contoso.example", "-m", "b@contoso.example").code == 0
    assert cloud.effects() == []


def test_move_between_an_account_and_a_group(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    def also(_: Tenant, make: Builder | GoogleBuilder) -> None:
        make.inbox("b", "B")  # type: ignore[union-attr]

    cloud_of(filled(USERS, {"a": ("x",)}, also))
    specs = write(tmp_path / "specs", USERS, {"a": ()})
    write(specs, GROUPS, {"b": ("x",)})
    done = cli("apply", specs, "--yes")
    assert done.code == 0, done.out + done.err
    assert cli("plan", specs, "--detailed-exitcode").code == 0


def test_saved_plan_of_a_move(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held, wanted, _ = CASES["ring"]
    cloud_of(filled(M365, held))
    specs, file = write(tmp_path / "specs", M365, wanted), tmp_path / "plan.json"
    assert cli("plan", specs, "--out", file).code == 0
    done = cli("apply", file)
    assert done.code == 0, done.out + done.err
    assert cli("plan", specs, "--detailed-exitcode").code == 0


def test_saved_plan_is_stale_after_the_address_was_released(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held, wanted, _ = CASES["move"]
    cloud_of(filled(M365, held))
    specs, file = write(tmp_path / "specs", M365, wanted), tmp_path / "plan.json"
    assert cli("plan", specs, "--out", file).code == 0
    other = write(tmp_path / "other", M365, {"a": ("y",)})
    assert cli("apply", other, "--yes").code == 0
    done = cli("apply", file)
    assert done.code == 1
    assert "It changed since the plan was made" in done.err


def test_refused_address_leaves_the_other_settings(cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud = cloud_of(filled(M365, {"a": ()}))
    cloud.faults(
        {
            "route": "exchange.Set-Mailbox",
            "kind": "status",
            "status": 400,
            "body": "json",
            "n": 2,
            "reason": "Data.Directory.Recipient.ProxyAddressExistsException",
        }
    )
    specs = write(tmp_path / "specs", M365, {"a": ("x",)}, a="display_name: New\n")
    done = cli("apply", specs, "--yes", "-o", "json")
    results = {tuple(item["change"]["after"]): item["outcome"]["status"] for item in json.loads(done.out)["results"]}
    assert results == {("display_name",): "done", ("aliases",): "failed"}


@pytest.mark.parametrize("platform", [M365, USERS, GROUPS])
def test_aliases_that_are_there_cost_no_request(platform: str, cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    held = {f"box{number}": (f"alias{number}",) for number in range(12)}
    cloud = cloud_of(filled(platform, held))
    with_aliases = write(tmp_path / "with", platform, {**held})
    without = write(tmp_path / "without", platform, dict.fromkeys(held), **dict.fromkeys(held, "display_name: x\n"))
    counts = []
    for specs in (without, with_aliases):
        cloud.forget()
        assert cli("plan", specs).code == 0
        counts.append(len(cloud.lines(with_parts=False)))
    assert counts[0] == counts[1]


def test_new_aliases_are_asked_for_in_batches(cloud: Cloud, cloud_of: CloudMaker, cli: Cli, tmp_path: Path) -> None:
    cloud = cloud_of(filled(M365, {f"box{number}": () for number in range(25)}))
    specs = write(tmp_path / "specs", M365, {f"box{number}": (f"alias{number}",) for number in range(25)})
    assert cli("plan", specs).code == 0
    assert cloud.routes()["exchange.Get-Recipient"] == 25
    assert sum("$batch" in str(line["path"]) for line in cloud.lines(with_parts=False)) == 3

"""Input by which somebody wants to crash a command, or to have a command of their own pasted into a shell."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from sharedbox_cli.emulator.seed import Seeded, blank, demo
from sharedbox_cli.emulator.tenant import Tenant
from tests.asked import each
from tests.conftest import Cli, Cloud, CloudMaker

HUGE = "9" * 5000
WORDS = (
    "",
    " ",
    "=",
    "@",
    "@x",
    "x@",
    HUGE,
    "-1",
    "٣",
    "²",
    "1e9",
    "NaN",
    "\x1b[31m",
    "a\nb",
    "\ud800",
    "[",
    "x" * 20_000,
    f"1/{HUGE}",
    "٣/٣",
    f"{HUGE}s",
    "a=b=c",
)
OPTIONS = (
    ("plan", "--mailbox"),
    ("plan", "--exclude"),
    ("plan", "--label"),
    ("plan", "--platform"),
    ("plan", "--shard"),
    ("plan", "--profile"),
    ("apply", "--allow"),
    ("apply", "--deadline"),
    ("apply", "--lock-timeout"),
    ("audit", "--mailbox"),
    ("audit", "--platform"),
    ("import", "--mailbox"),
    ("import", "--exclude"),
    ("check", "--mailbox"),
    ("check", "--platform"),
)
SPEC = "version: 1\nmailbox: desk@contoso.example\nplatform: microsoft365\ndisplay_name: Desk\n"
SHAPES = (
    "[]",
    "1",
    "''",
    "true",
    "[1]",
    "- - a",
    "{1: 2}",
    "profiles: []",
    "profiles: 1",
    "profiles: {1: {}}",
    "profiles: {a: []}",
    "profiles: {a: null}",
    "core: 1",
    "core: [1]",
    "members: 1",
    "a: *x",
    "a: &x [*x]",
)
SHELL = "a;touch pwned;$(id) `id` '"


@pytest.fixture
def cloud(cloud_of: CloudMaker) -> Cloud:
    """Return a tenant without mailboxes."""

    def fill(tenant: Tenant) -> Seeded:
        blank(tenant)
        return Seeded()

    return cloud_of(fill)


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "desk.yaml").write_text(SPEC, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_value_of_an_option_never_crashes(command: str, option: str, cli: Cli, specs: Path) -> None:
    where = () if command == "audit" else (specs,)
    for word in each(WORDS):
        done = cli(command, *where, option, word)
        assert done.code in (0, 1, 2, 4), (word[:40], done.err)
        assert "bug" not in done.err
        assert "\x1b[31m" not in done.out + done.err


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("name", ["sharedbox.yaml", "teams.yaml", "_defaults.yaml", "desk.yaml"])
def test_file_of_any_shape_never_crashes(name: str, cli: Cli, specs: Path) -> None:
    for shape in each(SHAPES):
        (specs / name).write_text(shape, encoding="utf-8")
        for command in ("plan", "validate", "check"):
            done = cli(command, specs)
            assert done.code in (0, 1), (command, shape, done.err)
            assert "bug" not in done.err


def test_number_of_a_waiver_is_written_in_ascii(cloud: Cloud, cli: Cli, specs: Path) -> None:
    for word in each(("٩٩", "\U0001d7d7", "²")):
        done = cli("apply", specs, "--yes", "--allow", f"mass-revocation={word}")
        assert (done.code, "not a size of a guard" in done.err, cloud.effects()) == (1, True, [])


def test_number_of_a_shard_may_not_be_left_out(cloud: Cloud, cli: Cli, specs: Path) -> None:
    done = cli("apply", specs, "--yes", "--shard", "")
    assert (done.code, "not a shard" in done.err, cloud.effects()) == (1, True, [])


@pytest.mark.usefixtures("cloud")
def test_hints_quote_paths_and_addresses(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / SHELL / "specs"
    folder.mkdir(parents=True)
    (folder / "desk.yaml").write_text(SPEC, encoding="utf-8")
    saved = cli("plan", folder, "--out", tmp_path / f"{SHELL}.json").err
    profile = tmp_path / SHELL / "sharedbox.yaml"
    profile.write_text("profiles: {default: {guards: {min_mailboxes: 0}}}\n", encoding="utf-8")
    untrusted = cli("plan", folder).err.partition("trust it: ")[2]
    missing = cli("audit", "--mailbox", "a`id`$IFS@contoso.example").err
    for text, word in (
        (saved, f"{tmp_path / SHELL}.json"),
        (untrusted, str(profile)),
        (missing, "a`id`$IFS@contoso.example"),
    ):
        assert word in shlex.split(text[text.index("sharedbox ") :].partition("\n")[0])


@pytest.mark.usefixtures("cloud")
def test_file_name_with_a_line_feed_stays_in_its_line(cli: Cli, specs: Path) -> None:
    (specs / "a\n::error::b.yaml").write_text(SPEC.replace("desk@", "a@") + "nope: 1\n", encoding="utf-8")
    done = cli("plan", specs)
    assert (done.code, "\\u{a}" in done.err) == (1, True)
    assert len(done.err.splitlines()) == 2


LINKS = (".schemas/sharedbox.schema.json", ".schemas", "_defaults.yaml")


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("command", ["init", "import"])
def test_link_in_the_repository_replaces_no_file_elsewhere(
    cloud_of: CloudMaker, cli: Cli, tmp_path: Path, command: str, link: str
) -> None:
    cloud_of(demo)
    root, elsewhere = tmp_path / "repository", tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere if link == ".schemas" else elsewhere / "keys"
    if "json" in link:
        target.write_text("mine", encoding="utf-8")
    (root / "specs" / link).parent.mkdir(parents=True, exist_ok=True)
    (root / "specs" / link).symlink_to(target)
    done = cli(command, root if command == "init" else root / "specs")
    assert (done.code, "link" in done.err) == (1, True), done.err
    assert [(file.name, file.read_text(encoding="utf-8")) for file in elsewhere.iterdir()] == (
        [("keys", "mine")] if "json" in link else []
    )
    assert not (root / "sharedbox.yaml").exists()

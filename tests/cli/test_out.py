"""`plan --out`: what is at the named place stays what it is."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sharedbox_cli.cli.output import write_whole
from sharedbox_cli.core.errors import UsageError
from tests.asked import every
from tests.conftest import EXAMPLES, Cli, Cloud

posix = pytest.mark.skipif(os.name != "posix", reason="needs devices, pipes and links of POSIX")


def test_regular_file_is_replaced_and_private(tmp_path: Path) -> None:
    file = tmp_path / "plan"
    file.write_text("a longer text than the new one")
    file.chmod(0o644)
    write_whole(file, "new\n")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new\n", 0o600)
    assert list(tmp_path.iterdir()) == [file]


@posix
@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("depth", [1, 3])
def test_link_is_followed(tmp_path: Path, depth: int, *, is_there: bool) -> None:
    target = tmp_path / "target"
    if is_there:
        target.write_text("old")
    links = [tmp_path / f"link{number}" for number in range(depth)]
    for link, to in zip(links, (*links[1:], target), strict=True):
        link.symlink_to(to.name)
    write_whole(links[0], "new")
    assert (every(link.is_symlink() for link in links), target.read_text()) == (True, "new")


@posix
def test_pipe_gets_the_text_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_whole(pipe, "new")
    reader.join(10)
    assert (read, pipe.is_fifo()) == (["new"], True)


@posix
def test_device_stays_a_device() -> None:
    before = Path("/dev/null").stat()
    write_whole(Path("/dev/null"), "new")
    after = Path("/dev/null").stat()
    assert (stat.S_ISCHR(after.st_mode), after.st_ino) == (True, before.st_ino)


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_device_that_is_full_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        write_whole(Path("/dev/full"), "new")
    assert "No space left" in caught.value.why


@posix
@pytest.mark.parametrize("kind", ["loop", "no folder", "nul", "dash"])
def test_place_that_cannot_be_written_is_an_error(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    names = {"loop": "loop", "no folder": "none/plan", "nul": "a\0b", "dash": "-"}
    with pytest.raises(UsageError):
        write_whole(Path(names[kind]), "new")
    assert [item.name for item in tmp_path.iterdir()] == ["loop"]


@posix
def test_redirected_stdout_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "all"
    code = (
        "from pathlib import Path\nfrom sharedbox_cli.cli.output import write_whole\n"
        "print('report', flush=True)\nwrite_whole(Path('/dev/stdout'), 'plan')\nprint('end')\n"
    )
    with file.open("a") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True)
    assert file.read_text() == "report\nplanend\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["prod.plan", "tfplan", "plan.yaml", "PLAN.JSON", "a plan.txt"])
def test_saved_plan_is_known_by_its_content(cloud: Cloud, cli: Cli, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    saved = cli("plan", EXAMPLES, "--out", file)
    assert (saved.code, str(file) in saved.err) == (0, True)
    before = len(cloud.effects())
    done = cli("apply", file)
    assert (done.code, len(cloud.effects()) > before) == (0, True), done.err


@pytest.mark.parametrize("name", ["plan.json", "prod.plan"])
def test_cut_plan_is_called_a_plan(cloud: Cloud, cli: Cli, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    cli("plan", EXAMPLES, "--out", file)
    file.write_text(file.read_text()[:3000])
    done = cli("apply", file)
    assert (done.code, "not a plan that can be applied" in done.err, cloud.effects()) == (1, True, [])


def test_spec_in_json_is_no_plan(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "sales.json"
    file.write_text(
        '{"version": 1, "mailbox": "sales@contoso.example", "platform": "microsoft365", "display_name": "New"}'
    )
    done = cli("apply", file, "--yes")
    assert (done.code, len(cloud.effects())) == (0, 1), done.err


def test_report_of_a_plan_is_no_saved_plan(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.txt"
    file.write_text(cli("plan", EXAMPLES, "-o", "json").out)
    done = cli("apply", file, "--yes")
    assert (done.code, "saved-plan" in done.err, cloud.effects()) == (1, True, [])


def test_saved_plan_is_applied_alone(cloud: Cloud, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "prod.plan"
    cli("plan", EXAMPLES, "--out", file)
    done = cli("apply", file, EXAMPLES, "--yes")
    assert (done.code, "alone" in done.err, cloud.effects()) == (1, True, [])


@pytest.mark.parametrize(
    "name", ["one.yaml", "sub/two.yaml", "_defaults.yaml", "teams.yaml", "link", "../sharedbox.yaml"]
)
def test_plan_never_replaces_what_it_is_made_from(cloud: Cloud, cli: Cli, tmp_path: Path, name: str) -> None:
    specs = tmp_path / "specs"
    (specs / "sub").mkdir(parents=True)
    text = "version: 1\nmailbox: {}@contoso.example\nplatform: microsoft365\n"
    contents = {
        "../sharedbox.yaml": "profiles: {prod: {}}\n",
        "one.yaml": text.format("sales"),
        "sub/two.yaml": text.format("billing"),
        "_defaults.yaml": "hidden_from_address_lists: false\n",
        "teams.yaml": "all: {members: [{user: anna@contoso.example}]}\n",
    }
    for path, content in contents.items():
        (specs / path).write_text(content)
    (specs / "link").symlink_to("one.yaml")
    cloud.forget()
    done = cli("plan", specs, "--out", specs / name)
    assert (done.code, "this file belongs to the specs" in done.err, done.out) == (1, True, ""), done.err
    assert {path: (specs / path).read_text() for path in contents} == contents
    assert cloud.routes() == {}
    assert cli("plan", specs, "--out", specs / "plan.json").code == 0

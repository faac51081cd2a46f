"""An emulator a test, a clean environment, and time that does not pass."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sharedbox_cli.auth.connection import MicrosoftConnection
from sharedbox_cli.cli.main import collect_rarely, run
from sharedbox_cli.emulator.seed import CLIENT_ID, Seeded, demo
from sharedbox_cli.emulator.tenant import Tenant
from sharedbox_cli.providers.microsoft365.provider import Microsoft365
from tests.emulated import Emulated, VirtualClock, serving

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes folders of its own in it
ENOUGH_BYTES = 1_000_000_000


def pytest_configure(config: pytest.Config) -> None:
    """Keep tests' files in memory where there is room: journals wait for the disk at every change."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    worker = getattr(config, "workerinput", None)
    if worker and config.args == ["tests"]:
        config.args = _from_elsewhere(int(worker["workerid"].removeprefix("gw")), worker["workercount"])


def _from_elsewhere(number: int, workers: int) -> list[str]:
    """Return the folders of tests, each worker's from another one on: what one has compiled, others need not."""
    folders = sorted(f"tests/{path.name}" for path in Path(__file__).parent.iterdir() if path.is_dir())
    folders = [*(name for name in folders if "__" not in name), *sorted(map(str, Path("tests").glob("test_*.py")))]
    start = number * len(folders) // workers
    return folders[start:] + folders[:start]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give all workers the same order."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.nodeid)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave the collected tests out of garbage collection, and collect as rarely as the command does."""
    gc.collect()
    gc.freeze()
    collect_rarely()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use half as many processes again as there are processors: tests of a server wait for its answers."""
    return 3 * (os.cpu_count() or 2) // 2


EXAMPLES = Path(__file__).parents[1] / "examples" / "mailboxes"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what the developer's own shell has, and keep state in the test's folder."""
    for name in list(os.environ):
        if name.startswith(
            ("AZURE_", "SHAREDBOX_", "MSAL_", "IDENTITY_", "ACTIONS_", "SYSTEM_", "GOOGLE_", "CLOUDSDK_", "GCE_")
        ):
            monkeypatch.delenv(name)
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY")
    for name in ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "PYTHONDONTWRITEBYTECODE", *proxies):
        monkeypatch.delenv(name, raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHAREDBOX_STATE_DIR", str(tmp_path / "state"))


@dataclass
class Cloud(Emulated):
    """An emulator that the command line finds by its environment."""

    clock: VirtualClock

    def connection(self) -> MicrosoftConnection:
        origin = self.emulator.origin
        return MicrosoftConnection(self.tenant.id, CLIENT_ID, authority=origin, graph_url=origin, exchange_url=origin)

    def provider(self) -> Microsoft365:
        return Microsoft365(self.connection(), clock=self.clock)


CloudMaker = Callable[[Callable[[Tenant], Seeded]], Cloud]


@pytest.fixture
def cloud_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudMaker]:
    """Return what starts an emulator on a tenant filled by a function."""
    with serving(monkeypatch) as serve:

        def make(fill: Callable[[Tenant], Seeded]) -> Cloud:
            tenant = Tenant()
            seeded = fill(tenant)
            emulator, clock = serve(tenant)
            return Cloud(emulator, seeded, clock)

        yield make


@pytest.fixture
def cloud(cloud_of: CloudMaker) -> Cloud:
    """Return the demo tenant, running."""
    return cloud_of(demo)


@dataclass
class Done:
    """What a command line did."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return what runs a command line in this process, with its real exit code."""

    def call(*arguments: str | Path) -> Done:
        capsys.readouterr()
        code = run([str(item) for item in arguments])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return call

"""One emulated tenant a test, served over HTTPS on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from sharedbox_cli.emulator import seed
from sharedbox_cli.emulator.clock import Clock
from sharedbox_cli.emulator.google.builder import GoogleBuilder
from sharedbox_cli.emulator.google.builder import blank as blank_google
from sharedbox_cli.emulator.seed import Seeded
from sharedbox_cli.emulator.tenant import Tenant
from tests.emulated import serving
from tests.providers.google_setting import Fill as GoogleFill
from tests.providers.google_setting import GoogleSetting, company
from tests.providers.setting import Setting

Fill = Callable[[Tenant], Seeded]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Fill], Setting]]:
    """Return what fills a tenant and serves it."""
    running: list[Setting] = []
    with serving(monkeypatch) as start:

        def make(fill: Fill) -> Setting:
            tenant = Tenant(clock=Clock(frozen_at=time.time()))
            seeded = fill(tenant)
            emulator, clock = start(tenant)
            running.append(Setting(emulator, seeded, clock))
            return running[-1]

        yield make
        _close(running)


def _close(running: list[Setting] | list[GoogleSetting]) -> None:
    for setting in running:
        for provider in setting.made:
            provider.close()


@pytest.fixture
def demo(serve: Callable[[Fill], Setting]) -> Setting:
    """Return the small company of the demo."""
    return serve(seed.demo)


@pytest.fixture
def grown(serve: Callable[[Fill], Setting]) -> Callable[[int, int], Setting]:
    """Return what makes a tenant of so many mailboxes with so many members each, with its messes."""
    return lambda mailboxes, members: serve(lambda tenant: seed.grown(tenant, mailboxes, members, 5))


@pytest.fixture
def workspace_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[GoogleFill], GoogleSetting]]:
    """Return what fills a Workspace and serves it."""
    running: list[GoogleSetting] = []
    with serving(monkeypatch) as start:

        def make(fill: GoogleFill) -> GoogleSetting:
            tenant = Tenant(clock=Clock(frozen_at=time.time()))
            blank_google(tenant)
            builder = GoogleBuilder(tenant, 5)
            fill(builder)
            emulator, clock = start(tenant)
            running.append(GoogleSetting(emulator, builder.seeded, clock, builder))
            return running[-1]

        yield make
        _close(running)


@pytest.fixture
def workspace(workspace_of: Callable[[GoogleFill], GoogleSetting]) -> GoogleSetting:
    """Return a small company."""
    return workspace_of(company)

"""Tenants of one cloud or both, the specs that go with them, and one reading for many reports."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sharedbox_cli.cli.session import Session
from sharedbox_cli.core.model import Platform
from sharedbox_cli.emulator.seed import PLATFORMS, demo
from sharedbox_cli.providers.base import Scope
from sharedbox_cli.providers.reading import Reading
from tests.conftest import Cloud, CloudMaker

Readings = list[tuple[Mapping[Platform, Scope], Reading]]


@pytest.fixture
def both(cloud_of: CloudMaker) -> Cloud:
    """Return the demo's company on both clouds, running."""
    return cloud_of(lambda tenant: demo(tenant, PLATFORMS))


@pytest.fixture
def google(cloud_of: CloudMaker) -> Cloud:
    """Return the demo's company on Google alone, running."""
    return cloud_of(lambda tenant: demo(tenant, PLATFORMS[1:]))


@pytest.fixture(scope="module")
def readings() -> Readings:
    """Return the readings of the tests of a module, which all have the same tenant."""
    return []


@pytest.fixture
def one_reading(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each scope once in a module whose tests have one tenant and change nothing: reports of it are tested.

    What a reading tells on stderr is told once. Use it for no test of that, of requests, or that compares languages.
    """
    real = Session.observe

    def observe(session: Session, scopes: Mapping[Platform, Scope]) -> Reading:
        known = [reading for asked, reading in readings if asked == scopes]
        if not known:
            known.append(real(session, scopes))
            readings.append((scopes, known[0]))
        return known[0]

    monkeypatch.setattr(Session, "observe", observe)

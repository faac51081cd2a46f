"""Tenants of one cloud or both, and the specs that go with them."""

from __future__ import annotations

import pytest

from sharedbox_cli.emulator.seed import PLATFORMS, demo
from tests.conftest import Cloud, CloudMaker


@pytest.fixture
def both(cloud_of: CloudMaker) -> Cloud:
    """Return the demo's company on both clouds, running."""
    return cloud_of(lambda tenant: demo(tenant, PLATFORMS))


@pytest.fixture
def google(cloud_of: CloudMaker) -> Cloud:
    """Return the demo's company on Google alone, running."""
    return cloud_of(lambda tenant: demo(tenant, PLATFORMS[1:]))

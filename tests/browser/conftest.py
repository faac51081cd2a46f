"""A browser and npm packages need an environment of their own: `make test-browser`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import MARK, launched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

collect_ignore_glob = [] if os.environ.get(MARK) else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player, launched(player) as chromium:
        yield chromium

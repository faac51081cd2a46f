"""Chromium, started without anything that would use the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
VARIABLE = "CHROMIUM"
"""Names the program of another browser of the family."""
MARK = "BROWSER_TESTS"
"""The folder with the npm packages; without it, the tests are not collected."""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def path_of_chromium() -> str | None:
    """Return the program that `CHROMIUM` names, or the first that is installed."""
    named = os.environ.get(VARIABLE)
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launched(player: Playwright) -> Iterator[Browser]:
    """Return a browser that is closed at the end."""
    browser = player.chromium.launch(executable_path=path_of_chromium(), args=list(QUIET))
    try:
        yield browser
    finally:
        browser.close()

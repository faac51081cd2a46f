"""A journal of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sharedbox_cli.engine.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the journal of this test lies."""
    return tmp_path / "state" / "prod.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Return an open journal."""
    with Journal.open(path, for_writing=True) as opened:
        yield opened

"""The formatter decides how code is laid out, everywhere."""

from __future__ import annotations

from pathlib import Path

from tests.asked import each

ROOT = Path(__file__).parents[2]
FOLDERS = ("sharedbox_cli", "tests", "bench", "examples")


def test_no_line_is_kept_from_the_formatter() -> None:
    comments = [f"# fmt: {word}" for word in ("skip", "off")]
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]
    for path in each(files):
        text = path.read_text(encoding="utf-8")
        assert not [comment for comment in comments if comment in text], path

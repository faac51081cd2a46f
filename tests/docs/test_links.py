"""Every link of a Markdown page leads to a file, and every anchor to a heading."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "specs").rglob("*.md"))]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not target.startswith(("http:", "https:"))]


def is_broken(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    return not path.exists() or (bool(anchor) and anchor not in anchors(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_resolve(page: Path) -> None:
    assert [target for target in links(page) if is_broken(page, target)] == []


def test_links_are_found() -> None:
    assert sum(len(links(page)) for page in PAGES) > 15


def test_every_page_is_linked() -> None:
    linked = {(page.parent / target.partition("#")[0]).resolve() for page in PAGES for target in links(page)}
    folders = {path for path in linked if path.is_dir()}
    pages = [page for page in PAGES if page.name != "README.md"]
    assert [page for page in pages if page not in linked and page.parent not in folders] == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [("README.md", False), ("missing.md", True), ("README.md#try-it", False), ("README.md#missing", True)],
)
def test_broken_link_is_detected(target: str, expected: bool) -> None:
    assert is_broken(ROOT / "CONTRIBUTING.md", target) is expected

"""`python -m bench.html_in_browser FILE`: print what a report costs in headless Chromium, as a JSON list of lines.

It runs in `.venv-browser`, which has playwright.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.chromium import launched

_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
_FILTER = """(text) => new Promise((done) => {
  const field = document.getElementById("f-any"), started = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => done([performance.now() - started,
    document.getElementById("hits").textContent])));
})"""
_SORT = """(key) => new Promise((done) => {
  const started = performance.now();
  document.querySelector(`[data-sort="${key}"]`).click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
})"""


def main() -> int:
    """Measure one file."""
    url = Path(sys.argv[1]).resolve().as_uri()
    lines = []
    with sync_playwright() as player, launched(player) as browser:
        page = browser.new_page()
        page.goto(url, wait_until="commit")
        page.wait_for_selector("#search:not([hidden])")
        ready = page.evaluate("performance.now()")
        page.wait_for_load_state("load")
        loaded = page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart")
        paint = page.evaluate(_PAINT)
        lines.append(
            f"first paint {paint:.0f} ms (limit 2000), search ready {ready:.0f} ms, all loaded {loaded:.0f} ms"
        )
        page.evaluate("new Promise((done) => requestIdleCallback(done))")
        for text in ("muller", "team-0123", "a", ""):
            took, hits = page.evaluate(_FILTER, text)
            lines.append(f"filter {text!r}: {took:.0f} ms (limit 200), {hits}")
        lines += [f"sort by {key}: {page.evaluate(_SORT, key):.0f} ms" for key in ("holder", "via")]
    print(json.dumps(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
